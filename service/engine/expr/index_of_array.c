/* $indexOfArray: where in an array a value is. */
#include "engine/coerce.h"
#include "engine/expr/expr.h"

static int eval_index(const struct expr *e, struct eval *ev, uint32_t arg, const char *what,
                      int64_t *ret)
{
	struct value v;
	int32_t i;

	if (e->n_args <= arg)
		return 0;
	TRY(expr_eval(e->args[arg], ev, &v));
	if (!coerce_to_i32(v, &i))
		return expr_fail(e, ev, 40096,
		                 "$indexOfArray requires an integral %s, found a value of type: %s, with "
		                 "value: %s",
		                 what, value_type_name(v.type), eval_text(ev, v));
	if (i < 0)
		return expr_fail(e, ev, 40097, "$indexOfArray requires a nonnegative %s, found: %d",
		                 what, i);
	*ret = i;
	return 0;
}

static int index_of_array_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	int64_t start = 0, end = UINT32_MAX;
	struct value list, v;

	TRY(expr_eval(e->args[0], ev, &list));
	if (value_is_nullish(list)) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (list.type != VALUE_ARRAY)
		return expr_fail(e, ev, 40090,
		                 "$indexOfArray requires an array as a first argument, found: %s",
		                 value_type_name(list.type));
	TRY(eval_index(e, ev, 2, "starting index", &start));
	TRY(eval_index(e, ev, 3, "ending index", &end));
	TRY(expr_eval(e->args[1], ev, &v));
	end = MIN(end, (int64_t)array_n(ev->arena, list.array));
	for (int64_t i = start; i < end; i++) {
		TRY(eval_tick(ev));
		if (value_eq(ev->arena, array_get(ev->arena, list.array, (uint32_t)i), v)) {
			*ret = value_whole(i);
			return 0;
		}
	}
	*ret = value_int(-1);
	return 0;
}

const struct expr_op expr_index_of_array_ops[] = {
	{
		.name = "$indexOfArray",
		.doc = "The index at which an array first holds a value, or -1.",
		.usage = "{$indexOfArray: [array, value, start (0), end]}",
		.args_min = 2,
		.args_max = 4,
		.eval = index_of_array_eval,
	},
	{ 0 }
};
