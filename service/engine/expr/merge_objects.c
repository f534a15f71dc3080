/* $mergeObjects: the fields of several objects in one. */
#include "engine/expr/expr.h"

/* Null and missing are left out. */
static int collect(const struct expr *e, struct eval *ev, struct object **ret_objects,
                   uint32_t *ret_n, size_t *ret_n_fields)
{
	*ret_n = 0;
	*ret_n_fields = 0;
	for (uint32_t i = 0; i < e->n_args; i++) {
		struct value v;

		TRY(expr_eval(e->args[i], ev, &v));
		if (value_is_nullish(v))
			continue;
		if (v.type != VALUE_OBJECT)
			return expr_fail(e, ev, 40400,
			                 "$mergeObjects requires object inputs, but input %s is of type %s",
			                 eval_text(ev, v), value_type_name(v.type));
		ret_objects[(*ret_n)++] = v.object;
		*ret_n_fields += object_n(ev->arena, v.object);
	}
	return 0;
}

static int merge_objects_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct object **objects = arena_array(ev->arena, e->n_args, sizeof *objects);
	struct object_builder b;
	size_t n_fields;
	uint32_t n;

	if (objects == NULL)
		return eval_check(ev);
	TRY(collect(e, ev, objects, &n, &n_fields));
	if (n == 1) {
		*ret = value_object(objects[0]);
		return 0;
	}
	object_builder_init(&b, ev->arena, n_fields);
	for (uint32_t i = 0; i < n; i++) {
		TRY(eval_tick_n(ev, objects[i]->shape != NULL ? objects[i]->shape->n : 1));
		for (uint32_t k = 0; k < object_n(ev->arena, objects[i]); k++)
			object_builder_add(&b, object_key(objects[i], k), object_at_raw(objects[i], k));
	}
	*ret = object_builder_finish(&b);
	return 0;
}

const struct expr_op expr_merge_objects_ops[] = {
	{
		.name = "$mergeObjects",
		.doc = "The fields of all objects in one; the last of equal names wins, null is left out.",
		.usage = "{$mergeObjects: [object, …]}",
		.args_min = 0,
		.args_max = EXPR_ANY,
		.eval = merge_objects_eval,
	},
	{ 0 }
};
