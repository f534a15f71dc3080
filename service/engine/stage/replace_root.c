/* $replaceRoot $replaceWith: another document for each. */
#include "engine/expr/expr.h"
#include "engine/stage/stage.h"

struct replace_stage {
	struct stage stage;
	struct expr *expr;
	const char *what; /* in messages */
};

static int replace_push(struct node *n, struct value *docs, size_t n_docs)
{
	const struct replace_stage *s = (const struct replace_stage *)n->stage;

	for (size_t i = 0; i < n_docs; i++) {
		struct value v;

		node_bind(n, docs[i], i);
		TRY(expr_eval(s->expr, n->ev, &v));
		if (v.type != VALUE_OBJECT) {
			TRY(eval_check(n->ev));
			return eval_fail(
				n->ev, 40228, n->stage->op->name, s->expr->pointer,
				"'%s' expression  must evaluate to an object, but resulting value "
				"was: %s. Type of resulting value: '%s'. Input document: %s",
				s->what, v.type == VALUE_MISSING ? "MISSING" : eval_text(n->ev, v),
				value_type_name(v.type), eval_text(n->ev, docs[i]));
		}
		docs[i] = v;
	}
	return node_emit(n, docs, n_docs);
}

static void replace_needs(const struct stage *stage, struct needs *needs)
{
	needs_add_expr(needs, ((const struct replace_stage *)stage)->expr);
}

static const struct stage_ops replace_ops = {
	.effect = STAGE_REPLACES,
	.push = replace_push,
	.needs = replace_needs,
	.is_apart = true,
};

static int compile_with(struct compiler *c, struct value spec, const char *what, struct stage **ret)
{
	struct replace_stage *s = stage_create(c, sizeof *s, &replace_ops);

	if (s == NULL)
		return ERR_PIPELINE;
	s->what = what;
	*ret = &s->stage;
	return expr_compile(c, spec, &s->expr);
}

static int replace_root_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	if (spec.type != VALUE_OBJECT)
		return compile_fail(
			c, 40229, "$replaceRoot",
			"expected an object as specification for $replaceRoot stage, got %s",
			value_type_name(spec.type));
	uint32_t n = object_n(c->arena, spec.object);
	for (uint32_t i = 0; i < n; i++) {
		static const char *const known[] = { "newRoot" };
		struct str name = object_key(spec.object, i);

		if (!str_is(name, known[0]))
			return compile_fail_unknown(
				c, 40415, name, known, 1,
				"BSON field '$replaceRoot.%.*s' is an unknown field.",
				STR_ARG(name));
	}
	if (n == 0)
		return compile_fail(
			c, 40414, "$replaceRoot",
			"BSON field '$replaceRoot.newRoot' is missing but a required field");
	compile_enter(c, STR("newRoot"));
	int rc = compile_with(c, object_at(c->arena, spec.object, 0), "newRoot", ret);
	compile_leave(c);
	return rc;
}

static int replace_with_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	return compile_with(c, spec, "replacement document", ret);
}

const struct stage_op stage_replace_root_ops[] = {
	{
		.name = "$replaceRoot",
		.doc = "The document that the expression gives, in place of each.",
		.usage = "{$replaceRoot: {newRoot: expression}}",
		.compile = replace_root_compile,
	},
	{
		.name = "$replaceWith",
		.doc = "The document that the expression gives, in place of each.",
		.usage = "{$replaceWith: expression}",
		.compile = replace_with_compile,
	},
	{ 0 }
};
