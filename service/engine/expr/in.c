/* $in: is a value one of an array's elements? */
#include "engine/expr/expr.h"
#include "engine/value_set.h"

#define SET_MIN 8 /* up to so many elements a scan is as quick */

static int in_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	const struct value_set *set = e->data;
	struct value v, list;
	bool is_in = false;

	TRY(expr_eval(e->args[0], ev, &v));
	if (set != NULL) {
		*ret = value_bool(value_set_find(set, ev->arena, v) >= 0);
		return 0;
	}
	TRY(expr_eval(e->args[1], ev, &list));
	if (list.type != VALUE_ARRAY)
		return expr_fail(e, ev, 40081,
		                 "$in requires an array as a second argument, found: %s",
		                 value_type_name(list.type));
	uint32_t n = array_n(ev->arena, list.array);
	for (uint32_t i = 0; i < n && !is_in; i++) {
		TRY(eval_tick(ev));
		is_in = value_eq(ev->arena, array_get(ev->arena, list.array, i), v);
	}
	*ret = value_bool(is_in);
	return 0;
}

static struct value_set *set_create(struct compiler *c, struct array *list)
{
	struct value_set *set = compile_alloc(c, 1, sizeof *set);

	if (set == NULL)
		return NULL;
	value_set_init(set, c->arena, list->n);
	for (uint32_t i = 0; i < list->n; i++)
		(void)value_set_add(set, array_get(c->arena, list, i)); /* twice is once */
	return set;
}

/* A constant list of some length is hashed once, with the plan. */
static int in_compile(struct compiler *c, const struct expr_op *op, struct value spec,
                      struct expr **ret)
{
	struct expr *e;

	TRY(expr_compile_args(c, op, spec, &e));
	if (expr_is_constant(e->args[1])) {
		struct value list = expr_constant_value(e->args[1]);

		if (list.type == VALUE_ARRAY && array_n(c->arena, list.array) >= SET_MIN) {
			e->data = set_create(c, list.array);
			if (e->data == NULL)
				return compile_nomem(c);
		}
	}
	*ret = e;
	return 0;
}

const struct expr_op expr_in_ops[] = { {
					       .name = "$in",
					       .doc = "Is the value equal to an element of the array?",
					       .usage = "{$in: [value, array]}",
					       .args_min = 2,
					       .args_max = 2,
					       .eval = in_eval,
					       .compile = in_compile,
				       },
	                               { 0 } };
