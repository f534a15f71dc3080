/* $unionWith: after the documents, those of a collection. */
#include "engine/stage/sub_pipeline.h"

struct union_stage {
	struct stage stage;
	struct str from;
	struct sub_pipeline sub;
};

struct union_state {
	struct arena scratch;
	struct flow *flow;
};

static int union_open(struct node *n)
{
	arena_init(&((struct union_state *)n->state)->scratch, n->ev->keep->budget);
	return 0;
}

static void union_close(struct node *n)
{
	struct union_state *state = n->state;

	flow_destroy(state->flow);
	arena_deinit(&state->scratch);
}

static int union_push(struct node *n, struct value *docs, size_t n_docs)
{
	return node_emit(n, docs, n_docs);
}

static int union_sink(void *arg, struct value *docs, size_t n_docs)
{
	return node_emit(arg, docs, n_docs);
}

static int push_collection(struct node *n)
{
	const struct union_stage *s = (const struct union_stage *)n->stage;
	struct union_state *state = n->state;
	struct collection from = collection_find(n->ev, s->from);
	struct sub_input input = { .from = &from, .n = from.n_docs };

	TRY(flow_create(n->ev, n->ev->keep, &s->sub.pipeline, false, union_sink, n, &state->flow));
	flow_own_scratch(state->flow);
	TRY(sub_push(n->ev, state->flow, &input));
	TRY(flow_finish(state->flow));
	return eval_check(n->ev);
}

/* The arena of the flow around may hold what others still need, so this one has its own. */
static int union_finish(struct node *n)
{
	struct union_state *state = n->state;
	struct arena *outer = n->ev->arena;

	if (!node_is_wanted(n))
		return 0;
	n->ev->arena = &state->scratch;
	int rc = push_collection(n);
	n->ev->arena = outer;
	return rc;
}

static const struct stage_ops union_ops = {
	.effect = STAGE_CHANGES,
	.state_size = sizeof(struct union_state),
	.open = union_open,
	.push = union_push,
	.finish = union_finish,
	.close = union_close,
};

static int read_option(struct compiler *c, struct str name, struct value v, struct value *coll,
                       struct value *pipeline)
{
	static const char *const known[] = { "coll", "pipeline" };

	if (str_is(name, "coll")) {
		if (v.type != VALUE_STRING)
			return compile_fail(c, 14, "$unionWith",
			                    "BSON field '$unionWith.coll' is the wrong "
			                    "type '%s', expected type 'string'",
			                    value_type_name(v.type));
		*coll = v;
		return 0;
	}
	if (!str_is(name, "pipeline"))
		return compile_fail_unknown(c, 40415, name, known, ARRAY_LEN(known),
		                            "BSON field '$unionWith.%.*s' is an unknown field.",
		                            STR_ARG(name));
	if (v.type != VALUE_ARRAY)
		return compile_fail(c, 14, "$unionWith",
		                    "BSON field '$unionWith.pipeline' is the wrong "
		                    "type '%s', expected type 'array'",
		                    value_type_name(v.type));
	*pipeline = v;
	return 0;
}

static int compile_object(struct compiler *c, struct union_stage *s, struct object *spec)
{
	struct value coll = MISSING, pipeline = MISSING;
	uint32_t n = object_n(c->arena, spec);
	int rc = 0;

	for (uint32_t i = 0; i < n; i++) {
		compile_enter(c, object_key(spec, i));
		if (read_option(c, object_key(spec, i), object_at(c->arena, spec, i), &coll,
		                &pipeline) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	if (rc != 0)
		return rc;
	if (coll.type != VALUE_MISSING)
		s->from = value_str(coll);
	if (pipeline.type != VALUE_MISSING) {
		compile_enter(c, STR("pipeline"));
		rc = sub_pipeline_compile(c, "$unionWith", pipeline, &s->sub);
		compile_leave(c);
	}
	if (rc == 0 && coll.type == VALUE_MISSING && !s->sub.has_documents)
		return compile_fail(c, 9, "$unionWith",
		                    "$unionWith stage without explicit collection "
		                    "must have a pipeline with $documents as first stage");
	return rc;
}

static int union_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct union_stage *s = stage_create(c, sizeof *s, &union_ops);

	if (s == NULL)
		return ERR_PIPELINE;
	*ret = &s->stage;
	if (spec.type == VALUE_OBJECT)
		return compile_object(c, s, spec.object);
	if (spec.type != VALUE_STRING)
		return compile_fail(c, 9, "$unionWith",
		                    "the $unionWith stage specification must be an "
		                    "object or string, but found %s",
		                    value_type_name(spec.type));
	s->from = value_str(spec);
	return 0;
}

const struct stage_op stage_union_with_ops[] = {
	{
		.name = "$unionWith",
		.doc = "The documents, and after them those of a collection.",
		.usage = "{$unionWith: collection} or {$unionWith: {coll: collection, pipeline: [stage, "
			 "…]}}",
		.compile = union_compile,
	},
	{ 0 }
};
