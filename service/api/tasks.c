/* /tasks and /tasks/{id}. */
#include "api/tasks.h"

#include <inttypes.h>
#include <stdio.h>

#include "api/app.h"
#include "api/body.h"
#include "api/etag.h"
#include "api/problem.h"
#include "api/query.h"
#include "base/utf8.h"
#include "json/read.h"
#include "json/write.h"

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

/* The text in the query, percent-encoded but for what needs it in no URI. */
static void encode(struct str s, char *ret, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len && n + 4 <= size; i++) {
		unsigned char c = (unsigned char)s.data[i];
		bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		                (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
		                c == '~';

		if (is_plain)
			ret[n++] = (char)c;
		else
			n += (size_t)snprintf(ret + n, 4, "%%%02X", c);
	}
	ret[n] = 0;
}

static void link_next(struct response *res, const struct store_query *query, const char *cursor)
{
	char status[TASK_STATUS_MAX * 4 * 3 + 1];

	encode(query->status, status, sizeof status);
	response_header(res, "Link", "</tasks?limit=%zu%s%s&cursor=%s>; rel=\"next\"", query->limit,
	                status[0] == 0 ? "" : "&status=", status, cursor);
}

static bool read_query(const struct request *req, struct response *res, struct store_query *ret)
{
	static const char *const names[] = { "status", "limit", "cursor" };

	*ret = (struct store_query){ .limit = STORE_PAGE_MAX };
	if (!query_check(req, res, names, ARRAY_LEN(names)) ||
	    !query_read_size(req, res, "limit", 1, STORE_PAGE_MAX, &ret->limit))
		return false;
	ret->status = request_query(req, "status");
	ret->after = request_query(req, "cursor");
	if (utf8_count(ret->status) > TASK_STATUS_MAX) {
		query_refuse(req, res, "status", "has more characters than a status may have");
		return false;
	}
	return true;
}

int task_list(struct request *req, struct response *res, struct err *err)
{
	struct store *store = store_of(req);
	struct buf *body = response_body(res);
	struct store_query query;
	struct store_page page;

	if (!read_query(req, res, &query))
		return 0;
	buf_append_cstr(body, "{\"tasks\":[");

	int rc = store->ops->list(store, &query, &page, body, err);
	if (rc == ERR_INVALID) {
		problem_refuse(req, res,
		               &(struct refusal){
				       .code = "cursor_invalid",
				       .detail = err->message,
			       });
		return 0;
	}
	TRY(rc);
	buf_printf(body, "],\"count\":%zu", page.n_tasks);
	if (page.next[0] != 0) {
		buf_printf(body, ",\"next_cursor\":\"%s\"", page.next);
		link_next(res, &query, page.next);
	}
	buf_append_char(body, '}');
	return 0;
}

/* The members that both creating and changing take, but for status. */
static void read_fields(struct json_reader *r, struct task_fields *ret)
{
	int64_t priority;

	json_read_string(r, "title", 1, TASK_TITLE_MAX, &ret->title);
	json_read_string(r, "description", 0, TASK_DESCRIPTION_MAX, &ret->description);
	if (json_read_int(r, "priority", TASK_PRIORITY_MIN, TASK_PRIORITY_MAX, &priority) ==
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
	struct task_fields fields = { 0 };
	struct store_receipt receipt;
	struct str message;

	TRY(body_read_message(req, scratch, &message, err));
	TRY(json_reader_init(&reader, message, "", &problems, err));
	read_fields(&reader, &fields);
	json_ignore(&reader, "status"); /* a new task is pending, whatever its sender says */
	json_reader_finish(&reader);

	bool has_title = json_has_text(&reader, "title");
	if (problems.n_items == 0 && !has_title)
		json_problem_add(&problems, "/title", "is required");
	if (problems.n_items > 0)
		return refuse_fields(req, res, &problems, has_title);
	TRY(store->ops->create(store, &fields, &receipt, response_body(res), err));
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
	if (!body_check_json(req, res))
		return 0;
	return create_from(req, res, &scratch, err);
}

static int get(struct request *req, struct response *res, struct err *err)
{
	struct store *store = store_of(req);
	struct store_receipt receipt;

	TRY(store->ops->get(store, req->params[0], &receipt, response_body(res), err));
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

	TRY(store->ops->get(store, req->params[0], &receipt, response_body(res), err));
	response_clear_body(res);
	if (etag_is_outdated(req, receipt.version))
		return err_set(err, ERR_PRECONDITION, "the task is at version %" PRIu64 " by now",
		               receipt.version);
	*ret = etag_has_condition(req) ? receipt.version : 0;
	return 0;
}

static int update_from(struct request *req, struct response *res, struct arena *scratch,
                       uint64_t version, struct err *err)
{
	CLEANUP(json_reader_deinit) struct json_reader reader = { 0 };
	struct json_problems problems = JSON_PROBLEMS(scratch);
	struct store *store = store_of(req);
	struct task_fields fields = { 0 };
	struct store_receipt receipt;
	struct str message;

	TRY(body_read_message(req, scratch, &message, err));
	TRY(json_reader_init(&reader, message, "", &problems, err));
	read_fields(&reader, &fields);
	json_read_string(&reader, "status", 1, TASK_STATUS_MAX, &fields.status);
	json_reader_finish(&reader);
	if (problems.n_items > 0)
		return refuse_fields(req, res, &problems,
		                     !json_has(&reader, "title") || json_has_text(&reader, "title"));
	TRY(store->ops->update(store, req->params[0], version, &fields, &receipt,
	                       response_body(res), err));
	etag_set(res, receipt.version);
	return 0;
}

static int update(struct request *req, struct response *res, struct err *err)
{
	struct budget budget = BUDGET(BODY_MEMORY_MAX);
	CLEANUP(arena_deinit) struct arena scratch;
	uint64_t version;

	arena_init(&scratch, &budget);
	/* As in the Flask program, an unknown id is a 404 whatever the body is. */
	TRY(find_version(req, res, &version, err));
	if (!body_check_json(req, res))
		return 0;
	return update_from(req, res, &scratch, version, err);
}

int task_update(struct request *req, struct response *res, struct err *err)
{
	return or_not_found(req, res, update(req, res, err), err);
}

static int delete (struct request *req, struct response *res, struct err *err)
{
	struct store *store = store_of(req);
	uint64_t version;

	TRY(find_version(req, res, &version, err));
	TRY(store->ops->remove(store, req->params[0], version, err));
	res->status = 204;
	return 0;
}

int task_delete(struct request *req, struct response *res, struct err *err)
{
	return or_not_found(req, res, delete (req, res, err), err);
}
