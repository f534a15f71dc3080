/* POST /tasks, and /tasks/{id}. */
#include "api/tasks.h"

#include <inttypes.h>

#include "api/app.h"
#include "api/body.h"
#include "api/etag.h"
#include "api/idempotency.h"
#include "api/job_input.h"
#include "api/job_view.h"
#include "api/offload.h"
#include "api/prefer.h"
#include "api/problem.h"
#include "api/query.h"
#include "doc/read.h"
#include "json/read.h"
#include "tasks/background.h"

/* What the Flask program answers, word for word. */
#define TITLE_REQUIRED "Title is required"
#define TASK_NOT_FOUND "Task not found"

#define CANCEL_WAIT_S 5 /* for a job that is to be deleted */

/* What the service sets by itself: a client may send back what it was given, to no effect. */
static const char *const read_only[] = {
	"id",         "created_at",  "updated_at", "version", "attempts",
	"started_at", "finished_at", "error",      "result",  "progress",
};

static struct store *store_of(const struct request *req)
{
	return request_app(req)->store;
}

int task_or_not_found(const struct request *req, struct response *res, int rc, struct err *err)
{
	if (rc != ERR_NOT_FOUND)
		return rc;
	problem_refuse(req, res,
	               &(struct refusal){
			       .code = "not_found",
			       .error = TASK_NOT_FOUND,
			       .detail = err->message,
		       });
	return 0;
}

/*
 * The members that both creating and changing take, but for status.  In a merge patch null removes
 * a member: one that has a default is at it again then.
 */
static void read_fields(struct json_reader *r, bool is_patch, struct task_fields *ret)
{
	int64_t priority = TASK_PRIORITY_NEW;

	json_read_string(r, "title", 1, TASK_TITLE_MAX, &ret->title);
	if (is_patch && json_take_null(r, "description"))
		ret->description = STR("");
	else
		json_read_string(r, "description", 0, TASK_DESCRIPTION_MAX, &ret->description);
	if ((is_patch && json_take_null(r, "priority")) ||
	    json_read_int(r, "priority", TASK_PRIORITY_MIN, TASK_PRIORITY_MAX, &priority) ==
	            JSON_READ)
		ret->priority = (int)priority;
	for (size_t i = 0; i < ARRAY_LEN(read_only); i++)
		json_ignore(r, read_only[i]);
}

/* The refusal of a message about a task: the tutorial's when it has no title to speak of. */
static int refuse_fields(const struct request *req, struct response *res,
                         const struct json_problems *problems, bool has_title)
{
	problem_refuse(req, res,
	               &(struct refusal){
			       .code = "validation_failed",
			       .error = has_title ? NULL : TITLE_REQUIRED,
			       .detail = has_title ? problems->items[0].detail : TITLE_REQUIRED,
			       .problems = problems,
		       });
	return 0;
}

static int created(struct response *res, const struct store_receipt *receipt)
{
	res->status = 201;
	response_header(res, "Location", "/tasks/%s", receipt->id);
	etag_set(res, receipt->version);
	return 0;
}

/* {"url": ...}, to be told of a job's end. */
static void read_webhook(const struct request *req, struct json_reader *r, struct str *ret)
{
	struct json_reader webhook;
	struct err err = ERR_INIT;

	if (!json_read_object(r, "webhook", &webhook))
		return;
	if (json_read_string(&webhook, "url", 1, WEBHOOK_URL_MAX, ret) == JSON_READ) {
		if (background_check_url(request_app(req)->background, *ret, &err) != 0)
			json_refuse(&webhook, "url", "%s", err.message);
	} else if (!json_has(&webhook, "url")) {
		json_refuse(&webhook, "url", "is required");
	}
	json_reader_finish(&webhook);
}

/* The transform of a job; what is wrong with its pipeline is answered here: ERR_PIPELINE. */
static int check_transform(struct request *req, struct response *res, struct arena *scratch,
                           struct str body, struct str transform, struct json_problems *problems,
                           struct err *err)
{
	struct problem *pipeline = NULL;
	int rc = job_input_check(scratch, transform, false, "/transform",
	                         &request_app(req)->job_limits, problems, &pipeline, err);

	if (rc != 0 && err->has_place) { /* in the transform: say where in the body */
		err->offset += (uint64_t)(transform.data - body.data);
		read_place(err, body);
	}

	if (rc == ERR_PIPELINE)
		problem_refuse(req, res,
		               &(struct refusal){
				       .code = "pipeline_invalid",
				       .detail = err->message,
				       .err = err,
				       .pipeline = pipeline,
			       });
	return rc;
}

/* A task that carries no transform has nothing to tell. */
static void check_webhook(const struct json_reader *r, const struct task_message *message,
                          struct json_problems *problems)
{
	if (json_has(r, "webhook") && message->transform.data == NULL)
		json_problem_add(problems, "/webhook", "is for tasks that have a transform");
}

