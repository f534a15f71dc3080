/* $setField and $unsetField: an object with one field changed, whatever is in its name. */
#include "engine/expr/expr.h"

/* The row's option is the place of the input; a value comes before it, if there is one. */
enum { FIELD, UNSET_INPUT, VALUE = UNSET_INPUT, SET_INPUT, N_ARGS };

static const struct expr_param set_params[] = {
	[FIELD] = { .name = "field", .is_required = true, .missing_code = 4161102 },
	[VALUE] = { .name = "value", .is_required = true, .missing_code = 4161103 },
	[SET_INPUT] = { .name = "input", .is_required = true, .missing_code = 4161109 },
	[N_ARGS] = { 0 },
};

static const struct expr_param unset_params[] = {
	[FIELD] = { .name = "field", .is_required = true, .missing_code = 4161102 },
	[UNSET_INPUT] = { .name = "input", .is_required = true, .missing_code = 4161109 },
	[UNSET_INPUT + 1] = { 0 },
};

/* In its place, or behind the others; a missing value takes it away. */
static int change(struct eval *ev, struct object *o, struct str name, struct value v,
                  struct value *ret)
{
	struct object_builder b;
	uint32_t n = object_n(ev->arena, o);
	bool is_set = false;

	object_builder_init(&b, ev->arena, n + 1);
	for (uint32_t i = 0; i < n; i++) {
		bool is_it = str_eq(object_key(o, i), name);

		object_builder_add(&b, object_key(o, i), is_it ? v : object_at_raw(o, i));
		is_set |= is_it;
	}
	if (!is_set)
		object_builder_add(&b, name, v);
	*ret = object_builder_finish(&b);
	return eval_tick_n(ev, n);
}

static int set_field_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct value name, input, v = MISSING;

	TRY(expr_eval(e->args[FIELD], ev, &name));
	TRY(expr_eval(e->args[e->op->option], ev, &input));
	if (e->op->option == SET_INPUT)
		TRY(expr_eval_raw(e->args[VALUE], ev, &v));
	if (value_is_nullish(input)) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (input.type != VALUE_OBJECT)
		return expr_fail(e, ev, 4161105, "%s requires 'input' to evaluate to type Object",
		                 e->op->name);
	return change(ev, input.object, value_str(name), v, ret);
}

/* The name must be written out: as a string without a dollar sign, or in $literal. */
static int check_name(struct compiler *c, const struct expr_op *op, struct value name)
{
	bool is_literal = name.type == VALUE_OBJECT && object_n(c->arena, name.object) == 1 &&
	                  str_is(object_key(name.object, 0), "$literal");

	if (name.type == VALUE_STRING && name.len > 0 && name.text[0] == '$')
		return compile_fail(c, 4161108, op->name,
		                    "'%.*s' is a field path reference which is not allowed in this "
		                    "context. Did you mean {$literal: '%.*s'}?",
		                    (int)MIN(name.len, 80), name.text, (int)MIN(name.len, 80),
		                    name.text);
	if (is_literal)
		name = object_at(c->arena, name.object, 0);
	else if (name.type == VALUE_OBJECT || name.type == VALUE_ARRAY)
		return compile_fail(c, 4161106, op->name,
		                    "%s requires 'field' to evaluate to a constant", op->name);
	if (name.type != VALUE_STRING)
		return compile_fail(c, 4161107, op->name,
		                    "%s requires 'field' to evaluate to type String, but got %s",
		                    op->name, value_type_name(name.type));
	return 0;
}

static int set_field_compile(struct compiler *c, const struct expr_op *op, struct value spec,
                             struct expr **ret)
{
	struct expr *e = NULL;

	TRY(expr_compile_params(c, op, spec, &e));
	TRY(check_name(c, op, object_get(c->arena, spec.object, STR("field"))));
	*ret = e;
	return 0;
}

const struct expr_op expr_set_field_ops[] = {
	{
		.name = "$setField",
		.doc = "The object with that field set to the value; $$REMOVE takes it away.",
		.usage = "{$setField: {field: name, input: object, value: …}}",
		.eval = set_field_eval,
		.compile = set_field_compile,
		.params = set_params,
		.object_code = 4161100,
		.unknown_code = 4161101,
		.option = SET_INPUT,
	},
	{
		.name = "$unsetField",
		.doc = "The object without that field.",
		.usage = "{$unsetField: {field: name, input: object}}",
		.eval = set_field_eval,
		.compile = set_field_compile,
		.params = unset_params,
		.object_code = 4161100,
		.unknown_code = 4161101,
		.option = UNSET_INPUT,
	},
	{ 0 }
};
