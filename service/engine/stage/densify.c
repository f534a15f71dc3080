/* $densify: documents for the steps of a range at which there are none. */
#include "engine/spec_fields.h"
#include "engine/stage/field_place.h"
#include "engine/stage/partitions.h"
#include "engine/time_unit.h"

#define GENERATED_MAX 500000 /* documents in one run, as in the server */

enum bounds_kind { BOUNDS_FULL, BOUNDS_PARTITION, BOUNDS_GIVEN };

struct densify_stage {
	struct stage stage;
	struct field_place field;
	struct field_place *partition_fields;
	uint32_t n_partition_fields;
	struct expr *by; /* an object with the partition fields' values; NULL: one partition */
	struct sort_spec *sort_by;
	enum bounds_kind bounds;
	struct value low, high; /* given ones: high is not part of the range */
	struct value step;
	enum time_unit unit; /* TIME_UNIT_NONE: numbers */
};

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

static const struct stage_ops densify_ops = {
	.effect = STAGE_CHANGES,
	.state_size = sizeof(struct densify_run),
	.open = densify_open,
	.push = densify_push,
	.finish = densify_finish,
	.close = densify_close,
	.needs = densify_needs,
};

/* ---- compiling ---- */

static int compile_bounds_array(struct compiler *c, struct array *bounds, struct densify_stage *s)
{
	if (array_n(c->arena, bounds) != 2)
		return compile_fail(c, 5733403, "$densify",
		                    "A bounding array in a range statement must have exactly two "
		                    "elements");
	s->bounds = BOUNDS_GIVEN;
	s->low = array_get(c->arena, bounds, 0);
	s->high = array_get(c->arena, bounds, 1);
	if (value_cmp(c->arena, s->low, s->high) > 0)
		return compile_fail(c, 5733402, "$densify",
		                    "A bounding array must be an ascending array of either two dates "
		                    "or two numbers");
	if (!value_is_number(s->low) && s->low.type != VALUE_DATE)
		return compile_fail(c, 5946800, "$densify",
		                    "Explicit bounds must be numeric or dates");
	if (value_is_number(s->low) && s->unit != TIME_UNIT_NONE)
		return compile_fail(c, 5733409, "$densify",
		                    "Numeric bounds may not have unit parameter");
	if (value_rank(s->low.type) != value_rank(s->high.type))
		return compile_fail(c, s->low.type == VALUE_DATE ? 5733405 : 5733406, "$densify",
		                    "A bounding array must contain either both dates or both numeric "
		                    "types");
	if (s->low.type == VALUE_DATE)
		return s->unit != TIME_UNIT_NONE
		               ? 0
		               : compile_fail(c, 5733410, "$densify",
		                              "A bounding array of dates must specify a unit");
	if (s->low.type != s->high.type || s->low.type != s->step.type)
		return compile_fail(c, 5876900, "$densify",
		                    "Upper bound, lower bound, and step must all have the same type");
	return 0;
}

static int compile_bounds(struct compiler *c, struct value bounds, struct densify_stage *s)
{
	if (bounds.type == VALUE_ARRAY)
		return compile_bounds_array(c, bounds.array, s);
	if (bounds.type != VALUE_STRING)
		return compile_fail(c, 5733404, "$densify",
		                    "The bounds in a range statement must be the string 'full', "
		                    "'partition', or an ascending array of two numbers or two dates");
	if (str_is(value_str(bounds), "full"))
		s->bounds = BOUNDS_FULL;
	else if (str_is(value_str(bounds), "partition"))
		s->bounds = BOUNDS_PARTITION;
	else
		return compile_fail(c, 5946802, "$densify",
		                    "Bounds string must either be 'full' or 'partition'");
	return 0;
}

static int compile_range(struct compiler *c, struct value range, struct densify_stage *s)
{
	struct value bounds, unit;
	const struct spec_field known[] = {
		{ "step", true, VALUE_MISSING, &s->step },
		{ "bounds", true, VALUE_MISSING, &bounds },
		{ "unit", false, VALUE_STRING, &unit },
	};
	int64_t amount;

	TRY(spec_fields_read(c, "$densify.range", range, known, ARRAY_LEN(known)));
	if (!value_is_number(s->step) || !(value_f64(s->step) > 0))
		return compile_fail(c, 5733401, "$densify",
		                    "The step parameter in a range statement must be a strictly "
		                    "positive numeric value");
	if (unit.type != VALUE_MISSING) {
		if (!value_as_i64(s->step, &amount))
			return compile_fail(c, 6586400, "$densify",
			                    "The step parameter in a range statement must be a whole "
			                    "number when densifying a date range");
		s->unit = time_unit_parse(value_str(unit));
		if (s->unit == TIME_UNIT_NONE)
			return compile_fail(c, 9, "$densify", "unknown time unit value: %.*s",
			                    STR_ARG(value_str(unit)));
	}
	return compile_bounds(c, bounds, s);
}

