/* Job input: the transform that a task carries, taken out of its message and checked. */
#include "api/job_input.h"

#include <stdio.h>
#include <string.h>

#include "api/transform_request.h"
#include "json/read.h"

#define TRANSFORM "transform"

struct taking {
	struct arena *arena;
	struct str body;
	struct read_limits limits;
	struct json_problems *problems;
	struct buf rest; /* the object without its transform */
	struct str transform;
};

/* What is not the transform is small, checked here, and goes into an object of its own. */
static int take_member(void *arg, struct str key, struct str value, struct err *err)
{
	struct taking *t = arg;
	struct value checked;

	if (str_is(key, TRANSFORM)) {
		if (t->transform.data != NULL)
			json_problem_add(t->problems, "/" TRANSFORM, "is given twice");
		t->transform = str_trim(value);
		return 0;
	}
	if (value.len > JSON_MESSAGE_MAX)
		return err_limit(err, ERR_TOO_LARGE, "max-body",
		                 "everything but the transform may have %zu bytes",
		                 JSON_MESSAGE_MAX);
	TRY(read_check(t->arena, value, t->body.data, &t->limits, &checked, err));
	buf_append_char(&t->rest, t->rest.len == 0 ? '{' : ',');
	buf_append_json_string(&t->rest, key);
	buf_append_char(&t->rest, ':');
	buf_append_str(&t->rest, value);
	return 0;
}

static int copy_rest(struct taking *t, struct str *ret, struct err *err)
{
	if (t->rest.len == 0)
		buf_append_char(&t->rest, '{');
	buf_append_char(&t->rest, '}');
	if (t->rest.failed == BUF_FULL)
		return err_limit(err, ERR_TOO_LARGE, "max-body",
		                 "everything but the transform may have %zu bytes",
		                 JSON_MESSAGE_MAX);
	char *copy = t->rest.failed != BUF_OK ? NULL
	                                      : arena_alloc(t->arena, t->rest.len + READ_PADDING);
	if (copy == NULL)
		return err_nomem(err, "the message");
	memcpy(copy, t->rest.data, t->rest.len);
	memset(copy + t->rest.len, 0, READ_PADDING);
	*ret = (struct str){ copy, t->rest.len };
	return 0;
}

/* A body that holds no transform is a small message, whatever else is wrong with it. */
static int take_whole(struct taking *t, struct task_message *ret, struct err *err)
{
	struct value whole;

	if (t->body.len > JSON_MESSAGE_MAX)
		return err_limit(err, ERR_TOO_LARGE, "max-body",
		                 "a body of this kind may have %zu bytes, this one has %zu",
		                 JSON_MESSAGE_MAX, t->body.len);
	TRY(read_check(t->arena, t->body, t->body.data, &t->limits, &whole, err));
	*ret = (struct task_message){ .text = t->body };
	return 0;
}

static bool may_hold_transform(struct str body)
{
	return memmem(body.data, body.len, "\"" TRANSFORM, sizeof TRANSFORM) != NULL ||
	       memmem(body.data, body.len, "\\u", 2) != NULL;
}

static int take(struct taking *t, struct task_message *ret, struct err *err)
{
	struct str trimmed = str_trim(t->body);

	if (trimmed.len == 0 || trimmed.data[0] != '{' || !may_hold_transform(t->body))
		return take_whole(t, ret, err);
	TRY(read_members(t->arena, t->body, take_member, t, err));
	if (t->transform.data == NULL)
		return take_whole(t, ret, err);
	TRY(copy_rest(t, &ret->text, err));
	ret->transform = t->transform;
	return 0;
}

int task_message_read(struct arena *a, struct str body, const struct limits *limits,
                      struct task_message *ret, struct json_problems *problems, struct err *err)
{
	struct taking t = {
		.arena = a,
		.body = body,
		.limits = READ_LIMITS_DEFAULT,
		.problems = problems,
		.rest = { .max = JSON_MESSAGE_MAX },
	};
	struct task_message message = { 0 };

	t.limits.depth_max = limits->depth_max;
	t.limits.key_len_max = limits->key_len_max;
	int rc = take(&t, &message, err);
	buf_deinit(&t.rest);
	TRY(rc);
	*ret = message;
	return 0;
}

static int stop(void *arg, struct str key, struct str value, struct err *err)
{
	(void)arg;
	(void)key;
	(void)value;
	(void)err;
	return 0;
}

bool job_input_is_ndjson(struct arena *a, struct str input)
{
	struct err err = ERR_INIT;
	size_t end = str_find(input, '\n');
	struct str line = { input.data, end };
	struct str rest = { input.data + end, input.len - end };

	return str_trim(rest).len > 0 && str_trim(line).len > 0 &&
	       read_members(a, line, stop, NULL, &err) == 0;
}

