/* $range: whole numbers from one to another. */
#include "engine/coerce.h"
#include "engine/expr/expr.h"

struct bound {
	const char *name;
	int type_code, value_code;
};

static const struct bound bounds[] = {
	{ "starting value", 34443, 34444 },
	{ "ending value", 34445, 34446 },
	{ "step value", 34447, 34448 },
};

static int read_bound(const struct expr *e, struct eval *ev, const struct bound *bound,
                      struct value v, int64_t *ret)
{
	int32_t i;

	if (!value_is_number(v))
		return expr_fail(e, ev, bound->type_code,
		                 "$range requires a numeric %s, found value of type: %s",
		                 bound->name, value_type_name(v.type));
	if (!coerce_to_i32(v, &i))
		return expr_fail(e, ev, bound->value_code,
		                 "$range requires a %s that can be represented as a 32-bit integer, found "
		                 "value: %s",
		                 bound->name, eval_text(ev, v));
	*ret = i;
	return 0;
}

static uint64_t count(int64_t start, int64_t end, int64_t step)
{
	uint64_t distance = step > 0 ? (uint64_t)MAX(end - start, (int64_t)0)
	                             : (uint64_t)MAX(start - end, (int64_t)0);
	uint64_t width = (uint64_t)(step > 0 ? step : -step);

	return (distance + width - 1) / width;
}

static int range_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                      struct value *ret)
{
	int64_t limits[3] = { 0, 0, 1 };

	for (size_t i = 0; i < argc; i++)
		TRY(read_bound(e, ev, &bounds[i], argv[i], &limits[i]));
	if (limits[2] == 0)
		return expr_fail(e, ev, 34449, "$range requires a non-zero step value");

	uint64_t n = count(limits[0], limits[1], limits[2]); /* less than 2^32 */
	struct value *items = arena_array(ev->arena, n, sizeof *items);
	if (items == NULL)
		return eval_check(ev);
	for (uint64_t i = 0; i < n; i++) {
		TRY(eval_tick(ev));
		items[i] = value_int((int32_t)(limits[0] + (int64_t)i * limits[2]));
	}
	*ret = array_take(ev->arena, items, (uint32_t)n);
	return 0;
}

const struct expr_op expr_range_ops[] = {
	{
		.name = "$range",
		.doc = "Whole numbers from a start up to, not including, an end, by a step.",
		.usage = "{$range: [start, end, step (1)]}",
		.args_min = 2,
		.args_max = 3,
		.call = range_call,
	},
	{ 0 }
};
