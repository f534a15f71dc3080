/* $bucketAuto: documents in order of a value, cut into so many buckets of about the same size. */
#include <math.h>

#include "engine/accum/kept.h"
#include "engine/sort_prefix.h"
#include "engine/spec_fields.h"
#include "engine/stable_sort.h"
#include "engine/stage/bucket.h"
#include "engine/stage/granularity.h"

struct auto_stage {
	struct stage stage;
	struct expr *by;
	uint32_t n_buckets;
	const struct granularity *granularity; /* NULL: boundaries are values that occur */
	struct group_spec group;               /* outputs only */
};

/* A document and its place in the order. */
struct auto_row {
	struct sort_prefix prefix;
	struct value key, doc; /* the key as it came, perhaps raw */
	uint32_t number;       /* of the document, for errors */
	bool is_whole;         /* the prefix says all about the key */
};

struct auto_run {
	const struct auto_stage *stage;
	struct node *node;
	const void **rows;
	size_t n, cap;
	struct value *docs; /* waiting to be handed on */
	size_t n_docs;
	size_t n_since; /* documents that were added since scratch was emptied */
};

/* One bucket: rows from first up to, not including, end. */
struct bucket {
	size_t first, end;
	struct value min, max;
};

/* ---- taking in ---- */

static int auto_open(struct node *n)
{
	struct auto_run *run = n->state;

	run->stage = (const struct auto_stage *)n->stage;
	run->node = n;
	return 0;
}

static int check_number(const struct auto_stage *s, struct eval *ev, struct value key)
{
	const char *pointer = s->by->pointer;

	if (!value_is_number(key) && key.type != VALUE_DECIMAL)
		return eval_fail(ev, 40258, "$bucketAuto", pointer,
		                 "$bucketAuto can specify a 'granularity' with numeric boundaries "
		                 "only, but found a value with type: %s",
		                 value_type_name(key.type));
	double x = value_f64(value_binary(key));
	if (isnan(x))
		return eval_fail(ev, 40259, "$bucketAuto", pointer,
		                 "$bucketAuto can specify a 'granularity' with numeric boundaries "
		                 "only, but found a NaN");
	if (x < 0)
		return eval_fail(ev, 40260, "$bucketAuto", pointer,
		                 "$bucketAuto can specify a 'granularity' with non-negative numbers "
		                 "only, but found a negative number");
	return 0;
}

static int add_row(struct auto_run *run, struct eval *ev, struct value doc)
{
	static const struct sort_key ascending = { .n_parts = 0 };
	const struct sort_spec order = { .keys = (struct sort_key *)(uintptr_t)&ascending,
		                         .n_keys = 1 };
	struct value found, key;

	TRY(expr_eval_raw(run->stage->by, ev, &found));
	if (found.type == VALUE_MISSING)
		found = NUL_VALUE;
	key = value_decode(ev->arena, found);
	if (run->stage->granularity != NULL)
		TRY(check_number(run->stage, ev, key));
	struct auto_row *row = arena_alloc(ev->keep, sizeof *row);
	const void **rows = arena_extend(ev->keep, run->rows, run->n, &run->cap, sizeof *rows);
	if (row == NULL || rows == NULL)
		return eval_check(ev);
	*row = (struct auto_row){ .number = (uint32_t)ev->document };
	row->is_whole = sort_prefix_make(&order, &key, &row->prefix);
	row->key = kept_from(ev, found, key);
	row->key.flags = 0; /* it goes under another name */
	row->doc = kept_document(ev->keep, doc);
	run->rows = rows;
	rows[run->n++] = row;
	return eval_check(ev);
}

static int auto_push(struct node *n, struct value *docs, size_t n_docs)
{
	for (size_t i = 0; i < n_docs; i++) {
		node_bind(n, docs[i], i);
		TRY(eval_tick(n->ev));
		TRY(add_row(n->state, n->ev, docs[i]));
	}
	return 0;
}

static int cmp_rows(void *arg, const void *x, const void *y)
{
	const struct auto_row *p = x, *q = y;
	struct eval *ev = arg;
	int order = sort_prefix_cmp(p->prefix, q->prefix);

	if (order != 0 || (p->is_whole && q->is_whole))
		return order;
	return value_cmp(ev->arena, value_decode(ev->arena, p->key),
	                 value_decode(ev->arena, q->key));
}

/* ---- cutting ---- */

static struct value key_at(const struct auto_run *run, size_t i)
{
	return ((const struct auto_row *)run->rows[i])->key;
}

static double number_at(const struct auto_run *run, size_t i)
{
	struct eval *ev = run->node->ev;

	return value_f64(value_binary(value_decode(ev->arena, key_at(run, i))));
}