/* Commas between the lines that hold something. */
static void join_lines(char *p, char *end)
{
	char *gap = NULL;

	while (p < end) {
		char *feed = memchr(p, '\n', (size_t)(end - p));
		char *stop = feed != NULL ? feed : end;

		if (str_trim((struct str){ p, (size_t)(stop - p) }).len > 0) {
			if (gap != NULL)
				*gap = ',';
			gap = feed;
		}
		p = stop + 1;
	}
}

void job_input_show(struct arena *a, struct buf *body, size_t start)
{
	static const char list[] = ",\"documents\":[";
	const size_t list_len = sizeof list - 1;

	if (buf_reserve(body, list_len + READ_PADDING) == NULL)
		return;
	memset(body->data + body->len, 0, READ_PADDING);
	struct str input = { body->data + start, body->len - start };
	if (!job_input_is_ndjson(a, input))
		return;

	char *brace = body->data + start + str_find(input, '\n');
	while (*brace != '}')
		brace--;
	memmove(brace + list_len, brace + 1, (size_t)(body->data + body->len - brace - 1));
	memcpy(brace, list, list_len);
	body->len += list_len - 1;
	join_lines(brace + list_len, body->data + body->len);
	buf_append_cstr(body, "]}");
}

/* Documents go nowhere: all that counts is that they can be read. */
static int discard(void *arg, struct arena *scratch, const struct value *docs, size_t n_docs,
                   struct err *err)
{
	(void)arg;
	(void)scratch;
	(void)docs;
	(void)n_docs;
	(void)err;
	return 0;
}

static int check_text(struct arena *a, const struct plan *plan, const struct run_text *text,
                      const struct limits *limits, uint64_t *ret_n, struct err *err)
{
	struct budget budget = BUDGET(limits->memory_max);
	struct run_stats stats = { 0 };
	const struct run_input input = {
		.plan = plan,
		.documents = *text,
		.limits = *limits,
		.sink = discard,
	};

	TRY(run_transform(a, &budget, &input, &stats, err));
	*ret_n = stats.documents_in;
	return 0;
}

int job_input_count(struct arena *a, const struct transform_request *request, uint64_t *ret,
                    struct err *err)
{
	static const char text[READ_PADDING + 2] = "[]";
	struct plan_input source = { .let = MISSING, .limits = request->limits };
	uint64_t n_in_collection;
	struct plan *plan;

	source.pipeline = value_decode(a, value_raw(text, 2));
	TRY(plan_compile(a, &source, &plan, NULL, err));
	*ret = 0;
	if (request->has_documents)
		TRY(check_text(a, plan, &request->documents, &request->limits, ret, err));
	for (size_t i = 0; i < request->n_collections; i++)
		TRY(check_text(a, plan, &request->collections[i].text, &request->limits,
		               &n_in_collection, err));
	return 0;
}

static const char *join(struct arena *a, const char *pointer, const char *rest)
{
	size_t len = strlen(pointer) + strlen(rest) + 1;
	char *joined = arena_alloc(a, len);

	if (joined == NULL)
		return rest;
	snprintf(joined, len, "%s%s", pointer, rest);
	return joined;
}

static void place(const char *pointer, struct err *err)
{
	char rest[sizeof err->pointer];

	if (err->pointer[0] == 0)
		return;
	memcpy(rest, err->pointer, sizeof rest);
	int len = snprintf(err->pointer, sizeof err->pointer, "%s%s", pointer, rest);
	(void)len; /* what does not fit is cut */
}

int job_input_check(struct arena *a, struct str transform, bool is_ndjson, const char *pointer,
                    const struct limits *limits, struct json_problems *problems,
                    struct problem **ret_problems, struct err *err)
{
	struct json_problems found = JSON_PROBLEMS(a);
	struct transform_request request;
	uint64_t n_documents;
	struct plan *plan;

	TRY(transform_request_read(a, transform, is_ndjson, limits, &request, &found, err));
	for (size_t i = 0; i < found.n_items; i++)
		json_problem_add(problems, join(a, pointer, found.items[i].pointer), "%s",
		                 found.items[i].detail);
	if (found.n_items > 0)
		return 0;

	const struct plan_input source = {
		.pipeline = request.pipeline,
		.let = request.let,
		.limits = request.limits,
		.rules = 0, /* the pipeline as it was sent */
	};
	int rc = plan_compile(a, &source, &plan, ret_problems, err);
	if (rc == ERR_PIPELINE) {
		for (struct problem *p = *ret_problems; p != NULL; p = p->next)
			place(pointer, &p->err);
		place(pointer, err);
	}
	TRY(rc);
	if (!request.has_documents && !plan_has_documents(plan)) {
		json_problem_add(problems, join(a, pointer, "/documents"),
		                 "is required, unless the first stage is $documents");
		return 0;
	}
	return job_input_count(a, &request, &n_documents, err);
}
