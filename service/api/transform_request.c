/* The body of a transform, taken apart. */
#include "api/transform_request.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "doc/date.h"
#include "json/read.h"

struct reading {
	struct arena *arena;
	struct str body;
	struct transform_request *request;
	struct json_problems *problems;
	bool is_ndjson;
	unsigned seen; /* bit i: members[i] */
};

typedef int member_fn(struct reading *r, struct str text, struct err *err);

/* Check a part of the body; levels is how deep the values that the limit is meant for lie in it. */
static int check(struct reading *r, struct str text, uint32_t levels, struct value *ret,
                 struct err *err)
{
	const struct limits *limits = &r->request->limits;
	struct read_limits read_limits = READ_LIMITS_DEFAULT;
	struct value raw;

	read_limits.depth_max = limits->depth_max + levels;
	read_limits.key_len_max = limits->key_len_max;

	int rc = read_check(r->arena, text, r->body.data, &read_limits, &raw, err);
	if (rc == ERR_DEPTH)
		snprintf(err->message, sizeof err->message, "nested deeper than %u levels",
		         limits->depth_max);
	TRY(rc);
	*ret = value_decode(r->arena, raw);
	if (arena_failed(r->arena))
		return err_nomem(err, "the request");
	return 0;
}

/* A list of documents as a span.  What is no list is looked at here: it may not even be JSON. */
static int read_list(struct reading *r, struct str text, const char *pointer, struct run_text *ret,
                     struct err *err)
{
	struct value v;

	*ret = (struct run_text){ text.data, text.len, r->body.data, READ_ARRAY };
	if (text.len > 0 && text.data[0] == '[')
		return 0;
	TRY(check(r, text, 0, &v, err));
	json_problem_add(r->problems, pointer, "must be a list of documents, not %s",
	                 value_type_name(v.type));
	return 0;
}

static int read_documents(struct reading *r, struct str text, struct err *err)
{
	if (r->is_ndjson) {
		json_problem_add(r->problems, "/documents",
		                 "must be left out here: documents are the lines that follow");
		return 0;
	}
	r->request->has_documents = true;
	return read_list(r, text, "/documents", &r->request->documents, err);
}

static int read_pipeline(struct reading *r, struct str text, struct err *err)
{
	r->request->pipeline_text = str_trim(text);
	return check(r, text, 1, &r->request->pipeline, err);
}

static int read_let(struct reading *r, struct str text, struct err *err)
{
	TRY(check(r, text, 1, &r->request->let, err));
	if (r->request->let.type != VALUE_OBJECT)
		json_problem_add(r->problems, "/let", "must be an object, not %s",
		                 value_type_name(r->request->let.type));
	return 0;
}

static bool is_named_twice(const struct transform_request *request, struct str name)
{
	for (size_t i = 0; i < request->n_collections; i++)
		if (str_eq(request->collections[i].name, name))
			return true;
	return false;
}

static int read_collection(void *arg, struct str key, struct str text, struct err *err)
{
	struct reading *r = arg;
	struct transform_request *request = r->request;

	if (r->problems->n_left_out > 0)
		return 0;

	const char *pointer = json_pointer(r->arena, "/collections", key);
	if (is_named_twice(request, key)) {
		json_problem_add(r->problems, pointer, "is given twice");
		return 0;
	}
	if (request->n_collections == TRANSFORM_COLLECTIONS_MAX) {
		json_problem_add(r->problems, "/collections", "has more than %d members",
		                 TRANSFORM_COLLECTIONS_MAX);
		return 0;
	}

	struct run_collection *items = arena_extend(r->arena, request->collections,
	                                            request->n_collections,
	                                            &request->n_collections_max, sizeof *items);
	char *name = arena_strndup(r->arena, key.data, key.len);
	if (items == NULL || name == NULL)
		return err_nomem(err, "the names of collections");
	request->collections = items;
	items[request->n_collections].name = (struct str){ name, key.len };
	return read_list(r, text, pointer, &items[request->n_collections++].text, err);
}

static int read_collections(struct reading *r, struct str text, struct err *err)
{
	struct value v;

	if (text.len > 0 && text.data[0] == '{')
		return read_members(r->arena, text, read_collection, r, err);
	TRY(check(r, text, 0, &v, err));
	json_problem_add(r->problems, "/collections", "must be an object, not %s",
	                 value_type_name(v.type));
	return 0;
}

/* A date, or the text of one. */
static void read_now(struct reading *r, struct value options)
{
	struct value now = object_get(r->arena, options.object, STR("now"));

	if (now.type == VALUE_DATE)
		r->request->now_ms = now.i64;
	else if (now.type != VALUE_MISSING &&
	         (now.type != VALUE_STRING || !date_parse(value_str(now), &r->request->now_ms)))
		json_problem_add(r->problems, "/options/now",
		                 "must be a moment such as \"2026-02-28T23:59:58.123Z\"");
}