static int create_from(struct request *req, struct response *res, struct arena *scratch,
                       struct err *err)
{
	CLEANUP(json_reader_deinit) struct json_reader reader = { 0 };
	struct json_problems problems = JSON_PROBLEMS(scratch);
	struct store_new new_task = { 0 };
	struct job_new job = { .webhook_url = { "", 0 } };
	struct store_receipt receipt;
	struct task_message message;
	struct str body;
	bool is_stored;

	TRY(request_body(req, &body, err));
	TRY(task_message_read(scratch, body, &request_app(req)->limits, &message, &problems, err));
	TRY(json_reader_init(&reader, message.text, "", &problems, err));
	read_fields(&reader, false, &new_task.fields);
	read_webhook(req, &reader, &job.webhook_url);
	check_webhook(&reader, &message, &problems);
	json_ignore(&reader, "status"); /* a new task is pending, whatever its sender says */
	json_reader_finish(&reader);

	bool has_title = json_has_text(&reader, "title");
	if (problems.n_items == 0 && !has_title)
		json_problem_add(&problems, "/title", "is required");
	if (message.transform.data != NULL) {
		int rc = check_transform(req, res, scratch, body, message.transform, &problems, err);
		if (rc == ERR_PIPELINE && problems.n_items == 0)
			return 0;
		if (rc != 0 && rc != ERR_PIPELINE)
			return rc;
		job.input = message.transform;
		new_task.job = &job;
	}
	if (problems.n_items > 0)
		return refuse_fields(req, res, &problems, has_title);
	TRY(idempotency_read(req, body, &new_task.key, err));
	TRY(idempotency_create(req, res, &new_task, &receipt, response_body(res), &is_stored, err));
	return is_stored ? created(res, &receipt) : 0;
}

static int refuse_nothing(const struct request *req, struct response *res)
{
	problem_refuse(req, res,
	               &(struct refusal){
			       .code = "validation_failed",
			       .error = TITLE_REQUIRED,
			       .detail = "there is no body",
		       });
	return 0;
}

int task_create(struct request *req, struct response *res, struct err *err)
{
	struct budget budget = BUDGET(request_app(req)->job_limits.memory_max);
	CLEANUP(arena_deinit) struct arena scratch;

	arena_init(&scratch, &budget);
	if (!request_has_body(req))
		return refuse_nothing(req, res);
	if (!body_check_json(req, res) || !idempotency_check(req, res))
		return 0;
	return create_from(req, res, &scratch, err);
}

/* What others have now, this one may have later. */
static int refuse_memory(struct request *req, struct response *res)
{
	struct offload offload = { .req = req, .res = res };

	response_clear_body(res);
	res->headers_len = 0; /* a version, of what is not shown */
	offload_refuse(&offload, ADMIT_MEMORY);
	return 0;
}

/* Part n of what a job was given, paid for until it is sent; ERR_NOMEM: others use the memory. */
static int append_input(struct request *req, uint64_t n, struct buf *body, struct err *err)
{
	const struct app *app = request_app(req);
	size_t len = body->len;

	TRY(app->store->ops->jobs->read(app->store, req->params[0], JOB_INPUT, n, body, err));
	if (app->memory == NULL)
		return 0;
	if (!budget_take(app->memory, body->len - len))
		return ERR_NOMEM;
	request_hold_memory(req, body->len - len);
	return 0;
}

/* The object that is at the end of the body, with one more member: what the job was given. */
static int include_transform(struct request *req, struct response *res, struct arena *scratch,
                             struct err *err)
{
	struct buf *body = response_body(res);
	uint64_t n = 0;
	int rc;

	body->len--; /* its closing brace */
	buf_append_cstr(body, ",\"transform\":");
	size_t start = body->len;
	while ((rc = append_input(req, n, body, err)) == 0)
		n++;
	if (rc == ERR_NOMEM)
		return refuse_memory(req, res);
	job_input_show(scratch, body, start);
	buf_append_char(body, '}');
	return rc == ERR_NOT_FOUND && n > 0 ? 0 : rc;
}

static int get(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "include" };
	struct budget budget = BUDGET(BODY_MEMORY_MAX);
	CLEANUP(arena_deinit) struct arena scratch;
	struct str include = request_query(req, "include");
	struct prefer prefer = prefer_read(req);
	struct store *store = store_of(req);
	struct store_receipt receipt;
	struct job_view view;

	arena_init(&scratch, &budget);
	if (!query_check(req, res, names, ARRAY_LEN(names)))
		return 0;
	if (include.data != NULL && !str_is(include, "transform")) {
		query_refuse(req, res, "include", "can be \"transform\"");
		return 0;
	}
	if (prefer.wait_s == 0 && include.len == 0) /* nobody needs to know what kind it is */
		TRY(store->ops->get(store, req->params[0], &receipt, response_body(res), err));
	else
		TRY(job_view_await(req, &scratch, req->params[0], prefer.wait_s, &receipt,
		                   response_body(res), &view, err));
	if (prefer.wait_s > 0)
		response_header(res, "Preference-Applied", "wait=%u", prefer.wait_s);
	etag_set(res, receipt.version);
	if (etag_is_known(req, receipt.version)) {
		response_clear_body(res);
		res->status = 304;
		return 0;
	}
	return include.len > 0 && view.is_job ? include_transform(req, res, &scratch, err) : 0;
}

