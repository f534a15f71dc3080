/* $fill: null and missing fields get a value: one given, the last one, or one on a line. */
#include "engine/expr/expr.h"
#include "engine/spec_fields.h"
#include "engine/stage/chain.h"
#include "engine/stage/set_window_fields.h"

/* What the stage is made of: computed by windows, then by $addFields. */
struct fill_parts {
	struct object_builder windows, values;
};

static struct value object_of_one(struct compiler *c, const char *key, struct value v)
{
	struct str name = str_from(key);

	return object_build(c->arena, &name, &v, 1);
}

/* "$field", as an expression. */
static struct value path_to(struct compiler *c, struct str field)
{
	const char *path = arena_printf(c->arena, "$%.*s", STR_ARG(field));

	return path == NULL ? NUL_VALUE : value_string(str_from(path));
}

static int add_method(struct compiler *c, struct fill_parts *parts, struct str field,
                      struct value method)
{
	const char *function = NULL;

	if (str_is(value_str(method), "linear"))
		function = "$linearFill";
	else if (str_is(value_str(method), "locf"))
		function = "$locf";
	if (function == NULL)
		return compile_fail(c, 6050202, "$fill", "Method must be either locf or linear");
	object_builder_add(&parts->windows, field, object_of_one(c, function, path_to(c, field)));
	return 0;
}

static int add_value(struct compiler *c, struct fill_parts *parts, struct str field,
                     struct value value)
{
	struct value *items = compile_alloc(c, 2, sizeof *items);

	if (items == NULL)
		return compile_nomem(c);
	items[0] = path_to(c, field);
	items[1] = value;
	object_builder_add(&parts->values, field,
	                   object_of_one(c, "$ifNull", array_take(c->arena, items, 2)));
	return 0;
}

static int add_field(struct compiler *c, struct fill_parts *parts, struct str field,
                     struct value spec)
{
	struct value method, value;
	const struct spec_field known[] = {
		{ "method", false, VALUE_STRING, &method },
		{ "value", false, VALUE_MISSING, &value },
	};

	if (spec.type != VALUE_OBJECT || object_n(c->arena, spec.object) == 0)
		return compile_fail(
			c, 6050200, "$fill",
			"Each fill output specification must be an object with exactly one field");
	TRY(spec_fields_read(c, "$fill", spec, known, ARRAY_LEN(known)));
	if (method.type != VALUE_MISSING && value.type != VALUE_MISSING)
		return compile_fail(c, 6050201, "$fill",
		                    "Each fill output specification must have exactly one of 'method' "
		                    "or 'value' fields, not both");
	return method.type != VALUE_MISSING ? add_method(c, parts, field, method)
	                                    : add_value(c, parts, field, value);
}

static int read_output(struct compiler *c, struct object *output, struct fill_parts *parts)
{
	int rc = 0;

	object_builder_init(&parts->windows, c->arena, 0);
	object_builder_init(&parts->values, c->arena, 0);
	if (object_n(c->arena, output) == 0)
		return compile_fail(c, 6050203, "$fill",
		                    "The output field in '$fill' must contain an object with at least "
		                    "one element");
	compile_enter(c, STR("output"));
	for (uint32_t i = 0; i < object_n(c->arena, output); i++) {
		struct str field = object_key(output, i);

		compile_enter(c, field);
		if (add_field(c, parts, field, object_at(c->arena, output, i)) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	compile_leave(c);
	return rc;
}

/* The fields' values together are the partition. */
static int partition_of(struct compiler *c, struct array *fields, struct value *ret)
{
	struct object_builder b;

	object_builder_init(&b, c->arena, 0);
	for (uint32_t i = 0; i < array_n(c->arena, fields); i++) {
		struct value field = array_get(c->arena, fields, i);

		if (field.type != VALUE_STRING)
			return compile_fail(c, 14, "$fill",
			                    "BSON field '$fill.partitionByFields.%u' is the wrong type "
			                    "'%s', expected type 'string'",
			                    i, value_type_name(field.type));
		if (str_starts_with(value_str(field), STR("$")))
			return expr_fail_unknown(c, value_str(field), false);
		/* Names with points cannot be those of an object's fields: numbers do as well. */
		const char *name = arena_printf(c->arena, "f%u", i);
		if (name == NULL)
			return compile_nomem(c);
		object_builder_add(&b, str_from(name), path_to(c, value_str(field)));
	}
	*ret = object_builder_finish(&b);
	return 0;
}

static int compile_stages(struct compiler *c, struct fill_parts *parts, struct value partition_by,
                          struct value sort_by, struct stage **ret)
{
	struct stage **stages = compile_alloc(c, 2, sizeof *stages);
	size_t n = 0;

	if (stages == NULL)
		return compile_nomem(c);
	if (parts->windows.n > 0)
		TRY(window_stage_compile(c, partition_by, sort_by,
		                         object_builder_finish(&parts->windows), &stages[n++]));
	if (parts->values.n > 0 || n == 0)
		TRY(stage_compile(c,
		                  object_of_one(c, "$addFields",
		                                object_builder_finish(&parts->values)),
		                  &stages[n++]));
	return chain_create(c, stages, n, ret);
}

static int fill_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct value partition_by, fields, sort_by, output;
	const struct spec_field known[] = {
		{ "partitionBy", false, VALUE_MISSING, &partition_by },
		{ "partitionByFields", false, VALUE_ARRAY, &fields },
		{ "sortBy", false, VALUE_OBJECT, &sort_by },
		{ "output", true, VALUE_OBJECT, &output },
	};
	struct fill_parts parts;

	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 9, "$fill",
		                    "the $fill stage specification must be an object, found %s",
		                    value_type_name(spec.type));
	TRY(spec_fields_read(c, "$fill", spec, known, ARRAY_LEN(known)));
	TRY(read_output(c, output.object, &parts));
	if (partition_by.type != VALUE_MISSING && fields.type != VALUE_MISSING)
		return compile_fail(c, 6050204, "$fill",
		                    "Maximum one of 'partitionBy' and 'partitionByFields can be "
		                    "specified in '$fill'");
	if (partition_by.type != VALUE_MISSING && partition_by.type != VALUE_STRING &&
	    partition_by.type != VALUE_OBJECT)
		return compile_fail(c, 14, "$fill",
		                    "BSON field '$fill.partitionBy' is the wrong type '%s', expected "
		                    "types '[string, object]'",
		                    value_type_name(partition_by.type));
	if (fields.type != VALUE_MISSING)
		TRY(partition_of(c, fields.array, &partition_by));
	return compile_stages(c, &parts, partition_by, sort_by, ret);
}

const struct stage_op stage_fill_ops[] = {
	{
		.name = "$fill",
		.doc = "Null and missing fields get a value: one given, the last one, or one on a line.",
		.usage = "{$fill: {partitionBy: expression, sortBy: {field: 1 or -1, …}, "
			 "output: {field: {value: expression} or {method: \"linear\" or \"locf\"}, …}}}",
		.compile = fill_compile,
	},
	{ 0 }
};
