/*
 * Job: one piece of work for the pool, and what is known about it while it waits and runs.
 *
 * Its owner fills in the first part, keeps the job in place until it has ended, and reads the
 * rest.  Whoever does the work asks job_should_stop() often, a thousand times a second or so, and
 * returns soon after it has said yes.
 */
#ifndef COMPUTE_JOB_H
#define COMPUTE_JOB_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Jobs that somebody waits for are told apart by what they brought along, since that is known
 * before they run; a background job is one that nobody waits for.
 */
enum job_class { JOB_SMALL, JOB_MEDIUM, JOB_LARGE, JOB_BACKGROUND, JOB_CLASS_COUNT };

#define JOB_SMALL_MAX ((size_t)64 << 10) /* bytes */
#define JOB_MEDIUM_MAX ((size_t)4 << 20)

enum job_state { JOB_NEW, JOB_WAITING, JOB_RUNNING, JOB_ENDED };

/* Why a job was told to stop. */
enum job_stop { JOB_GO_ON, JOB_ABANDONED, JOB_CANCELLED, JOB_DRAINED };

struct job {
	void (*run)(struct job *job); /* the work; any thread may be asked to do it */
	void *arg;
	enum job_class class;
	unsigned priority;    /* of background jobs: the higher goes first */
	size_t bytes;         /* what it brought along, and holds while it waits */
	uint64_t arrived_ns;  /* on the monotonic clock */
	uint64_t deadline_ns; /* who waits for it waits no longer for its begin; 0: for ever */
	/* Asked now and then while somebody waits: has that one gone?  May be NULL. */
	bool (*is_abandoned)(void *arg);
	/* A background job has ended, or was taken out of the queue: state and stop say how. */
	void (*on_end)(struct job *job);

	/* From here on the pool's. */
	struct pool *pool;
	enum job_state state;
	_Atomic(enum job_stop) stop;
	uint64_t started_ns;
	uint64_t looked_ns; /* when the runner last asked is_abandoned() */
	bool is_inline;     /* runs on the thread that waits for it */
	_Atomic uint64_t documents_done, bytes_done;
	struct job *prev, *next;
	pthread_cond_t ended; /* for those that somebody waits for */
};

/* The class of a job that somebody waits for. */
enum job_class job_class_of(size_t bytes);

/* "small", "medium", "large", "background": in metrics. */
const char *job_class_name(enum job_class class);

/* Should the work end now?  Of the thread that does it, or of those that help. */
bool job_should_stop(void *job);

/* How far it is: engine's run_input.on_progress; anybody may read documents_done, bytes_done. */
void job_progress(void *job, uint64_t n_documents, uint64_t n_bytes);

#endif
