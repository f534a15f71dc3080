/* engine/regex: compiling, matching, limits and the cache. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "engine/regex.h"

struct bench {
	struct budget budget;
	struct arena plan, keep, batch;
	struct limits limits;
	struct err err;
	struct eval ev;
};

static void bench_init(struct bench *b)
{
	*b = (struct bench){ .budget = BUDGET(64 << 20), .limits = LIMITS_DEFAULT, .err = ERR_INIT };
	arena_init(&b->plan, &b->budget);
	arena_init(&b->keep, &b->budget);
	arena_init(&b->batch, &b->budget);
	b->ev = (struct eval){
		.arena = &b->batch,
		.keep = &b->keep,
		.err = &b->err,
		.limits = &b->limits,
	};
}

static void bench_deinit(struct bench *b)
{
	arena_deinit(&b->batch);
	arena_deinit(&b->keep);
	arena_deinit(&b->plan);
	assert_int_equal(b->budget.used, 0);
}

static struct regex *must_compile(struct bench *b, const char *pattern, const char *options)
{
	struct regex_problem problem;
	struct regex *re = regex_compile(&b->plan, str_from(pattern), str_from(options), &problem);

	assert_non_null(re);
	return re;
}

static bool matches(struct bench *b, const struct regex *re, const char *text)
{
	bool ret = false;

	assert_int_equal(regex_matches(re, &b->ev, str_from(text), &ret), 0);
	return ret;
}

TEST(options_change_what_matches) {
	struct bench b;

	(void)state;
	bench_init(&b);
	assert_false(matches(&b, must_compile(&b, "ABC", ""), "xabc"));
	assert_true(matches(&b, must_compile(&b, "ABC", "i"), "xabc"));
	assert_true(matches(&b, must_compile(&b, "É", "iu"), "é"));
	assert_false(matches(&b, must_compile(&b, "^b$", ""), "a\nb\nc"));
	assert_true(matches(&b, must_compile(&b, "^b$", "m"), "a\nb\nc"));
	assert_false(matches(&b, must_compile(&b, "a.b", ""), "a\nb"));
	assert_true(matches(&b, must_compile(&b, "a.b", "s"), "a\nb"));
	assert_true(matches(&b, must_compile(&b, "a b # and so on", "x"), "ab"));
	assert_true(matches(&b, must_compile(&b, "^.$", ""), "\xF0\x9F\x98\x80"));
	bench_deinit(&b);
}

TEST(a_wrong_pattern_or_option_is_explained) {
	struct regex_problem problem;
	struct bench b;

	(void)state;
	bench_init(&b);
	assert_null(regex_compile(&b.plan, STR("("), STR(""), &problem));
	assert_int_equal(problem.fault, REGEX_FAULT_PATTERN);
	assert_string_equal(problem.message, "missing closing parenthesis");
	assert_null(regex_compile(&b.plan, STR("a"), STR("q"), &problem));
	assert_int_equal(problem.fault, REGEX_FAULT_OPTION);
	assert_string_equal(problem.message, "invalid flag in regex options: q");
	assert_false(arena_failed(&b.plan));
	bench_deinit(&b);
}

TEST(offsets_tell_the_groups) {
	const size_t *at;
	struct bench b;

	(void)state;
	bench_init(&b);
	struct regex *re = must_compile(&b, "(b)(x)?(c)", "");
	assert_int_equal(regex_n_pairs(re), 4);
	assert_int_equal(regex_find(re, &b.ev, STR("abcbc"), 2, &at), 0);
	assert_non_null(at);
	assert_int_equal(at[0], 3);
	assert_int_equal(at[1], 5);
	assert_int_equal(at[4], REGEX_UNSET);
	assert_int_equal(at[6], 4);
	assert_int_equal(regex_find(re, &b.ev, STR("abcbc"), 4, &at), 0);
	assert_null(at);
	bench_deinit(&b);
}

TEST(too_many_steps_are_an_error_that_names_the_limit) {
	struct bench b;
	bool ret;

	(void)state;
	bench_init(&b);
	struct regex *re = must_compile(&b, "(a+)+$", "");
	assert_int_equal(regex_matches(re, &b.ev, STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"), &ret),
	                 ERR_REGEX);
	assert_string_equal(b.err.limit, "max-regex-steps");
	re = must_compile(&b, "(*NO_JIT)(a+)+$", "");
	assert_int_equal(regex_matches(re, &b.ev, STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"), &ret),
	                 ERR_REGEX);
	bench_deinit(&b);
}

static bool is_cancelled_now(void *arg)
{
	(void)arg;
	return true;
}

TEST(a_long_text_is_searched_in_windows) {
	size_t len = 100001;
	char *text = malloc(len + 1);
	const size_t *at;
	struct bench b;

	(void)state;
	bench_init(&b);
	for (size_t i = 0; i + 1 < len; i += 2)
		memcpy(text + i, "\xC3\xA9", 2);
	text[len - 1] = 'x';
	text[len] = '\0';
	assert_int_equal(regex_find(must_compile(&b, "éx", ""), &b.ev, str_from(text), 0, &at), 0);
	assert_non_null(at);
	assert_int_equal(at[0], len - 3);
	assert_int_equal(regex_find(must_compile(&b, "\\Gx", ""), &b.ev, str_from(text), 0, &at), 0);
	assert_null(at);
	b.ev.is_cancelled = is_cancelled_now;
	assert_int_equal(regex_find(must_compile(&b, "y", ""), &b.ev, str_from(text), 0, &at),
	                 ERR_CANCELLED);
	free(text);
	bench_deinit(&b);
}

TEST(the_cache_forgets_the_oldest_and_stays_right) {
	struct regex_problem problem;
	struct bench b;

	(void)state;
	bench_init(&b);
	for (int round = 0; round < 5; round++)
		for (char c = 'a'; c < 'a' + 20; c++) {
			char pattern[2] = { c };
			const struct regex *re = regex_compile_cached(&b.ev, str_from(pattern),
			                                              STR(""), &problem);

			assert_non_null(re);
			assert_true(matches(&b, re, pattern));
			assert_ptr_equal(regex_compile_cached(&b.ev, str_from(pattern), STR(""),
			                                      &problem),
			                 re);
			assert_false(matches(&b, re, "-"));
		}
	assert_null(regex_compile_cached(&b.ev, STR("["), STR(""), &problem));
	assert_int_equal(problem.fault, REGEX_FAULT_PATTERN);
	bench_deinit(&b);
}

/* Whatever allocation fails, compiling and matching say so and give everything back. */
TEST(lack_of_memory_is_said_wherever_it_strikes) {
	struct regex_problem problem;
	bool is_done = false;

	(void)state;
	for (size_t limit = 0; !is_done; limit += 64) {
		struct bench b;
		bool ret = false;

		bench_init(&b);
		b.budget.limit = limit;
		arena_init_exact(&b.plan, &b.budget);
		arena_init_exact(&b.keep, &b.budget);
		struct regex *re = regex_compile(&b.plan, STR("(a|b)+c"), STR(""), &problem);

		if (re == NULL) {
			assert_int_equal(problem.fault, REGEX_FAULT_NOMEM);
			assert_true(arena_failed(&b.plan));
		} else if (regex_matches(re, &b.ev, STR("xabac"), &ret) != 0) {
			assert_int_equal(b.err.code, ERR_NOMEM);
		} else {
			assert_true(ret);
			is_done = true;
		}
		bench_deinit(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(options_change_what_matches),
		RUN(a_wrong_pattern_or_option_is_explained),
		RUN(offsets_tell_the_groups),
		RUN(too_many_steps_are_an_error_that_names_the_limit),
		RUN(a_long_text_is_searched_in_windows),
		RUN(the_cache_forgets_the_oldest_and_stays_right),
		RUN(lack_of_memory_is_said_wherever_it_strikes),
	};

	return cmocka_run_group_tests_name("regex", tests, NULL, NULL);
}
