/* $densify: running one. */
#include "engine/stage/densify.h"
#include "engine/stage/partitions.h"

#define GENERATED_MAX 500000 /* documents in one run, as in the server */

struct densify_run {
	const struct densify_stage *stage;
	struct node *node;
	struct partitions partitions;
	struct field_finder finder;
	struct value *values;   /* of the field, as rows of partitions */
	struct value low, high; /* of all values; missing: there are none */
	struct value base;      /* what documents made for the partition at hand have besides */
	struct value next;      /* the next step; missing: it is beyond all numbers or dates */
	struct value *docs;     /* waiting to be handed on */
	size_t n_docs, n_generated;
};

/* ---- taking in ---- */

static int densify_open(struct node *n)
{
	const struct densify_stage *s = (const struct densify_stage *)n->stage;
	struct densify_run *run = n->state;

	run->stage = s;
	run->node = n;
	TRY(field_finder_init(&run->finder, &s->field, n->ev));
	return partitions_init(&run->partitions, n->ev, s->by, s->sort_by);
}

static void densify_close(struct node *n)
{
	partitions_deinit(&((struct densify_run *)n->state)->partitions);
}

static int densify_push(struct node *n, struct value *docs, size_t n_docs)
{
	struct densify_run *run = n->state;

	for (size_t i = 0; i < n_docs; i++) {
		node_bind(n, docs[i], i);
		TRY(eval_tick(n->ev));
		TRY(partitions_add(&run->partitions, n->ev, docs[i]));
	}
	return 0;
}

/* ---- the values that are there ---- */

static int check_value(const struct densify_stage *s, struct eval *ev, struct value v)
{
	if (value_is_nullish(v))
		return 0;
	if (!value_is_number(v) && v.type != VALUE_DATE)
		return eval_fail(ev, 5733201, "$densify", s->stage.pointer,
		                 "Densify field type must be numeric or a date, but found %s",
		                 value_type_name(v.type));
	if (v.type == VALUE_DATE && s->unit == TIME_UNIT_NONE)
		return eval_fail(ev, 6053600, "$densify", s->stage.pointer,
		                 "Encountered date densify value in collection when step does not "
		                 "have a date unit.");
	if (v.type != VALUE_DATE && s->unit != TIME_UNIT_NONE)
		return eval_fail(ev, 6053600, "$densify", s->stage.pointer,
		                 "Encountered numeric densify value in collection when step has a "
		                 "date unit.");
	return 0;
}

static int read_value(struct densify_run *run, struct eval *ev, const struct sort_row *row,
                      struct value *ret)
{
	ev->document = row->tag;
	TRY(eval_tick(ev));
	TRY(field_find(&run->finder, ev, ev->arena, row->doc, ret));
	TRY(check_value(run->stage, ev, *ret));
	if (value_is_nullish(*ret))
		return 0;
	if (run->low.type == VALUE_MISSING || value_cmp(ev->arena, *ret, run->low) < 0)
		run->low = *ret;
	if (run->high.type == VALUE_MISSING || value_cmp(ev->arena, *ret, run->high) > 0)
		run->high = *ret;
	return 0;
}

static int read_values(struct densify_run *run, struct eval *ev)
{
	struct partitions *p = &run->partitions;

	run->values = arena_array(ev->keep, p->sorter.n, sizeof *run->values);
	if (run->values == NULL)
		return eval_check(ev);
	for (size_t i = 0; i < p->n; i++) {
		struct sort_row **rows;
		size_t n_rows;

		TRY(partitions_sort(p, ev, i, &rows, &n_rows));
		for (size_t k = 0; k < n_rows; k++)
			TRY(read_value(run, ev, rows[k], &run->values[p->starts[i] + k]));
	}
	ev->document = -1;
	return eval_check(ev);
}

/* ---- giving back ---- */

static int flush(struct densify_run *run)
{
	size_t n_docs = run->n_docs;

	run->n_docs = 0;
	TRY(eval_check(run->node->ev));
	if (n_docs > 0)
		TRY(node_emit(run->node, run->docs, n_docs));
	return node_empty_scratch(run->node);
}

static int give(struct densify_run *run, struct value doc)
{
	TRY(eval_tick(run->node->ev));
	run->docs[run->n_docs] = doc;
	return ++run->n_docs == STAGE_BATCH ? flush(run) : 0;
}

/* A sum as $add makes it: as narrow as its terms, wider only when it has to be. */
static struct value add_numbers(struct value x, struct value y)
{
	int64_t sum;

	if (!value_is_whole(x) || !value_is_whole(y) || __builtin_add_overflow(x.i64, y.i64, &sum))
		return value_double(value_f64(x) + value_f64(y));
	return x.type == VALUE_INT && y.type == VALUE_INT ? value_whole(sum) : value_long(sum);
}

static void advance(struct densify_run *run)
{
	const struct densify_stage *s = run->stage;
	int64_t ms, amount;

	if (s->unit == TIME_UNIT_NONE)
		run->next = add_numbers(run->next, s->step);
	else if (value_as_i64(s->step, &amount) && time_unit_add(run->next.i64, s->unit, amount, &ms))
		run->next = value_date(ms);
	else
		run->next = MISSING;
}

