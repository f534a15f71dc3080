/* $let: names for values, in one expression. */
#include "engine/expr/expr.h"

/* args: the variables in the order of their slots, then the expression that sees them. */
static int let_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	const uint32_t *slots = e->data;
	uint32_t n_vars = e->n_args - 1;

	for (uint32_t i = 0; i < n_vars; i++)
		TRY(expr_eval(e->args[i], ev, &ev->vars[slots[i]]));
	return expr_eval(e->args[n_vars], ev, ret);
}

static int find_parts(struct compiler *c, const struct expr_op *op, struct value spec,
                      struct object **ret_vars, struct value *ret_in)
{
	struct value vars = MISSING, in = MISSING;

	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 16874, op->name,
		                    "$let only supports an object as its argument");
	uint32_t n = object_n(c->arena, spec.object);
	for (uint32_t i = 0; i < n; i++) {
		struct str key = object_key(spec.object, i);

		if (str_is(key, "vars"))
			vars = object_at(c->arena, spec.object, i);
		else if (str_is(key, "in"))
			in = object_at(c->arena, spec.object, i);
		else
			return compile_fail(c, 16875, op->name,
			                    "Unrecognized parameter to $let: %.*s", STR_ARG(key));
	}
	if (vars.type == VALUE_MISSING)
		return compile_fail(c, 16876, op->name, "Missing 'vars' parameter to $let");
	if (in.type == VALUE_MISSING)
		return compile_fail(c, 16877, op->name, "Missing 'in' parameter to $let");
	if (vars.type != VALUE_OBJECT)
		return compile_fail(c, 10065, op->name,
		                    "invalid parameter: expected an object (vars)");
	*ret_vars = vars.object;
	*ret_in = in;
	return 0;
}

/* The values see what is outside only; so the names are bound when all are compiled. */
static int compile_vars(struct compiler *c, struct object *vars, struct expr *e)
{
	uint32_t *slots = e->data;
	uint32_t n = e->n_args - 1;
	int rc = 0;

	compile_enter(c, STR("vars"));
	for (uint32_t i = 0; i < n; i++) {
		compile_enter(c, object_key(vars, i));
		if (compile_check_variable(c, object_key(vars, i)) != 0)
			rc = ERR_PIPELINE;
		if (expr_compile(c, object_at(c->arena, vars, i), &e->args[i]) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	compile_leave(c);
	for (uint32_t i = 0; i < n; i++)
		slots[i] = compile_bind(c, object_key(vars, i));
	return rc;
}

static int let_compile(struct compiler *c, const struct expr_op *op, struct value spec,
                       struct expr **ret)
{
	struct scope *outer = c->scope;
	struct object *vars = NULL;
	struct value in = MISSING;

	TRY(find_parts(c, op, spec, &vars, &in));
	uint32_t n = object_n(c->arena, vars);
	struct expr *e = expr_create(c, op, n + 1);
	if (e == NULL)
		return compile_nomem(c);
	e->data = compile_alloc(c, n, sizeof(uint32_t));
	if (e->data == NULL)
		return compile_nomem(c);
	int rc = compile_vars(c, vars, e);
	compile_enter(c, STR("in"));
	if (expr_compile(c, in, &e->args[n]) != 0)
		rc = ERR_PIPELINE;
	compile_leave(c);
	c->scope = outer;
	if (rc == 0)
		*ret = e;
	return rc;
}

const struct expr_op expr_let_ops[] = {
	{
		.name = "$let",
		.doc = "An expression in which values have names: $$name.",
		.usage = "{$let: {vars: {name: expression, …}, in: expression}}",
		.eval = let_eval,
		.compile = let_compile,
	},
	{ 0 }
};
