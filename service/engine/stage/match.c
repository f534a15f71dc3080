/* $match: the documents that a filter matches. */
#include "engine/stage/match.h"

struct match_stage {
	struct stage stage;
	struct query *query;
};

static int match_push(struct node *n, struct value *docs, size_t n_docs)
{
	const struct match_stage *s = (const struct match_stage *)n->stage;
	size_t n_out = 0;

	for (size_t i = 0; i < n_docs; i++) {
		bool is_match = false;

		node_bind(n, docs[i], i);
		TRY(query_match(s->query, n->ev, docs[i], &is_match));
		if (is_match)
			docs[n_out++] = docs[i];
	}
	return node_emit(n, docs, n_out);
}

static void match_needs(const struct stage *stage, struct needs *needs)
{
	query_needs(((const struct match_stage *)stage)->query, needs);
}

static const struct stage_ops match_ops = {
	.effect = STAGE_PASSES,
	.push = match_push,
	.needs = match_needs,
	.is_apart = true,
};

const struct query *match_query(const struct stage *s)
{
	return s->ops == &match_ops ? ((const struct match_stage *)s)->query : NULL;
}

bool match_is_safe(const struct stage *s)
{
	return s->ops == &match_ops && !query_may_fail(((const struct match_stage *)s)->query);
}

int match_merge(struct compiler *c, struct stage *first, const struct stage *second)
{
	struct match_stage *s = (struct match_stage *)first;

	return query_merge(c, s->query, ((const struct match_stage *)second)->query, &s->query);
}

static int match_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct match_stage *s = stage_create(c, sizeof *s, &match_ops);

	if (s == NULL)
		return ERR_PIPELINE;
	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 15959, "$match",
		                    "the match filter must be an expression in an object");
	*ret = &s->stage;
	return query_compile(c, spec, &s->query);
}

const struct stage_op stage_match_ops[] = {
	{
		.name = "$match",
		.doc = "The documents that the filter matches.",
		.usage = "{$match: {field: value or {$operator: value, …}, …}}",
		.compile = match_compile,
	},
	{ 0 }
};
