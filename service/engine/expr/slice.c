/* $slice: a part of an array. */
#include "engine/coerce.h"
#include "engine/expr/expr.h"

struct part {
	uint32_t start, n;
};

static int read_i32(const struct expr *e, struct eval *ev, const char *which, int mongo_code,
                    struct value v, int64_t *ret)
{
	int32_t i;

	if (!value_is_number(v))
		return expr_fail(e, ev, mongo_code,
		                 "%s argument to $slice must be a numeric value, but is of type: %s",
		                 which, value_type_name(v.type));
	if (!coerce_to_i32(v, &i))
		return expr_fail(e, ev, mongo_code + 1,
		                 "%s argument to $slice can't be represented as a 32-bit integer: %s",
		                 which, eval_text(ev, v));
	*ret = i;
	return 0;
}

/* [array, n]: n elements from the start, or from the end when it is negative. */
static struct part part_of(int64_t n, uint32_t size)
{
	if (n >= 0)
		return (struct part){ .start = 0, .n = (uint32_t)MIN(n, (int64_t)size) };
	n = MIN(-n, (int64_t)size);
	return (struct part){ .start = size - (uint32_t)n, .n = (uint32_t)n };
}

/* [array, position, n]; a negative position counts from the end, and stops at the start. */
static struct part part_from(int64_t position, int64_t n, uint32_t size)
{
	if (position < 0)
		position = MAX(position + (int64_t)size, (int64_t)0);
	position = MIN(position, (int64_t)size);
	return (struct part){ .start = (uint32_t)position, .n = (uint32_t)MIN(n, size - position) };
}

static int slice_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                      struct value *ret)
{
	int64_t first, n;

	if (value_is_nullish(argv[0]) || value_is_nullish(argv[1]) ||
	    (argc == 3 && value_is_nullish(argv[2]))) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (argv[0].type != VALUE_ARRAY)
		return expr_fail(e, ev, 28724,
		                 "First argument to $slice must be an array, but is of type: %s",
		                 value_type_name(argv[0].type));
	TRY(read_i32(e, ev, "Second", 28725, argv[1], &first));
	uint32_t size = array_n(ev->arena, argv[0].array);
	struct part part = part_of(first, size);
	if (argc == 3) {
		TRY(read_i32(e, ev, "Third", 28727, argv[2], &n));
		if (n <= 0)
			return expr_fail(e, ev, 28729,
			                 "Third argument to $slice must be positive: %s",
			                 eval_text(ev, argv[2]));
		part = part_from(first, n, size);
	}
	*ret = part.n == size ? argv[0]
	                      : array_take(ev->arena, argv[0].array->items + part.start, part.n);
	return 0;
}

const struct expr_op expr_slice_ops[] = {
	{
		.name = "$slice",
		.doc = "The first elements of an array, the last (a negative number), or some from a position.",
		.usage = "{$slice: [array, n]} or {$slice: [array, position, n]}",
		.args_min = 2,
		.args_max = 3,
		.call = slice_call,
	},
	{ 0 }
};
