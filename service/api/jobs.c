/* Jobs: tasks that carry a transform. */
#include "api/jobs.h"

#include "api/app.h"
#include "api/etag.h"
#include "api/job_result.h"
#include "api/job_view.h"
#include "api/problem.h"
#include "api/tasks.h"
#include "base/num.h"
#include "json/write.h"

#define VIEW_MEMORY_MAX ((size_t)1 << 20)
#define TASK_TEXT_MAX ((size_t)1 << 20)

typedef int change_fn(struct store *store, struct str id, struct store_receipt *ret,
                      struct buf *ret_json, struct err *err);

static int change(struct request *req, struct response *res, change_fn *fn, int status,
                  struct err *err)
{
	struct store_receipt receipt;

	TRY(fn(request_app(req)->store, req->params[0], &receipt, response_body(res), err));
	res->status = status;
	etag_set(res, receipt.version);
	return 0;
}

int job_cancel(struct request *req, struct response *res, struct err *err)
{
	change_fn *cancel = request_app(req)->store->ops->jobs->cancel;

	return task_or_not_found(req, res, change(req, res, cancel, 202, err), err);
}

int job_retry(struct request *req, struct response *res, struct err *err)
{
	change_fn *retry = request_app(req)->store->ops->jobs->retry;

	return task_or_not_found(req, res, change(req, res, retry, 200, err), err);
}

/* Why there is no result, when there is none. */
static bool refuse_result(const struct request *req, struct response *res,
                          const struct job_view *view)
{
	struct err err = ERR_INIT;

	if (view->is_job && view->state == JOB_SUCCEEDED)
		return false;
	if (!view->is_job)
		(void)err_set(&err, ERR_CONFLICT, "this task is no job: it has no result");
	else if (job_view_is_open(view))
		(void)err_set(&err, ERR_CONFLICT, "the job is %s: it has no result yet",
		              job_state_name(view->state));
	else
		(void)err_set(&err, ERR_CONFLICT, "the job has %s: it has no result",
		              view->state == JOB_FAILED ? "failed" : "been cancelled");
	problem_refuse(req, res, &(struct refusal){ .code = "conflict", .detail = err.message });
	if (job_view_is_open(view))
		response_header(res, "Retry-After", "1");
	return true;
}

static int result(struct request *req, struct response *res, struct err *err)
{
	struct budget budget = BUDGET(VIEW_MEMORY_MAX);
	CLEANUP(arena_deinit) struct arena scratch;
	CLEANUP(buf_deinit) struct buf json;
	struct store_receipt receipt;
	struct job_view view;

	arena_init(&scratch, &budget);
	buf_init(&json, TASK_TEXT_MAX);
	TRY(job_view_await(req, &scratch, req->params[0], 0, &receipt, &json, &view, err));
	if (refuse_result(req, res, &view))
		return 0;
	return job_result_answer(req, res, req->params[0], view.result_bytes, err);
}

int job_result(struct request *req, struct response *res, struct err *err)
{
	return task_or_not_found(req, res, result(req, res, err), err);
}

static int deliveries(struct request *req, struct response *res, struct err *err)
{
	struct store *store = request_app(req)->store;
	struct buf *body = response_body(res);

	buf_append_cstr(body, "{\"deliveries\":[");
	TRY(store->ops->deliveries->list(store, req->params[0], body, err));
	buf_append_cstr(body, "]}");
	return 0;
}

int job_deliveries(struct request *req, struct response *res, struct err *err)
{
	return task_or_not_found(req, res, deliveries(req, res, err), err);
}

static int redeliver(struct request *req, struct response *res, struct err *err)
{
	struct store *store = request_app(req)->store;
	struct json_writer w = { .buf = response_body(res) };
	uint64_t n;

	if (!num_parse_u64(req->params[1], &n))
		return err_set(err, ERR_NOT_FOUND, "there is no such delivery");
	TRY(store->ops->deliveries->again(store, req->params[0], n, err));
	res->status = 202;
	json_object_begin(&w);
	json_put_uint(&w, "redelivered", n);
	json_object_end(&w);
	return 0;
}

int job_redeliver(struct request *req, struct response *res, struct err *err)
{
	return task_or_not_found(req, res, redeliver(req, res, err), err);
}
