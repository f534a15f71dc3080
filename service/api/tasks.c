/* POST /tasks, and /tasks/{id}. */
#include "api/tasks.h"

#include <inttypes.h>

#include "api/app.h"
#include "api/body.h"
#include "api/etag.h"
#include "api/idempotency.h"
#include "api/problem.h"
#include "json/read.h"

/* What the Flask program answers, word for word. */
#define TITLE_REQUIRED "Title is required"
#define TASK_NOT_FOUND "Task not found"

/* What the service sets by itself: a client may send back what it was given, to no effect. */
static const char *const read_only[] = {
	"id",         "created_at",  "updated_at", "version", "attempts",
	"started_at", "finished_at", "error",      "result",  "progress",
};

static struct store *store_of(const struct request *req)
{
	return request_app(req)->store;
}

/* The outcome of a handler: an unknown task is an answer of its own. */
static int or_not_found(const struct request *req, struct response *res, int rc, struct err *err)
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

static int create_from(struct request *req, struct response *res, struct arena *scratch,
                       struct err *err)
{
	CLEANUP(json_reader_deinit) struct json_reader reader = { 0 };
	struct json_problems problems = JSON_PROBLEMS(scratch);
	struct store *store = store_of(req);
	struct store_new new_task = { 0 };
	struct store_receipt receipt;
	struct str message;

	TRY(body_read_message(req, scratch, &message, err));
	TRY(json_reader_init(&reader, message, "", &problems, err));
	read_fields(&reader, false, &new_task.fields);
	json_ignore(&reader, "status"); /* a new task is pending, whatever its sender says */
	json_reader_finish(&reader);

	bool has_title = json_has_text(&reader, "title");
	if (problems.n_items == 0 && !has_title)
		json_problem_add(&problems, "/title", "is required");
	if (problems.n_items > 0)
		return refuse_fields(req, res, &problems, has_title);
	TRY(idempotency_read(req, message, &new_task.key, err));
	TRY(store_create(store, &new_task, &receipt, response_body(res), err));
	return created(res, &receipt);
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
	struct budget budget = BUDGET(BODY_MEMORY_MAX);
	CLEANUP(arena_deinit) struct arena scratch;

	arena_init(&scratch, &budget);
	if (!request_has_body(req))
		return refuse_nothing(req, res);
	if (!body_check_json(req, res) || !idempotency_check(req, res))
		return 0;
	return create_from(req, res, &scratch, err);
}

static int get(struct request *req, struct response *res, struct err *err)
{
	struct store *store = store_of(req);
	struct store_receipt receipt;

	TRY(store_get(store, req->params[0], &receipt, response_body(res), err));
	etag_set(res, receipt.version);
	if (etag_is_known(req, receipt.version)) {
		response_clear_body(res);
		res->status = 304;
	}
	return 0;
}

int task_get(struct request *req, struct response *res, struct err *err)
{
	return or_not_found(req, res, get(req, res, err), err);
}

/* The version that a change is meant for (0: any) of a task that is there. */
static int find_version(const struct request *req, struct response *res, uint64_t *ret,
                        struct err *err)
{
	struct store *store = store_of(req);
	struct store_receipt receipt;

	TRY(store_get(store, req->params[0], &receipt, response_body(res), err));
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
	json_reader_finish(&reader);
	if (problems.n_items > 0)
		return refuse_fields(req, res, &problems,
		                     !json_has(&reader, "title") || json_has_text(&reader, "title"));
	TRY(store_update(store, req->params[0], version, &fields, &receipt, response_body(res), err));
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
	return or_not_found(req, res, update(req, res, false, err), err);
}

int task_patch(struct request *req, struct response *res, struct err *err)
{
	return or_not_found(req, res, update(req, res, true, err), err);
}

static int delete (struct request *req, struct response *res, struct err *err)
{
	struct store *store = store_of(req);
	uint64_t version;

	TRY(find_version(req, res, &version, err));
	TRY(store_remove(store, req->params[0], version, err));
	res->status = 204;
	return 0;
}

int task_delete(struct request *req, struct response *res, struct err *err)
{
	return or_not_found(req, res, delete (req, res, err), err);
}
