/* $limit: the first n documents. */
#include "engine/stage/stage.h"

#include "engine/stage/count_arg.h"

struct limit_stage {
	struct stage stage;
	uint64_t n_max;
};

static int limit_push(struct node *n, struct value *docs, size_t n_docs)
{
	const struct limit_stage *s = (const struct limit_stage *)n->stage;
	uint64_t left = s->n_max - n->documents_out;
	size_t n_out = MIN(n_docs, left);

	n->is_done = n_out == left;
	return node_emit(n, docs, n_out);
}

static uint64_t limit_looks_at(const struct stage *stage, uint64_t n_wanted)
{
	return MIN(((const struct limit_stage *)stage)->n_max, n_wanted);
}

static const struct stage_ops limit_ops = {
	.effect = STAGE_PASSES,
	.push = limit_push,
	.looks_at = limit_looks_at,
	.keeps_copies = true,
};

static int limit_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct limit_stage *s = stage_create(c, sizeof *s, &limit_ops);
	int64_t n;

	if (s == NULL)
		return ERR_PIPELINE;
	TRY(count_arg_compile(c, "$limit", 5107201, spec, &n));
	if (n == 0)
		return compile_fail(c, 15958, "$limit", "the limit must be positive");
	s->n_max = (uint64_t)n;
	*ret = &s->stage;
	return 0;
}

const struct stage_op stage_limit_ops[] = { {
						    .name = "$limit",
						    .doc = "The first documents, as many as it says.",
						    .usage = "{$limit: positive whole number}",
						    .compile = limit_compile,
					    },
	                                    { 0 } };
