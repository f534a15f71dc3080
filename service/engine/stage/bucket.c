/* $bucket: documents by the boundaries between which a value lies. */
#include "engine/stage/bucket.h"

#include "engine/spec_fields.h"
#include "engine/stage/chain.h"
#include "engine/stage/sort.h"

/* In the data of the expression that is the key of the groups. */
struct boundaries {
	struct value *values; /* ascending */
	uint32_t n;
	struct value otherwise; /* missing: what lies elsewhere is an error */
};

/* The boundary at or below the value, if it is below the last one too. */
static int bucket_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	const struct boundaries *b = e->data;
	uint32_t low = 0, high = b->n;
	struct value v;

	TRY(expr_eval(e->args[0], ev, &v));
	while (low < high) { /* how many boundaries are not above it */
		uint32_t mid = low + (high - low) / 2;

		if (value_cmp(ev->arena, b->values[mid], v) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low > 0 && low < b->n) {
		*ret = b->values[low - 1];
		return 0;
	}
	if (b->otherwise.type == VALUE_MISSING)
		return eval_fail(ev, 40066, "$bucket", e->pointer,
		                 "$switch could not find a matching branch for an input, and no "
		                 "default was specified.");
	*ret = b->otherwise;
	return 0;
}

static int compile_constant(struct compiler *c, int mongo_code, const char *which,
                            struct value spec, struct value *ret)
{
	bool is_constant;

	TRY(expr_compile_constant(c, spec, &is_constant, ret));
	if (!is_constant)
		return compile_fail(c, mongo_code, "$bucket",
		                    "The $bucket '%s' must be constant, but found: %s", which,
		                    compile_text(c, spec));
	return 0;
}

static int compile_boundaries(struct compiler *c, struct value spec, struct boundaries *b)
{
	if (spec.type != VALUE_ARRAY)
		return compile_fail(
			c, 40200, "$bucket",
			"The $bucket 'boundaries' field must be an array, but found type: %s",
			value_type_name(spec.type));
	b->n = array_n(c->arena, spec.array);
	if (b->n < 2)
		return compile_fail(c, 40192, "$bucket",
		                    "The $bucket 'boundaries' field must have at least 2 values, but "
		                    "found %u value(s).",
		                    b->n);
	b->values = compile_alloc(c, b->n, sizeof *b->values);
	if (b->values == NULL)
		return compile_nomem(c);
	for (uint32_t i = 0; i < b->n; i++) {
		TRY(compile_constant(c, 40191, "boundaries", array_get(c->arena, spec.array, i),
		                     &b->values[i]));
		if (value_rank(b->values[i].type) != value_rank(b->values[0].type))
			return compile_fail(c, 40193, "$bucket",
			                    "All values in the 'boundaries' option to $bucket must have "
			                    "the same type. Found conflicting types %s and %s.",
			                    value_type_name(b->values[0].type),
			                    value_type_name(b->values[i].type));
		if (i > 0 && value_cmp(c->arena, b->values[i - 1], b->values[i]) >= 0)
			return compile_fail(c, 40194, "$bucket",
			                    "The 'boundaries' option to $bucket must be sorted, but "
			                    "elements %u and %u are not in ascending order",
			                    i - 1, i);
	}
	return 0;
}

static int compile_default(struct compiler *c, struct value spec, struct boundaries *b)
{
	b->otherwise = MISSING;
	if (spec.type == VALUE_MISSING)
		return 0;
	TRY(compile_constant(c, 40195, "default", spec, &b->otherwise));
	if (value_cmp(c->arena, b->otherwise, b->values[0]) >= 0 &&
	    value_cmp(c->arena, b->otherwise, b->values[b->n - 1]) < 0)
		return compile_fail(c, 40199, "$bucket",
		                    "The $bucket 'default' field must be less than the lowest boundary "
		                    "or greater than or equal to the highest boundary.");
	return 0;
}

bool bucket_is_expression(struct compiler *c, struct value v)
{
	if (v.type == VALUE_STRING)
		return str_starts_with(value_str(v), STR("$"));
	return v.type == VALUE_OBJECT && object_n(c->arena, v.object) > 0 &&
	       str_starts_with(object_key(v.object, 0), STR("$"));
}

