/* $concat: strings one after the other. */
#include "engine/expr/expr.h"

/* Repeated in a $reduce the left string grows where it stands: arena_append(). */
static int join(struct eval *ev, const struct str *parts, size_t n, struct value *ret)
{
	uint64_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += parts[i].len;
	if (len > UINT32_MAX) {
		arena_fail(ev->arena, ERR_NOMEM);
		return eval_check(ev);
	}
	char *text = arena_append(ev->arena, parts[0].data, parts[0].len, len - parts[0].len);
	if (text == NULL)
		return eval_check(ev);
	size_t at = parts[0].len;
	for (size_t i = 1; i < n; i++) {
		if (parts[i].len > 0)
			memcpy(text + at, parts[i].data, parts[i].len);
		at += parts[i].len;
	}
	*ret = value_string((struct str){ text, len });
	return 0;
}

/* Arguments after the first null are not looked at. */
static int concat_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct str *parts = arena_array(ev->arena, e->n_args, sizeof *parts);

	if (parts == NULL)
		return eval_check(ev);
	for (uint32_t i = 0; i < e->n_args; i++) {
		struct value v;

		TRY(expr_eval(e->args[i], ev, &v));
		if (value_is_nullish(v)) {
			*ret = NUL_VALUE;
			return 0;
		}
		if (v.type != VALUE_STRING)
			return expr_fail(e, ev, 16702, "$concat only supports strings, not %s",
			                 value_type_name(v.type));
		parts[i] = value_str(v);
	}
	if (e->n_args == 0) {
		*ret = value_string(STR(""));
		return 0;
	}
	return join(ev, parts, e->n_args, ret);
}

const struct expr_op expr_concat_ops[] = {
	{
		.name = "$concat",
		.doc = "One string of all; null if any argument is null.",
		.usage = "{$concat: [string, …]}",
		.args_min = 0,
		.args_max = EXPR_ANY,
		.eval = concat_eval,
	},
	{ 0 }
};
