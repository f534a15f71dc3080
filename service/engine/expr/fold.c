/* Operators that take in one argument after the other. */
#include "engine/expr/expr.h"

int expr_eval_fold(const struct expr *e, struct eval *ev, struct value *ret)
{
	_Alignas(16) unsigned char state[EXPR_FOLD_STATE_MAX] = { 0 };
	const struct expr_fold *fold = e->op->fold;
	bool is_null = false;

	/* Arguments after the one that ends it are not looked at. */
	for (uint32_t i = 0; i < e->n_args && !is_null; i++) {
		struct value v;

		TRY(expr_eval(e->args[i], ev, &v));
		TRY(fold->check(e, ev, v, &is_null));
		if (!is_null)
			TRY(fold->add(ev, state, v));
	}
	if (!is_null)
		return fold->finish(ev, state, ret);
	*ret = NUL_VALUE;
	return 0;
}

bool expr_uses_variable(const struct expr *e, uint32_t slot)
{
	if (e == NULL)
		return false;
	const struct expr_path *path = expr_as_path(e);
	if (path != NULL && path->slot == slot)
		return true;
	for (uint32_t i = 0; i < e->n_args; i++)
		if (expr_uses_variable(e->args[i], slot))
			return true;
	return false;
}
