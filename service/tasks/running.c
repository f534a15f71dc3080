/* A job from its claim to its end, on a thread of the pool. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/thread.h"
#include "doc/read.h"
#include "obs/log.h"
#include "tasks/worker_private.h"

#define ERROR_MAX ((size_t)64 << 10) /* of a problem document */
#define RETRY_FIRST_MS 100
#define RETRY_MAX_MS 2000

static void forget(struct running *r)
{
	struct worker *w = r->worker;

	pthread_mutex_lock(&w->lock);
	r->is_ending = true;
	while (r->is_held)
		pthread_cond_wait(&w->event, &w->lock);
	struct running **at = &w->running;
	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	buf_deinit(&r->job.error);
	buf_deinit(&r->part);
	free(r);
	w->n_running--;
	w->is_awake = true; /* there is room for another one */
	pthread_cond_broadcast(&w->event);
	pthread_mutex_unlock(&w->lock);
}

/* When that fails its lease ends some day. */
static void release(struct running *r)
{
	struct store *store = r->worker->options.store;
	struct err err = ERR_INIT;

	if (store->ops->jobs->release(store, &r->claim, &err) != 0)
		log_message(LOG_WARNING, "job %s could not be given back: %s", r->claim.id,
		            err.message);
}

void running_give_back(struct running *r)
{
	release(r);
	forget(r);
}

void running_stop(struct running *r, enum stop why)
{
	enum stop not_yet = STOP_NOT;

	atomic_compare_exchange_strong(&r->stop, &not_yet, why);
}

bool worker_job_should_stop(void *job)
{
	struct running *r = job;

	return atomic_load_explicit(&r->stop, memory_order_relaxed) != STOP_NOT ||
	       work_should_stop(&r->work);
}

void worker_job_progress(void *job, uint64_t n_documents, uint64_t n_bytes)
{
	struct running *r = job;

	(void)n_bytes;
	atomic_store_explicit(&r->documents_done, n_documents, memory_order_relaxed);
}

/*
 * The store is out of reach: wait a little, longer each time, while the job is ours.  False: it is
 * no use any more.  The worker's end is noticed at once.
 */
static bool wait_for_store(struct running *r, uint64_t *delay_ms)
{
	struct worker *w = r->worker;
	uint64_t until_ns = clock_monotonic_ns() + *delay_ms * 1000000;

	*delay_ms = MIN(*delay_ms * 2, (uint64_t)RETRY_MAX_MS);
	pthread_mutex_lock(&w->lock);
	while (!w->is_ending && thread_wait(&w->event, &w->lock, until_ns))
		;
	bool is_ending = w->is_ending;
	pthread_mutex_unlock(&w->lock);
	return !is_ending && atomic_load(&r->stop) == STOP_NOT;
}

static int write_part(struct running *r, struct str bytes, struct err *err)
{
	struct store *store = r->worker->options.store;
	uint64_t delay_ms = RETRY_FIRST_MS;
	int rc;

	while ((rc = store->ops->jobs->write(store, &r->claim, r->n_parts, bytes, err)) ==
	               ERR_UNAVAILABLE &&
	       err->limit == NULL && wait_for_store(r, &delay_ms))
		;
	if (rc == ERR_CONFLICT || rc == ERR_NOT_FOUND) {
		running_stop(r, STOP_LOST);
		return err_set(err, ERR_CANCELLED, "another worker has the job");
	}
	TRY(rc);
	r->n_parts++;
	r->n_bytes += bytes.len;
	return 0;
}

int worker_job_write(struct worker_job *job, struct str bytes, struct err *err)
{
	struct running *r = (struct running *)job;

	while (bytes.len > 0) {
		size_t n = MIN(bytes.len, STORE_PART_BYTES - r->part.len);

		buf_append(&r->part, bytes.data, n);
		if (r->part.failed != BUF_OK)
			return err_set(err, ERR_UNAVAILABLE, "no memory for a part of the result");
		bytes = (struct str){ bytes.data + n, bytes.len - n };
		if (r->part.len < STORE_PART_BYTES)
			continue;
		TRY(write_part(r, (struct str){ r->part.data, r->part.len }, err));
		buf_reset(&r->part);
	}
	return 0;
}

