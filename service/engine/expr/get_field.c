/* $getField: a field whose name may hold dots and dollar signs. */
#include "engine/expr/expr.h"

enum { FIELD, INPUT, N_ARGS };

static const struct expr_param params[] = {
	[FIELD] = { .name = "field", .is_required = true, .missing_code = 3041702 },
	[INPUT] = { .name = "input", .is_required = true, .missing_code = 3041703 },
	[N_ARGS] = { 0 },
};

static int get_field_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct value name, input;

	TRY(expr_eval(e->args[FIELD], ev, &name));
	if (name.type != VALUE_STRING)
		return expr_fail(e, ev, 5654602,
		                 "$getField requires 'field' to evaluate to type String, but got %s",
		                 value_type_name(name.type));
	TRY(expr_eval(e->args[INPUT], ev, &input));
	if (input.type == VALUE_NULL)
		*ret = NUL_VALUE;
	else if (input.type == VALUE_OBJECT)
		*ret = object_get(ev->arena, input.object, value_str(name));
	else
		*ret = MISSING;
	return 0;
}

/* Other than an object of arguments, it is the name of a field of $$CURRENT. */
static int compile_name(struct compiler *c, const struct expr_op *op, struct value spec,
                        struct expr **ret)
{
	struct expr *e = expr_create(c, op, N_ARGS);

	if (e == NULL)
		return compile_nomem(c);
	TRY(expr_compile(c, spec, &e->args[FIELD]));
	TRY(expr_compile_path(c, STR("$$CURRENT"), &e->args[INPUT]));
	*ret = e;
	return 0;
}

static int get_field_compile(struct compiler *c, const struct expr_op *op, struct value spec,
                             struct expr **ret)
{
	struct expr *e = NULL;
	bool is_name = spec.type != VALUE_OBJECT ||
	               (object_n(c->arena, spec.object) > 0 &&
	                str_starts_with(object_key(spec.object, 0), STR("$")));

	TRY(is_name ? compile_name(c, op, spec, &e) : expr_compile_params(c, op, spec, &e));
	/* Without folding too, so that no rule decides what compiles. */
	if (is_name && spec.type != VALUE_OBJECT && spec.type != VALUE_STRING)
		return compile_fail(c, 5654602, op->name,
		                    "$getField requires 'field' to evaluate to type String, but got %s",
		                    value_type_name(spec.type));
	*ret = e;
	return 0;
}

const struct expr_op expr_get_field_ops[] = {
	{
		.name = "$getField",
		.doc = "The field of that name, which may hold dots and dollar signs.",
		.usage = "{$getField: {field: name, input: object}} or {$getField: name}",
		.eval = get_field_eval,
		.compile = get_field_compile,
		.params = params,
		.unknown_code = 3041701,
	},
	{ 0 }
};
