/* $comment: for whoever reads the pipeline. */
#include "engine/query/node.h"

static int comment_compile(struct compiler *c, const struct query_op *op,
                           const struct query_site *site, struct value spec, struct query **ret)
{
	(void)c;
	(void)op;
	(void)site;
	(void)spec;
	(void)ret;
	return 0;
}

const struct query_op query_comment_ops[] = {
	{
		.info = {
			.name = "$comment",
			.doc = "A remark, which asks nothing.",
			.usage = "{$comment: value}",
		},
		.places = QUERY_TOP | QUERY_FIELD,
		.compile = comment_compile,
	},
	{ 0 }
};