static int read_input(struct running *r, struct buf *ret, struct err *err)
{
	struct store *store = r->worker->options.store;
	uint64_t n = 0;
	int rc;

	while ((rc = store->ops->jobs->read(store, str_from(r->claim.id), JOB_INPUT, n, ret, err)) ==
	       0)
		n++;
	if (rc != ERR_NOT_FOUND || n == 0)
		return rc;
	if (buf_reserve(ret, READ_PADDING) == NULL)
		return err_set(err, ERR_UNAVAILABLE, "no memory for the input");
	return 0;
}

static int run_job(struct running *r, struct err *err)
{
	const struct worker_options *options = &r->worker->options;
	struct buf input;

	buf_init(&input, SIZE_MAX / 2);
	int rc = read_input(r, &input, err);
	if (rc == 0) {
		r->job.input = (struct str){ input.data, input.len };
		rc = options->run(options->arg, &r->job, err);
	}
	if (rc == 0 && (r->part.len > 0 || r->n_parts == 0))
		rc = write_part(r, (struct str){ r->part.data, r->part.len }, err);
	buf_deinit(&input);
	return rc;
}

static void finish(struct running *r, enum job_state state)
{
	const struct worker_options *options = &r->worker->options;
	uint64_t delay_ms = RETRY_FIRST_MS;
	struct err err = ERR_INIT;
	struct job_end end = { .state = state };
	int rc;

	if (state == JOB_FAILED)
		end.error = (struct str){ r->job.error.data, r->job.error.len };
	if (state == JOB_SUCCEEDED) {
		end.documents = r->job.documents;
		end.bytes = r->n_bytes;
		end.expires_ms = clock_wall_ms() + options->result_ttl_ms;
	}
	while ((rc = options->store->ops->jobs->finish(options->store, &r->claim, &end, &err)) ==
	               ERR_UNAVAILABLE &&
	       wait_for_store(r, &delay_ms))
		;
	if (rc != 0 && rc != ERR_CONFLICT && rc != ERR_NOT_FOUND)
		log_message(LOG_ERROR, "the end of job %s could not be stored: %s", r->claim.id,
		            err.message);
}

/* It stopped before its end, because it had to. */
static void end_stopped(struct running *r)
{
	switch (atomic_load(&r->stop)) {
	case STOP_CANCELLED: finish(r, JOB_CANCELLED); break;
	case STOP_LOST: break;
	case STOP_NOT: /* the pool ends */
	case STOP_DRAINED: release(r); break;
	}
}

static void run_work(struct work *work)
{
	struct running *r = work->arg;
	struct err err = ERR_INIT;

	r->has_run = true;
	int rc = run_job(r, &err);
	if (rc == 0) {
		finish(r, JOB_SUCCEEDED);
	} else if (rc == ERR_CANCELLED || atomic_load(&r->stop) != STOP_NOT) {
		end_stopped(r);
	} else if (rc == ERR_UNAVAILABLE) {
		log_message(LOG_WARNING, "job %s is put off: %s", r->claim.id, err.message);
		worker_pause(r->worker);
		release(r);
	} else {
		finish(r, JOB_FAILED);
	}
}

/* The pool has done with it, whether it ran or not. */
static void end_work(struct work *work)
{
	struct running *r = work->arg;

	if (!r->has_run)
		release(r);
	forget(r);
}

struct running *running_create(struct worker *worker, const struct job_claim *claim)
{
	struct running *r = calloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	r->worker = worker;
	r->claim = *claim;
	r->job.id = str_from(r->claim.id);
	buf_init(&r->job.error, ERROR_MAX);
	buf_init(&r->part, STORE_PART_BYTES);
	r->renew_ns = clock_monotonic_ns() + RENEW_NS;
	r->work = (struct work){
		.run = run_work,
		.arg = r,
		.class = WORK_BACKGROUND,
		.on_end = end_work,
	};
	return r;
}
