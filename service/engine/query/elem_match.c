/* $elemMatch: one item of an array meets all conditions. */
#include "engine/query/node.h"

static bool is_document(struct value v)
{
	return v.type == VALUE_OBJECT || v.type == VALUE_ARRAY;
}

/* An item that is an array is looked at as an object whose keys are its indexes. */
static int test_documents(const struct query *q, struct eval *ev, struct value v, bool *ret)
{
	uint32_t n = v.type == VALUE_ARRAY ? array_n(ev->arena, v.array) : 0;

	*ret = false;
	for (uint32_t i = 0; i < n && !*ret; i++) {
		struct value item = array_get(ev->arena, v.array, i);

		TRY(eval_tick(ev));
		if (is_document(item))
			TRY(q->args[0]->match(q->args[0], ev, item, ret));
	}
	return 0;
}

static int test_values(const struct query *q, struct eval *ev, struct value v, bool *ret)
{
	uint32_t n = v.type == VALUE_ARRAY ? array_n(ev->arena, v.array) : 0;

	*ret = false;
	for (uint32_t i = 0; i < n && !*ret; i++) {
		TRY(eval_tick(ev));
		TRY(q->args[0]->test(q->args[0], ev, array_get(ev->arena, v.array, i), ret));
	}
	return 0;
}

/* {$gt: 1} asks of the items themselves; {a: 1} and {$or: […]} of what is in them. */
static bool asks_values(struct compiler *c, struct value spec)
{
	return query_is_conditions(c, spec) &&
	       query_op_find(object_key(spec.object, 0), QUERY_TOP) == NULL;
}

static int elem_match_compile(struct compiler *c, const struct query_op *op,
                              const struct query_site *site, struct value spec, struct query **ret)
{
	struct query_site items = { .is_item = true };
	int rc;

	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 2, op->info.name, "$elemMatch needs an Object");
	if (c->depth >= COMPILE_DEPTH_MAX)
		return compile_fail(c, 2, op->info.name, "the filter is nested deeper than %d",
		                    COMPILE_DEPTH_MAX);
	bool is_of_values = asks_values(c, spec);
	struct query *q = query_create_leaf(c, sizeof *q, site,
	                                    is_of_values ? test_values : test_documents);
	struct query **args = compile_alloc(c, 1, sizeof(struct query *));
	if (q == NULL || args == NULL)
		return compile_nomem(c);
	c->depth++;
	if (is_of_values)
		rc = query_compile_conditions(c, &items, spec.object, &args[0]);
	else
		rc = query_compile_filter(c, spec, true, &args[0]);
	c->depth--;
	q->reach = PATH_ARRAY;
	q->args = args;
	q->n_args = 1;
	*ret = q;
	return rc;
}

const struct query_op query_elem_match_ops[] = {
	{
		.info = {
			.name = "$elemMatch",
			.doc = "One item of the array meets all of the conditions.",
			.usage = "{field: {$elemMatch: {$operator: value, …} or filter}}",
		},
		.places = QUERY_FIELD,
		.compile = elem_match_compile,
	},
	{ 0 }
};
