/*
 * A team: the threads among which one piece of work may be shared.
 *
 * Work is a function that takes what is to be done, bit by bit, from what all share, until there
 * is nothing left.  So it does not matter how many threads call it, nor when they come: helpers
 * that a pool lends may begin late or not at all, and the one that asked never waits for them to
 * begin.
 */
#ifndef BASE_TEAM_H
#define BASE_TEAM_H

typedef void team_work_fn(void *arg);

struct team {
	unsigned n_max; /* threads, the caller's own included; 1: nobody helps */

	/*
	 * Call work(arg) here and, at the same time, on up to n - 1 other threads (n is at most
	 * n_max).  Returns when every call that was begun has returned; none begins afterwards.
	 */
	void (*run)(struct team *team, unsigned n, team_work_fn *work, void *arg);
};

/* Threads that are made for each piece of work; good for what takes milliseconds. */
struct team team_of_threads(unsigned n_max);

#endif
