/* engine/query and the stages that join: rules change nothing, and products do not pile up. */
#include "tests/lib/test.h"

#include <string.h>

#include "base/buf.h"
#include "engine/engine.h"
#include "tests/lib/random_json.h"

#define NOW_MS INT64_C(1700000000000)

/* What comes of a pipeline: the documents as text, or why there are none. */
struct answer {
	struct buf text;
	struct err err;
	size_t peak;
	int rc;
};

static struct str padded(struct arena *a, const char *text)
{
	size_t len = strlen(text);
	char *copy = arena_zalloc(a, 1, len + READ_PADDING);

	memcpy(copy, text, len);
	return (struct str){ copy, len };
}

static struct value json(struct arena *a, const char *text)
{
	const struct read_limits limits = READ_LIMITS_DEFAULT;
	struct str s = padded(a, text);
	struct err err = ERR_INIT;
	struct value v;

	assert_int_equal(read_check(a, s, s.data, &limits, &v, &err), 0);
	return value_decode(a, v);
}

static struct run_text text_of(struct str s)
{
	return (struct run_text){ .text = s.data, .len = s.len, .format = READ_ARRAY };
}

static void run(struct arena *a, const char *pipeline, const char *documents, const char *foreign,
                unsigned rules, size_t memory, struct answer *ret)
{
	const struct plan_input plan_input = {
		.pipeline = json(a, pipeline),
		.let = MISSING,
		.limits = LIMITS_DEFAULT,
		.rules = rules,
	};
	struct run_collection collection = { .name = STR("f"), .text = text_of(padded(a, foreign)) };
	struct budget budget = BUDGET(memory);
	struct run_writer writer = { .out = &ret->text };
	struct arena stats;
	struct plan *plan;

	*ret = (struct answer){ .err = ERR_INIT };
	buf_init(&ret->text, 64 << 20);
	ret->rc = plan_compile(a, &plan_input, &plan, NULL, &ret->err);
	assert_int_equal(ret->rc, 0);
	arena_init(&stats, &budget);
	const struct run_input input = {
		.plan = plan,
		.documents = text_of(padded(a, documents)),
		.collections = &collection,
		.n_collections = 1,
		.limits = LIMITS_DEFAULT,
		.now_ms = NOW_MS,
		.sink = run_write,
		.sink_arg = &writer,
	};
	ret->rc = run_transform(&stats, &budget, &input, NULL, &ret->err);
	arena_deinit(&stats);
	ret->peak = budget.peak;
	assert_int_equal(budget.used, 0);
}

static struct str text(const struct answer *a)
{
	return (struct str){ a->text.data, a->text.len };
}

static void assert_same(const char *pipeline, const char *documents, const char *foreign)
{
	struct budget budget = BUDGET(64 << 20);
	struct answer with, without;
	struct arena a;

	arena_init(&a, &budget);
	run(&a, pipeline, documents, foreign, (unsigned)PLAN_RULES_ALL, 64 << 20, &with);
	run(&a, pipeline, documents, foreign, 0, 64 << 20, &without);
	if (with.rc != without.rc || !str_eq(text(&with), text(&without)))
		fail_msg("%s\nof %s\nand %s\nis %.*s\nwithout rules %.*s", pipeline, documents,
		         foreign, STR_ARG(text(&with)), STR_ARG(text(&without)));
	buf_deinit(&with.text);
	buf_deinit(&without.text);
	arena_deinit(&a);
}

static const char *pick(struct random *r, const char *const *list, size_t n)
{
	return list[random_below(r, n)];
}

#define PICK(r, list) pick(r, list, ARRAY_LEN(list))

