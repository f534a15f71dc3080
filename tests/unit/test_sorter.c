/* engine/sorter.h: rows in order, as a plain sort by the keys themselves would put them. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "doc/read.h"
#include "engine/sorter.h"
#include "tests/lib/random.h"

#define BATCH 100 /* documents between two times that the scratch memory is emptied */

/* A sort of documents given as text, in two arenas as a run has them. */
struct bench {
	struct budget budget;
	struct arena keep, scratch;
	struct limits limits;
	struct err err;
	struct compiler c;
	struct path_cache caches[8];
	struct value vars[2];
	struct eval ev;
	struct sort_spec *spec;
};

static void bench_init(struct bench *b, size_t memory)
{
	*b = (struct bench){ .budget = BUDGET(memory), .limits = LIMITS_DEFAULT, .err = ERR_INIT };
	arena_init(&b->keep, &b->budget);
	arena_init(&b->scratch, &b->budget);
	b->ev = (struct eval){
		.arena = &b->scratch,
		.keep = &b->keep,
		.err = &b->err,
		.limits = &b->limits,
		.caches = b->caches,
		.vars = b->vars,
	};
}

static void bench_deinit(struct bench *b)
{
	arena_deinit(&b->scratch);
	arena_deinit(&b->keep);
	assert_int_equal(b->budget.used, 0);
}

/* Text with the padding that the reader wants: what documents come from outlives the sort. */
static struct str padded(struct arena *a, const char *text)
{
	size_t len = strlen(text);
	char *copy = arena_zalloc(a, 1, len + READ_PADDING);

	if (copy != NULL)
		memcpy(copy, text, len);
	return (struct str){ copy, len };
}

static int decode(struct bench *b, struct str text, struct value *ret)
{
	struct value raw;

	TRY(read_check(&b->scratch, text, text.data, &READ_LIMITS_DEFAULT, &raw, &b->err));
	*ret = value_decode(&b->scratch, raw);
	return eval_check(&b->ev);
}

static int compile_spec(struct bench *b, struct str text)
{
	struct value raw;

	compile_init(&b->c, &b->keep, &b->limits);
	TRY(read_check(&b->keep, text, text.data, &READ_LIMITS_DEFAULT, &raw, &b->err));
	if (sort_spec_compile(&b->c, "$sort", value_decode(&b->keep, raw), &b->spec) != 0)
		return arena_failed(&b->keep) ? ERR_NOMEM : ERR_PIPELINE;
	return eval_check(&b->ev);
}

/* ---- what the sorter says ---- */

static int add_all(struct bench *b, struct sorter *s, const struct str *docs, size_t n)
{
	struct value doc;

	for (size_t i = 0; i < n; i++) {
		TRY(decode(b, docs[i], &doc));
		eval_set_root(&b->ev, doc);
		TRY(sorter_add(s, &b->ev, doc, NULL));
		if (i % BATCH == BATCH - 1) {
			TRY(eval_check(&b->ev));
			arena_reset(&b->scratch);
		}
	}
	return sorter_finish(s, &b->ev);
}

/* The numbers that the sorted documents carry as i, read from what the sorter kept of them. */
static int read_numbers(struct bench *b, const struct sorter *s, size_t *ret, size_t *ret_n)
{
	for (size_t i = 0; i < s->n; i++) {
		struct value doc = value_decode(&b->scratch, s->rows[i]->doc);

		TRY(eval_check(&b->ev));
		assert_int_equal(doc.type, VALUE_OBJECT);
		struct value number = object_get(&b->scratch, doc.object, STR("i"));
		TRY(eval_check(&b->ev));
		ret[i] = (size_t)value_f64(value_decode(&b->scratch, number));
	}
	*ret_n = s->n;
	return 0;
}

