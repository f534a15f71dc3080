/* engine/plan_cache: what is the same plan, what is not, and how much is kept. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "engine/plan_cache.h"

#define MEMORY ((size_t)64 << 20)
#define NOW_MS INT64_C(1700000000000)

/* A cache, and the memory of one request. */
struct bench {
	struct plan_cache *cache;
	struct budget budget;
	struct arena a;
	struct err err;
};

static void bench_init(struct bench *b, size_t bytes_max)
{
	*b = (struct bench){ .budget = BUDGET(MEMORY), .err = ERR_INIT };
	arena_init(&b->a, &b->budget);
	assert_int_equal(plan_cache_create(bytes_max, &b->cache, &b->err), 0);
}

static void bench_deinit(struct bench *b)
{
	arena_deinit(&b->a);
	plan_cache_destroy(b->cache);
}

static struct str padded(struct bench *b, const char *text)
{
	size_t len = strlen(text);
	char *copy = arena_zalloc(&b->a, 1, len + READ_PADDING);

	memcpy(copy, text, len);
	return (struct str){ copy, len };
}

static struct value json(struct bench *b, const char *text)
{
	const struct read_limits limits = READ_LIMITS_DEFAULT;
	struct str s = padded(b, text);
	struct value v;

	assert_int_equal(read_check(&b->a, s, s.data, &limits, &v, &b->err), 0);
	return value_decode(&b->a, v);
}

static struct plan_source source_of(struct bench *b, const char *pipeline, const char *let)
{
	return (struct plan_source){
		.text = padded(b, pipeline),
		.let = let != NULL ? json(b, let) : MISSING,
		.limits = LIMITS_DEFAULT,
		.rules = (unsigned)PLAN_RULES_ALL,
	};
}

static struct held_plan hold(struct bench *b, const struct plan_source *source)
{
	struct held_plan held = { 0 };

	assert_int_equal(plan_cache_hold(b->cache, &b->a, source, &held, NULL, &b->err), 0);
	return held;
}

/* Hold and give back at once; was it found? */
static bool is_found(struct bench *b, const char *pipeline, const char *let)
{
	struct plan_source source = source_of(b, pipeline, let);
	struct held_plan held = hold(b, &source);
	bool found = held.is_found;

	plan_release(&held);
	return found;
}

struct asked {
	const char *pipeline, *let, *documents, *collection;
	int64_t now_ms;
	uint64_t seed;
};

static void expect_answer(struct bench *b, struct asked asked, bool want_found, const char *want)
{
	struct plan_source source = source_of(b, asked.pipeline, asked.let);
	struct held_plan held = hold(b, &source);
	struct budget budget = BUDGET(MEMORY);
	struct run_collection collection = { .name = STR("f") };
	struct buf out;
	struct run_writer writer = { .out = &out };
	struct str documents = padded(b, asked.documents);
	struct run_input input = {
		.plan = held.plan,
		.documents = { documents.data, documents.len, documents.data, READ_ARRAY },
		.let = source.let,
		.limits = LIMITS_DEFAULT,
		.now_ms = asked.now_ms,
		.seed = asked.seed,
		.sink = run_write,
		.sink_arg = &writer,
	};

	if (asked.collection != NULL) {
		struct str text = padded(b, asked.collection);

		collection.text = (struct run_text){ text.data, text.len, text.data, READ_ARRAY };
		input.collections = &collection;
		input.n_collections = 1;
	}
	buf_init(&out, 1 << 20);
	assert_int_equal(held.is_found, want_found);
	assert_int_equal(run_transform(&b->a, &budget, &input, NULL, &b->err), 0);
	buf_append_char(&out, '\0');
	assert_string_equal(out.data, want);
	buf_deinit(&out);
	plan_release(&held);
}

TEST(the_same_bytes_are_the_same_plan) {
	struct bench b;

	(void)state;
	bench_init(&b, 1 << 20);
	assert_false(is_found(&b, "[{\"$limit\":1}]", NULL));
	assert_true(is_found(&b, "[{\"$limit\":1}]", NULL));
	assert_false(is_found(&b, "[{\"$limit\":2}]", NULL));
	assert_false(is_found(&b, "[{\"$limit\": 1}]", NULL));
	assert_true(is_found(&b, "[{\"$limit\":1}]", NULL));
	bench_deinit(&b);
}

TEST(rules_and_limits_that_compiling_looks_at_are_part_of_the_key) {
	struct bench b;

	(void)state;
	bench_init(&b, 1 << 20);
	struct plan_source source = source_of(&b, "[{\"$limit\":1}]", NULL);
	struct plan_source others[] = { source, source, source, source, source };
	others[0].rules = 0;
	others[1].limits.depth_max--;
	others[2].limits.key_len_max--;
	others[3].limits.stages_max--;
	others[4].limits.regex_steps_max--;
	struct held_plan held = hold(&b, &source);
	plan_release(&held);
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		held = hold(&b, &others[i]);
		assert_false(held.is_found);
		plan_release(&held);
	}
	bench_deinit(&b);
}

