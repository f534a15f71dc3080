/* $densify: documents for the steps of a range at which there are none; compiling one. */
#include "engine/spec_fields.h"
#include "engine/stage/densify.h"

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
	struct densify_stage *s = stage_create(c, sizeof *s, &densify_stage_ops);
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
