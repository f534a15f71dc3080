/* $mergeObjects: the fields of several objects in one. */
#include "engine/expr/expr.h"

struct merge {
	struct object *first; /* copied into fields when there is a second */
	struct object_builder fields;
};

_Static_assert(sizeof(struct merge) <= EXPR_FOLD_STATE_MAX, "see expr_eval_fold()");

static int add_fields(struct eval *ev, struct object_builder *b, struct object *o)
{
	uint32_t n = object_n(ev->arena, o);

	for (uint32_t i = 0; i < n; i++) {
		TRY(eval_tick(ev));
		object_builder_add(b, object_key(o, i), object_at_raw(o, i));
	}
	return eval_check(ev);
}

static int merge_check(const struct expr *e, struct eval *ev, struct value v, bool *ret_is_null)
{
	*ret_is_null = false; /* null is left out */
	if (v.type != VALUE_OBJECT && !value_is_nullish(v))
		return expr_fail(e, ev, 40400,
		                 "$mergeObjects requires object inputs, but input %s is of type %s",
		                 eval_text(ev, v), value_type_name(v.type));
	return 0;
}

static int merge_add(struct eval *ev, void *state, struct value v)
{
	struct merge *merge = state;

	if (value_is_nullish(v))
		return 0;
	if (merge->first == NULL) {
		merge->first = v.object;
		return 0;
	}
	if (merge->fields.arena == NULL) {
		uint32_t n_expected = object_n(ev->arena, merge->first) +
		                      object_n(ev->arena, v.object);

		object_builder_init(&merge->fields, ev->arena, n_expected);
		TRY(add_fields(ev, &merge->fields, merge->first));
	}
	return add_fields(ev, &merge->fields, v.object);
}

static int merge_finish(struct eval *ev, void *state, struct value *ret)
{
	struct merge *merge = state;

	if (merge->fields.arena == NULL && merge->first != NULL) {
		*ret = value_object(merge->first);
		return 0;
	}
	if (merge->fields.arena == NULL)
		object_builder_init(&merge->fields, ev->arena, 0);
	*ret = object_builder_finish(&merge->fields);
	return 0;
}

static const struct expr_fold merge_fold = {
	.check = merge_check,
	.add = merge_add,
	.finish = merge_finish,
};

const struct expr_op expr_merge_objects_ops[] = {
	{
		.name = "$mergeObjects",
		.doc = "The fields of all objects in one; the last of equal names wins, null is left out.",
		.usage = "{$mergeObjects: [object, …]}",
		.args_min = 0,
		.args_max = EXPR_ANY,
		.eval = expr_eval_fold,
		.fold = &merge_fold,
	},
	{ 0 }
};
