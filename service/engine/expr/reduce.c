/* $reduce: one value from all elements of an array, taken in order. */
#include "engine/expr/expr.h"

enum { INPUT, INITIAL_VALUE, IN, N_ARGS };
enum { SLOT_VALUE, SLOT_THIS };

#define LONG_MIN_ITEMS 64               /* below it garbage is not worth the trouble */
#define GARBAGE_MIN ((size_t)256 << 10) /* bytes */

static const struct expr_param params[] = {
	[INPUT] = { .name = "input", .is_required = true, .missing_code = 40077 },
	[INITIAL_VALUE] = { .name = "initialValue", .is_required = true, .missing_code = 40078 },
	[IN] = { .name = "in", .is_required = true, .missing_code = 40079 },
	[N_ARGS] = { 0 },
};

static int step(const struct expr *e, struct eval *ev, struct array *arr, uint32_t i,
                struct value *value)
{
	TRY(eval_tick(ev));
	ev->vars[e->slots[SLOT_THIS]] = array_get(ev->arena, arr, i);
	ev->vars[e->slots[SLOT_VALUE]] = *value;
	return expr_eval(e->args[IN], ev, value);
}

/*
 * Every step leaves behind the value of the one before, which for a growing value is memory that
 * grows with the square of the input.  So steps work in an arena of their own, and when that holds
 * several times what was worth keeping the value moves to the other one.
 */
struct steps {
	struct arena arenas[2];
	int now;            /* the one in use */
	size_t n_bytes_max; /* that it may hold */
};

static void steps_init(struct steps *s, struct arena *outer)
{
	*s = (struct steps){ .n_bytes_max = GARBAGE_MIN };
	for (int i = 0; i < 2; i++) {
		arena_init(&s->arenas[i], outer->budget);
		s->arenas[i].witness = outer;
	}
}

static void steps_deinit(struct steps *s)
{
	arena_deinit(&s->arenas[0]);
	arena_deinit(&s->arenas[1]);
}

static struct value steps_collect(struct steps *s, struct value value)
{
	struct arena *full = &s->arenas[s->now], *fresh = &s->arenas[!s->now];

	if (LIKELY(full->n_bytes <= s->n_bytes_max))
		return value;
	value = value_copy(fresh, value);
	arena_reset(full);
	s->now = !s->now;
	s->n_bytes_max = MAX(fresh->n_bytes * 4, (size_t)GARBAGE_MIN);
	return value;
}

static int reduce_long(const struct expr *e, struct eval *ev, struct array *arr, struct value *value)
{
	struct arena *outer = ev->arena;
	struct steps steps;
	int rc = 0;

	steps_init(&steps, outer);
	for (uint32_t i = 0; i < arr->n && rc == 0 && !arena_failed(outer); i++) {
		ev->arena = &steps.arenas[steps.now];
		rc = step(e, ev, arr, i, value);
		*value = steps_collect(&steps, *value);
	}
	ev->arena = outer;
	*value = value_copy(outer, *value);
	steps_deinit(&steps);
	/* When memory ran out, whatever else came of it is not the reason. */
	return arena_failed(outer) ? eval_check(ev) : rc;
}

struct fold_run {
	const struct expr *in;
	_Alignas(16) unsigned char state[EXPR_FOLD_STATE_MAX];
	bool is_null;
};

static int fold_add(struct fold_run *run, struct eval *ev, struct value v)
{
	TRY(eval_tick(ev));
	TRY(run->in->op->fold->check(run->in, ev, v, &run->is_null));
	return run->is_null ? 0 : run->in->op->fold->add(ev, run->state, v);
}

static int fold_finish(struct fold_run *run, struct eval *ev, struct value *ret)
{
	if (!run->is_null)
		return run->in->op->fold->finish(ev, run->state, ret);
	*ret = NUL_VALUE;
	return 0;
}

/* {$mergeObjects: ["$$value", …]}: what comes after $$value is handed over as it is met. */
static int reduce_fold(const struct expr *e, struct eval *ev, struct array *arr, struct value *value)
{
	struct fold_run run = { .in = e->args[IN] };
	struct value v;

	TRY(fold_add(&run, ev, *value));
	for (uint32_t i = 0; i < arr->n; i++) {
		ev->vars[e->slots[SLOT_THIS]] = array_get(ev->arena, arr, i);
		for (uint32_t k = 1; k < run.in->n_args && !run.is_null; k++) {
			TRY(expr_eval(run.in->args[k], ev, &v));
			TRY(fold_add(&run, ev, v));
		}
	}
	return fold_finish(&run, ev, value);
}

/* {$mergeObjects: [x, "$$value"]}: every x, the last one first, then what $$value began with. */
static int reduce_fold_back(const struct expr *e, struct eval *ev, struct array *arr,
                            struct value *value)
{
	struct fold_run run = { .in = e->args[IN] };
	struct value *values = arena_array(ev->arena, arr->n, sizeof *values);
	bool is_null;

