/* $skip: all but the first n documents. */
#include "engine/stage/count_arg.h"
#include "engine/stage/stage.h"

struct skip_stage {
	struct stage stage;
	uint64_t n_skipped;
};

static int skip_push(struct node *n, struct value *docs, size_t n_docs)
{
	const struct skip_stage *s = (const struct skip_stage *)n->stage;
	uint64_t left = n->documents_in < s->n_skipped ? s->n_skipped - n->documents_in : 0;

	if (left >= n_docs)
		return 0;
	return node_emit(n, docs + left, n_docs - left);
}

static uint64_t skip_looks_at(const struct stage *stage, uint64_t n_wanted)
{
	uint64_t n;

	if (__builtin_add_overflow(((const struct skip_stage *)stage)->n_skipped, n_wanted, &n))
		return UINT64_MAX;
	return n;
}

static const struct stage_ops skip_ops = {
	.effect = STAGE_PASSES,
	.push = skip_push,
	.looks_at = skip_looks_at,
	.keeps_copies = true,
};

static int skip_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct skip_stage *s = stage_create(c, sizeof *s, &skip_ops);
	int64_t n;

	if (s == NULL)
		return ERR_PIPELINE;
	TRY(count_arg_compile(c, "$skip", 5107200, spec, &n));
	s->n_skipped = (uint64_t)n;
	*ret = &s->stage;
	return 0;
}

const struct stage_op stage_skip_ops[] = {
	{
		.name = "$skip",
		.doc = "All documents but the first, as many as it says.",
		.usage = "{$skip: whole number}",
		.compile = skip_compile,
	},
	{ 0 }
};
