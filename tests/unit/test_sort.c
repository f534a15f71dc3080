/* engine/: sort specifications, stable sorting, sets of values. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "doc/read.h"
#include "engine/sort_spec.h"
#include "engine/stable_sort.h"
#include "engine/value_set.h"

struct bench {
	struct budget budget;
	struct arena arena;
	struct limits limits;
	struct err err;
	struct compiler c;
	struct path_cache caches[8];
	struct eval ev;
};

static void bench_init(struct bench *b)
{
	*b = (struct bench){ .budget = BUDGET(64 << 20), .limits = LIMITS_DEFAULT, .err = ERR_INIT };
	arena_init(&b->arena, &b->budget);
	compile_init(&b->c, &b->arena, &b->limits);
	b->ev = (struct eval){
		.arena = &b->arena,
		.keep = &b->arena,
		.err = &b->err,
		.limits = &b->limits,
		.caches = b->caches,
	};
}

static void bench_deinit(struct bench *b)
{
	arena_deinit(&b->arena);
	assert_int_equal(b->budget.used, 0);
}

static struct value json(struct bench *b, const char *text)
{
	size_t len = strlen(text);
	char *copy = arena_zalloc(&b->arena, 1, len + READ_PADDING);
	struct value v;

	memcpy(copy, text, len);
	assert_int_equal(read_check(&b->arena, (struct str){ copy, len }, copy,
	                            &READ_LIMITS_DEFAULT, &v, &b->err),
	                 0);
	return value_decode(&b->arena, v);
}

/* The order of two documents, -1, 0 or 1; 9 when their keys cannot be had. */
static int order(const char *spec_text, const char *x, const char *y)
{
	struct sort_spec *spec;
	struct value keys[2][4];
	struct bench b;
	int ret = 9;

	bench_init(&b);
	assert_int_equal(sort_spec_compile(&b.c, "$sort", json(&b, spec_text), &spec), 0);
	if (sort_spec_keys(spec, &b.ev, json(&b, x), keys[0]) == 0 &&
	    sort_spec_keys(spec, &b.ev, json(&b, y), keys[1]) == 0) {
		int sign = sort_spec_cmp(spec, &b.arena, keys[0], keys[1]);

		ret = (sign > 0) - (sign < 0);
	}
	bench_deinit(&b);
	return ret;
}

TEST(documents_are_ordered_by_their_keys_in_turn) {
	(void)state;
	assert_int_equal(order("{\"a\": 1}", "{\"a\": 1}", "{\"a\": 2}"), -1);
	assert_int_equal(order("{\"a\": -1}", "{\"a\": 1}", "{\"a\": 2}"), 1);
	assert_int_equal(order("{\"a\": 1, \"b\": -1}", "{\"a\": 1, \"b\": 1}",
	                       "{\"a\": 1.0, \"b\": 2}"),
	                 1);
	assert_int_equal(order("{\"a.b\": 1}", "{\"a\": {\"b\": \"x\"}}", "{\"a\": {\"b\": 3}}"), 1);
}

TEST(missing_and_null_tie_above_an_empty_array) {
	(void)state;
	assert_int_equal(order("{\"a\": 1}", "{}", "{\"a\": null}"), 0);
	assert_int_equal(order("{\"a\": 1}", "{\"a\": []}", "{}"), -1);
	assert_int_equal(order("{\"a\": -1}", "{\"a\": []}", "{\"a\": null}"), 1);
	assert_int_equal(order("{\"a.b\": 1}", "{\"a\": []}", "{}"), 0);
	assert_int_equal(order("{\"a.b\": 1}", "{\"a\": 5}", "{\"a\": {\"b\": null}}"), 0);
}

TEST(an_array_sorts_by_its_smallest_or_largest_element) {
	(void)state;
	assert_int_equal(order("{\"a\": 1}", "{\"a\": [3, 1]}", "{\"a\": 2}"), -1);
	assert_int_equal(order("{\"a\": -1}", "{\"a\": [3, 1]}", "{\"a\": 2}"), -1);
	assert_int_equal(order("{\"a.b\": 1}", "{\"a\": [{\"b\": 4}, {\"b\": 1}]}",
	                       "{\"a\": {\"b\": 2}}"),
	                 -1);
	assert_int_equal(order("{\"a.b\": -1}", "{\"a\": [{\"b\": [4, 9]}, {\"b\": 1}]}",
	                       "{\"a\": {\"b\": 8}}"),
	                 -1);
	assert_int_equal(order("{\"a.b\": 1}", "{\"a\": [[{\"b\": 1}]]}", "{}"), 0);
	assert_int_equal(order("{\"a\": 1}", "{\"a\": [[5], [4]]}", "{\"a\": [[4, 0]]}"), -1);
}