static void read_option_members(struct reading *r, struct json_reader *options)
{
	static const char *const explain[] = { "none", "stages" };
	struct transform_request *request = r->request;
	/* The next one could be another number that was rounded. */
	const int64_t whole_max = (INT64_C(1) << 53) - 1;
	size_t explained;
	int64_t n;

	/* A wish for more than the service allows gets what it allows. */
	if (json_read_int(options, "max_time_ms", 1, whole_max, &n) == JSON_READ &&
	    (request->limits.time_ms_max == 0 || (uint64_t)n < request->limits.time_ms_max))
		request->limits.time_ms_max = (uint64_t)n;
	if (json_read_int(options, "max_memory_bytes", 1, whole_max, &n) == JSON_READ)
		request->limits.memory_max = MIN(request->limits.memory_max, (uint64_t)n);
	if (json_read_int(options, "seed", -whole_max, whole_max, &n) == JSON_READ)
		request->seed = (uint64_t)n;
	if (json_read_choice(options, "explain", explain, ARRAY_LEN(explain), &explained) ==
	    JSON_READ)
		request->is_explained = explained == 1;
	json_ignore(options, "now"); /* has been read: it may be a {"$date": …} */
	json_reader_finish(options);
}

static int read_options(struct reading *r, struct str text, struct err *err)
{
	CLEANUP(json_reader_deinit) struct json_reader options = { 0 };
	struct value v;

	TRY(check(r, text, 1, &v, err));
	TRY(json_reader_init(&options, text, "/options", r->problems, err));
	if (v.type != VALUE_OBJECT)
		return 0; /* the reader has said so */
	read_now(r, v);
	read_option_members(r, &options);
	return 0;
}

static const char *const member_names[] = {
	"documents", "pipeline", "collections", "let", "options",
};

static member_fn *const member_fns[ARRAY_LEN(member_names)] = {
	read_documents, read_pipeline, read_collections, read_let, read_options,
};

static void refuse_unknown(struct reading *r, struct str key)
{
	const char *meant = str_suggest(key, member_names, ARRAY_LEN(member_names));
	bool is_short = key.len <= 64;

	json_problem_add(r->problems, is_short ? json_pointer(r->arena, "", key) : "",
	                 "unknown member \"%.*s%s\"%s%s%s", is_short ? (int)key.len : 0, key.data,
	                 is_short ? "" : "…", meant == NULL ? "" : ", did you mean \"",
	                 meant == NULL ? "" : meant, meant == NULL ? "" : "\"?");
}

static int read_member(void *arg, struct str key, struct str text, struct err *err)
{
	struct reading *r = arg;

	/* Nobody reads on after so many problems: a body full of them costs no more than its walk. */
	if (r->problems->n_left_out > 0)
		return 0;
	for (unsigned i = 0; i < ARRAY_LEN(member_names); i++) {
		if (!str_is(key, member_names[i]))
			continue;
		if (r->seen & (1u << i)) {
			json_problem_add(r->problems, json_pointer(r->arena, "", key),
			                 "is given twice");
			return 0;
		}
		r->seen |= 1u << i;
		return member_fns[i](r, text, err);
	}
	refuse_unknown(r, key);
	return 0;
}

/* The first line, which is the request; the documents are what follows it. */
static struct str first_line(struct reading *r)
{
	size_t end = str_find(r->body, '\n');
	size_t next = end + (end < r->body.len);

	r->request->has_documents = true;
	r->request->documents = (struct run_text){
		.text = r->body.data + next,
		.len = r->body.len - next,
		.text_start = r->body.data,
		.format = READ_NDJSON,
	};
	return (struct str){ r->body.data, end };
}

/* A body that is JSON but no object is a problem; one that is not JSON is an error. */
static int read_object(struct reading *r, struct str text, struct err *err)
{
	struct str trimmed = str_trim(text);
	struct value v;

	if (trimmed.len > 0 && trimmed.data[0] == '{')
		return read_members(r->arena, text, read_member, r, err);
	TRY(check(r, text, 0, &v, err));
	json_problem_add(r->problems, "", "must be an object, not %s", value_type_name(v.type));
	return 0;
}

int transform_request_read(struct arena *a, struct str body, bool is_ndjson,
                           const struct limits *limits, struct transform_request *ret,
                           struct json_problems *problems, struct err *err)
{
	struct transform_request request = {
		.pipeline = MISSING,
		.let = MISSING,
		.limits = *limits,
		.now_ms = clock_wall_ms(),
		.seed = hash_u64(clock_monotonic_ns()),
	};
	struct reading r = {
		.arena = a,
		.body = body,
		.request = &request,
		.problems = problems,
		.is_ndjson = is_ndjson,
	};

	TRY(read_object(&r, is_ndjson ? first_line(&r) : body, err));
	if (request.pipeline.type == VALUE_MISSING && problems->n_items == 0)
		json_problem_add(problems, "/pipeline", "is required");
	if (arena_failed(a))
		return err_nomem(err, "the request");
	*ret = request;
	return 0;
}
