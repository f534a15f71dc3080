/* engine/stage/grouping.h: parts of an input grouped apart and merged, and a table that grows. */
#include "tests/lib/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "doc/read.h"
#include "doc/write.h"
#include "engine/stage/grouping.h"
#include "tests/lib/random.h"

#define PARTS_MAX 16
#define DEVIATIONS_MAX 4096

/* What the groups came to: the documents as text, deviations apart, which may differ a little. */
struct answer {
	struct buf text;
	double deviations[DEVIATIONS_MAX];
	size_t n_deviations;
};

/* A run of one stage, which groups each push apart and merges when it finishes. */
struct bench {
	struct budget budget;
	struct arena keep, scratch;
	struct limits limits;
	struct err err;
	struct compiler c;
	struct path_cache caches[256];
	struct value vars[64];
	struct eval ev;
	struct answer *answer;
};

enum merging {
	IN_ORDER,
	FROM_BEHIND, /* the last two parts first */
	IN_SHARES,   /* all at once, keys by their hashes, which is done by threads otherwise */
	N_MERGINGS,
};

struct parts_stage {
	struct stage stage;
	struct group_spec spec;
	enum merging merging;
};

struct parts {
	struct grouping groupings[PARTS_MAX];
	size_t n;
};

/* ---- the stage ---- */

static int part_begin(struct node *n)
{
	const struct parts_stage *s = (const struct parts_stage *)n->stage;
	struct parts *parts = n->state;

	assert_true(parts->n < PARTS_MAX);
	return grouping_init(&parts->groupings[parts->n++], n->ev, &s->spec);
}

static int parts_push(struct node *n, struct value *docs, size_t n_docs)
{
	struct parts *parts = n->state;

	if (n_docs == 0)
		return 0;
	TRY(part_begin(n));
	return grouping_add(&parts->groupings[parts->n - 1], n, docs, n_docs);
}

static int merge_in_shares(struct parts *parts, struct node *n)
{
	const struct grouping **others = arena_array(n->ev->keep, PARTS_MAX, sizeof *others);

	for (size_t i = 1; i < parts->n; i++)
		others[i - 1] = &parts->groupings[i];
	grouping_join(&parts->groupings[0], others, parts->n - 1);
	for (size_t share = GROUP_SHARES; share-- > 0;)
		TRY(grouping_merge_share(&parts->groupings[0], n->ev, share));
	return 0;
}

static int parts_finish(struct node *n)
{
	const struct parts_stage *s = (const struct parts_stage *)n->stage;
	struct parts *parts = n->state;

	if (s->merging == FROM_BEHIND)
		for (size_t i = parts->n; i-- > 1;)
			TRY(grouping_merge(&parts->groupings[i - 1], n->ev, &parts->groupings[i]));
	else if (s->merging == IN_SHARES && parts->n > 0)
		TRY(merge_in_shares(parts, n));
	else
		for (size_t i = 1; i < parts->n; i++)
			TRY(grouping_merge(&parts->groupings[0], n->ev, &parts->groupings[i]));
	return parts->n == 0 ? 0 : grouping_emit(&parts->groupings[0], n);
}

static const struct stage_ops parts_ops = {
	.effect = STAGE_REPLACES,
	.state_size = sizeof(struct parts),
	.push = parts_push,
	.finish = parts_finish,
};

/* ---- running it ---- */

