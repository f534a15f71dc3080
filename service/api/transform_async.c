/*
 * POST /transform with Prefer: respond-async: the body becomes a job at once.  A caller who waits
 * for it, and long enough, has the answer of a transform; any other has the job to ask again.
 */
#include "api/transform_async.h"

#include <inttypes.h>

#include "api/app.h"
#include "api/etag.h"
#include "api/idempotency.h"
#include "api/job_input.h"
#include "api/job_result.h"
#include "api/job_view.h"
#include "api/problem.h"

#define TITLE STR("POST /transform")
#define TASK_TEXT_MAX ((size_t)1 << 20)

/* Check the body; false: the response says what is wrong with it. */
static int check(struct request *req, struct response *res, struct arena *scratch, struct str body,
                 bool is_ndjson, bool *ret, struct err *err)
{
	struct json_problems problems = JSON_PROBLEMS(scratch);
	struct problem *pipeline = NULL;
	int rc = job_input_check(scratch, body, is_ndjson, "", &request_app(req)->job_limits,
	                         &problems, &pipeline, err);

	*ret = false;
	if (rc == ERR_PIPELINE) {
		problem_refuse(req, res,
		               &(struct refusal){
				       .code = "pipeline_invalid",
				       .detail = err->message,
				       .err = err,
				       .pipeline = pipeline,
			       });
		return 0;
	}
	TRY(rc);
	*ret = problems.n_items == 0;
	if (!*ret)
		problem_refuse_message(req, res, &problems);
	return 0;
}

/* 202, the job, and where it is. */
static void accept(struct response *res, const struct store_receipt *receipt, struct str json)
{
	response_clear_body(res);
	buf_append_str(response_body(res), json);
	res->status = 202;
	response_header(res, "Location", "/tasks/%s", receipt->id);
	etag_set(res, receipt->version);
}

/* The job has ended while its caller waited. */
static int answer_end(struct request *req, struct response *res, const struct store_receipt *receipt,
                      const struct job_view *view, struct err *err)
{
	response_header(res, "Location", "/tasks/%s", receipt->id);
	if (view->state != JOB_SUCCEEDED)
		return problem_repeat(req, res, view->error, err);
	TRY(job_result_answer(req, res, str_from(receipt->id), view->result_bytes, err));
	if (res->status == 200)
		response_header(res, "Docmill-Documents", "%" PRIu64, view->result_documents);
	return 0;
}

int transform_async(struct request *req, struct response *res, const struct prefer *prefer,
                    bool is_ndjson, struct err *err)
{
	const struct app *app = request_app(req);
	struct budget budget = BUDGET(app->job_limits.memory_max);
	CLEANUP(arena_deinit) struct arena scratch;
	CLEANUP(buf_deinit) struct buf json;
	struct store_new new_task = { .fields.title = TITLE };
	struct job_new job = { .webhook_url = { "", 0 } };
	struct store_receipt receipt;
	struct job_view view;
	bool is_good, is_stored;

	arena_init(&scratch, &budget);
	buf_init(&json, TASK_TEXT_MAX);
	if (!idempotency_check(req, res))
		return 0;
	TRY(request_body(req, &job.input, err));
	TRY(check(req, res, &scratch, job.input, is_ndjson, &is_good, err));
	if (!is_good)
		return 0;
	TRY(idempotency_read(req, job.input, &new_task.key, err));
	new_task.job = &job;
	TRY(idempotency_create(req, res, &new_task, &receipt, &json, &is_stored, err));
	if (!is_stored)
		return 0;
	buf_reset(&json);
	TRY(job_view_await(req, &scratch, str_from(receipt.id), prefer->wait_s, &receipt, &json,
	                   &view, err));
	response_header(res, "Preference-Applied", "respond-async");
	if (prefer->wait_s > 0 && (view.state == JOB_SUCCEEDED || view.state == JOB_FAILED))
		return answer_end(req, res, &receipt, &view, err);
	accept(res, &receipt, (struct str){ json.data, json.len });
	return 0;
}