static int sort_in(struct bench *b, struct str spec, const struct str *docs, size_t n, size_t limit,
                   size_t *ret, size_t *ret_n)
{
	struct sorter s = { 0 };
	int rc = compile_spec(b, spec);

	if (rc == 0)
		rc = sorter_init(&s, &b->ev, b->spec, limit);
	if (rc == 0)
		rc = add_all(b, &s, docs, n);
	if (rc == 0)
		rc = read_numbers(b, &s, ret, ret_n);
	sorter_deinit(&s);
	return rc;
}

/* ---- what a plain sort says ---- */

struct plain_row {
	size_t i;
	struct value keys[4];
};

static struct bench *plain_bench; /* qsort() hands nothing on */

static int cmp_plain(const void *x_arg, const void *y_arg)
{
	const struct plain_row *x = x_arg, *y = y_arg;
	int order = sort_spec_cmp(plain_bench->spec, &plain_bench->scratch, x->keys, y->keys);

	return order != 0 ? order : (x->i > y->i) - (x->i < y->i);
}

static void sort_plainly(struct str spec, const struct str *docs, size_t n, size_t *ret)
{
	struct plain_row *rows = calloc(n, sizeof *rows);
	struct bench b;
	struct value doc;

	bench_init(&b, 256 << 20);
	assert_int_equal(compile_spec(&b, spec), 0);
	assert_true(b.spec->n_keys <= ARRAY_LEN(rows->keys));
	for (size_t i = 0; i < n; i++) {
		rows[i].i = i;
		assert_int_equal(decode(&b, docs[i], &doc), 0);
		assert_int_equal(sort_spec_keys(b.spec, &b.ev, doc, rows[i].keys), 0);
	}
	plain_bench = &b;
	qsort(rows, n, sizeof *rows, cmp_plain);
	for (size_t i = 0; i < n; i++)
		ret[i] = rows[i].i;
	bench_deinit(&b);
	free(rows);
}

/* ---- documents ---- */

/* Many that tie, some that tie for the length of a prefix, all types, several spellings. */
static const char *const values[] = {
	"null",
	"[]",
	"0",
	"-0.0",
	"1",
	"1.0",
	"1e0",
	"2",
	"-7",
	"-7.5",
	"9007199254740992",
	"9007199254740993",
	"9007199254740992.0",
	"1e308",
	"{\"$numberDouble\":\"NaN\"}",
	"{\"$numberDouble\":\"-Infinity\"}",
	"\"\"",
	"\"a\"",
	"\"\\u0061\"",
	"\"a\\u0000\"",
	"\"word\"",
	"\"common to more than sixteen bytes, a\"",
	"\"common to more than sixteen bytes, b\"",
	"\"common to more than sixteen bytes, \\u0061\"",
	"\"\xc3\xa9\"",
	"true",
	"false",
	"{}",
	"{\"b\":1}",
	"{\"b\":1.0,\"c\":2}",
	"{\"b\":\"common to more than sixteen bytes\"}",
	"[1,2]",
	"[2,0]",
	"[\"a\",null]",
	"[{\"b\":3},{\"b\":1}]",
	"{\"$date\":\"2024-02-29T00:00:00Z\"}",
	"{\"$date\":0}",
	"{\"$oid\":\"507f1f77bcf86cd799439011\"}",
};

/* At most one of the fields that a sort names together is an array, for two are an error. */
static const char *const plain_values[] = {
	"null", "0", "1", "1.0", "2", "-3.5", "\"a\"", "\"b\"", "true", "{\"b\":1}",
};

static const char *const specs[] = {
	"{\"a\":1}",
	"{\"a\":-1}",
	"{\"a\":1,\"p\":-1}",
	"{\"p\":-1,\"a\":1}",
	"{\"a.b\":1}",
	"{\"a.b\":-1,\"p\":1,\"q\":-1}",
	"{\"p\":1,\"q\":-1}",
	"{\"q\":1,\"p.b\":1}",
	"{\"none\":1}",
	"{\"long\":1}",
	"{\"long\":-1,\"p\":1}",
};

