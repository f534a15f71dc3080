/* $all: each of the values is found, or each of the $elemMatch holds. */
#include "engine/query/node.h"

static bool is_elem_match(struct compiler *c, struct value v)
{
	return v.type == VALUE_OBJECT && object_n(c->arena, v.object) > 0 &&
	       str_is(object_key(v.object, 0), "$elemMatch");
}

static int compile_item(struct compiler *c, const struct query_op *op, const struct query_site *site,
                        struct value v, bool are_elem_match, struct query **ret)
{
	if (is_elem_match(c, v) != are_elem_match)
		return compile_fail(c, 2, op->info.name, "$all/$elemMatch has to be consistent");
	if (!are_elem_match) {
		TRY(query_check_listed(c, op->info.name, v));
		return query_compile_value(c, site, v, ret);
	}
	if (object_n(c->arena, v.object) > 1)
		return compile_fail(c, 2, op->info.name, "no $ expressions in $all");
	return query_compile_conditions(c, site, v.object, ret);
}

static int never_match(const struct query *q, struct eval *ev, struct value v, bool *ret)
{
	(void)q;
	(void)ev;
	(void)v;
	*ret = false;
	return 0;
}

static int create_never(struct compiler *c, struct query **ret)
{
	struct query *q = query_create(c, sizeof *q);

	if (q == NULL)
		return ERR_PIPELINE;
	q->match = q->test = never_match;
	*ret = q;
	return 0;
}

static int all_compile(struct compiler *c, const struct query_op *op, const struct query_site *site,
                       struct value spec, struct query **ret)
{
	int rc = 0;

	if (spec.type != VALUE_ARRAY)
		return compile_fail(c, 2, op->info.name, "$all needs an array");
	uint32_t n = array_n(c->arena, spec.array);
	if (n == 0)
		return create_never(c, ret);
	struct query **list = compile_alloc(c, n, sizeof(struct query *));
	if (list == NULL)
		return compile_nomem(c);
	bool are_elem_match = is_elem_match(c, array_get(c->arena, spec.array, 0));
	for (uint32_t i = 0; i < n; i++) {
		compile_enter_index(c, i);
		if (compile_item(c, op, site, array_get(c->arena, spec.array, i), are_elem_match,
		                 &list[i]) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	return rc != 0 ? rc : query_create_and(c, list, n, ret);
}

const struct query_op query_all_ops[] = {
	{
		.info = {
			.name = "$all",
			.doc = "The array holds each of the values, or an item for each $elemMatch.",
			.usage = "{field: {$all: [value, …]}}",
		},
		.places = QUERY_FIELD,
		.compile = all_compile,
	},
	{ 0 }
};
