/* $type: a value of one of the types. */
#include "engine/query/node.h"
#include "engine/query/types.h"

struct type {
	struct query query;
	uint32_t types; /* see types.h */
};

static int type_test(const struct query *q, struct eval *ev, struct value v, bool *ret)
{
	(void)ev;
	*ret = ((const struct type *)q)->types & QUERY_TYPE_BIT(v.type);
	return 0;
}

static int type_compile(struct compiler *c, const struct query_op *op,
                        const struct query_site *site, struct value spec, struct query **ret)
{
	struct type *q = query_create_leaf(c, sizeof *q, site, type_test);

	(void)op;
	if (q == NULL)
		return ERR_PIPELINE;
	*ret = &q->query;
	return query_types_parse(c, spec, &q->types);
}

const struct query_op query_type_ops[] = {
	{
		.info = {
			.name = "$type",
			.doc = "The field, or an item of it when it is an array, is of one of the types.",
			.usage = "{field: {$type: type or [type, …]}}",
		},
		.places = QUERY_FIELD,
		.compile = type_compile,
	},
	{ 0 }
};