/* Text that differs only behind what a prefix can hold. */
static void put_long(struct random *r, struct buf *out)
{
	buf_printf(out, ",\"long\":\"the same for more than sixteen bytes %02u\"",
	           (unsigned)random_below(r, 40));
}

static struct str *make_documents(struct random *r, struct arena *a, size_t n)
{
	struct str *docs = arena_array(a, n, sizeof *docs);
	struct buf text;

	buf_init(&text, 1 << 16);
	for (size_t i = 0; i < n; i++) {
		buf_reset(&text);
		buf_printf(&text, "{\"i\":%zu", i);
		if (random_below(r, 10) > 0)
			buf_printf(&text, ",\"a\":%s", values[random_below(r, ARRAY_LEN(values))]);
		for (const char *name = "pq"; *name != '\0'; name++)
			if (random_below(r, 5) > 0)
				buf_printf(&text, ",\"%c\":%s", *name,
				           plain_values[random_below(r, ARRAY_LEN(plain_values))]);
		put_long(r, &text);
		buf_append(&text, "}", 2);
		docs[i] = padded(a, text.data);
	}
	buf_deinit(&text);
	return docs;
}

static void assert_sorted(struct arena *a, const char *spec_text, const struct str *docs, size_t n,
                          size_t limit)
{
	size_t *got = arena_array(a, n, sizeof *got), *want = arena_array(a, n, sizeof *want);
	size_t n_got = 0, n_want = limit == 0 ? n : MIN(n, limit);
	struct str spec = padded(a, spec_text);
	struct bench b;

	bench_init(&b, 256 << 20);
	assert_int_equal(sort_in(&b, spec, docs, n, limit, got, &n_got), 0);
	bench_deinit(&b);
	sort_plainly(spec, docs, n, want);
	assert_int_equal(n_got, n_want);
	for (size_t i = 0; i < n_want; i++)
		if (got[i] != want[i])
			fail_msg("%s, limit %zu of %zu: row %zu is %s, not %s", spec_text, limit, n,
			         i, docs[got[i]].data, docs[want[i]].data);
}

/* ---- tests ---- */

TEST(every_order_is_that_of_a_plain_sort) {
	struct random r = random_seeded();
	struct budget budget = BUDGET(256 << 20);
	struct arena a;

	(void)state;
	arena_init(&a, &budget);
	for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
		struct str *docs = make_documents(&r, &a, 600);

		assert_sorted(&a, specs[i], docs, 600, 0);
		for (size_t n = 0; n < 30; n++)
			assert_sorted(&a, specs[i], docs, n, 0);
		arena_reset(&a);
	}
	arena_deinit(&a);
}

/* Rows are sorted out several times on the way: those that stay move to another arena. */
TEST(a_limit_keeps_the_first_rows_of_thousands) {
	static const size_t limits[] = { 1, 2, 10, 511, 512, 513, 1024, 1500, 2999, 3000, 5000 };
	struct random r = random_seeded();
	struct budget budget = BUDGET(256 << 20);
	struct arena a;

	(void)state;
	arena_init(&a, &budget);
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		struct str *docs = make_documents(&r, &a, 5000);

		assert_sorted(&a, specs[i % ARRAY_LEN(specs)], docs, 5000, limits[i]);
		assert_sorted(&a, specs[random_below(&r, ARRAY_LEN(specs))], docs, 3000, limits[i]);
		arena_reset(&a);
	}
	arena_deinit(&a);
}

