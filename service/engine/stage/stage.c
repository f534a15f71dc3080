/* Stages: compiling one, and lists of them. */
#include "engine/stage/stage.h"

#include "engine/refused.h"
#include "engine/rules/rules.h"

struct names {
	const char *list[64];
	size_t n;
};

static void names_add(const struct stage_op *op, void *arg)
{
	struct names *names = arg;

	if (names->n < ARRAY_LEN(names->list))
		names->list[names->n++] = op->name;
}

static int fail_unknown(struct compiler *c, struct str name)
{
	struct names names = { .n = 0 };
	const struct refused *refused = refused_find(REFUSED_STAGE, name);

	if (refused != NULL)
		return refused_fail(c, 40324, refused);
	stage_op_each(names_add, &names);
	return compile_fail_unknown(c, 40324, name, names.list, names.n,
	                            "Unrecognized pipeline stage name: '%.*s'", STR_ARG(name));
}

/* What writes stands at the end of the outermost pipeline or nowhere. */
static int check_writer(struct compiler *c, const struct stage_op *op, size_t i, size_t n)
{
	if (c->inside != NULL && str_is(STR("$lookup"), c->inside))
		return compile_fail(c, 51047, op->name,
		                    "%s is not allowed within a $lookup's sub-pipeline", op->name);
	if (c->inside != NULL && str_is(STR("$unionWith"), c->inside))
		return compile_fail(c, 31441, op->name,
		                    "%s is not allowed within a $unionWith's sub-pipeline",
		                    op->name);
	if (c->inside == NULL && i + 1 != n)
		return compile_fail(c, 40601, op->name,
		                    "%s can only be the final stage in the pipeline", op->name);
	return 0;
}

static int check_place(struct compiler *c, const struct stage_op *op, size_t i, size_t n)
{
	if ((op->flags & STAGE_FIRST_ONLY) && i != 0)
		return compile_fail(c, 40602, op->name,
		                    "%s is only valid as the first stage in a pipeline", op->name);
	if (op->flags & STAGE_LAST_ONLY)
		TRY(check_writer(c, op, i, n));
	if ((op->flags & STAGE_NOT_IN_FACET) && c->inside != NULL && str_is(STR("$facet"), c->inside))
		return compile_fail(c, 40600, op->name,
		                    "%s is not allowed to be used within a $facet stage", op->name);
	return 0;
}

static int compile_at(struct compiler *c, struct value spec, size_t i, size_t n, struct stage **ret)
{
	struct stage *stage = NULL;
	int rc;

	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 14, NULL,
		                    "Each element of the 'pipeline' array must be an object");
	if (object_n(c->arena, spec.object) != 1)
		return compile_fail(
			c, 40323, NULL,
			"A pipeline stage specification object must contain exactly one field.");
	struct str name = object_key(spec.object, 0);
	const struct stage_op *op = stage_op_find(name);
	if (op == NULL)
		return fail_unknown(c, name);

	compile_enter(c, name);
	rc = check_place(c, op, i, n);
	if (rc == 0)
		rc = op->compile(c, object_at(c->arena, spec.object, 0), &stage);
	if (rc == 0) {
		stage->op = op;
		stage->pointer = compile_pointer(c);
		stage->index = c->stage;
		*ret = stage;
	}
	compile_leave(c);
	return rc;
}

int stage_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	return compile_at(c, spec, 0, 1, ret);
}

int pipeline_compile(struct compiler *c, struct value spec, struct pipeline *ret)
{
	struct pipeline p = { 0 };
	bool is_outermost = c->inside == NULL;
	int rc = 0;

	if (spec.type != VALUE_ARRAY)
		return compile_fail(c, 14, NULL, "'pipeline' must be an array, not %s",
		                    value_type_name(spec.type));
	p.n_stages = array_n(c->arena, spec.array);
	p.stages = compile_alloc(c, p.n_stages, sizeof *p.stages);
	if (p.stages == NULL)
		return compile_nomem(c);
	if (p.n_stages > c->limits->stages_max - c->n_stages)
		return compile_fail_limit(c, ERR_STAGES, "max-stages",
		                          "the pipeline has more than %u stages",
		                          c->limits->stages_max);
	c->n_stages += (uint32_t)p.n_stages;
	if (c->depth >= COMPILE_DEPTH_MAX)
		return compile_fail(c, 15, NULL, "pipelines are nested deeper than %d",
		                    COMPILE_DEPTH_MAX);
	c->depth++;
	for (size_t i = 0; i < p.n_stages; i++) {
		struct value stage = array_get(c->arena, spec.array, (uint32_t)i);

		if (is_outermost)
			c->stage = (int64_t)i;
		compile_enter_index(c, i);
		if (compile_at(c, stage, i, p.n_stages, &p.stages[i]) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	c->depth--;
	if (rc != 0)
		return rc;
	TRY(rules_apply(c, &p));
	*ret = p;
	return 0;
}

bool pipeline_replaces(const struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->n_stages; i++)
		if (pipeline->stages[i]->ops->effect == STAGE_REPLACES)
			return true;
	return false;
}

void pipeline_needs(const struct pipeline *pipeline, struct needs *needs)
{
	for (size_t i = 0; i < pipeline->n_stages && !needs->all; i++) {
		const struct stage *s = pipeline->stages[i];

		if (s->ops->needs != NULL)
			s->ops->needs(s, needs);
		if (s->ops->effect == STAGE_REPLACES)
			return;
		if (s->ops->effect == STAGE_CHANGES)
			needs_all(needs);
	}
}

void *stage_create(struct compiler *c, size_t size, const struct stage_ops *ops)
{
	struct stage *stage = compile_alloc(c, 1, size);

	if (stage == NULL) {
		(void)compile_nomem(c); /* the arena remembers */
		return NULL;
	}
	stage->ops = ops;
	return stage;
}
