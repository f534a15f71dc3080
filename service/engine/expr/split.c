/* $split: the pieces of a string between separators. */
#include "engine/expr/expr.h"

static int split(struct eval *ev, struct str s, struct str separator, struct value *ret)
{
	struct array_builder b;
	size_t from = 0;

	array_builder_init(&b, ev->arena, 0);
	for (;;) {
		size_t end = str_search(s, separator, from);

		TRY(eval_tick(ev));
		if (end == SIZE_MAX)
			break;
		array_builder_add(&b, value_string((struct str){ s.data + from, end - from }));
		from = end + separator.len;
	}
	array_builder_add(&b, value_string((struct str){ s.data + from, s.len - from }));
	*ret = array_builder_finish(&b);
	return 0;
}

static int split_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                      struct value *ret)
{
	(void)argc;
	if (value_is_nullish(argv[0]) || value_is_nullish(argv[1])) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (argv[0].type != VALUE_STRING)
		return expr_fail(e, ev, 40085,
		                 "$split requires an expression that evaluates to a string as a first "
		                 "argument, found: %s",
		                 value_type_name(argv[0].type));
	if (argv[1].type != VALUE_STRING)
		return expr_fail(e, ev, 40086,
		                 "$split requires an expression that evaluates to a string as a second "
		                 "argument, found: %s",
		                 value_type_name(argv[1].type));
	if (argv[1].len == 0)
		return expr_fail(e, ev, 40087, "$split requires a non-empty separator");
	return split(ev, value_str(argv[0]), value_str(argv[1]), ret);
}

const struct expr_op expr_split_ops[] = {
	{
		.name = "$split",
		.doc = "The pieces of a string between separators, as an array.",
		.usage = "{$split: [string, separator]}",
		.args_min = 2,
		.args_max = 2,
		.call = split_call,
	},
	{ 0 }
};
