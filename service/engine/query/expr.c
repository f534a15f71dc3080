/* $expr: an expression over the whole document. */
#include "engine/query/node.h"

static int expr_match(const struct query *q, struct eval *ev, struct value doc, bool *ret)
{
	struct value v;

	(void)doc; /* whoever asks has bound it to $$ROOT */
	TRY(expr_eval(q->expr, ev, &v));
	*ret = value_is_true(v);
	return 0;
}

static int expr_query_compile(struct compiler *c, const struct query_op *op,
                              const struct query_site *site, struct value spec, struct query **ret)
{
	struct query *q = query_create(c, sizeof *q);

	(void)op;
	(void)site;
	if (q == NULL)
		return ERR_PIPELINE;
	TRY(expr_compile(c, spec, &q->expr));
	q->match = q->test = expr_match;
	*ret = q;
	return 0;
}

const struct query_op query_expr_ops[] = {
	{
		.info = {
			.name = "$expr",
			.doc = "The expression is true of the document.",
			.usage = "{$expr: expression}",
		},
		.places = QUERY_TOP,
		.needs_document = true,
		.compile = expr_query_compile,
	},
	{ 0 }
};
