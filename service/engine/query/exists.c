/* $exists: the field is there, or is not. */
#include "engine/query/node.h"

static int exists_test(const struct query *q, struct eval *ev, struct value v, bool *ret)
{
	(void)q;
	(void)ev;
	*ret = v.type != VALUE_MISSING;
	return 0;
}

static int exists_compile(struct compiler *c, const struct query_op *op,
                          const struct query_site *site, struct value spec, struct query **ret)
{
	struct query *q = query_create_leaf(c, sizeof *q, site, exists_test);

	(void)op;
	if (q == NULL)
		return ERR_PIPELINE;
	*ret = value_is_true(spec) ? q : query_create_not(c, q);
	return *ret == NULL ? compile_nomem(c) : 0;
}

const struct query_op query_exists_ops[] = {
	{
		.info = {
			.name = "$exists",
			.doc = "The field is there, be it null; or it is not.",
			.usage = "{field: {$exists: boolean}}",
		},
		.places = QUERY_FIELD,
		.compile = exists_compile,
	},
	{ 0 }
};