/* Values that are near one another, in several spellings. */
static const char *const values[] = {
	"0",
	"-0",
	"0.0",
	"1",
	"1.0",
	"1e0",
	"-12",
	"12345678901234567890",
	"9007199254740993",
	"9007199254740992.0",
	"true",
	"false",
	"null",
	"\"\"",
	"\"a\"",
	"\"\\u0061\"",
	"\"a\\n\"",
	"\"\\\\n\"",
	"\"\\n\"",
	"\"word\"",
	"\"\xc3\xa9\"",
	"\"\\u00e9\"",
	"[]",
	"[1]",
	"[1,2]",
	"[null]",
	"[\"a\",\"b\"]",
	"[[1]]",
	"{}",
	"{\"a\":1}",
	"{\"a\":1.0}",
	"{\"a\":null}",
	"{\"$date\":\"2024-01-01T00:00:00Z\"}",
	"{\"$date\":0}",
	"{\"$numberDouble\":\"NaN\"}",
	"{\"$numberLong\":\"1\"}",
};

static void put_documents(struct random *r, struct buf *out, size_t n_max)
{
	static const char *const keys[] = { "\"a\"", "\"b\"", "\"c\"", "\"\\u0061\"" };

	buf_append_char(out, '[');
	for (size_t i = 0, n = random_below(r, n_max); i < n; i++) {
		buf_append_cstr(out, i > 0 ? ",{" : "{");
		for (size_t k = 0, n_keys = random_below(r, 5); k < n_keys; k++) {
			if (k > 0)
				buf_append_char(out, ',');
			buf_append_cstr(out, PICK(r, keys));
			buf_append_cstr(out, ": ");
			buf_append_cstr(out, PICK(r, values));
		}
		buf_append_char(out, '}');
	}
	buf_append_cstr(out, "]");
	buf_append(out, "", 1);
}

static void put_filter(struct random *r, struct buf *out)
{
	static const char *const keys[] = { "a", "b", "c", "a.a", "a.0", "d" };
	static const char *const ops[] = { "$eq", "$gt", "$gte", "$lt", "$lte", "$ne" };

	buf_append_cstr(out, "[{\"$match\":{");
	for (size_t i = 0, n = 1 + random_below(r, 2); i < n; i++) {
		buf_printf(out, "%s\"%s\":", i > 0 ? "," : "", PICK(r, keys));
		if (random_below(r, 3) > 0) {
			buf_printf(out, "{\"%s\":%s}", PICK(r, ops), PICK(r, values));
			continue;
		}
		buf_printf(out, "{\"%s\":[", random_below(r, 2) == 0 ? "$in" : "$nin");
		for (size_t k = 0, n_items = random_below(r, 5); k < n_items; k++)
			buf_printf(out, "%s%s", k > 0 ? "," : "", PICK(r, values));
		buf_append_cstr(out, "]}");
	}
	buf_append_cstr(out, "}}]");
	buf_append(out, "", 1);
}

static void short_cuts_change_no_answer(void **state)
{
	struct random r = random_seeded();
	struct buf documents, filter;

	(void)state;
	buf_init(&documents, 1 << 20);
	buf_init(&filter, 1 << 20);
	for (int i = 0; i < 3000; i++) {
		documents.len = filter.len = 0;
		put_documents(&r, &documents, 12);
		put_filter(&r, &filter);
		assert_same(filter.data, documents.data, "[]");
	}
	buf_deinit(&documents);
	buf_deinit(&filter);
}

/* An index that answers an equality first, and a pipeline that asks every document itself. */
static void joins_by_index_change_no_answer(void **state)
{
	static const char *const pipelines[] = {
		"[{\"$lookup\":{\"from\":\"f\",\"let\":{\"k\":\"$a\"},\"pipeline\":[{\"$match\":{\"$expr\":"
		"{\"$eq\":[\"$b\",\"$$k\"]}}}],\"as\":\"d\"}}]",
		"[{\"$lookup\":{\"from\":\"f\",\"let\":{\"k\":\"$a\"},\"pipeline\":[{\"$match\":{\"$expr\":"
		"{\"$and\":[{\"$gt\":[\"$c\",0]},{\"$eq\":[\"$$k\",\"$a\"]}]}}}],\"as\":\"d.e\"}}]",
		"[{\"$lookup\":{\"from\":\"f\",\"localField\":\"a\",\"foreignField\":\"b\",\"as\":\"d\"}},"
		"{\"$match\":{\"c\":{\"$gt\":0}}}]",
	};
	struct random r = random_seeded();
	struct buf documents, foreign;

	(void)state;
	buf_init(&documents, 1 << 20);
	buf_init(&foreign, 1 << 20);
	for (int i = 0; i < 600; i++) {
		documents.len = foreign.len = 0;
		put_documents(&r, &documents, 8);
		put_documents(&r, &foreign, 12);
		assert_same(PICK(&r, pipelines), documents.data, foreign.data);
	}
	buf_deinit(&documents);
	buf_deinit(&foreign);
}