static void bench_init(struct bench *b, struct answer *answer)
{
	*b = (struct bench){
		.budget = BUDGET(512 << 20),
		.limits = LIMITS_DEFAULT,
		.err = ERR_INIT,
		.answer = answer,
	};
	arena_init(&b->keep, &b->budget);
	arena_init(&b->scratch, &b->budget);
	compile_init(&b->c, &b->keep, &b->limits);
	b->c.rules = (unsigned)PLAN_RULES_ALL;
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

static struct value json(struct bench *b, struct arena *a, const char *text, size_t len)
{
	char *copy = arena_zalloc(&b->keep, 1, len + READ_PADDING);
	struct value v;

	memcpy(copy, text, len);
	if (read_check(a, (struct str){ copy, len }, copy, &READ_LIMITS_DEFAULT, &v, &b->err) != 0)
		fail_msg("%s: %s", text, b->err.message);
	return value_decode(a, v);
}

static int collect(void *arg, struct value *docs, size_t n_docs)
{
	struct bench *b = arg;
	struct answer *answer = b->answer;

	for (size_t i = 0; i < n_docs; i++) {
		struct object *doc = docs[i].object;

		for (uint32_t k = 0; k < object_n(&b->scratch, doc); k++) {
			struct value v = object_at(&b->scratch, doc, k);
			bool is_deviation = str_starts_with(object_key(doc, k), STR("stdDev"));

			if (is_deviation && v.type == VALUE_DOUBLE) {
				assert_true(answer->n_deviations < DEVIATIONS_MAX);
				answer->deviations[answer->n_deviations++] = v.f64;
				continue;
			}
			buf_printf(&answer->text, "%.*s ", STR_ARG(object_key(doc, k)));
			write_value(&answer->text, &b->scratch, v, WRITE_CANONICAL);
			buf_append_char(&answer->text, '\n');
		}
	}
	return 0;
}

/* What stands in a $group: {"_id": …, name: accumulator …}. */
static void fill_spec(struct bench *b, struct group_spec *spec, const char *text)
{
	struct object *fields = json(b, &b->keep, text, strlen(text)).object;
	uint32_t n = object_n(&b->keep, fields);
	int rc = group_spec_reserve(&b->c, spec, n);

	for (uint32_t i = 0; i < n && rc == 0; i++) {
		struct str name = object_key(fields, i);
		struct value v = object_at(&b->keep, fields, i);

		if (str_is(name, "_id")) {
			rc = group_spec_set_key(&b->c, spec, v);
			continue;
		}
		rc = group_spec_add_output(&b->c, spec, name, v);
	}
	if (rc != 0)
		fail_msg("%s: %s", text, b->c.problems->err.message);
	assert_true(b->c.n_caches <= ARRAY_LEN(b->caches) && b->c.n_vars <= ARRAY_LEN(b->vars));
}

/* Groups n documents in parts that begin where begins says, from 0 on. */
static void group(const char *spec, const struct str *docs, size_t n, const size_t *begins,
                  size_t n_parts, enum merging merging, struct answer *ret)
{
	struct parts_stage stage = {
		.stage = { .ops = &parts_ops, .pointer = "" },
		.merging = merging,
	};
	struct stage *stages[] = { &stage.stage };
	const struct pipeline pipeline = { .stages = stages, .n_stages = 1 };
	struct flow *flow;
	struct bench b;
	int rc = 0;

	ret->n_deviations = 0;
	buf_init(&ret->text, 64 << 20);
	bench_init(&b, ret);
	fill_spec(&b, &stage.spec, spec);
	assert_int_equal(flow_create(&b.ev, &b.keep, &pipeline, false, collect, &b, &flow), 0);
	for (size_t p = 0; p < n_parts && rc == 0; p++) {
		size_t end = p + 1 < n_parts ? begins[p + 1] : n, n_now = end - begins[p];
		struct value *values = arena_array(&b.scratch, n_now + 1, sizeof *values);

		for (size_t i = 0; i < n_now; i++)
			values[i] = json(&b, &b.scratch, docs[begins[p] + i].data,
			                 docs[begins[p] + i].len);
		rc = flow_push(flow, values, n_now);
		arena_reset(&b.scratch); /* nothing of a group may have stayed there */
	}
	if (rc == 0)
		rc = flow_finish(flow);
	if (rc != 0)
		fail_msg("%s: %s", spec, b.err.message);
	flow_destroy(flow);
	bench_deinit(&b);
	buf_append(&ret->text, "", 1);
}

static void assert_same(const char *spec, const struct answer *parts, const struct answer *once)
{
	if (strcmp(parts->text.data, once->text.data) != 0)
		fail_msg("%s\nin parts:\n%s\nat once:\n%s", spec, parts->text.data, once->text.data);
	assert_int_equal(parts->n_deviations, once->n_deviations);
	for (size_t i = 0; i < once->n_deviations; i++) {
		double x = parts->deviations[i], y = once->deviations[i];

		if (!(fabs(x - y) <= 1e-12 * fmax(1, fabs(y))) && !(isnan(x) && isnan(y)))
			fail_msg("%s: in parts %.17g, at once %.17g", spec, x, y);
	}
}

/* ---- documents ---- */

/* Sums of these are exact, so that a split cannot change them. */
static const char *const values[] = {
	"null",        "0",     "1",           "1.0",           "2",    "-3",  "2.5",   "-0.25",
	"10",          "\"a\"", "\"\\u0061\"", "\"b\"",         "true", "[1]", "[1.0]", "{\"x\":1}",
	"{\"x\":1.0}", "[]",    "1000000",     "{\"$date\":5}",
};

static const char *const keys[] = { "1",    "1.0", "2",         "\"k\"",
	                            "null", "[1]", "{\"k\":1}", "\"\\u006b\"" };

#define PICK(r, list) (list)[random_below(r, ARRAY_LEN(list))]

static struct str *make_documents(struct random *r, struct arena *a, size_t n)
{
	struct str *docs = arena_array(a, n, sizeof *docs);
	struct buf text;

	buf_init(&text, 1 << 16);
	for (size_t i = 0; i < n; i++) {
		buf_reset(&text);
		buf_printf(&text, "{\"i\":%zu,\"n\":%d", i, (int)random_below(r, 21) - 10);
		if (random_below(r, 6) > 0)
			buf_printf(&text, ",\"k\":%s", PICK(r, keys));
		if (random_below(r, 6) > 0)
			buf_printf(&text, ",\"v\":%s", PICK(r, values));
		if (random_below(r, 4) > 0)
			buf_printf(&text, ",\"l\":[%s,%s]", PICK(r, values), PICK(r, values));
		if (random_below(r, 4) > 0)
			buf_printf(&text, ",\"o\":{\"%c\":%s,\"%c\":%s}",
			           (int)('a' + random_below(r, 3)), PICK(r, values),
			           (int)('d' + random_below(r, 3)), PICK(r, values));
		buf_append_char(&text, '}');
		docs[i] = (struct str){ arena_memdup(a, text.data, text.len), text.len };
	}
	buf_deinit(&text);
	return docs;
}

/* ---- every accumulator ---- */

/* What stands behind an operator's name; several forms where there are several ways to keep. */
static const struct {
	const char *name, *argument;
} arguments[] = {
	{ "$sum", "\"$v\"" },
	{ "$sum", "1" },
	{ "$sum", "\"$n\"" },
	{ "$avg", "\"$v\"" },
	{ "$count", "{}" },
	{ "$min", "\"$v\"" },
	{ "$max", "\"$v\"" },
	{ "$first", "\"$v\"" },
	{ "$last", "\"$v\"" },
	{ "$first", "\"$$ROOT\"" },
	{ "$last", "{\"a\":\"$v\",\"b\":[\"$i\"]}" },
	{ "$push", "\"$v\"" },
	{ "$push", "{\"v\":\"$v\",\"i\":\"$i\"}" },
	{ "$addToSet", "\"$v\"" },
	{ "$addToSet", "{\"l\":\"$l\",\"n\":{\"$abs\":\"$n\"}}" },
	{ "$concatArrays", "{\"$ifNull\":[\"$l\",[]]}" },
	{ "$setUnion", "{\"$ifNull\":[\"$l\",[]]}" },
	{ "$mergeObjects", "\"$o\"" },
	{ "$stdDevPop", "\"$n\"" },
	{ "$stdDevSamp", "\"$v\"" },
	{ "$firstN", "{\"input\":\"$v\",\"n\":3}" },
	{ "$lastN", "{\"input\":\"$v\",\"n\":3}" },
	{ "$minN", "{\"input\":\"$v\",\"n\":3}" },
	{ "$maxN", "{\"input\":\"$l\",\"n\":2}" },
	{ "$top", "{\"sortBy\":{\"n\":1},\"output\":\"$i\"}" },
	{ "$bottom", "{\"sortBy\":{\"n\":1},\"output\":\"$i\"}" },
	{ "$topN", "{\"sortBy\":{\"v\":-1,\"n\":1},\"output\":[\"$i\",\"$v\"],\"n\":3}" },
	{ "$bottomN", "{\"sortBy\":{\"v\":-1,\"n\":1},\"output\":\"$i\",\"n\":3}" },
	{ "$median", "{\"input\":\"$n\",\"method\":\"approximate\"}" },
	{ "$percentile", "{\"input\":\"$v\",\"p\":[0,0.3,0.9],\"method\":\"approximate\"}" },
};

static void find_argument(const struct accum_op *op, void *arg)
{
	bool is_found = false;

	(void)arg;
	if (op->merge == NULL || (op->flags & ACCUM_WINDOW_ONLY))
		return;
	for (size_t i = 0; i < ARRAY_LEN(arguments); i++)
		is_found |= strcmp(arguments[i].name, op->name) == 0;
	if (!is_found)
		fail_msg("%s can be merged, and no test does", op->name);
}

TEST(no_accumulator_is_forgotten_here) {
	(void)state;
	accum_op_each(find_argument, NULL);
}

static void put_spec(struct buf *out, const char *key, size_t i)
{
	buf_reset(out);
	buf_printf(out, "{\"_id\":%s,\"%s\":{\"%s\":%s}}", key, arguments[i].name + 1,
	           arguments[i].name, arguments[i].argument);
	buf_append(out, "", 1);
}

static void assert_merges(const char *spec, const struct str *docs, size_t n, const size_t *begins,
                          size_t n_parts, const struct answer *once)
{
	struct answer parts;

	for (int merging = 0; merging < N_MERGINGS; merging++) {
		group(spec, docs, n, begins, n_parts, (enum merging)merging, &parts);
		assert_same(spec, &parts, once);
		buf_deinit(&parts.text);
	}
}

/* Two parts, split at every place; then many, split anywhere, some of them empty. */
static void assert_splits_change_nothing(struct random *r, const char *spec, const struct str *docs,
                                         size_t n)
{
	static const size_t whole[] = { 0 };
	struct answer once;
	size_t begins[PARTS_MAX] = { 0 };

	group(spec, docs, n, whole, 1, IN_ORDER, &once);
	for (size_t at = 0; at <= n; at++) {
		begins[1] = at;
		assert_merges(spec, docs, n, begins, 2, &once);
	}
	for (int round = 0; round < 8; round++) {
		size_t n_parts = 3 + random_below(r, PARTS_MAX - 3);

		for (size_t p = 1; p < n_parts; p++)
			begins[p] = begins[p - 1] + random_below(r, 2 * n / n_parts);
		for (size_t p = 1; p < n_parts; p++)
			begins[p] = MIN(begins[p], n);
		assert_merges(spec, docs, n, begins, n_parts, &once);
	}
	buf_deinit(&once.text);
}

TEST(parts_that_are_merged_answer_as_one_pass) {
	static const char *const ids[] = {
		"null",
		"\"$k\"",
		"{\"k\":\"$k\",\"s\":{\"$gt\":[\"$n\",0]}}",
		"[\"$k\"]",
	};
	struct random r = random_seeded();
	struct budget budget = BUDGET(64 << 20);
	struct arena a;
	struct buf spec;

	(void)state;
	arena_init(&a, &budget);
	buf_init(&spec, 1 << 16);
	for (size_t i = 0; i < ARRAY_LEN(arguments); i++)
		for (size_t k = 0; k < ARRAY_LEN(ids); k++) {
			struct str *docs = make_documents(&r, &a, 40);

			put_spec(&spec, ids[k], i);
			assert_splits_change_nothing(&r, spec.data, docs, 40);
			arena_reset(&a);
		}
	buf_deinit(&spec);
	arena_deinit(&a);
}

/* n of $firstN and its like may depend on the key, which a merge has to bind as well. */
TEST(what_depends_on_the_key_is_merged_too) {
	static const char spec[] =
		"{\"_id\":{\"k\":{\"$gt\":[\"$n\",0]}},\"f\":{\"$firstN\":{\"input\":\"$i\",\"n\":"
		"{\"$cond\":[\"$k\",2,4]}}},\"m\":{\"$maxN\":{\"input\":\"$i\",\"n\":"
		"{\"$cond\":[\"$k\",5,1]}}}}";
	struct random r = random_seeded();
	struct budget budget = BUDGET(64 << 20);
	struct arena a;

	(void)state;
	arena_init(&a, &budget);
	for (int round = 0; round < 10; round++)
		assert_splits_change_nothing(&r, spec, make_documents(&r, &a, 30), 30);
	arena_deinit(&a);
}

/* ---- the table ---- */

TEST(one_and_one_point_zero_are_one_key) {
	static const struct str docs[] = {
		{ "{\"k\":1}", 7 },
		{ "{\"k\":1.0}", 9 },
		{ "{\"k\":\"\\u0061\"}", 14 },
		{ "{\"k\":1e0}", 9 },
		{ "{\"k\":\"a\"}", 9 },
		{ "{\"k\":true}", 10 },
		{ "{\"k\":{\"x\":1.0}}", 15 },
		{ "{\"k\":{\"x\":1}}", 13 },
		{ "{}", 2 },
		{ "{\"k\":null}", 10 },
	};
	static const size_t whole[] = { 0 };
	struct answer answer;

	(void)state;
	group("{\"_id\":\"$k\",\"n\":{\"$sum\":1}}", docs, ARRAY_LEN(docs), whole, 1, IN_ORDER,
	      &answer);
	assert_string_equal(answer.text.data,
	                    "_id {\"$numberInt\":\"1\"}\nn {\"$numberInt\":\"3\"}\n"
	                    "_id \"a\"\nn {\"$numberInt\":\"2\"}\n"
	                    "_id true\nn {\"$numberInt\":\"1\"}\n"
	                    "_id {\"x\":{\"$numberDouble\":\"1.0\"}}\nn {\"$numberInt\":\"2\"}\n"
	                    "_id null\nn {\"$numberInt\":\"2\"}\n");
	buf_deinit(&answer.text);
}

static struct group_part key_part(struct value v)
{
	return (struct group_part){ .found = v, .value = v };
}

static void assert_shares_hold_each_once(const struct group_table *t)
{
	struct group *groups[7];
	size_t n_all = 0;

	for (size_t share = 0; share < GROUP_SHARES; share++) {
		size_t at = 0, n;

		do {
			n = group_table_share(t, share, &at, groups, ARRAY_LEN(groups));
			for (size_t i = 0; i < n; i++) {
				assert_false(groups[i]->is_merged);
				groups[i]->is_merged = true;
			}
			n_all += n;
		} while (n == ARRAY_LEN(groups));
	}
	assert_int_equal(n_all, t->n_groups);
}

/* Each key twice: the second time as a double, which must find what the integer made. */
TEST(a_table_grows_to_a_hundred_thousand_keys) {
	const int64_t n = 100000;
	struct group_table t;
	struct group *group, *again;
	struct bench b;
	bool is_new;

	(void)state;
	bench_init(&b, NULL);
	assert_int_equal(group_table_init(&t, &b.ev, 1, sizeof(uint64_t)), 0);
	for (int64_t i = 0; i < n; i++) {
		struct group_part part = key_part(value_long(i * 7919));
		uint64_t hash = group_key_hash(&b.ev, &part, 1);

		assert_int_equal(group_table_find(&t, &b.ev, hash, &part, &group, &is_new), 0);
		assert_true(is_new);
		uint64_t *counter = group_states(&t, group);
		assert_int_equal(*counter, 0);
		*counter = (uint64_t)i;
	}
	assert_int_equal(t.n_groups, n);
	for (int64_t i = 0; i < n; i++) {
		struct group_part part = key_part(value_double((double)(i * 7919)));
		uint64_t hash = group_key_hash(&b.ev, &part, 1);

		assert_int_equal(group_table_find(&t, &b.ev, hash, &part, &again, &is_new), 0);
		assert_false(is_new);
		assert_int_equal(*(uint64_t *)group_states(&t, again), i);
		assert_ptr_equal(group_table_at(&t, (size_t)i), again);
	}
	assert_int_equal(t.n_groups, n);
	assert_shares_hold_each_once(&t);
	bench_deinit(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(no_accumulator_is_forgotten_here),
		RUN(parts_that_are_merged_answer_as_one_pass),
		RUN(what_depends_on_the_key_is_merged_too),
		RUN(one_and_one_point_zero_are_one_key),
		RUN(a_table_grows_to_a_hundred_thousand_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