TEST(limits_of_the_run_are_not) {
	struct bench b;

	(void)state;
	bench_init(&b, 1 << 20);
	struct plan_source source = source_of(&b, "[{\"$limit\":1}]", NULL);
	struct held_plan held = hold(&b, &source);
	plan_release(&held);
	source.limits.time_ms_max = 7;
	source.limits.documents_max = 7;
	source.limits.output_max = 7;
	held = hold(&b, &source);
	assert_true(held.is_found);
	plan_release(&held);
	bench_deinit(&b);
}

TEST(values_of_let_belong_to_each_run) {
	const char *pipeline = "[{\"$project\":{\"r\":{\"$add\":[\"$$x\",{\"$size\":\"$$y\"}]}}}]";
	struct bench b;

	(void)state;
	bench_init(&b, 1 << 20);
	expect_answer(&b, (struct asked){ pipeline, "{\"x\":1,\"y\":[1]}", "[{}]", NULL, 0, 0 },
	              false, "{\"r\":2}");
	expect_answer(&b, (struct asked){ pipeline, "{\"x\":10,\"y\":[]}", "[{}]", NULL, 0, 0 },
	              true, "{\"r\":10}");
	/* In another order the names have other places. */
	expect_answer(&b, (struct asked){ pipeline, "{\"y\":[],\"x\":30}", "[{}]", NULL, 0, 0 },
	              false, "{\"r\":30}");
	bench_deinit(&b);
}

TEST(names_of_let_are_part_of_the_key) {
	struct bench b;

	(void)state;
	bench_init(&b, 1 << 20);
	assert_false(is_found(&b, "[]", NULL));
	assert_false(is_found(&b, "[]", "{}"));
	assert_false(is_found(&b, "[]", "{\"a\":1}"));
	assert_false(is_found(&b, "[]", "{\"a\":1,\"b\":1}"));
	assert_false(is_found(&b, "[]", "{\"ab\":1}"));
	assert_true(is_found(&b, "[]", "{\"ab\":{\"deep\":[1]}}"));
	bench_deinit(&b);
}

TEST(now_belongs_to_each_run) {
	const char *pipeline = "[{\"$project\":{\"r\":{\"$toLong\":\"$$NOW\"}}}]";
	struct bench b;

	(void)state;
	bench_init(&b, 1 << 20);
	expect_answer(&b, (struct asked){ pipeline, NULL, "[{}]", NULL, NOW_MS, 0 }, false,
	              "{\"r\":1700000000000}");
	expect_answer(&b, (struct asked){ pipeline, NULL, "[{}]", NULL, NOW_MS + 1, 0 }, true,
	              "{\"r\":1700000000001}");
	bench_deinit(&b);
}

TEST(collections_belong_to_each_run) {
	const char *pipeline = "[{\"$lookup\":{\"from\":\"f\",\"localField\":\"k\","
			       "\"foreignField\":\"k\",\"as\":\"r\"}}]";
	struct bench b;

	(void)state;
	bench_init(&b, 1 << 20);
	expect_answer(&b,
	              (struct asked){ pipeline, NULL, "[{\"k\":1}]", "[{\"k\":1,\"v\":1}]", 0, 0 },
	              false, "{\"k\":1,\"r\":[{\"k\":1,\"v\":1}]}");
	expect_answer(&b,
	              (struct asked){ pipeline, NULL, "[{\"k\":1}]", "[{\"k\":2,\"v\":1}]", 0, 0 },
	              true, "{\"k\":1,\"r\":[]}");
	bench_deinit(&b);
}

TEST(the_seed_belongs_to_each_run) {
	const char *pipeline = "[{\"$project\":{\"r\":{\"$lt\":[{\"$rand\":{}},0.5]}}}]";
	struct bench b;
	bool seen[2] = { false, false };

	(void)state;
	bench_init(&b, 1 << 20);
	for (uint64_t seed = 0; seed < 64; seed++) {
		struct plan_source source = source_of(&b, pipeline, NULL);
		struct held_plan held = hold(&b, &source);
		struct str documents = padded(&b, "[{}]");
		struct buf out;
		struct run_writer writer = { .out = &out };
		struct run_input input = {
			.plan = held.plan,
			.documents = { documents.data, documents.len, documents.data, READ_ARRAY },
			.limits = LIMITS_DEFAULT,
			.seed = seed,
			.sink = run_write,
			.sink_arg = &writer,
		};

		buf_init(&out, 1 << 20);
		assert_int_equal(run_transform(&b.a, &b.budget, &input, NULL, &b.err), 0);
		seen[memmem(out.data, out.len, "true", 4) != NULL] = true;
		buf_deinit(&out);
		plan_release(&held);
	}
	assert_true(seen[0] && seen[1]);
	bench_deinit(&b);
}

