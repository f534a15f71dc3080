/* GET /tasks: pages of the list. */
#include "api/tasks.h"

#include <stdio.h>

#include "api/app.h"
#include "api/problem.h"
#include "api/query.h"
#include "base/utf8.h"

static const char *const sorts[] = {
	[STORE_SORT_CREATED] = "created_at",
	[STORE_SORT_CREATED_DOWN] = "-created_at",
	[STORE_SORT_PRIORITY] = "priority",
	[STORE_SORT_PRIORITY_DOWN] = "-priority",
};

static const char *const kinds[] = {
	[TASK_PLAIN - 1] = "plain",
	[TASK_JOB - 1] = "job",
};

/* Text in the query, percent-encoded but for what needs it in no URI. */
static void encode(struct buf *ret, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];
		bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		                (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
		                c == '~';

		if (is_plain)
			buf_append_char(ret, (char)c);
		else
			buf_printf(ret, "%%%02X", c);
	}
}

/* The query as it was, with the cursor of the page that follows. */
static void link_next(const struct request *req, struct response *res, size_t limit,
                      const char *cursor)
{
	struct buf uri;

	buf_init(&uri, RESPONSE_HEADERS_SIZE);
	buf_printf(&uri, "/tasks?limit=%zu", limit);
	for (size_t i = 0; i < req->n_query; i++) {
		const struct query_pair *pair = &req->query[i];

		if (pair->value.len == 0 || str_is(pair->name, "limit") ||
		    str_is(pair->name, "cursor"))
			continue;
		buf_append_char(&uri, '&');
		buf_append_str(&uri, pair->name);
		buf_append_char(&uri, '=');
		encode(&uri, pair->value);
	}
	buf_printf(&uri, "&cursor=%s", cursor);
	if (uri.failed == BUF_OK)
		response_header(res, "Link", "<%.*s>; rel=\"next\"", (int)uri.len, uri.data);
	buf_deinit(&uri);
}

static bool read_status(const struct request *req, struct response *res, struct str *ret)
{
	*ret = request_query(req, "status");
	if (utf8_count(*ret) <= TASK_STATUS_MAX)
		return true;
	query_refuse(req, res, "status", "has more characters than a status may have");
	return false;
}

static bool read_query(const struct request *req, struct response *res, struct store_query *ret)
{
	static const char *const names[] = { "status", "priority", "kind", "sort", "limit", "cursor" };
	size_t priority = 0, sort = STORE_SORT_CREATED, kind = ARRAY_LEN(kinds);

	*ret = (struct store_query){ .limit = STORE_PAGE_MAX };
	if (!query_check(req, res, names, ARRAY_LEN(names)) ||
	    !query_read_size(req, res, "limit", 1, STORE_PAGE_MAX, &ret->limit) ||
	    !query_read_size(req, res, "priority", TASK_PRIORITY_MIN, TASK_PRIORITY_MAX, &priority) ||
	    !query_read_choice(req, res, "sort", sorts, ARRAY_LEN(sorts), &sort) ||
	    !query_read_choice(req, res, "kind", kinds, ARRAY_LEN(kinds), &kind) ||
	    !read_status(req, res, &ret->status))
		return false;
	ret->priority = (int)priority;
	ret->sort = (enum store_sort)sort;
	ret->kind = kind == ARRAY_LEN(kinds) ? TASK_ANY : (enum task_kind)(kind + 1);
	ret->after = request_query(req, "cursor");
	return true;
}

int task_list(struct request *req, struct response *res, struct err *err)
{
	struct store *store = request_app(req)->store;
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
		link_next(req, res, query.limit, page.next);
	}
	buf_append_char(body, '}');
	return 0;
}
