/* $sample: some documents by chance, in an order by chance. */
#include "engine/accum/kept.h"
#include "engine/stage/stage.h"

struct sample_stage {
	struct stage stage;
	uint64_t n_max;
};

/* A reservoir: each document that came so far is in it with the same probability. */
struct sample_state {
	struct value *docs;
	size_t n, cap;
};

/* Below n, each number alike. */
static uint64_t random_below(struct eval *ev, uint64_t n)
{
	return (uint64_t)(((__extension__(unsigned __int128) eval_random(ev)) * n) >> 64);
}

static int sample_push(struct node *n, struct value *docs, size_t n_docs)
{
	const struct sample_stage *s = (const struct sample_stage *)n->stage;
	struct sample_state *state = n->state;

	for (size_t i = 0; i < n_docs; i++) {
		uint64_t place = state->n;

		if (place >= s->n_max) {
			place = random_below(n->ev, n->documents_in + i + 1);
			if (place >= s->n_max)
				continue;
		} else {
			state->docs = arena_extend(n->ev->keep, state->docs, state->n, &state->cap,
			                           sizeof *state->docs);
			if (state->docs == NULL)
				return eval_check(n->ev);
			state->n++;
		}
		state->docs[place] = kept_document(n->ev->keep, docs[i]);
	}
	return 0;
}

static int sample_finish(struct node *n)
{
	struct sample_state *state = n->state;

	TRY(eval_check(n->ev));
	for (size_t i = state->n; i > 1; i--) {
		size_t k = random_below(n->ev, i);
		struct value v = state->docs[i - 1];

		state->docs[i - 1] = state->docs[k];
		state->docs[k] = v;
	}
	for (size_t i = 0; i < state->n && node_is_wanted(n); i += STAGE_BATCH) {
		TRY(node_emit(n, state->docs + i, MIN(state->n - i, (size_t)STAGE_BATCH)));
		TRY(node_empty_scratch(n));
	}
	return 0;
}

static const struct stage_ops sample_ops = {
	.effect = STAGE_PASSES,
	.state_size = sizeof(struct sample_state),
	.push = sample_push,
	.finish = sample_finish,
};

static int read_size(struct compiler *c, struct sample_stage *s, struct value v)
{
	if (!value_is_number(v))
		return compile_fail(c, 28746, "$sample",
		                    "size argument to $sample must be a number");
	double size = value_f64(v);
	if (!(size >= 1))
		return compile_fail(c, 28747, "$sample",
		                    "size argument to $sample must be a positive integer");
	s->n_max = size >= 0x1p63 ? (uint64_t)INT64_MAX : (uint64_t)size;
	return 0;
}

static int sample_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct sample_stage *s = stage_create(c, sizeof *s, &sample_ops);

	if (s == NULL)
		return ERR_PIPELINE;
	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 28745, "$sample",
		                    "the $sample stage specification must be an object");
	uint32_t n = object_n(c->arena, spec.object);
	for (uint32_t i = 0; i < n; i++) {
		static const char *const known[] = { "size" };
		struct str name = object_key(spec.object, i);

		if (!str_is(name, known[0]))
			return compile_fail_unknown(c, 28748, name, known, 1,
			                            "unrecognized option to $sample: %.*s",
			                            STR_ARG(name));
	}
	if (n == 0)
		return compile_fail(c, 28749, "$sample", "$sample stage must specify a size");
	c->n_random++;
	*ret = &s->stage;
	return read_size(c, s, object_at(c->arena, spec.object, 0));
}

const struct stage_op stage_sample_ops[] = {
	{
		.name = "$sample",
		.doc = "So many of the documents, chosen by chance, in any order.",
		.usage = "{$sample: {size: positive whole number}}",
		.compile = sample_compile,
	},
	{ 0 }
};