TEST(the_oldest_goes_first_and_the_bytes_are_bounded) {
	struct bench b;
	char pipeline[64];

	(void)state;
	bench_init(&b, 256 << 10);
	for (int i = 1; i <= 200; i++) {
		snprintf(pipeline, sizeof pipeline, "[{\"$limit\":%d}]", i);
		assert_false(is_found(&b, pipeline, NULL));
		assert_true(is_found(&b, "[{\"$limit\":1}]", NULL)); /* used again and again */
		assert_true(plan_cache_stats(b.cache).n_bytes <= 256 << 10);
	}
	assert_true(plan_cache_stats(b.cache).n_plans > 8);
	assert_true(plan_cache_stats(b.cache).n_plans < 200);
	assert_true(is_found(&b, "[{\"$limit\":200}]", NULL));
	assert_false(is_found(&b, "[{\"$limit\":2}]", NULL));
	bench_deinit(&b);
}

TEST(a_plan_that_is_held_outlives_the_cache) {
	struct bench b;

	(void)state;
	bench_init(&b, 1 << 20);
	struct plan_source source = source_of(&b, "[{\"$limit\":1}]", NULL);
	struct held_plan held = hold(&b, &source);
	plan_cache_destroy(b.cache);
	b.cache = NULL;
	assert_string_equal(plan_stage_name(held.plan, 0), "$limit");
	plan_release(&held);
	bench_deinit(&b);
}

TEST(a_plan_that_would_fill_the_cache_is_not_kept) {
	struct bench b;
	struct buf text;

	(void)state;
	bench_init(&b, 64 << 10);
	buf_init(&text, 1 << 20);
	buf_append_cstr(&text, "[{\"$match\":{\"a\":\"");
	for (int i = 0; i < 16 << 10; i++)
		buf_append_char(&text, 'x');
	buf_append_cstr(&text, "\"}}]");
	buf_append_char(&text, '\0');
	assert_false(is_found(&b, text.data, NULL));
	assert_false(is_found(&b, text.data, NULL));
	assert_int_equal(plan_cache_stats(b.cache).n_plans, 0);
	buf_deinit(&text);
	bench_deinit(&b);
}

TEST(a_cache_of_no_bytes_keeps_nothing) {
	struct bench b;

	(void)state;
	bench_init(&b, 0);
	assert_false(is_found(&b, "[{\"$limit\":1}]", NULL));
	assert_false(is_found(&b, "[{\"$limit\":1}]", NULL));
	bench_deinit(&b);
}

TEST(what_does_not_compile_is_reported_each_time_and_not_kept) {
	struct bench b;

	(void)state;
	bench_init(&b, 1 << 20);
	for (int i = 0; i < 2; i++) {
		struct plan_source source =
			source_of(&b, "[{\"$limt\":1},{\"$limit\":0},{\"$limit\":1}]", NULL);
		struct held_plan held = { 0 };
		struct problem *problems = NULL;

		assert_int_equal(plan_cache_hold(b.cache, &b.a, &source, &held, &problems, &b.err),
		                 ERR_PIPELINE);
		assert_string_equal(problems->err.pointer, "/pipeline/0");
		assert_string_equal(problems->err.message, b.err.message);
		assert_string_equal(problems->next->err.pointer, "/pipeline/1/$limit");
		assert_null(problems->next->next);
		assert_null(held.plan);
	}
	assert_int_equal(plan_cache_stats(b.cache).n_plans, 0);
	bench_deinit(&b);
}

TEST(found_or_made_a_plan_meets_the_same_limit_of_memory) {
	struct bench b, poor;
	struct held_plan held = { 0 };

	(void)state;
	bench_init(&b, 1 << 20);
	bench_init(&poor, 1 << 20);
	struct plan_source source = source_of(&b, "[{\"$limit\":1}]", NULL);
	size_t before = b.budget.used;
	held = hold(&b, &source);
	size_t made = b.budget.used - before;
	plan_release(&held);
	held = hold(&b, &source);
	assert_true(held.is_found);
	assert_int_equal(b.budget.used - before, 2 * made);
	plan_release(&held);
	/* Too little for it, found or not: arenas make do with less, but not with so little. */
	b.budget.limit = b.budget.used + made / 4;
	poor.budget.limit = poor.budget.used + made / 4;
	assert_int_equal(plan_cache_hold(b.cache, &b.a, &source, &held, NULL, &b.err), ERR_NOMEM);
	assert_int_equal(plan_cache_hold(poor.cache, &poor.a, &source, &held, NULL, &poor.err),
	                 ERR_NOMEM);
	assert_int_equal(plan_cache_stats(poor.cache).n_plans, 0);
	bench_deinit(&poor);
	bench_deinit(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_same_bytes_are_the_same_plan),
		RUN(rules_and_limits_that_compiling_looks_at_are_part_of_the_key),
		RUN(limits_of_the_run_are_not),
		RUN(values_of_let_belong_to_each_run),
		RUN(names_of_let_are_part_of_the_key),
		RUN(now_belongs_to_each_run),
		RUN(collections_belong_to_each_run),
		RUN(the_seed_belongs_to_each_run),
		RUN(the_oldest_goes_first_and_the_bytes_are_bounded),
		RUN(a_plan_that_is_held_outlives_the_cache),
		RUN(a_plan_that_would_fill_the_cache_is_not_kept),
		RUN(a_cache_of_no_bytes_keeps_nothing),
		RUN(what_does_not_compile_is_reported_each_time_and_not_kept),
		RUN(found_or_made_a_plan_meets_the_same_limit_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