/* What is equal to the last one belongs to it as well. */
static int cut_at_value(struct auto_run *run, struct bucket *b)
{
	const void *last = run->rows[b->end - 1];

	for (; b->end < run->n && cmp_rows(run->node->ev, last, run->rows[b->end]) == 0; b->end++)
		TRY(eval_tick(run->node->ev));
	b->min = key_at(run, b->first);
	b->max = key_at(run, b->end < run->n ? b->end : b->end - 1);
	return 0;
}

/* All below the next number of the series belong to it; it begins where the last one ended. */
static int cut_at_granularity(struct auto_run *run, struct bucket *b)
{
	const struct granularity *g = run->stage->granularity;
	double max = granularity_up(g, number_at(run, b->end - 1));

	b->min = b->first > 0 ? b->max : value_double(granularity_down(g, number_at(run, 0)));
	for (; b->end < run->n && number_at(run, b->end) < max; b->end++)
		TRY(eval_tick(run->node->ev));
	if (max == 0 && b->end < run->n) /* nothing but zeros: up to where the others begin */
		max = granularity_down(g, number_at(run, b->end));
	b->max = value_double(max);
	return 0;
}

/* ---- giving back ---- */

/* Emptying scratch takes what waits with it, so that goes first. */
static int flush(struct auto_run *run)
{
	size_t n_docs = run->n_docs;

	run->n_docs = run->n_since = 0;
	TRY(eval_check(run->node->ev));
	if (n_docs > 0)
		TRY(node_emit(run->node, run->docs, n_docs));
	return node_empty_scratch(run->node);
}

static int start_states(const struct group_spec *group, struct eval *ev, char *states)
{
	static const struct shape nothing = { .n = 0 };

	if (!group->has_init)
		return 0;
	/* A bucket has no one key that they could ask for. */
	eval_set_root(ev, object_from_shape(ev->arena, &nothing, NULL));
	for (uint32_t k = 0; k < group->n_outputs; k++) {
		const struct group_output *output = &group->outputs[k];

		if (output->accum->op->init != NULL)
			TRY(output->accum->op->init(output->accum, ev, states + output->state_at));
	}
	return 0;
}

static int add_documents(struct auto_run *run, const struct bucket *b, char *states)
{
	const struct group_spec *group = &run->stage->group;
	struct eval *ev = run->node->ev;

	for (size_t i = b->first; i < b->end; i++) {
		const struct auto_row *row = run->rows[i];

		TRY(eval_tick(ev));
		if (++run->n_since == STAGE_BATCH)
			TRY(flush(run));
		eval_set_root(ev, row->doc);
		ev->document = row->number;
		for (uint32_t k = 0; k < group->n_outputs; k++)
			TRY(accum_add(group->outputs[k].accum, ev,
			              states + group->outputs[k].state_at));
	}
	ev->document = -1;
	return 0;
}

static int make_document(struct auto_run *run, const struct bucket *b, char *states,
                         struct value *ret)
{
	const struct group_spec *group = &run->stage->group;
	const struct str names[] = { STR("min"), STR("max") };
	const struct value bounds[] = { b->min, b->max };
	struct eval *ev = run->node->ev;
	struct object_builder builder;

	object_builder_init(&builder, ev->arena, group->n_outputs + 1);
	object_builder_add(&builder, STR("_id"), object_build(ev->arena, names, bounds, 2));
	for (uint32_t k = 0; k < group->n_outputs; k++) {
		const struct group_output *output = &group->outputs[k];
		struct value v;

		TRY(output->accum->op->result(output->accum, ev, states + output->state_at, &v));
		object_builder_add(&builder, output->name, v.type == VALUE_MISSING ? NUL_VALUE : v);
	}
	*ret = object_builder_finish(&builder);
	return 0;
}

static int give_bucket(struct auto_run *run, const struct bucket *b)
{
	const struct group_spec *group = &run->stage->group;
	struct eval *ev = run->node->ev;
	char *states = arena_zalloc(eval_states(ev), 1, group->states_size);

	if (states == NULL)
		return eval_check(ev);
	TRY(start_states(group, ev, states));
	TRY(add_documents(run, b, states));
	TRY(make_document(run, b, states, &run->docs[run->n_docs]));
	return ++run->n_docs == STAGE_BATCH ? flush(run) : 0;
}

static int auto_finish(struct node *n)
{
	struct auto_run *run = n->state;
	const struct auto_stage *s = run->stage;
	size_t size = (size_t)MAX(1.0, round((double)run->n / s->n_buckets));
	struct bucket b = { .end = 0 };

	TRY(stable_sort(n->ev, run->rows, run->n, cmp_rows, n->ev));
	run->docs = arena_array(n->ev->keep, STAGE_BATCH, sizeof *run->docs);
	if (run->docs == NULL)
		return eval_check(n->ev);
	for (uint32_t i = 1; b.end < run->n && node_is_wanted(n); i++) {
		b.first = b.end;
		b.end = i == s->n_buckets ? run->n : MIN(b.first + size, run->n);
		TRY(s->granularity == NULL ? cut_at_value(run, &b) : cut_at_granularity(run, &b));
		TRY(give_bucket(run, &b));
	}
	return flush(run);
}

