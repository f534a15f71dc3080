/* Binding variables. */
#include "engine/expr/bind.h"

int bind_as(struct compiler *c, const struct expr_op *op, struct value as, uint32_t *ret_slot)
{
	struct str name = STR("this");
	int rc = 0;

	if (as.type != VALUE_MISSING) {
		compile_enter(c, STR("as"));
		if (as.type != VALUE_STRING)
			rc = compile_fail(c, 9, op->name, "'as' of %s must be a string, not %s",
			                  op->name, value_type_name(as.type));
		else
			rc = compile_check_variable(c, value_str(as));
		compile_leave(c);
		name = value_str(as);
	}
	TRY(rc);
	*ret_slot = compile_bind(c, name);
	return 0;
}

int bind_compile_items(struct compiler *c, struct expr *e, struct value input, struct value as,
                       const char *body_name, struct value body)
{
	struct scope *outer = c->scope;
	int rc = expr_compile_member(c, "input", input, &e->args[0]);

	if (bind_as(c, e->op, as, &e->slots[0]) != 0 ||
	    expr_compile_member(c, body_name, body, &e->args[1]) != 0)
		rc = ERR_PIPELINE;
	c->scope = outer;
	return rc;
}

int bind_eval_items(const struct expr *e, struct eval *ev, int mongo_code, struct value *ret)
{
	struct value input;

	TRY(expr_eval(e->args[0], ev, &input));
	if (value_is_nullish(input))
		input = NUL_VALUE;
	else if (input.type != VALUE_ARRAY)
		return expr_fail(e, ev, mongo_code, "input to %s must be an array not %s",
		                 e->op->name, value_type_name(input.type));
	*ret = input;
	return 0;
}