int task_get(struct request *req, struct response *res, struct err *err)
{
	return task_or_not_found(req, res, get(req, res, err), err);
}

/* The version that a change is meant for (0: any) of a task that is there. */
static int find_version(const struct request *req, struct response *res, uint64_t *ret,
                        struct err *err)
{
	struct store *store = store_of(req);
	struct store_receipt receipt;

	TRY(store->ops->get(store, req->params[0], &receipt, response_body(res), err));
	response_clear_body(res);
	if (etag_is_outdated(req, receipt.version))
		return err_set(err, ERR_PRECONDITION, "the task is at version %" PRIu64 " by now",
		               receipt.version);
	*ret = etag_has_condition(req) ? receipt.version : 0;
	return 0;
}

static int update_from(struct request *req, struct response *res, struct arena *scratch,
                       bool is_patch, uint64_t version, struct err *err)
{
	CLEANUP(json_reader_deinit) struct json_reader reader = { 0 };
	struct json_problems problems = JSON_PROBLEMS(scratch);
	struct store *store = store_of(req);
	struct task_fields fields = { 0 };
	struct store_receipt receipt;
	struct str message;

	TRY(body_read_message(req, scratch, &message, err));
	TRY(json_reader_init(&reader, message, "", &problems, err));
	read_fields(&reader, is_patch, &fields);
	json_read_string(&reader, "status", 1, TASK_STATUS_MAX, &fields.status);
	json_ignore(&reader, "webhook");
	json_ignore(&reader, "transform");
	json_reader_finish(&reader);
	if (problems.n_items > 0)
		return refuse_fields(req, res, &problems,
		                     !json_has(&reader, "title") || json_has_text(&reader, "title"));
	TRY(store->ops->update(store, req->params[0], version, &fields, &receipt,
	                       response_body(res), err));
	etag_set(res, receipt.version);
	return 0;
}

static int update(struct request *req, struct response *res, bool is_patch, struct err *err)
{
	struct budget budget = BUDGET(BODY_MEMORY_MAX);
	CLEANUP(arena_deinit) struct arena scratch;
	uint64_t version;

	arena_init(&scratch, &budget);
	/* As in the Flask program, an unknown id is a 404 whatever the body is. */
	TRY(find_version(req, res, &version, err));
	if (is_patch ? !body_check_patch(req, res) : !body_check_json(req, res))
		return 0;
	return update_from(req, res, &scratch, is_patch, version, err);
}

int task_update(struct request *req, struct response *res, struct err *err)
{
	return task_or_not_found(req, res, update(req, res, false, err), err);
}

int task_patch(struct request *req, struct response *res, struct err *err)
{
	return task_or_not_found(req, res, update(req, res, true, err), err);
}

/* ?cancel=true */
static bool read_cancel(const struct request *req, struct response *res, bool *ret)
{
	static const char *const names[] = { "cancel" };
	struct str cancel = request_query(req, "cancel");

	if (!query_check(req, res, names, ARRAY_LEN(names)))
		return false;
	*ret = str_is(cancel, "true");
	if (cancel.data == NULL || *ret || str_is(cancel, "false"))
		return true;
	query_refuse(req, res, "cancel", "can be \"true\" or \"false\"");
	return false;
}

/*
 * A job that runs is asked to stop, and waited for: it does so within a quarter of a second, or is
 * still there and cannot be deleted.  It is at another version then.
 */
static int cancel_first(struct request *req, uint64_t *version, struct err *err)
{
	struct budget budget = BUDGET(BODY_MEMORY_MAX);
	CLEANUP(arena_deinit) struct arena scratch;
	CLEANUP(buf_deinit) struct buf json;
	struct store *store = store_of(req);
	struct store_receipt receipt;
	struct job_view view;

	arena_init(&scratch, &budget);
	buf_init(&json, SIZE_MAX / 2);
	int rc = store->ops->jobs->cancel(store, req->params[0], &receipt, &json, err);
	if (rc == ERR_CONFLICT) /* it has ended, or is no job */
		return 0;
	TRY(rc);
	buf_reset(&json);
	TRY(job_view_await(req, &scratch, req->params[0], CANCEL_WAIT_S, &receipt, &json, &view,
	                   err));
	*version = *version == 0 ? 0 : receipt.version;
	return 0;
}

static int delete (struct request *req, struct response *res, struct err *err)
{
	struct store *store = store_of(req);
	bool is_cancelled = false;
	uint64_t version;

	if (!read_cancel(req, res, &is_cancelled))
		return 0;
	TRY(find_version(req, res, &version, err));
	if (is_cancelled)
		TRY(cancel_first(req, &version, err));
	TRY(store->ops->remove(store, req->params[0], version, err));
	res->status = 204;
	return 0;
}

int task_delete(struct request *req, struct response *res, struct err *err)
{
	return task_or_not_found(req, res, delete (req, res, err), err);
}
