/* Offload: to the pool and back. */
#include "api/offload.h"

#include "api/app.h"
#include "api/problem.h"
#include "base/clock.h"
#include "obs/metrics.h"

#define MS_NS UINT64_C(1000000)

static void refuse(struct offload *o, enum admission why)
{
	struct err err = ERR_INIT;

	err.limit = admit_limit(why);
	problem_refuse(o->req, o->res,
	               &(struct refusal){
			       .code = why == ADMIT_DRAINING ? "draining" : "overloaded",
			       .detail = admit_detail(why),
			       .err = &err,
			       .retry_after_s = pool_retry_after_s(request_app(o->req)->pool),
		       });
}

void offload_refuse(struct offload *o, enum admission why)
{
	admit_count(why);
	refuse(o, why);
}

static bool is_abandoned(void *arg)
{
	return request_is_abandoned(((struct offload *)arg)->req);
}

static void run(struct work *work)
{
	struct offload *o = work->arg;

	o->rc = o->fn(o->arg, o->err);
}

bool offload_begin(struct offload *o, struct request *req, struct response *res)
{
	*o = (struct offload){
		.req = req,
		.res = res,
		.work = {
			.run = run,
			.arg = o,
			.bytes = request_body_size(req),
			.asked_ns = req->start_ns,
			.is_abandoned = is_abandoned,
		},
	};
	/* Small ones hardly ever wait, and their bodies cost nothing to read. */
	if (o->work.bytes <= WORK_SMALL_MAX)
		return true;
	enum admission how = pool_check(request_app(req)->pool, &o->work);
	if (how != ADMIT_OK)
		refuse(o, how);
	return how == ADMIT_OK;
}

/* It ran, and was told to stop: by whom? */
static int answer_stopped(struct offload *o)
{
	const struct app_metrics *metrics = &request_app(o->req)->metrics;
	bool is_drained = atomic_load(&o->work.stop) == WORK_DRAINED;

	series_add(is_drained ? metrics->stopped_draining : metrics->stopped_abandoned, 1);
	if (!is_drained)
		return ERR_CANCELLED;
	o->res->headers_len = 0;
	refuse(o, ADMIT_DRAINING);
	return 0;
}

static void prepare(struct offload *o, size_t bytes, offload_fn *fn, void *arg, struct err *err)
{
	struct work *work = &o->work;

	o->fn = fn;
	o->arg = arg;
	o->err = err;
	work->bytes = bytes;
	work->class = work_class_of(bytes);
	work->arrived_ns = clock_monotonic_ns();
	work->deadline_ns = work->arrived_ns + request_app(o->req)->limits.time_ms_max * MS_NS;
}

bool offload_start(struct offload *o, size_t bytes, offload_fn *fn, void *arg, struct err *err)
{
	prepare(o, bytes, fn, arg, err);
	return pool_begin(request_app(o->req)->pool, &o->work);
}

int offload_join(struct offload *o)
{
	enum admission how = pool_await(request_app(o->req)->pool, &o->work);

	return how == ADMIT_OK ? o->rc : ERR_CANCELLED;
}

int offload_run(struct offload *o, size_t bytes, offload_fn *fn, void *arg, struct err *err)
{
	prepare(o, bytes, fn, arg, err);
	enum admission how = pool_run(request_app(o->req)->pool, &o->work);
	if (how == ADMIT_ABANDONED)
		return err_set(err, ERR_CANCELLED, "%s", admit_detail(how));
	if (how != ADMIT_OK) {
		refuse(o, how);
		return 0;
	}
	return o->rc == ERR_CANCELLED ? answer_stopped(o) : o->rc;
}
