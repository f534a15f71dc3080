/* $objectToArray: the fields of an object as a list of {k, v}. */
#include "engine/expr/expr.h"

static const struct str pair_keys[] = { { "k", 1 }, { "v", 1 } };
static const struct shape pair_shape = { .n = 2, .keys = pair_keys, .is_lasting = true };

static int object_to_array_call(const struct expr *e, struct eval *ev, const struct value *argv,
                                size_t argc, struct value *ret)
{
	(void)argc;
	if (value_is_nullish(argv[0])) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (argv[0].type != VALUE_OBJECT)
		return expr_fail(e, ev, 40390, "$objectToArray requires a document input, found: %s",
		                 value_type_name(argv[0].type));

	struct object *o = argv[0].object;
	uint32_t n = object_n(ev->arena, o);
	struct value *items = arena_array(ev->arena, n, sizeof *items);
	struct value *pairs = arena_array(ev->arena, n, 2 * sizeof *pairs);
	if (items == NULL || pairs == NULL)
		return eval_check(ev);
	for (uint32_t i = 0; i < n; i++) {
		struct value *pair = pairs + 2 * (size_t)i;

		TRY(eval_tick(ev));
		pair[0] = value_string(object_key(o, i));
		pair[1] = object_at_raw(o, i);
		pair[1].flags = 0; /* it goes under another name */
		items[i] = object_from_shape(ev->arena, &pair_shape, pair);
	}
	*ret = array_take(ev->arena, items, n);
	return 0;
}

const struct expr_op expr_object_to_array_ops[] = {
	{
		.name = "$objectToArray",
		.doc = "The fields of an object as an array of {k: name, v: value}.",
		.usage = "{$objectToArray: object}",
		.args_min = 1,
		.args_max = 1,
		.call = object_to_array_call,
	},
	{ 0 }
};
