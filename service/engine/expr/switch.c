/* $switch: the value of the first branch whose case is true. */
#include "engine/expr/expr.h"

/* args: case and then of each branch in turn, last the default (NULL when there is none). */
static int switch_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	uint32_t last = e->n_args - 1;
	struct value v;

	for (uint32_t i = 0; i < last; i += 2) {
		TRY(expr_eval(e->args[i], ev, &v));
		if (value_is_true(v))
			return expr_eval(e->args[i + 1], ev, ret);
	}
	if (e->args[last] == NULL)
		return expr_fail(e, ev, 40066,
		                 "$switch could not find a matching branch for an input, "
		                 "and no default was specified.");
	return expr_eval(e->args[last], ev, ret);
}

static int compile_branch(struct compiler *c, const struct expr_op *op, struct value branch,
                          struct expr **args)
{
	int rc = 0;

	if (branch.type != VALUE_OBJECT)
		return compile_fail(c, 40062, op->name,
		                    "$switch expected each branch to be an object, found: %s",
		                    value_type_name(branch.type));
	uint32_t n = object_n(c->arena, branch.object);
	for (uint32_t i = 0; i < n; i++) {
		struct str key = object_key(branch.object, i);
		bool is_case = str_is(key, "case");

		compile_enter(c, key);
		if (!is_case && !str_is(key, "then"))
			rc = compile_fail(c, 40063, op->name,
			                  "$switch found an unknown argument to a branch: %.*s",
			                  STR_ARG(key));
		else if (expr_compile(c, object_at(c->arena, branch.object, i),
		                      &args[is_case ? 0 : 1]) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	if (rc == 0 && args[0] == NULL)
		rc = compile_fail(c, 40064, op->name,
		                  "$switch requires each branch have a 'case' expression");
	if (rc == 0 && args[1] == NULL)
		rc = compile_fail(c, 40065, op->name,
		                  "$switch requires each branch have a 'then' expression.");
	return rc;
}

static int compile_branches(struct compiler *c, const struct expr_op *op, struct array *branches,
                            struct expr *e)
{
	uint32_t n = array_n(c->arena, branches);
	int rc = 0;

	for (uint32_t i = 0; i < n; i++) {
		compile_enter_index(c, i);
		if (compile_branch(c, op, array_get(c->arena, branches, i), &e->args[2 * i]) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	return rc;
}

static int check_names(struct compiler *c, const struct expr_op *op, struct object *spec)
{
	uint32_t n = object_n(c->arena, spec);
	int rc = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct str key = object_key(spec, i);

		if (str_is(key, "branches") || str_is(key, "default"))
			continue;
		compile_enter(c, key);
		rc = compile_fail(c, 40067, op->name, "$switch found an unknown argument: %.*s",
		                  STR_ARG(key));
		compile_leave(c);
	}
	return rc;
}

static int find_branches(struct compiler *c, const struct expr_op *op, struct value spec,
                         struct array **ret)
{
	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 40060, op->name,
		                    "$switch requires an object as an argument, found: %s",
		                    value_type_name(spec.type));
	TRY(check_names(c, op, spec.object));
	struct value branches = object_get(c->arena, spec.object, STR("branches"));
	if (branches.type != VALUE_MISSING && branches.type != VALUE_ARRAY)
		return compile_fail(c, 40061, op->name,
		                    "$switch expected an array for 'branches', found: %s",
		                    value_type_name(branches.type));
	if (branches.type == VALUE_MISSING || array_n(c->arena, branches.array) == 0)
		return compile_fail(c, 40068, op->name, "$switch requires at least one branch.");
	*ret = branches.array;
	return 0;
}

static int switch_compile(struct compiler *c, const struct expr_op *op, struct value spec,
                          struct expr **ret)
{
	struct array *branches = NULL;
	int rc = 0;

	TRY(find_branches(c, op, spec, &branches));
	uint32_t n_args = 2 * array_n(c->arena, branches) + 1;
	struct expr *e = expr_create(c, op, n_args);
	if (e == NULL)
		return compile_nomem(c);
	uint32_t n = object_n(c->arena, spec.object);
	for (uint32_t i = 0; i < n; i++) {
		struct str key = object_key(spec.object, i);

		compile_enter(c, key);
		if (str_is(key, "branches") && compile_branches(c, op, branches, e) != 0)
			rc = ERR_PIPELINE;
		else if (str_is(key, "default") &&
		         expr_compile(c, object_at(c->arena, spec.object, i),
		                      &e->args[n_args - 1]) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	if (rc == 0)
		*ret = e;
	return rc;
}

const struct expr_op expr_switch_ops[] = {
	{
		.name = "$switch",
		.doc = "The value of the first branch whose case is true, else the default.",
		.usage = "{$switch: {branches: [{case: …, then: …}, …], default: …}}",
		.eval = switch_eval,
		.compile = switch_compile,
	},
	{ 0 }
};
