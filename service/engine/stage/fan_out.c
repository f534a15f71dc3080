/* Fanning out: many documents from one, in memory that is given back on the way. */
#include "engine/stage/fan_out.h"

#define WEIGHT_MAX ((size_t)1 << 16)

int fan_out_init(struct fan_out *out, struct node *n)
{
	arena_init(&out->arena, n->ev->keep->budget);
	out->arena.witness = n->ev->keep;
	out->docs = arena_array(n->ev->keep, STAGE_BATCH, sizeof *out->docs);
	return out->docs == NULL ? eval_check(n->ev) : 0;
}

void fan_out_deinit(struct fan_out *out)
{
	if (out->arena.budget != NULL)
		arena_deinit(&out->arena);
}

void fan_out_begin(struct fan_out *out, struct node *n)
{
	out->outer = n->ev->arena;
	out->n_docs = out->weight = 0;
	n->ev->arena = &out->arena;
}

/* The failure of an arena is seen before it is emptied, which forgets it. */
static int flush(struct fan_out *out, struct node *n)
{
	size_t n_docs = out->n_docs;

	TRY(eval_check(n->ev));
	out->n_docs = out->weight = 0;
	TRY(node_emit(n, out->docs, n_docs));
	TRY(eval_check(n->ev));
	arena_reset(&out->arena);
	return 0;
}

int fan_out_end(struct fan_out *out, struct node *n, int rc)
{
	if (rc == 0)
		rc = flush(out, n);
	arena_reset(&out->arena);
	n->ev->arena = out->outer;
	return rc;
}

int fan_out_add(struct fan_out *out, struct node *n, struct value doc, size_t weight)
{
	out->docs[out->n_docs++] = doc;
	out->weight += weight;
	if (out->n_docs < STAGE_BATCH && out->weight < WEIGHT_MAX)
		return 0;
	return flush(out, n);
}
