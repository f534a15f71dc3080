/* Worker: takes jobs from the store and has them run. */
#include "tasks/worker.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/thread.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "tasks/worker_private.h"

#define MS_NS UINT64_C(1000000)
#define POLL_MS 2000     /* without a word of the store: for leases of others that end */
#define RENEW_MIN_MS 100 /* between two renewals, however often the store calls */
#define PAUSE_MS 1000    /* after a failure of the machine, or of a job for want of something */

static void start_job(struct worker *w, const struct job_claim *claim)
{
	struct running *job = running_create(w, claim);

	if (job == NULL) {
		struct err err;

		(void)w->options.store->ops->jobs->release(w->options.store, claim, &err);
		worker_pause(w);
		return;
	}
	pthread_mutex_lock(&w->lock);
	job->next = w->running;
	w->running = job;
	w->n_running++;
	if (w->is_draining) /* since the job was claimed */
		running_stop(job, STOP_DRAINED);
	pthread_mutex_unlock(&w->lock);
	if (pool_submit(w->options.pool, &job->work) != ADMIT_OK)
		running_give_back(job);
}

static uint64_t claims_from_ns(const struct worker *w)
{
	return MAX(atomic_load(&w->paused_until_ns), w->outage.until_ns);
}

/* As many as the pool has threads for. */
static void claim_jobs(struct worker *w)
{
	struct store *store = w->options.store;
	struct job_claim claim;
	struct err err = ERR_INIT;

	while (!w->is_draining && clock_monotonic_ns() >= claims_from_ns(w) &&
	       pool_background_room(w->options.pool) > 0) {
		int rc = store->ops->jobs->claim(store, w->options.lease_ms,
		                                 w->options.attempts_max, &claim, &err);
		if (rc != 0 && rc != ERR_NOT_FOUND) {
			outage_failed(&w->outage, &err);
			return;
		}
		outage_answered(&w->outage);
		if (rc == ERR_NOT_FOUND)
			return;
		int64_t waited_ms = MAX(clock_wall_ms() - claim.created_ms, 0);
		series_observe(w->wait, (uint64_t)waited_ms * MS_NS);
		start_job(w, &claim);
	}
}

/* The next one that is due for a renewal, held so that it stays; the lock is held. */
static struct running *hold_due(struct worker *w, uint64_t now_ns)
{
	for (struct running *job = w->running; job != NULL; job = job->next)
		if (job->renew_ns <= now_ns && !job->is_ending) {
			job->is_held = true;
			return job;
		}
	return NULL;
}

static void renew(struct worker *w, struct running *job)
{
	struct store *store = w->options.store;
	struct err err = ERR_INIT;
	const char *stage = atomic_load(&job->job.stage);
	const struct job_progress progress = {
		.documents_done = atomic_load(&job->documents_done),
		.documents_total = atomic_load(&job->job.documents_total),
		.stage = stage == NULL ? "" : stage,
	};
	bool is_cancelled = false;

	int rc = store->ops->jobs->renew(store, &job->claim, w->options.lease_ms, &progress,
	                                 &is_cancelled, &err);
	if (rc == ERR_CONFLICT || rc == ERR_NOT_FOUND)
		running_stop(job, STOP_LOST);
	else if (rc == 0 && is_cancelled)
		running_stop(job, STOP_CANCELLED);
	/* Else the store is out of reach: the lease may outlast that. */
}

/* Leases, progress, and the wish that a job be cancelled. */
static void renew_jobs(struct worker *w)
{
	struct running *job;

	pthread_mutex_lock(&w->lock);
	uint64_t now_ns = clock_monotonic_ns();
	while ((job = hold_due(w, now_ns)) != NULL) {
		pthread_mutex_unlock(&w->lock);
		renew(w, job);
		pthread_mutex_lock(&w->lock);
		job->renew_ns = clock_monotonic_ns() + RENEW_NS;
		job->is_held = false;
		pthread_cond_broadcast(&w->event);
	}
	pthread_mutex_unlock(&w->lock);
}

/* The store has said something: look at the jobs that run, but not too often. */
static void hear(struct worker *w)
{
	uint64_t soon_ns = clock_monotonic_ns();

	for (struct running *job = w->running; job != NULL; job = job->next) {
		uint64_t last_ns = job->renew_ns - RENEW_NS;

		job->renew_ns = MIN(job->renew_ns, MAX(soon_ns, last_ns + RENEW_MIN_MS * MS_NS));
	}
}

/* Until something happens, a lease is due, or it is time to look. */
static void wait_for_event(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	uint64_t now_ns = clock_monotonic_ns();
	uint64_t until_ns = now_ns + POLL_MS * MS_NS;
	if (claims_from_ns(w) > now_ns)
		until_ns = MIN(until_ns, claims_from_ns(w));
	for (const struct running *job = w->running; job != NULL; job = job->next)
		until_ns = MIN(until_ns, job->renew_ns);

	while (!w->is_awake && !w->is_ending && thread_wait(&w->event, &w->lock, until_ns))
		;
	if (w->is_awake) {
		hear(w);
		outage_heard(&w->outage);
	}
	w->is_awake = false;
	pthread_mutex_unlock(&w->lock);
}

static bool is_ending(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	bool ending = w->is_ending;
	pthread_mutex_unlock(&w->lock);
	return ending;
}

static void *dispatch(void *arg)
{
	struct worker *w = arg;

	while (!is_ending(w)) {
		claim_jobs(w);
		renew_jobs(w);
		wait_for_event(w);
	}
	return NULL;
}

void worker_pause(struct worker *w)
{
	atomic_store(&w->paused_until_ns, clock_monotonic_ns() + PAUSE_MS * MS_NS);
}

static void worker_destroy(struct worker *w)
{
	pthread_cond_destroy(&w->event);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

int worker_start(const struct worker_options *options, struct worker **ret, struct err *err)
{
	struct worker *w = calloc(1, sizeof *w);

	if (w == NULL)
		return err_nomem(err, "the worker");
	w->options = *options;
	w->outage.what = "jobs";
	w->wait = metrics_series(METRIC_TASK_WAIT, NULL);
	pthread_mutex_init(&w->lock, NULL);
	thread_cond_init(&w->event);
	if (thread_start(&w->thread, THREAD_STACK_SMALL, dispatch, w) != 0) {
		worker_destroy(w);
		return err_set(err, ERR_UNAVAILABLE, "no thread for jobs");
	}
	*ret = w;
	return 0;
}

void worker_wake(void *worker)
{
	struct worker *w = worker;

	pthread_mutex_lock(&w->lock);
	w->is_awake = true;
	pthread_cond_broadcast(&w->event);
	pthread_mutex_unlock(&w->lock);
}

void worker_drain(struct worker *w)
{
	if (w == NULL)
		return;
	atomic_store(&w->is_draining, true);
	pthread_mutex_lock(&w->lock);
	for (struct running *job = w->running; job != NULL; job = job->next)
		running_stop(job, STOP_DRAINED);
	pthread_mutex_unlock(&w->lock);
}

void worker_stop(struct worker *w)
{
	if (w == NULL)
		return;
	worker_drain(w);
	pthread_mutex_lock(&w->lock);
	w->is_ending = true;
	pthread_cond_broadcast(&w->event);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL); /* afterwards nothing is claimed any more */
	pthread_mutex_lock(&w->lock);
	while (w->n_running > 0)
		pthread_cond_wait(&w->event, &w->lock);
	pthread_mutex_unlock(&w->lock);
	worker_destroy(w);
}
