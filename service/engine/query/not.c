/* $not: the conditions do not match. */
#include "engine/query/node.h"

static int not_compile(struct compiler *c, const struct query_op *op, const struct query_site *site,
                       struct value spec, struct query **ret)
{
	struct query *q = NULL;

	if (query_is_regex(c, spec)) {
		TRY(query_compile_regex(c, site, spec, &q));
	} else {
		if (spec.type != VALUE_OBJECT)
			return compile_fail(c, 2, op->info.name, "$not needs a regex or a document");
		if (object_n(c->arena, spec.object) == 0)
			return compile_fail(c, 2, op->info.name, "$not cannot be empty");
		if (c->depth >= COMPILE_DEPTH_MAX)
			return compile_fail(c, 2, op->info.name,
			                    "the filter is nested deeper than %d",
			                    COMPILE_DEPTH_MAX);
		c->depth++;
		int rc = query_compile_conditions(c, site, spec.object, &q);
		c->depth--;
		TRY(rc);
	}
	*ret = query_create_not(c, q);
	return *ret == NULL ? compile_nomem(c) : 0;
}

const struct query_op query_not_ops[] = {
	{
		.info = {
			.name = "$not",
			.doc = "The conditions do not match, or there is no such field.",
			.usage = "{field: {$not: {$operator: value, …}}}",
		},
		.places = QUERY_FIELD,
		.compile = not_compile,
	},
	{ 0 }
};
