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