static void auto_needs(const struct stage *stage, struct needs *needs)
{
	const struct auto_stage *s = (const struct auto_stage *)stage;

	needs_add_expr(needs, s->by);
	group_spec_needs(&s->group, needs);
}

static const struct stage_ops auto_ops = {
	.effect = STAGE_REPLACES,
	.state_size = sizeof(struct auto_run),
	.open = auto_open,
	.push = auto_push,
	.finish = auto_finish,
	.needs = auto_needs,
};

/* ---- compiling ---- */

struct auto_parts {
	struct value group_by, buckets, output, granularity;
};

static int read_parts(struct compiler *c, struct value spec, struct auto_parts *p)
{
	const struct spec_field known[] = {
		{ "groupBy", true, VALUE_MISSING, &p->group_by },
		{ "buckets", true, VALUE_MISSING, &p->buckets },
		{ "output", false, VALUE_MISSING, &p->output },
		{ "granularity", false, VALUE_MISSING, &p->granularity },
	};

	if (spec.type != VALUE_OBJECT)
		return compile_fail(
			c, 40240, "$bucketAuto",
			"The argument to $bucketAuto must be an object, but found type: %s.",
			value_type_name(spec.type));
	TRY(spec_options_read(c, "$bucketAuto", 40245, spec.object, known, ARRAY_LEN(known)));
	if (p->group_by.type == VALUE_MISSING || p->buckets.type == VALUE_MISSING)
		return compile_fail(c, 40246, "$bucketAuto",
		                    "$bucketAuto requires 'groupBy' and 'buckets' to be specified.");
	return 0;
}

static int compile_buckets(struct compiler *c, struct value v, uint32_t *ret)
{
	int64_t n;

	if (!value_is_number(v))
		return compile_fail(c, 40241, "$bucketAuto",
		                    "The $bucketAuto 'buckets' field must be a numeric value, but "
		                    "found type: %s.",
		                    value_type_name(v.type));
	if (!value_as_i64(v, &n) || n != (int32_t)n)
		return compile_fail(c, 40242, "$bucketAuto",
		                    "The $bucketAuto 'buckets' field must be representable as a 32-bit "
		                    "integer, but found %s.",
		                    compile_text(c, v));
	if (n <= 0)
		return compile_fail(c, 40243, "$bucketAuto",
		                    "The $bucketAuto 'buckets' field must be greater than 0, but "
		                    "found: %s.",
		                    compile_text(c, v));
	*ret = (uint32_t)n;
	return 0;
}

static int compile_granularity(struct compiler *c, struct value v, struct auto_stage *s)
{
	if (v.type == VALUE_MISSING)
		return 0;
	if (v.type != VALUE_STRING)
		return compile_fail(c, 40261, "$bucketAuto",
		                    "The $bucketAuto 'granularity' field must be a string, but found "
		                    "type: %s.",
		                    value_type_name(v.type));
	s->granularity = granularity_find(value_str(v));
	if (s->granularity == NULL)
		return compile_fail(c, 40257, "$bucketAuto", "Unknown rounding granularity '%.*s'",
		                    STR_ARG(value_str(v)));
	return 0;
}

static int bucket_auto_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct auto_stage *s = stage_create(c, sizeof *s, &auto_ops);
	struct auto_parts parts;

	if (s == NULL)
		return ERR_PIPELINE;
	TRY(read_parts(c, spec, &parts));
	if (!bucket_is_expression(c, parts.group_by))
		return compile_fail(c, 40239, "$bucketAuto",
		                    "The $bucketAuto 'groupBy' field must be defined as a $-prefixed "
		                    "path or an expression object, but found: %s.",
		                    compile_text(c, parts.group_by));
	TRY(expr_compile(c, parts.group_by, &s->by));
	TRY(compile_buckets(c, parts.buckets, &s->n_buckets));
	TRY(compile_granularity(c, parts.granularity, s));
	/* Other than in $bucket an output without fields counts too. */
	if (parts.output.type == VALUE_OBJECT && object_n(c->arena, parts.output.object) == 0)
		parts.output = MISSING;
	TRY(bucket_compile_output(c, 40244, "$bucketAuto", parts.output, &s->group));
	*ret = &s->stage;
	return 0;
}

const struct stage_op stage_bucket_auto_ops[] = {
	{
		.name = "$bucketAuto",
		.doc = "Documents in order of a value, cut into so many buckets of about one size.",
		.usage = "{$bucketAuto: {groupBy: expression, buckets: number, "
			 "output: {field: {$accumulator: expression}, …}, granularity: \"R5\"}}",
		.compile = bucket_auto_compile,
	},
	{ 0 }
};