/* A field's documents by index are those that $in finds. */
static void lookup_finds_what_in_finds(void **state)
{
	struct random r = random_seeded();
	struct buf documents, foreign, pipeline;
	struct budget budget = BUDGET(64 << 20);
	struct arena a;

	(void)state;
	arena_init(&a, &budget);
	buf_init(&documents, 1 << 20);
	buf_init(&foreign, 1 << 20);
	buf_init(&pipeline, 1 << 20);
	for (int i = 0; i < 600; i++) {
		const char *value = PICK(&r, values);
		struct answer joined, found;

		if (value[0] == '[')
			continue; /* stands for its items */
		documents.len = foreign.len = pipeline.len = 0;
		put_documents(&r, &foreign, 12);
		buf_printf(&documents, "[{\"k\":%s}]", value);
		buf_printf(&pipeline, "[{\"$match\":{\"b.a\":{\"$in\":[%s]}}}]", value);
		buf_append(&documents, "", 1);
		buf_append(&pipeline, "", 1);
		run(&a,
		    "[{\"$lookup\":{\"from\":\"f\",\"localField\":\"k\",\"foreignField\":\"b.a\",\"as\":"
		    "\"d\"}},{\"$unwind\":\"$d\"},{\"$replaceWith\":\"$d\"}]",
		    documents.data, foreign.data, (unsigned)PLAN_RULES_ALL, 64 << 20, &joined);
		run(&a, pipeline.data, foreign.data, "[]", 0, 64 << 20, &found);
		assert_int_equal(joined.rc, 0);
		assert_int_equal(found.rc, 0);
		if (!str_eq(text(&joined), text(&found)))
			fail_msg("%s in %s: %.*s, but $in finds %.*s", value, foreign.data,
			         STR_ARG(text(&joined)), STR_ARG(text(&found)));
		buf_deinit(&joined.text);
		buf_deinit(&found.text);
		arena_reset(&a);
	}
	buf_deinit(&documents);
	buf_deinit(&foreign);
	buf_deinit(&pipeline);
	arena_deinit(&a);
}

/* 100 x 100 x 100 documents from one, 100 from each of 100, in the memory of a few batches. */
static void a_product_takes_the_memory_of_a_batch(void **state)
{
	static const char *const pipelines[] = {
		"[{\"$set\":{\"a\":{\"$range\":[0,100]},\"b\":{\"$range\":[0,100]}}},{\"$unwind\":\"$a\"},"
		"{\"$unwind\":\"$b\"},{\"$set\":{\"c\":{\"$range\":[0,100]}}},{\"$unwind\":\"$c\"},"
		"{\"$count\":\"n\"}]",
		"[{\"$set\":{\"a\":{\"$range\":[0,1000]}}},{\"$unwind\":\"$a\"},{\"$lookup\":{\"from\":\"f\","
		"\"pipeline\":[],\"as\":\"d\"}},{\"$unwind\":\"$d\"},{\"$lookup\":{\"from\":\"f\",\"let\":"
		"{\"k\":\"$a\"},\"pipeline\":[{\"$match\":{\"$expr\":{\"$lt\":[\"$x\",\"$$k\"]}}},{\"$set\":"
		"{\"y\":\"$$k\"}}],\"as\":\"e\"}},{\"$unwind\":\"$e\"},{\"$count\":\"n\"}]",
	};
	static const char *const expected[] = { "{\"n\":1000000}", "{\"n\":99450}" };
	struct budget budget = BUDGET(64 << 20);
	struct arena a;

	(void)state;
	arena_init(&a, &budget);
	for (size_t i = 0; i < ARRAY_LEN(pipelines); i++) {
		struct answer answer;

		run(&a, pipelines[i], "[{}]",
		    "[{\"x\":0},{\"x\":1},{\"x\":2},{\"x\":3},{\"x\":4},{\"x\":5},"
		    "{\"x\":6},{\"x\":7},{\"x\":8},{\"x\":9}]",
		    (unsigned)PLAN_RULES_ALL, 8 << 20, &answer);
		if (answer.rc != 0)
			fail_msg("%s: %s", pipelines[i], answer.err.message);
		buf_append(&answer.text, "", 1);
		assert_string_equal(answer.text.data, expected[i]);
		buf_deinit(&answer.text);
	}
	arena_deinit(&a);
}

