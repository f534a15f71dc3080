/* A stage that is a pipeline of its own. */
#include "engine/stage/chain.h"

struct chain_stage {
	struct stage stage;
	struct pipeline inner;
};

struct chain_state {
	struct flow *flow;
};

static int chain_sink(void *arg, struct value *docs, size_t n_docs)
{
	return node_emit(arg, docs, n_docs);
}

static int chain_open(struct node *n)
{
	const struct chain_stage *s = (const struct chain_stage *)n->stage;
	struct chain_state *state = n->state;

	return flow_create(n->ev, n->ev->keep, &s->inner, false, chain_sink, n, &state->flow);
}

static int chain_push(struct node *n, struct value *docs, size_t n_docs)
{
	struct chain_state *state = n->state;

	TRY(flow_push(state->flow, docs, n_docs));
	n->is_done = flow_is_done(state->flow);
	return 0;
}

static int chain_finish(struct node *n)
{
	struct chain_state *state = n->state;

	flow_share_scratch(state->flow, n);
	return flow_finish(state->flow);
}

/* What is behind the first stage has seen nothing yet when that one holds everything back. */
static bool chain_can_merge(const struct stage *stage)
{
	const struct stage *first = ((const struct chain_stage *)stage)->inner.stages[0];

	return first->ops->merge != NULL &&
	       (first->ops->can_merge == NULL || first->ops->can_merge(first));
}

static int chain_seal(struct node *n)
{
	struct node *first = flow_first(((struct chain_state *)n->state)->flow);

	return first->stage->ops->seal != NULL ? first->stage->ops->seal(first) : 0;
}

static int chain_merge(struct node *n, struct node *other)
{
	struct node *first = flow_first(((struct chain_state *)n->state)->flow);

	return first->stage->ops->merge(first,
	                                flow_first(((struct chain_state *)other->state)->flow));
}

static void chain_close(struct node *n)
{
	flow_destroy(((struct chain_state *)n->state)->flow);
}

static void chain_needs(const struct stage *stage, struct needs *needs)
{
	pipeline_needs(&((const struct chain_stage *)stage)->inner, needs);
}

static void chain_take_limit(struct stage *stage, uint64_t n)
{
	struct pipeline *inner = &((struct chain_stage *)stage)->inner;
	struct stage *last = inner->stages[inner->n_stages - 1];

	if (last->ops->take_limit != NULL)
		last->ops->take_limit(last, n);
}

static const struct stage_ops changing_ops = {
	.effect = STAGE_CHANGES,
	.state_size = sizeof(struct chain_state),
	.open = chain_open,
	.push = chain_push,
	.finish = chain_finish,
	.close = chain_close,
	.seal = chain_seal,
	.merge = chain_merge,
	.can_merge = chain_can_merge,
	.needs = chain_needs,
	.take_limit = chain_take_limit,
};

static const struct stage_ops replacing_ops = {
	.effect = STAGE_REPLACES,
	.state_size = sizeof(struct chain_state),
	.open = chain_open,
	.push = chain_push,
	.finish = chain_finish,
	.close = chain_close,
	.seal = chain_seal,
	.merge = chain_merge,
	.can_merge = chain_can_merge,
	.keeps_copies = true, /* $group with $sort behind it */
	.needs = chain_needs,
	.take_limit = chain_take_limit,
};

int chain_create(struct compiler *c, struct stage **stages, size_t n_stages, struct stage **ret)
{
	const struct stage_ops *ops = &changing_ops;

	for (size_t i = 0; i < n_stages; i++) {
		stages[i]->pointer = compile_pointer(c);
		stages[i]->index = c->stage;
		if (stages[i]->ops->effect == STAGE_REPLACES)
			ops = &replacing_ops;
	}
	struct chain_stage *s = stage_create(c, sizeof *s, ops);
	if (s == NULL)
		return ERR_PIPELINE;
	s->inner = (struct pipeline){ stages, n_stages };
	*ret = &s->stage;
	return 0;
}
