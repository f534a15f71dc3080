/* Sub-pipelines: compiling, and running one for each document of an outer pipeline. */
#include "engine/stage/sub_pipeline.h"

#define NESTED_MAX 20 /* as in MongoDB */

/* Has any variable around the pipeline been used since? */
static bool uses_outer(const struct scope *scope, uint64_t n_uses_before)
{
	for (; scope != NULL; scope = scope->outer)
		if (scope->last_use > n_uses_before)
			return true;
	return false;
}

int sub_pipeline_compile(struct compiler *c, const char *inside, struct value spec,
                         struct sub_pipeline *ret)
{
	const char *inside_before = c->inside, *prefix_before = c->prefix;
	uint64_t n_uses = c->n_uses, n_random = c->n_random;
	struct sub_pipeline sub = { .is_constant = false };

	if (c->n_inside >= NESTED_MAX)
		return compile_fail(c, 232, inside,
		                    "Maximum number of nested sub-pipelines exceeded. "
		                    "Limit is %d",
		                    NESTED_MAX);
	c->n_inside++;
	c->inside = inside;
	c->prefix = NULL;
	int rc = pipeline_compile(c, spec, &sub.pipeline);
	c->n_inside--;
	c->inside = inside_before;
	c->prefix = prefix_before;
	if (rc != 0)
		return rc;
	sub.is_constant = !uses_outer(c->scope, n_uses) && c->n_random == n_random;
	sub.has_documents = sub.pipeline.n_stages > 0 &&
	                    (sub.pipeline.stages[0]->op->flags & STAGE_FIRST_ONLY);
	*ret = sub;
	return 0;
}

struct collection collection_find(const struct eval *ev, struct str name)
{
	for (size_t i = 0; i < ev->n_collections; i++)
		if (str_eq(ev->collections[i].name, name))
			return ev->collections[i];
	return (struct collection){ .name = name };
}

/* Stages may change the list that they are given, so they get copies of it. */
int sub_push(struct eval *ev, struct flow *flow, const struct sub_input *input)
{
	size_t n_max = MIN(input->n, (size_t)STAGE_BATCH);
	struct value *docs = arena_array(ev->keep, n_max, sizeof *docs);

	if (docs == NULL)
		return eval_check(ev);
	for (size_t i = 0; i < input->n && !flow_is_done(flow);) {
		size_t n = MIN(input->n - i, n_max);

		for (size_t k = 0; k < n; k++)
			docs[k] = input->from->docs[input->numbers != NULL ? input->numbers[i + k]
			                                                   : i + k];
		TRY(flow_push(flow, docs, n));
		TRY(eval_check(ev)); /* emptying the arena forgets its failure */
		arena_reset(ev->arena);
		i += n;
	}
	return 0;
}

void sub_run_init(struct sub_run *run, const struct eval *ev)
{
	arena_init(&run->scratch, ev->keep->budget);
	arena_init(&run->keep, ev->keep->budget);
}

void sub_run_deinit(struct sub_run *run)
{
	if (run->keep.budget == NULL)
		return;
	arena_deinit(&run->scratch);
	arena_deinit(&run->keep);
}

struct collected {
	struct arena *arena;
	const struct arena *run_keep;
	struct array_builder builder;
};

/* Documents of a collection that came through untouched last as long as the run. */
static int collect(void *arg, struct value *docs, size_t n_docs)
{
	struct collected *c = arg;

	for (size_t i = 0; i < n_docs; i++) {
		bool is_lasting = object_is_text(docs[i].object) &&
		                  docs[i].object->home == c->run_keep;

		array_builder_add(&c->builder, is_lasting ? docs[i] : value_copy(c->arena, docs[i]));
	}
	return arena_failed(c->arena) ? c->arena->failed : 0;
}

static int run_flow(struct eval *ev, const struct sub_pipeline *sub, const struct sub_input *input,
                    struct collected *collected)
{
	struct flow *flow = NULL;

	TRY(flow_create(ev, ev->keep, &sub->pipeline, false, collect, collected, &flow));
	flow_own_scratch(flow);
	int rc = sub_push(ev, flow, input);
	if (rc == 0)
		rc = flow_finish(flow);
	flow_destroy(flow);
	return rc;
}

int sub_run(struct sub_run *run, struct eval *ev, const struct sub_pipeline *sub,
            const struct sub_input *input, struct arena *results, struct value *ret)
{
	struct collected collected = { .arena = results };

	TRY(eval_share_memos(ev));
	collected.run_keep = eval_run_keep(ev);
	struct eval inner = *ev;
	inner.arena = &run->scratch;
	inner.keep = &run->keep;
	inner.states = NULL;
	inner.is_keep_short = true;
	inner.regex_run = NULL; /* it would go with keep */
	array_builder_init(&collected.builder, results, 0);
	int rc = run_flow(&inner, sub, input, &collected);
	ev->random = inner.random;
	ev->ticks = inner.ticks;
	arena_reset(&run->scratch);
	arena_reset(&run->keep);
	TRY(rc);
	*ret = array_builder_finish(&collected.builder);
	if (arena_failed(results))
		return err_limit(ev->err, results->failed, "max-memory",
		                 "the transform needs more "
		                 "memory than max-memory allows");
	return eval_check(ev);
}
