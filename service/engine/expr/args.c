/* Arguments of operators: a list that is counted, or names that are looked up. */
#include "engine/expr/expr.h"

#define ARITY_CODE 16020
#define ARITY_RANGE_CODE 28667

static int fail_arity(struct compiler *c, const struct expr_op *op, uint32_t n)
{
	if (op->args_min == op->args_max)
		return compile_fail(c, op->arity_code != 0 ? op->arity_code : ARITY_CODE, op->name,
		                    "Expression %s takes exactly %d arguments. %u were passed in.",
		                    op->name, op->args_min, n);
	if (op->args_max == EXPR_ANY)
		return compile_fail(c, op->arity_code != 0 ? op->arity_code : ARITY_RANGE_CODE,
		                    op->name, "%s needs at least %s, had: %u", op->name,
		                    op->args_min == 1 ? "one argument" : "two arguments", n);
	return compile_fail(c, op->arity_code != 0 ? op->arity_code : ARITY_RANGE_CODE, op->name,
	                    "Expression %s takes at least %d arguments, and at most %d, but %u were "
	                    "passed in.",
	                    op->name, op->args_min, op->args_max, n);
}

int expr_compile_args(struct compiler *c, const struct expr_op *op, struct value spec,
                      struct expr **ret)
{
	bool is_list = spec.type == VALUE_ARRAY;
	uint32_t n = is_list ? array_n(c->arena, spec.array) : 1;
	struct expr *e = expr_create(c, op, n);
	int rc = 0;

	if (e == NULL)
		return compile_nomem(c);
	if (n < (uint32_t)op->args_min || n > (uint32_t)op->args_max)
		return fail_arity(c, op, n);
	if (!is_list) {
		TRY(expr_compile(c, spec, &e->args[0]));
		*ret = e;
		return 0;
	}
	for (uint32_t i = 0; i < n; i++) {
		compile_enter_index(c, i);
		if (expr_compile(c, array_get(c->arena, spec.array, i), &e->args[i]) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	if (rc == 0)
		*ret = e;
	return rc;
}

static uint32_t params_count(const struct expr_param *params)
{
	uint32_t n = 0;

	while (params[n].name != NULL)
		n++;
	return n;
}

static int fail_unknown(struct compiler *c, const struct expr_op *op, struct str name)
{
	const char *known[EXPR_PARAMS_MAX];
	size_t n_known = 0;

	for (; op->params[n_known].name != NULL && n_known < ARRAY_LEN(known); n_known++)
		known[n_known] = op->params[n_known].name;
	return compile_fail_unknown(c, op->unknown_code != 0 ? op->unknown_code : 9, name, known,
	                            n_known, "Unrecognized parameter to %s: %.*s", op->name,
	                            STR_ARG(name));
}

static int read_param(struct compiler *c, const struct expr_op *op, struct str name, struct value v,
                      struct value *ret)
{
	for (uint32_t i = 0; op->params[i].name != NULL; i++)
		if (str_is(name, op->params[i].name)) {
			ret[i] = v;
			return 0;
		}
	return fail_unknown(c, op, name);
}

int expr_read_params(struct compiler *c, const struct expr_op *op, struct value spec,
                     struct value *ret)
{
	int rc = 0;

	for (uint32_t i = 0; op->params[i].name != NULL; i++)
		ret[i] = MISSING;
	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, op->object_code != 0 ? op->object_code : 9, op->name,
		                    "%s only supports an object as its argument", op->name);
	uint32_t n = object_n(c->arena, spec.object);
	for (uint32_t i = 0; i < n; i++)
		if (read_param(c, op, object_key(spec.object, i),
		               object_at(c->arena, spec.object, i), ret) != 0)
			rc = ERR_PIPELINE;
	for (uint32_t i = 0; op->params[i].name != NULL; i++)
		if (op->params[i].is_required && ret[i].type == VALUE_MISSING)
			rc = compile_fail(c,
			                  op->params[i].missing_code != 0 ? op->params[i].missing_code
			                                                  : 9,
			                  op->name, "Missing '%s' parameter to %s",
			                  op->params[i].name, op->name);
	return rc;
}

int expr_compile_member(struct compiler *c, const char *name, struct value spec, struct expr **ret)
{
	int rc;

	if (spec.type == VALUE_MISSING)
		return 0;
	compile_enter(c, str_from(name));
	rc = expr_compile(c, spec, ret);
	compile_leave(c);
	return rc;
}

int expr_compile_params(struct compiler *c, const struct expr_op *op, struct value spec,
                        struct expr **ret)
{
	struct expr *e = expr_create(c, op, params_count(op->params));
	struct value values[EXPR_PARAMS_MAX];
	int rc;

	if (e == NULL)
		return compile_nomem(c);
	rc = expr_read_params(c, op, spec, values);
	for (uint32_t i = 0; i < e->n_args; i++)
		if (expr_compile_member(c, op->params[i].name, values[i], &e->args[i]) != 0)
			rc = ERR_PIPELINE;
	if (rc == 0)
		*ret = e;
	return rc;
}
