/* From the JSON of a pipeline to a plan. */
#include "engine/plan.h"

static int bind_lets(struct compiler *c, struct value let, struct plan *plan)
{
	int rc = 0;

	if (let.type == VALUE_MISSING)
		return 0;
	if (let.type != VALUE_OBJECT)
		return compile_fail(c, 14, NULL, "'let' must be an object, not %s",
		                    value_type_name(let.type));
	plan->n_lets = object_n(c->arena, let.object);
	plan->lets = compile_alloc(c, plan->n_lets, sizeof *plan->lets);
	if (plan->lets == NULL)
		return compile_nomem(c);
	for (size_t i = 0; i < plan->n_lets; i++) {
		struct str name = object_key(let.object, (uint32_t)i);

		compile_enter(c, name);
		if (compile_check_variable(c, name) != 0)
			rc = ERR_PIPELINE;
		plan->lets[i].slot = compile_bind(c, name);
		plan->lets[i].value = object_at(c->arena, let.object, (uint32_t)i);
		(void)value_share(c->arena, plan->lets[i].value); /* the arena remembers */
		compile_leave(c);
	}
	return rc;
}

static int compile_parts(struct compiler *c, const struct plan_input *input, struct plan *plan)
{
	int rc = 0;

	compile_enter(c, STR("let"));
	if (bind_lets(c, input->let, plan) != 0)
		rc = ERR_PIPELINE;
	compile_leave(c);
	compile_enter(c, STR("pipeline"));
	if (pipeline_compile(c, input->pipeline, &plan->pipeline) != 0)
		rc = ERR_PIPELINE;
	compile_leave(c);
	return rc;
}

/* Random numbers come one after the other, in the order of the documents. */
static void plan_split(struct plan *plan, const struct compiler *c)
{
	const struct pipeline *p = &plan->pipeline;

	plan->is_splittable = c->n_random == 0 && !plan->has_documents;
	while (plan->n_apart < p->n_stages && p->stages[plan->n_apart]->ops->is_apart)
		plan->n_apart++;
	if (plan->n_apart == p->n_stages)
		return;
	const struct stage *next = p->stages[plan->n_apart];
	plan->merges = next->ops->merge != NULL &&
	               (next->ops->can_merge == NULL || next->ops->can_merge(next));
}

int plan_compile(struct arena *a, const struct plan_input *input, struct plan **ret,
                 struct problem **ret_problems, struct err *err)
{
	struct plan *plan = arena_zalloc(a, 1, sizeof *plan);
	struct compiler *c = arena_zalloc(a, 1, sizeof *c);

	if (plan == NULL || c == NULL)
		return err_nomem(err, "a plan");
	plan->limits = input->limits;
	compile_init(c, a, &plan->limits);
	c->rules = input->rules;
	int rc = compile_parts(c, input, plan);
	if (arena_failed(a))
		return err_nomem(err, "a plan");
	if (rc != 0) {
		*err = c->problems->err;
		if (ret_problems != NULL)
			*ret_problems = c->problems;
		return err->code;
	}
	plan->n_vars = c->n_vars;
	plan->n_caches = c->n_caches;
	plan->has_documents = plan->pipeline.n_stages > 0 &&
	                      (plan->pipeline.stages[0]->op->flags & STAGE_FIRST_ONLY);
	if (input->rules & PLAN_RULE_FIELDS)
		pipeline_needs(&plan->pipeline, &plan->needs);
	else
		needs_all(&plan->needs);
	if (!plan->needs.all)
		c->rules_applied |= PLAN_RULE_FIELDS;
	plan->has_inner = (input->rules & PLAN_RULE_INNER) != 0;
	plan->rules_applied = c->rules_applied;
	plan_split(plan, c);
	*ret = plan;
	return 0;
}

size_t plan_n_stages(const struct plan *plan)
{
	return plan->pipeline.n_stages;
}

unsigned plan_rules_applied(const struct plan *plan)
{
	return plan->rules_applied;
}

const char *plan_stage_name(const struct plan *plan, size_t i)
{
	return plan->pipeline.stages[i]->op->name;
}

bool plan_keeps_copies(const struct plan *plan)
{
	for (size_t i = 0; i < plan->pipeline.n_stages; i++) {
		const struct stage_ops *ops = plan->pipeline.stages[i]->ops;

		if (!ops->is_apart && !ops->keeps_copies)
			return false;
	}
	return !plan->has_documents;
}

bool plan_is_splittable(const struct plan *plan)
{
	return plan->is_splittable;
}

bool plan_has_documents(const struct plan *plan)
{
	return plan->has_documents;
}