TEST(a_number_in_a_path_is_an_index_or_a_name) {
	(void)state;
	assert_int_equal(order("{\"a.1\": 1}", "{\"a\": [9, 1]}", "{\"a\": [0, 5]}"), -1);
	assert_int_equal(order("{\"a.1.b\": 1}", "{\"a\": [{}, {\"b\": 3}]}",
	                       "{\"a\": {\"1\": {\"b\": 2}}}"),
	                 1);
}

TEST(paths_through_one_array_go_together_and_through_two_are_refused) {
	(void)state;
	assert_int_equal(order("{\"a.b\": 1, \"a.c\": 1}",
	                       "{\"a\": [{\"b\": 1, \"c\": 5}, {\"b\": 2, \"c\": 1}]}",
	                       "{\"a\": {\"b\": 1, \"c\": 4}}"),
	                 1);
	assert_int_equal(order("{\"a\": 1, \"b\": 1}", "{\"a\": [1], \"b\": [2]}", "{}"), 9);
	assert_int_equal(order("{\"a\": 1, \"b\": 1}", "{\"a\": [1], \"b\": 2}",
	                       "{\"a\": 1, \"b\": 2}"),
	                 0);
}

static int code_of(const char *spec_text)
{
	struct sort_spec *spec;
	struct bench b;
	int code = 0;

	bench_init(&b);
	if (sort_spec_compile(&b.c, "$sort", json(&b, spec_text), &spec) != 0)
		code = b.c.problems->err.mongo_code;
	bench_deinit(&b);
	return code;
}

TEST(a_wrong_specification_has_mongodbs_code) {
	(void)state;
	assert_int_equal(code_of("1"), 15973);
	assert_int_equal(code_of("{\"a\": \"asc\"}"), 15974);
	assert_int_equal(code_of("{\"a\": 0}"), 15975);
	assert_int_equal(code_of("{\"a\": 2}"), 15975);
	assert_int_equal(code_of("{}"), 15976);
	assert_int_equal(code_of("{\"a.\": 1}"), 40353);
	assert_int_equal(code_of("{\"a\": {\"$meta\": \"textScore\"}}"), 17312);
	assert_int_equal(code_of("{\"a\": -1.0}"), 0);
}

struct row {
	int key, place;
};

static int row_cmp(void *arg, const void *x, const void *y)
{
	size_t *n_compared = arg;

	++*n_compared;
	return ((const struct row *)x)->key - ((const struct row *)y)->key;
}

TEST(sorting_keeps_equals_in_their_order) {
	enum { N = 5000 };
	static struct row rows[N];
	static const void *items[N];
	size_t n_compared = 0;
	struct bench b;

	(void)state;
	bench_init(&b);
	for (int i = 0; i < N; i++) {
		rows[i] = (struct row){ .key = (int)(i * 7919L % 101), .place = i };
		items[i] = &rows[i];
	}
	assert_int_equal(stable_sort(&b.ev, items, N, row_cmp, &n_compared), 0);
	for (int i = 1; i < N; i++) {
		const struct row *x = items[i - 1], *y = items[i];

		assert_true(x->key < y->key || (x->key == y->key && x->place < y->place));
	}
	n_compared = 0;
	assert_int_equal(stable_sort(&b.ev, items, N, row_cmp, &n_compared), 0);
	assert_true(n_compared < N);
	bench_deinit(&b);
}

TEST(a_set_knows_equal_values_whatever_their_type) {
	struct value_set set;
	struct bench b;

	(void)state;
	bench_init(&b);
	value_set_init(&set, &b.arena, 0);
	assert_true(value_set_add(&set, value_int(1)));
	assert_false(value_set_add(&set, value_double(1)));
	assert_false(value_set_add(&set, value_long(1)));
	assert_true(value_set_add(&set, json(&b, "{\"a\": 1, \"b\": 2}")));
	assert_true(value_set_add(&set, json(&b, "{\"b\": 2, \"a\": 1}")));
	assert_false(value_set_add(&set, json(&b, "{\"a\": 1.0, \"b\": 2}")));
	for (int i = 2; i < 1000; i++)
		assert_true(value_set_add(&set, value_int(i)));
	assert_int_equal(value_set_find(&set, &b.arena, value_double(500)), 501);
	assert_int_equal(value_set_find(&set, &b.arena, value_int(1000)), -1);
	assert_int_equal(set.n, 1001);
	bench_deinit(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(documents_are_ordered_by_their_keys_in_turn),
		RUN(missing_and_null_tie_above_an_empty_array),
		RUN(an_array_sorts_by_its_smallest_or_largest_element),
		RUN(a_number_in_a_path_is_an_index_or_a_name),
		RUN(paths_through_one_array_go_together_and_through_two_are_refused),
		RUN(a_wrong_specification_has_mongodbs_code),
		RUN(sorting_keeps_equals_in_their_order),
		RUN(a_set_knows_equal_values_whatever_their_type),
	};

	return cmocka_run_group_tests_name("sort", tests, NULL, NULL);
}
