/* A store around a store: durations, failures, and the alarm. */
#include "tasks/store_watch.h"

#include <stdlib.h>

#include "base/clock.h"
#include "obs/health.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "tasks/store_watch_private.h"

/* The name of the store's check among those of readiness. */
#define CHECK "store"

#define REMIND_AFTER_NS (UINT64_C(60) * 1000000000)

/* From so many tasks on a count is kept for so many times as long as it took. */
#define COUNT_KEPT_FROM 100000
#define COUNT_KEEP_TIMES 100
#define COUNT_KEEP_MAX_NS (UINT64_C(60) * 1000000000)

static const struct op_row {
	const char *name;
	bool is_write;
} op_rows[WATCH_OP_COUNT] = {
	[WATCH_CREATE] = { "create", true },
	[WATCH_GET] = { "get", false },
	[WATCH_LIST] = { "list", false },
	[WATCH_UPDATE] = { "update", true },
	[WATCH_REMOVE] = { "remove", true },
	[WATCH_STATS] = { "stats", false },
	[WATCH_SWEEP] = { "sweep", true },
	[WATCH_JOB_CLAIM] = { "job_claim", true },
	[WATCH_JOB_RENEW] = { "job_renew", true },
	[WATCH_JOB_RELEASE] = { "job_release", true },
	[WATCH_JOB_FINISH] = { "job_finish", true },
	[WATCH_JOB_CANCEL] = { "job_cancel", true },
	[WATCH_JOB_RETRY] = { "job_retry", true },
	[WATCH_JOB_READ] = { "job_read", false },
	[WATCH_JOB_WRITE] = { "job_write", true },
	[WATCH_DELIVERY_CLAIM] = { "delivery_claim", true },
	[WATCH_DELIVERY_FINISH] = { "delivery_finish", true },
	[WATCH_DELIVERY_PUT_OFF] = { "delivery_put_off", true },
	[WATCH_DELIVERY_LIST] = { "delivery_list", false },
	[WATCH_DELIVERY_AGAIN] = { "delivery_again", true },
};

static void say(const struct watched_store *w, enum watch_op op, const struct alarm *alarm,
                const struct err *err)
{
	struct log_line line;

	log_begin(&line, err == NULL ? LOG_INFO : LOG_ERROR,
	          err == NULL ? "the store works again" : "the store fails");
	log_str(&line, "store", str_from(w->inner->ops->name));
	log_str(&line, "operation", str_from(op_rows[op].name));
	if (err != NULL)
		log_str(&line, "detail", str_from(err->message));
	if (err != NULL && err->cause[0] != 0)
		log_str(&line, "cause", str_from(err->cause));
	log_int(&line, "failures", (int64_t)alarm->n_failures);
	log_end(&line);
}

static void raise_alarm(struct watched_store *w, enum watch_op op, const struct err *err)
{
	bool side = op_rows[op].is_write;
	struct alarm *alarm = &w->alarms[side];
	uint64_t now_ns = clock_monotonic_ns();

	pthread_mutex_lock(&w->lock);
	alarm->n_failures++;
	if (!alarm->is_on || now_ns - alarm->logged_ns >= REMIND_AFTER_NS) {
		alarm->is_on = true;
		alarm->logged_ns = now_ns;
		say(w, op, alarm, err);
	}
	w->is_on[side] = true;
	pthread_mutex_unlock(&w->lock);
}

static void end_alarm(struct watched_store *w, enum watch_op op)
{
	bool side = op_rows[op].is_write;

	pthread_mutex_lock(&w->lock);
	if (w->alarms[side].is_on)
		say(w, op, &w->alarms[side], NULL);
	w->alarms[side] = (struct alarm){ 0 };
	w->is_on[side] = false;
	pthread_mutex_unlock(&w->lock);
}

/* A limit that was reached is the caller's business, and not the end of the store. */
static bool is_failure(int rc, const struct err *err)
{
	return rc == ERR_INTERNAL || (rc == ERR_UNAVAILABLE && err->limit == NULL);
}

/* From the first time on that the store has worked it is no matter of readiness any more. */
static void note_reached(struct watched_store *w)
{
	if (atomic_exchange(&w->is_awaited, false))
		health_set(CHECK, true, "");
}

int store_watch_note(struct store *store, enum watch_op op, uint64_t start_ns, int rc,
                     const struct err *err)
{
	struct watched_store *w = watched(store);

	if (rc == 0 && w->is_awaited)
		note_reached(w);
	series_observe(w->durations[op], clock_monotonic_ns() - start_ns);
	if (is_failure(rc, err)) {
		series_add(w->failures[op], 1);
		raise_alarm(w, op, err);
	} else if (rc == 0 && w->is_on[op_rows[op].is_write]) {
		end_alarm(w, op);
	}
	return rc;
}