/* Is it the other path, or something inside of it? */
static bool is_within(struct str path, struct str outer)
{
	return str_starts_with(path, outer) &&
	       (path.len == outer.len || path.data[outer.len] == '.');
}

/* A generated document has the partition's fields and the step: neither may hide the other. */
static int check_apart(struct compiler *c, struct str partition, struct str field)
{
	if (is_within(partition, field))
		return compile_fail(c, 8993000, "$densify",
		                    "partitionByFields '%.*s' cannot include field '%.*s' that is "
		                    "being densified.",
		                    STR_ARG(partition), STR_ARG(field));
	if (is_within(field, partition))
		return compile_fail(c, 9554500, "$densify",
		                    "field '%.*s' that is being densified cannot include "
		                    "partitionByFields '%.*s'.",
		                    STR_ARG(field), STR_ARG(partition));
	return 0;
}

static int compile_partition(struct compiler *c, struct array *fields, struct str field,
                             struct densify_stage *s)
{
	uint32_t n = array_n(c->arena, fields);
	struct object_builder b;

	s->partition_fields = compile_alloc(c, n, sizeof *s->partition_fields);
	if (s->partition_fields == NULL)
		return compile_nomem(c);
	object_builder_init(&b, c->arena, n);
	for (uint32_t i = 0; i < n; i++) {
		struct value v = array_get(c->arena, fields, i);

		if (v.type != VALUE_STRING)
			return compile_fail(c, 14, "$densify",
			                    "BSON field '$densify.partitionByFields.%u' is the wrong type "
			                    "'%s', expected type 'string'",
			                    i, value_type_name(v.type));
		TRY(check_apart(c, value_str(v), field));
		TRY(field_place_compile(c, value_str(v), &s->partition_fields[i]));
		const char *name = arena_printf(c->arena, "f%u", i);
		const char *path = arena_printf(c->arena, "$%.*s", STR_ARG(value_str(v)));
		if (name == NULL || path == NULL)
			return compile_nomem(c);
		object_builder_add(&b, str_from(name), value_string(str_from(path)));
	}
	s->n_partition_fields = n;
	return n == 0 ? 0 : expr_compile(c, object_builder_finish(&b), &s->by);
}

static int densify_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct densify_stage *s = stage_create(c, sizeof *s, &densify_ops);
	struct value field, fields, range, one = value_int(1);
	const struct spec_field known[] = {
		{ "field", true, VALUE_STRING, &field },
		{ "partitionByFields", false, VALUE_ARRAY, &fields },
		{ "range", true, VALUE_OBJECT, &range },
	};

	if (s == NULL)
		return ERR_PIPELINE;
	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 9, "$densify",
		                    "The $densify stage specification must be an object, found %s",
		                    value_type_name(spec.type));
	TRY(spec_fields_read(c, "$densify", spec, known, ARRAY_LEN(known)));
	TRY(compile_range(c, range, s));
	TRY(field_place_compile(c, value_str(field), &s->field));
	if (fields.type != VALUE_MISSING)
		TRY(compile_partition(c, fields.array, value_str(field), s));
	if (s->bounds == BOUNDS_PARTITION && s->by == NULL)
		return compile_fail(c, 5733408, "$densify",
		                    "One cannot specify the bounds as 'partition' without specifying a "
		                    "non-empty array of partitionByFields. You may have meant to "
		                    "specify 'full' bounds.");
	struct str path = value_str(field);
	TRY(sort_spec_compile(c, "$densify", object_build(c->arena, &path, &one, 1), &s->sort_by));
	*ret = &s->stage;
	return 0;
}

const struct stage_op stage_densify_ops[] = {
	{
		.name = "$densify",
		.doc = "New documents for the steps of a range at which a field has no value.",
		.usage = "{$densify: {field: name, partitionByFields: [name, …], range: {step: number, "
			 "unit: unit, bounds: \"full\", \"partition\" or [low, high]}}}",
		.compile = densify_compile,
	},
	{ 0 }
};