static int compile_key(struct compiler *c, struct value group_by, struct boundaries *b,
                       struct group_spec *group)
{
	struct expr *e = expr_create(c, NULL, 1);

	group->parts = compile_alloc(c, 1, sizeof *group->parts);
	if (e == NULL || group->parts == NULL)
		return compile_nomem(c);
	if (!bucket_is_expression(c, group_by))
		return compile_fail(c, 40202, "$bucket",
		                    "The $bucket 'groupBy' field must be defined as a $-prefixed path or "
		                    "an expression, but found: %s.",
		                    compile_text(c, group_by));
	TRY(expr_compile(c, group_by, &e->args[0]));
	e->eval = bucket_eval;
	e->data = b;
	group->parts[0] = e;
	group->n_parts = 1;
	return 0;
}

int bucket_compile_output(struct compiler *c, int object_code, const char *stage,
                          struct value output, struct group_spec *group)
{
	if (output.type == VALUE_MISSING) {
		struct str sum = STR("$sum"), count = STR("count");
		struct value one = value_int(1);

		one = object_build(c->arena, &sum, &one, 1);
		output = object_build(c->arena, &count, &one, 1);
	}
	if (output.type != VALUE_OBJECT)
		return compile_fail(c, object_code, stage,
		                    "The %s 'output' field must be an object, but found type: %s.",
		                    stage, value_type_name(output.type));
	uint32_t n = object_n(c->arena, output.object);
	int rc = 0;

	TRY(group_spec_reserve(c, group, n));
	for (uint32_t i = 0; i < n; i++) {
		compile_enter(c, object_key(output.object, i));
		if (group_spec_add_output(c, group, object_key(output.object, i),
		                          object_at(c->arena, output.object, i)) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	return rc;
}

struct bucket_parts {
	struct value group_by, boundaries, otherwise, output;
};

static int read_parts(struct compiler *c, struct value spec, struct bucket_parts *p)
{
	const struct spec_field known[] = {
		{ "groupBy", true, VALUE_MISSING, &p->group_by },
		{ "boundaries", true, VALUE_MISSING, &p->boundaries },
		{ "default", false, VALUE_MISSING, &p->otherwise },
		{ "output", false, VALUE_MISSING, &p->output },
	};

	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 40201, "$bucket",
		                    "Argument to $bucket stage must be an object, but found type: %s.",
		                    value_type_name(spec.type));
	TRY(spec_options_read(c, "$bucket", 40197, spec.object, known, ARRAY_LEN(known)));
	if (p->group_by.type == VALUE_MISSING || p->boundaries.type == VALUE_MISSING)
		return compile_fail(c, 40198, "$bucket",
		                    "$bucket requires 'groupBy' and 'boundaries' to be specified.");
	return 0;
}

static int bucket_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct stage **stages = compile_alloc(c, 2, sizeof *stages);
	struct boundaries *b = compile_alloc(c, 1, sizeof *b);
	struct bucket_parts parts;
	struct group_spec *group;
	struct sort_spec *sort;
	struct str id = STR("_id");
	struct value one = value_int(1);

	if (stages == NULL || b == NULL)
		return compile_nomem(c);
	TRY(read_parts(c, spec, &parts));
	TRY(compile_boundaries(c, parts.boundaries, b));
	TRY(compile_default(c, parts.otherwise, b));
	stages[0] = group_stage_create(c, &group);
	if (stages[0] == NULL)
		return ERR_PIPELINE;
	TRY(compile_key(c, parts.group_by, b, group));
	TRY(bucket_compile_output(c, 40196, "$bucket", parts.output, group));
	TRY(sort_spec_compile(c, "$bucket", object_build(c->arena, &id, &one, 1), &sort));
	stages[1] = sort_stage_create(c, sort);
	if (stages[1] == NULL)
		return ERR_PIPELINE;
	return chain_create(c, stages, 2, ret);
}

const struct stage_op stage_bucket_ops[] = {
	{
		.name = "$bucket",
		.doc = "Documents grouped by the boundaries between which a value lies.",
		.usage = "{$bucket: {groupBy: expression, boundaries: [constant, …], default: constant, "
			 "output: {field: {$accumulator: expression}, …}}}",
		.compile = bucket_compile,
	},
	{ 0 }
};