	if (values == NULL)
		return eval_check(ev);
	for (uint32_t i = 0; i < arr->n; i++) {
		TRY(eval_tick(ev));
		ev->vars[e->slots[SLOT_THIS]] = array_get(ev->arena, arr, i);
		TRY(expr_eval(run.in->args[0], ev, &values[i]));
		TRY(run.in->op->fold->check(run.in, ev, values[i], &is_null));
		if (i == 0 && !is_null) /* where the first step would find it */
			TRY(run.in->op->fold->check(run.in, ev, *value, &is_null));
	}
	for (uint32_t i = arr->n; i-- > 0 && !run.is_null;)
		TRY(fold_add(&run, ev, values[i]));
	if (!run.is_null)
		TRY(fold_add(&run, ev, *value));
	return fold_finish(&run, ev, value);
}

static int reduce_steps(const struct expr *e, struct eval *ev, struct array *arr,
                        struct value *value)
{
	if (arr->n > LONG_MIN_ITEMS)
		return reduce_long(e, ev, arr, value);
	for (uint32_t i = 0; i < arr->n; i++)
		TRY(step(e, ev, arr, i, value));
	return 0;
}

typedef int reduce_fn(const struct expr *e, struct eval *ev, struct array *arr, struct value *value);

static int reduce(const struct expr *e, struct eval *ev, reduce_fn *work, struct value *ret)
{
	struct value input, value;

	TRY(expr_eval(e->args[INPUT], ev, &input));
	if (value_is_nullish(input)) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (input.type != VALUE_ARRAY)
		return expr_fail(e, ev, 40080,
		                 "$reduce requires that 'input' be an array, found: %s",
		                 eval_text(ev, input));
	TRY(expr_eval(e->args[INITIAL_VALUE], ev, &value));
	if (array_n(ev->arena, input.array) > 0)
		TRY(work(e, ev, input.array, &value));
	*ret = value;
	return 0;
}

static int reduce_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	return reduce(e, ev, reduce_steps, ret);
}

static int reduce_fold_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	return reduce(e, ev, reduce_fold, ret);
}

static int reduce_fold_back_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	return reduce(e, ev, reduce_fold_back, ret);
}

static bool is_variable(const struct expr *e, uint32_t slot)
{
	const struct expr_path *path = expr_as_path(e);

	return path != NULL && path->slot == slot && path->n_parts == 0;
}

/* Is the last step an operator that has only to take in what comes next?  Then how, else NULL. */
static expr_eval_fn *fold_eval(const struct expr *e)
{
	const struct expr *in = e->args[IN];
	uint32_t slot = e->slots[SLOT_VALUE];
	bool is_first;

	if (in->op == NULL || in->op->fold == NULL || in->n_args < 2)
		return NULL;
	is_first = is_variable(in->args[0], slot);
	if (!is_first && (in->n_args > 2 || !is_variable(in->args[1], slot)))
		return NULL;
	for (uint32_t i = is_first; i < in->n_args - !is_first; i++)
		if (expr_uses_variable(in->args[i], slot))
			return NULL;
	return is_first ? reduce_fold_eval : reduce_fold_back_eval;
}

static int reduce_compile(struct compiler *c, const struct expr_op *op, struct value spec,
                          struct expr **ret)
{
	struct expr *e = expr_create(c, op, N_ARGS);
	struct value values[N_ARGS];
	struct scope *outer = c->scope;
	int rc = 0;

	if (e == NULL)
		return compile_nomem(c);
	TRY(expr_read_params(c, op, spec, values));
	for (uint32_t i = INPUT; i <= INITIAL_VALUE; i++)
		if (expr_compile_member(c, params[i].name, values[i], &e->args[i]) != 0)
			rc = ERR_PIPELINE;
	e->slots[SLOT_THIS] = compile_bind(c, STR("this"));
	e->slots[SLOT_VALUE] = compile_bind(c, STR("value"));
	if (expr_compile_member(c, "in", values[IN], &e->args[IN]) != 0)
		rc = ERR_PIPELINE;
	c->scope = outer;
	if (rc != 0)
		return rc;
	if (fold_eval(e) != NULL)
		e->eval = fold_eval(e);
	*ret = e;
	return 0;
}

const struct expr_op expr_reduce_ops[] = {
	{
		.name = "$reduce",
		.doc = "One value from all elements: $$value is what came of those before, $$this the next.",
		.usage = "{$reduce: {input: array, initialValue: expression, in: expression}}",
		.eval = reduce_eval,
		.compile = reduce_compile,
		.params = params,
		.object_code = 40075,
		.unknown_code = 40076,
	},
	{ 0 }
};
