/* $documents: the documents are in the pipeline itself. */
#include "engine/expr/expr.h"
#include "engine/stage/stage.h"

struct documents_stage {
	struct stage stage;
	struct expr *expr;
};

/* There is one source of documents: whoever sends some along has a pipeline for something else. */
static int documents_push(struct node *n, struct value *docs, size_t n_docs)
{
	(void)docs;
	(void)n_docs;
	(void)eval_fail(n->ev, 40602, "$documents", NULL,
	                "$documents is only valid as the first stage in a pipeline, and with no "
	                "other documents");
	n->ev->err->code = ERR_PIPELINE;
	n->ev->err->document = -1;
	return ERR_PIPELINE;
}

static int emit_items(struct node *n, struct array *items, struct value *batch)
{
	uint32_t n_items = array_n(n->ev->keep, items), n_batch = 0;

	for (uint32_t i = 0; i < n_items && node_is_wanted(n); i++) {
		struct value doc = array_get(n->ev->keep, items, i);

		TRY(eval_tick(n->ev));
		if (doc.type != VALUE_OBJECT)
			return eval_fail(n->ev, 40228, "$documents", NULL,
			                 "'newRoot' expression  must "
			                 "evaluate to an object, but resulting value was: %s. Type of "
			                 "resulting value: '%s'.",
			                 eval_text(n->ev, doc), value_type_name(doc.type));
		batch[n_batch++] = doc;
		if (n_batch < STAGE_BATCH && i + 1 < n_items)
			continue;
		TRY(node_emit(n, batch, n_batch));
		TRY(node_empty_scratch(n));
		n_batch = 0;
	}
	return 0;
}

static int documents_finish(struct node *n)
{
	const struct documents_stage *s = (const struct documents_stage *)n->stage;
	struct value *batch = arena_array(n->ev->keep, STAGE_BATCH, sizeof *batch);
	struct value list;

	if (batch == NULL)
		return eval_check(n->ev);
	eval_set_root(n->ev, MISSING);
	TRY(expr_eval(s->expr, n->ev, &list));
	if (list.type != VALUE_ARRAY)
		return eval_fail(n->ev, 5858203, "$documents", s->expr->pointer,
		                 "an array is expected");
	list = value_copy(n->ev->keep, list);
	TRY(eval_check(n->ev));
	return emit_items(n, list.array, batch);
}

static const struct stage_ops documents_ops = {
	.effect = STAGE_REPLACES,
	.push = documents_push,
	.finish = documents_finish,
};

/* As it is written: whether it can be evaluated already is a matter of rules. */
static bool may_be_array(struct compiler *c, struct value spec)
{
	if (spec.type == VALUE_STRING)
		return str_starts_with(value_str(spec), STR("$"));
	if (spec.type == VALUE_OBJECT)
		return object_n(c->arena, spec.object) > 0 &&
		       str_starts_with(object_key(spec.object, 0), STR("$"));
	return spec.type == VALUE_ARRAY;
}

static int documents_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct documents_stage *s = stage_create(c, sizeof *s, &documents_ops);

	if (s == NULL)
		return ERR_PIPELINE;
	if (!may_be_array(c, spec))
		return compile_fail(c, 5858203, "$documents", "an array is expected");
	TRY(expr_compile(c, spec, &s->expr));
	*ret = &s->stage;
	return 0;
}

const struct stage_op stage_documents_ops[] = {
	{
		.name = "$documents",
		.doc = "The documents of a list that the pipeline itself gives.",
		.usage = "{$documents: [document, …]}",
		.flags = STAGE_FIRST_ONLY,
		.compile = documents_compile,
	},
	{ 0 }
};