static int generate(struct densify_run *run)
{
	struct eval *ev = run->node->ev;
	struct value v;

	if (++run->n_generated > GENERATED_MAX)
		return eval_fail(ev, 5897900, "$densify", run->stage->stage.pointer,
		                 "Generated %zu documents in $densify, which is over the limit of %d",
		                 run->n_generated, GENERATED_MAX);
	TRY(field_find(&run->finder, ev, ev->arena, run->base, &v));
	TRY(give(run, field_put(&run->finder, ev, run->next)));
	advance(run);
	return 0;
}

/* Every step below the end, or up to and including it. */
static int generate_until(struct densify_run *run, struct value end, bool is_inclusive)
{
	struct eval *ev = run->node->ev;

	while (run->next.type != VALUE_MISSING && node_is_wanted(run->node) &&
	       value_cmp(ev->arena, run->next, end) < is_inclusive)
		TRY(generate(run));
	return 0;
}

/* ---- one partition ---- */

/* The partition's fields alone, from its key. */
static int make_base(struct densify_run *run, struct eval *ev, struct value key)
{
	static const struct shape nothing = { .n = 0 };
	const struct densify_stage *s = run->stage;
	struct value doc = object_from_shape(ev->arena, &nothing, NULL), v;

	key = value_decode(ev->arena, key);
	for (uint32_t k = 0; k < s->n_partition_fields && key.type == VALUE_OBJECT; k++) {
		const char *name = arena_printf(ev->arena, "f%u", k);
		struct field_finder finder = { 0 };

		if (name == NULL)
			return eval_check(ev);
		struct value part = object_get(ev->arena, key.object, str_from(name));
		if (part.type == VALUE_MISSING)
			continue;
		TRY(field_finder_init(&finder, &s->partition_fields[k], ev));
		TRY(field_find(&finder, ev, ev->arena, doc, &v));
		doc = field_put(&finder, ev, part);
		TRY(eval_check(ev));
	}
	run->base = value_copy(ev->keep, doc);
	return eval_check(ev);
}

static int run_rows(struct densify_run *run, size_t first, size_t end)
{
	const struct densify_stage *s = run->stage;
	struct eval *ev = run->node->ev;
	bool is_given = s->bounds == BOUNDS_GIVEN;

	for (size_t i = first; i < end && node_is_wanted(run->node); i++) {
		struct value v = run->values[i];

		if (!value_is_nullish(v)) {
			if (run->next.type == VALUE_MISSING && s->bounds == BOUNDS_PARTITION &&
			    (i == first || value_is_nullish(run->values[i - 1])))
				run->next = v;
			bool is_beyond = is_given && value_cmp(ev->arena, v, s->high) > 0;
			TRY(generate_until(run, is_beyond ? s->high : v, false));
			if (run->next.type != VALUE_MISSING &&
			    value_cmp(ev->arena, run->next, v) == 0)
				advance(run);
		}
		TRY(give(run, run->partitions.rows[i]->doc));
	}
	return 0;
}

static int run_partition(struct densify_run *run, size_t i)
{
	const struct densify_stage *s = run->stage;
	struct partitions *p = &run->partitions;
	struct eval *ev = run->node->ev;
	size_t first = p->starts[i], end = p->starts[i + 1];
	bool is_empty = first == end || value_is_nullish(run->values[end - 1]);

	TRY(make_base(run, ev, s->by != NULL ? p->key_of[i] : NUL_VALUE));
	run->next = MISSING;
	/* A partition without a value is none. */
	if (s->bounds == BOUNDS_GIVEN && (s->by == NULL || !is_empty))
		run->next = s->low;
	else if (s->bounds == BOUNDS_FULL && !is_empty)
		run->next = run->low;
	TRY(run_rows(run, first, end));
	if (s->bounds == BOUNDS_GIVEN)
		return generate_until(run, s->high, false);
	return s->bounds == BOUNDS_FULL ? generate_until(run, run->high, true) : 0;
}

static int densify_finish(struct node *n)
{
	struct densify_run *run = n->state;
	const struct densify_stage *s = run->stage;

	TRY(partitions_seal(&run->partitions, n->ev));
	TRY(read_values(run, n->ev));
	run->docs = arena_array(n->ev->keep, STAGE_BATCH, sizeof *run->docs);
	if (run->docs == NULL)
		return eval_check(n->ev);
	if (run->partitions.n == 0 && s->by == NULL && s->bounds == BOUNDS_GIVEN) {
		TRY(make_base(run, n->ev, NUL_VALUE));
		run->next = s->low;
		TRY(generate_until(run, s->high, false));
	}
	for (size_t i = 0; i < run->partitions.n && node_is_wanted(n); i++)
		TRY(run_partition(run, i));
	return flush(run);
}

static void densify_needs(const struct stage *stage, struct needs *needs)
{
	const struct densify_stage *s = (const struct densify_stage *)stage;

	needs_add(needs, s->field.parts[0]);
	needs_add_expr(needs, s->by);
}

const struct stage_ops densify_stage_ops = {
	.effect = STAGE_CHANGES,
	.state_size = sizeof(struct densify_run),
	.open = densify_open,
	.push = densify_push,
	.finish = densify_finish,
	.close = densify_close,
	.needs = densify_needs,
};