/* Each document is wanted when it comes, so every row is added and most are dropped again. */
TEST(a_limit_takes_the_memory_of_twice_as_many_rows) {
	const size_t n = 40000;
	struct budget budget = BUDGET(256 << 20);
	struct arena a;
	struct bench b;
	size_t got[100], n_got = 0;
	char text[64];

	(void)state;
	arena_init(&a, &budget);
	struct str *docs = arena_array(&a, n, sizeof *docs);
	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof text, "{\"i\":%zu,\"a\":%zu}", i, n - i);
		docs[i] = padded(&a, text);
	}
	bench_init(&b, 2 << 20);
	assert_int_equal(sort_in(&b, padded(&a, "{\"a\":1}"), docs, n, 100, got, &n_got), 0);
	bench_deinit(&b);
	assert_int_equal(n_got, 100);
	for (size_t i = 0; i < n_got; i++)
		assert_int_equal(got[i], n - 1 - i);
	arena_deinit(&a);
}

TEST(rows_that_are_equal_stay_as_they_came) {
	struct budget budget = BUDGET(64 << 20);
	struct str docs[3000];
	struct arena a;
	char text[64];

	(void)state;
	arena_init(&a, &budget);
	for (size_t i = 0; i < ARRAY_LEN(docs); i++) {
		snprintf(text, sizeof text, "{\"i\":%zu,\"a\":%s}", i, i % 3 == 0 ? "1.0" : "1");
		docs[i] = padded(&a, text);
	}
	assert_sorted(&a, "{\"a\":1}", docs, ARRAY_LEN(docs), 0);
	assert_sorted(&a, "{\"a\":-1}", docs, ARRAY_LEN(docs), 700);
	arena_deinit(&a);
}

TEST(without_a_spec_the_order_is_that_of_adding) {
	struct budget budget = BUDGET(64 << 20);
	struct sorter s;
	struct arena a;
	struct bench b;

	(void)state;
	arena_init(&a, &budget);
	struct random r = random_seeded();
	struct str *docs = make_documents(&r, &a, 50);
	size_t got[50], n_got;
	bench_init(&b, 64 << 20);
	assert_int_equal(sorter_init(&s, &b.ev, NULL, 0), 0);
	assert_int_equal(add_all(&b, &s, docs, 50), 0);
	assert_int_equal(read_numbers(&b, &s, got, &n_got), 0);
	assert_int_equal(n_got, 50);
	for (size_t i = 0; i < n_got; i++)
		assert_int_equal(got[i], i);
	sorter_deinit(&s);
	bench_deinit(&b);
	arena_deinit(&a);
}

/* With ever more memory: it runs out, leaving nothing behind, until the answer is the right one. */
TEST(whenever_memory_runs_out_it_says_so) {
	enum { N = 2500, LIMIT = 600 };
	struct random r = random_seeded();
	struct budget budget = BUDGET(256 << 20);
	size_t *want, got[N], n_got = 0, n_failed = 0;
	int rc = ERR_NOMEM;
	struct arena a;
	struct bench b;

	(void)state;
	arena_init(&a, &budget);
	struct str spec = padded(&a, "{\"a.b\":-1,\"p\":1}");
	struct str *docs = make_documents(&r, &a, N);
	want = arena_array(&a, N, sizeof *want);
	sort_plainly(spec, docs, N, want);
	for (size_t memory = 0; rc != 0; memory += 64 + memory / 24) {
		bench_init(&b, memory);
		rc = sort_in(&b, spec, docs, N, LIMIT, got, &n_got);
		bench_deinit(&b);
		if (rc != 0)
			assert_int_equal(rc, ERR_NOMEM);
		n_failed += rc != 0;
	}
	assert_true(n_failed > 20);
	assert_int_equal(n_got, LIMIT);
	assert_memory_equal(got, want, LIMIT * sizeof *want);
	arena_deinit(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(every_order_is_that_of_a_plain_sort),
		RUN(a_limit_keeps_the_first_rows_of_thousands),
		RUN(a_limit_takes_the_memory_of_twice_as_many_rows),
		RUN(rows_that_are_equal_stay_as_they_came),
		RUN(without_a_spec_the_order_is_that_of_adding),
		RUN(whenever_memory_runs_out_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