/* Each document leads to each other: 300 x 300 links, looked up once a value. */
static void graph_lookup_reaches_each_document_once(void **state)
{
	struct budget budget = BUDGET(64 << 20);
	struct answer answer;
	struct buf foreign;
	struct arena a;

	(void)state;
	arena_init(&a, &budget);
	buf_init(&foreign, 16 << 20);
	buf_append_char(&foreign, '[');
	for (int i = 0; i < 300; i++) {
		buf_printf(&foreign, "%s{\"n\":%d,\"to\":[0", i > 0 ? "," : "", i);
		for (int k = 1; k < 300; k++)
			buf_printf(&foreign, ",%d", k);
		buf_append_cstr(&foreign, "]}");
	}
	buf_append_char(&foreign, ']');
	buf_append(&foreign, "", 1);
	run(&a,
	    "[{\"$graphLookup\":{\"from\":\"f\",\"startWith\":\"$s\",\"connectFromField\":\"to\","
	    "\"connectToField\":\"n\",\"as\":\"h\"}},{\"$replaceWith\":{\"n\":{\"$size\":\"$h\"}}}]",
	    "[{\"s\":0},{\"s\":[5,6,7]},{\"s\":300}]", foreign.data, (unsigned)PLAN_RULES_ALL,
	    64 << 20, &answer);
	assert_int_equal(answer.rc, 0);
	buf_append(&answer.text, "", 1);
	assert_string_equal(answer.text.data, "{\"n\":300},{\"n\":300},{\"n\":0}");
	buf_deinit(&answer.text);
	buf_deinit(&foreign);
	arena_deinit(&a);
}

static void pipelines_nest_twenty_deep_and_no_deeper(void **state)
{
	struct budget budget = BUDGET(64 << 20);

	(void)state;
	for (int depth = 20; depth <= 21; depth++) {
		struct problem *problems = NULL;
		struct err err = ERR_INIT;
		struct arena a;
		struct buf nested;
		struct plan *plan;

		arena_init(&a, &budget);
		buf_init(&nested, 1 << 20);
		buf_append_char(&nested, '[');
		for (int i = 0; i < depth; i++)
			buf_append_cstr(&nested,
			                "{\"$lookup\":{\"from\":\"f\",\"as\":\"d\",\"pipeline\":[");
		for (int i = 0; i < depth; i++)
			buf_append_cstr(&nested, "]}}");
		buf_append_char(&nested, ']');
		buf_append(&nested, "", 1);
		const struct plan_input input = {
			.pipeline = json(&a, nested.data),
			.let = MISSING,
			.limits = LIMITS_DEFAULT,
			.rules = (unsigned)PLAN_RULES_ALL,
		};
		assert_int_equal(plan_compile(&a, &input, &plan, &problems, &err),
		                 depth <= 20 ? 0 : ERR_PIPELINE);
		assert_int_equal(err.mongo_code, depth <= 20 ? 0 : 232);
		buf_deinit(&nested);
		arena_deinit(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_cuts_change_no_answer),
		cmocka_unit_test(joins_by_index_change_no_answer),
		cmocka_unit_test(lookup_finds_what_in_finds),
		cmocka_unit_test(a_product_takes_the_memory_of_a_batch),
		cmocka_unit_test(graph_lookup_reaches_each_document_once),
		cmocka_unit_test(pipelines_nest_twenty_deep_and_no_deeper),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
