/* Constants: written as such, or found by evaluating what has constant arguments. */
#include "engine/expr/expr.h"

#define FOLD_MEMORY_MAX ((size_t)1 << 20)

static int constant_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	(void)ev;
	*ret = e->constant;
	return 0;
}

struct expr *expr_constant(struct compiler *c, struct value v)
{
	struct expr *e = expr_create(c, NULL, 0);

	if (e == NULL)
		return NULL;
	e->eval = constant_eval;
	e->constant = value_decode(c->arena, v);
	(void)value_share(c->arena, e->constant); /* the arena remembers */
	return e;
}

bool expr_is_constant(const struct expr *e)
{
	return e->eval == constant_eval;
}

struct value expr_constant_value(const struct expr *e)
{
	return e->constant;
}

/* Folding is tried for a moment only: what takes longer, or more, is left to the run's limits. */
static bool is_enough(void *arg)
{
	(void)arg;
	return true;
}

/* The value, copied to the compiler's arena; false when there is none, for whatever reason. */
static bool try_value(struct compiler *c, const struct expr *e, struct value *ret)
{
	struct budget budget = BUDGET(FOLD_MEMORY_MAX);
	struct arena scratch;
	struct err err;
	struct eval ev = {
		.arena = &scratch,
		.keep = &scratch,
		.err = &err,
		.vars = compile_alloc(c, c->n_vars, sizeof *ev.vars), /* $let and $map write theirs */
		.limits = c->limits,
		.is_cancelled = is_enough,
	};
	struct value v;

	if (ev.vars == NULL)
		return false;
	arena_init(&scratch, &budget);
	bool is_there = expr_eval(e, &ev, &v) == 0 && !arena_failed(&scratch);
	if (is_there)
		*ret = value_copy(c->arena, v);
	is_there = is_there && !arena_failed(&scratch) && !arena_failed(c->arena);
	arena_deinit(&scratch);
	return is_there;
}

void expr_fold_constant(struct compiler *c, struct expr **e)
{
	struct value v;

	if (!(c->rules & PLAN_RULE_FOLD) || ((*e)->flags & EXPR_VOLATILE))
		return;
	for (uint32_t i = 0; i < (*e)->n_args; i++)
		if ((*e)->args[i] != NULL && !expr_is_constant((*e)->args[i]))
			return;
	if (!try_value(c, *e, &v))
		return;
	struct expr *folded = expr_constant(c, v);
	if (folded == NULL)
		return;
	folded->pointer = (*e)->pointer;
	*e = folded;
	c->rules_applied |= PLAN_RULE_FOLD;
}

int expr_compile_constant(struct compiler *c, struct value spec, bool *ret_is_constant,
                          struct value *ret_v)
{
	unsigned rules = c->rules;
	struct expr *e;

	c->rules |= PLAN_RULE_FOLD;
	int rc = expr_compile(c, spec, &e);
	c->rules = rules;
	if (rc != 0)
		return rc;
	*ret_is_constant = expr_is_constant(e);
	if (*ret_is_constant)
		*ret_v = expr_constant_value(e);
	return 0;
}