static void watched_close(struct store *store)
{
	struct watched_store *w = watched(store);

	store_close(w->inner);
	pthread_mutex_destroy(&w->count_lock);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

static int watched_health(struct store *store, struct err *err)
{
	struct store *inner = inner_of(store);

	return inner->ops->health(inner, err);
}

int store_watch_await(struct store *store, struct err *err)
{
	struct watched_store *w = watched(store);
	int rc = watched_health(store, err);

	if (rc != 0)
		health_set(CHECK, false, "it has not been reached yet");
	atomic_store(&w->is_awaited, rc != 0);
	return rc;
}

static int watched_create(struct store *store, const struct store_new *new_task,
                          struct store_receipt *ret, struct buf *ret_json, struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->create(inner, new_task, ret, ret_json, err);

	return store_watch_note(store, WATCH_CREATE, start_ns, rc, err);
}

static int watched_get(struct store *store, struct str id, struct store_receipt *ret,
                       struct buf *ret_json, struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->get(inner, id, ret, ret_json, err);

	return store_watch_note(store, WATCH_GET, start_ns, rc, err);
}

static int watched_list(struct store *store, const struct store_query *query,
                        struct store_page *ret, struct buf *ret_json, struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->list(inner, query, ret, ret_json, err);

	return store_watch_note(store, WATCH_LIST, start_ns, rc, err);
}

static int watched_update(struct store *store, struct str id, uint64_t version,
                          const struct task_fields *fields, struct store_receipt *ret,
                          struct buf *ret_json, struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->update(inner, id, version, fields, ret, ret_json, err);

	return store_watch_note(store, WATCH_UPDATE, start_ns, rc, err);
}

static int watched_remove(struct store *store, struct str id, uint64_t version, struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->remove(inner, id, version, err);

	return store_watch_note(store, WATCH_REMOVE, start_ns, rc, err);
}

/* For how long a count is kept. */
static uint64_t keep_ns(const struct store_stats *stats, uint64_t took_ns)
{
	size_t n = stats->n_plain;

	for (size_t i = 0; i < JOB_STATE_COUNT; i++)
		n += stats->n_jobs[i];
	return n < COUNT_KEPT_FROM ? 0 : MIN(COUNT_KEEP_TIMES * took_ns, COUNT_KEEP_MAX_NS);
}

static int count_anew(struct watched_store *w, struct err *err)
{
	uint64_t start_ns = clock_monotonic_ns();
	struct store_stats found;
	int rc = w->inner->ops->stats(w->inner, &found, err);

	if (rc == 0) {
		w->counted = found;
		w->counted_ns = clock_monotonic_ns();
		w->keep_ns = keep_ns(&found, w->counted_ns - start_ns);
	}
	return store_watch_note(&w->base, WATCH_STATS, start_ns, rc, err);
}

/* To count very many takes long, and numbers of very many are good enough for a while. */
static int watched_stats(struct store *store, struct store_stats *ret, struct err *err)
{
	struct watched_store *w = watched(store);
	int rc = 0;

	pthread_mutex_lock(&w->count_lock);
	if (clock_monotonic_ns() >= w->counted_ns + w->keep_ns)
		rc = count_anew(w, err);
	*ret = w->counted;
	ret->age_ms = (clock_monotonic_ns() - w->counted_ns) / 1000000;
	pthread_mutex_unlock(&w->count_lock);
	return rc;
}

static int watched_sweep(struct store *store, const struct store_sweep *sweep, size_t *ret_n,
                         struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->sweep(inner, sweep, ret_n, err);

	return store_watch_note(store, WATCH_SWEEP, start_ns, rc, err);
}

static void watched_watch(struct store *store, store_wake_fn *wake, void *arg)
{
	struct store *inner = inner_of(store);

	inner->ops->watch(inner, wake, arg);
}

static const struct store_ops watched_ops = {
	.close = watched_close,
	.health = watched_health,
	.create = watched_create,
	.get = watched_get,
	.list = watched_list,
	.update = watched_update,
	.remove = watched_remove,
	.stats = watched_stats,
	.sweep = watched_sweep,
	.watch = watched_watch,
};

int store_watch_open(struct store *inner, struct store **ret, struct err *err)
{
	struct watched_store *w = calloc(1, sizeof *w);

	if (w == NULL) {
		store_close(inner);
		return err_set(err, ERR_UNAVAILABLE, "no memory for the store");
	}
	w->ops = watched_ops;
	w->ops.name = inner->ops->name;
	w->ops.jobs = inner->ops->jobs == NULL ? NULL : &watched_jobs;
	w->ops.deliveries = inner->ops->deliveries == NULL ? NULL : &watched_deliveries;
	w->base.ops = &w->ops;
	w->inner = inner;
	pthread_mutex_init(&w->lock, NULL);
	pthread_mutex_init(&w->count_lock, NULL);
	for (size_t op = 0; op < WATCH_OP_COUNT; op++) {
		const char *const labels[] = { op_rows[op].name };

		w->durations[op] = metrics_series(METRIC_STORE_OPERATION_DURATION, labels);
		w->failures[op] = metrics_series(METRIC_STORE_FAILURES, labels);
	}
	*ret = &w->base;
	return 0;
}
