/* $out: the documents become a collection of the answer. */
#include "engine/stage/written.h"

struct out_stage {
	struct stage stage;
	struct str into;
};

static int out_push(struct node *n, struct value *docs, size_t n_docs)
{
	for (size_t i = 0; i < n_docs; i++)
		TRY(written_add(n->state, n->ev, value_copy(n->ev->keep, docs[i])));
	return 0;
}

static int out_finish(struct node *n)
{
	return written_emit(n->state, n, ((const struct out_stage *)n->stage)->into);
}

static const struct stage_ops out_ops = {
	.effect = STAGE_PASSES,
	.state_size = sizeof(struct written),
	.open = written_check,
	.push = out_push,
	.finish = out_finish,
};

static int out_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct out_stage *s = stage_create(c, sizeof *s, &out_ops);

	if (s == NULL)
		return ERR_PIPELINE;
	*ret = &s->stage;
	return written_compile_name(c, "$out", 16990, spec, &s->into);
}

const struct stage_op stage_out_ops[] = {
	{
		.name = "$out",
		.doc = "Leaves the documents as a collection of the answer.",
		.usage = "{$out: collection}",
		.flags = STAGE_LAST_ONLY | STAGE_NOT_IN_FACET,
		.compile = out_compile,
	},
	{ 0 }
};
