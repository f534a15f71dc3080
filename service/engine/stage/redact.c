/* $redact: keeps, leaves out, or looks into each level of a document. */
#include "engine/expr/expr.h"
#include "engine/stage/stage.h"

/* In the order of the variables that the expression answers with. */
enum verdict { DESCEND, PRUNE, KEEP };

static const struct {
	const char *variable;
	const char *text;
} verdicts[] = {
	[DESCEND] = { "DESCEND", "descend" },
	[PRUNE] = { "PRUNE", "prune" },
	[KEEP] = { "KEEP", "keep" },
};

struct redact_stage {
	struct stage stage;
	struct expr *expr;
	uint32_t slots[ARRAY_LEN(verdicts)];
};

/* A level of a document; what is pruned comes back as missing. */
static int redact_object(struct node *n, struct value v, struct value *ret);

static int redact_value(struct node *n, struct value v, struct value *ret);

static int redact_array(struct node *n, struct array *items, struct value *ret)
{
	struct arena *a = n->ev->arena;
	uint32_t n_items = array_n(a, items), n_out = 0;
	struct value *out = arena_array(a, n_items, sizeof *out);

	if (out == NULL)
		return eval_check(n->ev);
	for (uint32_t i = 0; i < n_items; i++) {
		struct value v;

		TRY(eval_tick(n->ev));
		TRY(redact_value(n, items->items[i], &v));
		if (v.type != VALUE_MISSING)
			out[n_out++] = v;
	}
	*ret = array_take(a, out, n_out);
	return 0;
}

/* Scalars stay as they are, and as raw as they are. */
static int redact_value(struct node *n, struct value raw, struct value *ret)
{
	struct value v = value_decode(n->ev->arena, raw);

	if (v.type == VALUE_OBJECT)
		return redact_object(n, v, ret);
	if (v.type == VALUE_ARRAY)
		return redact_array(n, v.array, ret);
	*ret = raw;
	return 0;
}

static int redact_fields(struct node *n, struct object *o, struct value *ret)
{
	struct arena *a = n->ev->arena;
	struct object_builder b;
	uint32_t n_fields = object_n(a, o);

	object_builder_init(&b, a, n_fields);
	for (uint32_t i = 0; i < n_fields; i++) {
		struct value v;

		TRY(eval_tick(n->ev));
		TRY(redact_value(n, object_at_raw(o, i), &v));
		object_builder_add(&b, object_key(o, i), v);
	}
	*ret = object_builder_finish(&b);
	return 0;
}

static int redact_object(struct node *n, struct value v, struct value *ret)
{
	const struct redact_stage *s = (const struct redact_stage *)n->stage;
	struct value verdict;

	n->ev->vars[VAR_CURRENT] = v;
	TRY(expr_eval(s->expr, n->ev, &verdict));
	if (verdict.type == VALUE_STRING) {
		if (str_is(value_str(verdict), verdicts[DESCEND].text))
			return redact_fields(n, v.object, ret);
		if (str_is(value_str(verdict), verdicts[PRUNE].text)) {
			*ret = MISSING;
			return 0;
		}
		if (str_is(value_str(verdict), verdicts[KEEP].text)) {
			*ret = v;
			return 0;
		}
	}
	TRY(eval_check(n->ev));
	return eval_fail(n->ev, 17053, "$redact", s->expr->pointer,
	                 "$redact must be one of $$DESCEND, $$PRUNE, or $$KEEP");
}

static int redact_push(struct node *n, struct value *docs, size_t n_docs)
{
	const struct redact_stage *s = (const struct redact_stage *)n->stage;
	size_t n_out = 0;

	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++)
		n->ev->vars[s->slots[i]] = value_string(str_from(verdicts[i].text));
	for (size_t i = 0; i < n_docs; i++) {
		struct value v;

		node_bind(n, docs[i], i);
		TRY(redact_object(n, docs[i], &v));
		TRY(eval_check(n->ev));
		if (v.type == VALUE_OBJECT)
			docs[n_out++] = v;
	}
	return node_emit(n, docs, n_out);
}

static const struct stage_ops redact_ops = {
	.effect = STAGE_CHANGES,
	.push = redact_push,
	.is_apart = true,
};

static int redact_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct redact_stage *s = stage_create(c, sizeof *s, &redact_ops);
	struct scope *scope = c->scope;

	if (s == NULL)
		return ERR_PIPELINE;
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++)
		s->slots[i] = compile_bind(c, str_from(verdicts[i].variable));
	int rc = expr_compile(c, spec, &s->expr);
	c->scope = scope;
	*ret = &s->stage;
	return rc;
}

const struct stage_op stage_redact_ops[] = {
	{
		.name = "$redact",
		.doc = "The documents without the levels that the expression says to prune.",
		.usage = "{$redact: expression that gives $$DESCEND, $$PRUNE or $$KEEP}",
		.compile = redact_compile,
	},
	{ 0 }
};
