/* $facet: several pipelines over the same documents, their results side by side in one. */
#include <string.h>

#include "engine/stage/sub_pipeline.h"

struct facet_stage {
	struct stage stage;
	struct str *names;
	struct sub_pipeline *pipelines;
	size_t n;
};

/* One of the pipelines as it runs: what comes out of it is kept. */
struct facet {
	struct flow *flow;
	struct eval *ev;
	struct array_builder results;
};

struct facet_state {
	struct facet *facets;
	struct value *docs; /* a copy of the batch: stages may change the list */
};

static int facet_sink(void *arg, struct value *docs, size_t n_docs)
{
	struct facet *f = arg;

	for (size_t i = 0; i < n_docs; i++)
		array_builder_add(&f->results, value_copy(f->ev->keep, docs[i]));
	return eval_check(f->ev);
}

static int facet_open(struct node *n)
{
	const struct facet_stage *s = (const struct facet_stage *)n->stage;
	struct facet_state *state = n->state;

	state->facets = arena_zalloc(n->ev->keep, s->n, sizeof *state->facets);
	state->docs = arena_array(n->ev->keep, STAGE_BATCH, sizeof *state->docs);
	if (state->facets == NULL || state->docs == NULL)
		return eval_check(n->ev);
	return 0;
}

/* The flows are made on first use: when opening fails half way, nobody would close them. */
static int make_flows(struct node *n)
{
	const struct facet_stage *s = (const struct facet_stage *)n->stage;
	struct facet_state *state = n->state;

	for (size_t i = 0; i < s->n; i++) {
		struct facet *f = &state->facets[i];

		if (f->flow != NULL)
			continue;
		f->ev = n->ev;
		array_builder_init(&f->results, n->ev->keep, 0);
		TRY(flow_create(n->ev, n->ev->keep, &s->pipelines[i].pipeline, false, facet_sink, f,
		                &f->flow));
	}
	return 0;
}

static int facet_push(struct node *n, struct value *docs, size_t n_docs)
{
	const struct facet_stage *s = (const struct facet_stage *)n->stage;
	struct facet_state *state = n->state;
	bool is_done = true;

	TRY(make_flows(n));
	for (size_t i = 0; i < s->n; i++) {
		struct facet *f = &state->facets[i];

		if (flow_is_done(f->flow))
			continue;
		memcpy(state->docs, docs, n_docs * sizeof *docs);
		TRY(flow_push(f->flow, state->docs, n_docs));
		is_done &= flow_is_done(f->flow);
	}
	n->is_done = is_done;
	return 0;
}

static int facet_finish(struct node *n)
{
	const struct facet_stage *s = (const struct facet_stage *)n->stage;
	struct facet_state *state = n->state;
	struct value *results = arena_array(n->ev->keep, s->n, sizeof *results);

	if (results == NULL)
		return eval_check(n->ev);
	TRY(make_flows(n));
	for (size_t i = 0; i < s->n; i++) {
		struct facet *f = &state->facets[i];

		flow_share_scratch(f->flow, n);
		TRY(flow_finish(f->flow));
		results[i] = array_builder_finish(&f->results);
		TRY(node_empty_scratch(n));
	}
	struct value doc = object_build(n->ev->keep, s->names, results, (uint32_t)s->n);
	if (doc.type != VALUE_OBJECT)
		return eval_check(n->ev);
	return node_emit(n, &doc, 1);
}

static void facet_close(struct node *n)
{
	const struct facet_stage *s = (const struct facet_stage *)n->stage;
	struct facet_state *state = n->state;

	for (size_t i = 0; i < s->n && state->facets != NULL; i++)
		flow_destroy(state->facets[i].flow);
}

static void facet_needs(const struct stage *stage, struct needs *needs)
{
	const struct facet_stage *s = (const struct facet_stage *)stage;

	/* What a pipeline of it lets through is in the answer, all of it. */
	for (size_t i = 0; i < s->n; i++) {
		pipeline_needs(&s->pipelines[i].pipeline, needs);
		if (!pipeline_replaces(&s->pipelines[i].pipeline))
			needs_all(needs);
	}
}

static const struct stage_ops facet_ops = {
	.effect = STAGE_REPLACES,
	.state_size = sizeof(struct facet_state),
	.open = facet_open,
	.push = facet_push,
	.finish = facet_finish,
	.close = facet_close,
	.needs = facet_needs,
};

static int check_name(struct compiler *c, struct str name)
{
	if (name.len == 0)
		return compile_fail(c, 15998, "$facet",
		                    "FieldPath field names may not be empty strings.");
	if (name.data[0] == '$')
		return compile_fail(c, 16410, "$facet",
		                    "FieldPath field names may not start with '$'. "
		                    "Consider using $getField or $setField.");
	if (str_find(name, '.') < name.len)
		return compile_fail(c, 16412, "$facet",
		                    "FieldPath field names may not contain '.'. "
		                    "Consider using $getField or $setField.");
	return 0;
}

static int compile_one(struct compiler *c, struct facet_stage *s, size_t i, struct value spec)
{
	TRY(check_name(c, s->names[i]));
	if (spec.type != VALUE_ARRAY)
		return compile_fail(c, 40170, "$facet",
		                    "arguments to $facet must be arrays, %.*s is "
		                    "type %s",
		                    STR_ARG(s->names[i]), value_type_name(spec.type));
	TRY(sub_pipeline_compile(c, "$facet", spec, &s->pipelines[i]));
	if (s->pipelines[i].has_documents)
		return compile_fail(c, 40600, "$documents",
		                    "$documents is not allowed to be used within a $facet stage");
	return 0;
}

static int facet_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct facet_stage *s = stage_create(c, sizeof *s, &facet_ops);
	int rc = 0;

	if (s == NULL)
		return ERR_PIPELINE;
	if (spec.type != VALUE_OBJECT || object_n(c->arena, spec.object) == 0)
		return compile_fail(c, 40169, "$facet",
		                    "the $facet specification must be a non-empty object");
	s->n = object_n(c->arena, spec.object);
	s->names = compile_alloc(c, s->n, sizeof *s->names);
	s->pipelines = compile_alloc(c, s->n, sizeof *s->pipelines);
	if (s->names == NULL || s->pipelines == NULL)
		return compile_nomem(c);
	for (size_t i = 0; i < s->n; i++) {
		s->names[i] = object_key(spec.object, (uint32_t)i);
		compile_enter(c, s->names[i]);
		if (compile_one(c, s, i, object_at(c->arena, spec.object, (uint32_t)i)) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	*ret = &s->stage;
	return rc;
}

const struct stage_op stage_facet_ops[] = {
	{
		.name = "$facet",
		.doc = "One document with the results of several pipelines over the same documents.",
		.usage = "{$facet: {field: [stage, …], …}}",
		.flags = STAGE_NOT_IN_FACET,
		.compile = facet_compile,
	},
	{ 0 }
};
