/* The store watch: operations on jobs and deliveries. */
#include "base/clock.h"
#include "tasks/store_watch_private.h"

static int jobs_claim(struct store *store, int64_t lease_ms, uint32_t attempts_max,
                      struct job_claim *ret, struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->jobs->claim(inner, lease_ms, attempts_max, ret, err);

	return store_watch_note(store, WATCH_JOB_CLAIM, start_ns, rc, err);
}

static int jobs_renew(struct store *store, const struct job_claim *claim, int64_t lease_ms,
                      const struct job_progress *progress, bool *ret_is_cancelled, struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->jobs->renew(inner, claim, lease_ms, progress, ret_is_cancelled, err);

	return store_watch_note(store, WATCH_JOB_RENEW, start_ns, rc, err);
}

static int jobs_release(struct store *store, const struct job_claim *claim, struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->jobs->release(inner, claim, err);

	return store_watch_note(store, WATCH_JOB_RELEASE, start_ns, rc, err);
}

static int jobs_finish(struct store *store, const struct job_claim *claim,
                       const struct job_end *end, struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->jobs->finish(inner, claim, end, err);

	return store_watch_note(store, WATCH_JOB_FINISH, start_ns, rc, err);
}

static int jobs_cancel(struct store *store, struct str id, struct store_receipt *ret,
                       struct buf *ret_json, struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->jobs->cancel(inner, id, ret, ret_json, err);

	return store_watch_note(store, WATCH_JOB_CANCEL, start_ns, rc, err);
}

static int jobs_retry(struct store *store, struct str id, struct store_receipt *ret,
                      struct buf *ret_json, struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->jobs->retry(inner, id, ret, ret_json, err);

	return store_watch_note(store, WATCH_JOB_RETRY, start_ns, rc, err);
}

static int jobs_read(struct store *store, struct str id, enum job_bytes which, uint64_t n,
                     struct buf *ret, struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->jobs->read(inner, id, which, n, ret, err);

	return store_watch_note(store, WATCH_JOB_READ, start_ns, rc, err);
}

static int jobs_write(struct store *store, const struct job_claim *claim, uint64_t n,
                      struct str bytes, struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->jobs->write(inner, claim, n, bytes, err);

	return store_watch_note(store, WATCH_JOB_WRITE, start_ns, rc, err);
}

const struct job_ops watched_jobs = {
	.claim = jobs_claim,
	.renew = jobs_renew,
	.release = jobs_release,
	.finish = jobs_finish,
	.cancel = jobs_cancel,
	.retry = jobs_retry,
	.read = jobs_read,
	.write = jobs_write,
};

static int deliveries_claim(struct store *store, int64_t lease_ms, struct delivery *ret,
                            int64_t *ret_next_ms, struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->deliveries->claim(inner, lease_ms, ret, ret_next_ms, err);

	return store_watch_note(store, WATCH_DELIVERY_CLAIM, start_ns, rc, err);
}

static int deliveries_finish(struct store *store, const struct delivery *delivery,
                             const struct delivery_end *end, struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->deliveries->finish(inner, delivery, end, err);

	return store_watch_note(store, WATCH_DELIVERY_FINISH, start_ns, rc, err);
}

static int deliveries_put_off(struct store *store, const struct delivery *delivery,
                              int64_t until_ms, struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->deliveries->put_off(inner, delivery, until_ms, err);

	return store_watch_note(store, WATCH_DELIVERY_PUT_OFF, start_ns, rc, err);
}

static int deliveries_list(struct store *store, struct str id, struct buf *ret_json, struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->deliveries->list(inner, id, ret_json, err);

	return store_watch_note(store, WATCH_DELIVERY_LIST, start_ns, rc, err);
}

static int deliveries_again(struct store *store, struct str id, uint64_t n, struct err *err)
{
	struct store *inner = inner_of(store);
	uint64_t start_ns = clock_monotonic_ns();
	int rc = inner->ops->deliveries->again(inner, id, n, err);

	return store_watch_note(store, WATCH_DELIVERY_AGAIN, start_ns, rc, err);
}

const struct delivery_ops watched_deliveries = {
	.claim = deliveries_claim,
	.finish = deliveries_finish,
	.put_off = deliveries_put_off,
	.list = deliveries_list,
	.again = deliveries_again,
};
