/*
 * Work: one piece of work for the pool, and what is known about it while it waits and runs.
 *
 * Its owner fills in the first part, keeps the work in place until it has ended, and reads the
 * rest.  Whoever does the work asks work_should_stop() often, a thousand times a second or so, and
 * returns soon after it has said yes.
 */
#ifndef COMPUTE_WORK_H
#define COMPUTE_WORK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Work that somebody waits for is told apart by what it brought along, since that is known before
 * it runs; background work is what nobody waits for.
 */
enum work_class { WORK_SMALL, WORK_MEDIUM, WORK_LARGE, WORK_BACKGROUND, WORK_CLASS_COUNT };

#define WORK_SMALL_MAX ((size_t)64 << 10) /* bytes */
#define WORK_MEDIUM_MAX ((size_t)4 << 20)

enum work_state { WORK_NEW, WORK_WAITING, WORK_RUNNING, WORK_ENDED };

/* Why a piece of work was told to stop. */
enum work_stop { WORK_GO_ON, WORK_ABANDONED, WORK_CANCELLED, WORK_DRAINED };

struct work {
	void (*run)(struct work *work); /* the work; any thread may be asked to do it */
	void *arg;
	enum work_class class;
	unsigned priority;    /* of background work: the higher goes first */
	size_t bytes;         /* what it brought along, and holds while it waits */
	uint64_t asked_ns;    /* on the monotonic clock: when it was announced, for pool_close() */
	uint64_t arrived_ns;  /* and when it was there as a whole, from which it waits */
	uint64_t deadline_ns; /* who waits for it waits no longer for its begin; 0: for ever */
	/* Asked now and then while somebody waits: has that one gone?  May be NULL. */
	bool (*is_abandoned)(void *arg);
	/* A background work has ended, or was taken out of the queue: state and stop say how. */
	void (*on_end)(struct work *work);

	/* From here on the pool's. */
	struct pool *pool;
	enum work_state state;
	_Atomic(enum work_stop) stop;
	uint64_t started_ns;
	uint64_t looked_ns; /* when the runner last asked is_abandoned() */
	bool is_inline;     /* runs on the thread that waits for it */
	_Atomic uint64_t documents_done, bytes_done;
	struct work *prev, *next;
	pthread_cond_t ended; /* for those that somebody waits for */
};

/* The class of a piece of work that somebody waits for. */
enum work_class work_class_of(size_t bytes);

/* "small", "medium", "large", "background": in metrics. */
const char *work_class_name(enum work_class class);

/* Should the work end now?  Of the thread that does it, or of those that help. */
bool work_should_stop(void *work);

/* How far it is: engine's run_input.on_progress; anybody may read documents_done, bytes_done. */
void work_progress(void *work, uint64_t n_documents, uint64_t n_bytes);

#endif
