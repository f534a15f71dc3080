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

static bool is_variable(const struct expr *e, uint32_t slot)
{
	const struct expr_path *path = expr_as_path(e);

	return path != NULL && path->slot == slot && path->n_parts == 0;
}

/* {$concat: ["a", "$$value", "b"]}: what stands before and after $$value, of every step. */
struct around {
	const struct expr *in;
	uint32_t at;          /* $$value, among the arguments */
	struct value *values; /* of the other arguments, in->n_args - 1 a step */
	bool is_null;         /* a step answered null, and so do all that follow */
};

/* Evaluates as a step would, in the same order, but puts nothing together. */
static int around_step(struct around *around, struct eval *ev, struct value *values,
                       const struct value *initial)
{
	const struct expr *in = around->in;
	bool is_null = false;

	for (uint32_t k = 0; k < in->n_args && !is_null; k++) {
		struct value v;

		if (k != around->at) {
			TRY(expr_eval(in->args[k], ev, &v));
			TRY(in->op->fold->check(in, ev, v, &is_null));
			*values++ = v;
		} else if (around->is_null) {
			is_null = true;
		} else if (initial != NULL) {
			TRY(in->op->fold->check(in, ev, *initial, &is_null));
		}
	}
	around->is_null |= is_null;
	return 0;
}

/* What stood before, the last step first; what $$value began with; what stood after. */
static int around_join(const struct around *around, struct eval *ev, uint32_t n_steps,
                       struct value *value)
{
	struct fold_run run = { .in = around->in };
	uint32_t n_before = around->at, n_others = around->in->n_args - 1;

	for (uint32_t i = n_steps; i-- > 0;)
		for (uint32_t k = 0; k < n_before; k++)
			TRY(fold_add(&run, ev, around->values[(size_t)i * n_others + k]));
	TRY(fold_add(&run, ev, *value));
	for (uint32_t i = 0; i < n_steps; i++)
		for (uint32_t k = n_before; k < n_others; k++)
			TRY(fold_add(&run, ev, around->values[(size_t)i * n_others + k]));
	return fold_finish(&run, ev, value);
}

static int reduce_around(const struct expr *e, struct eval *ev, struct array *arr,
                         struct value *value)
{
	struct around around = { .in = e->args[IN] };
	uint32_t n_others = around.in->n_args - 1;

	while (!is_variable(around.in->args[around.at], e->slots[SLOT_VALUE]))
		around.at++;
	around.values = arena_array(ev->arena, (size_t)arr->n * n_others, sizeof *around.values);
	if (around.values == NULL)
		return eval_check(ev);
	for (uint32_t i = 0; i < arr->n; i++) {
		TRY(eval_tick(ev));
		ev->vars[e->slots[SLOT_THIS]] = array_get(ev->arena, arr, i);
		TRY(around_step(&around, ev, around.values + (size_t)i * n_others,
		                i == 0 ? value : NULL));
	}
	if (!around.is_null)
		return around_join(&around, ev, arr->n, value);
	*value = NUL_VALUE;
	return 0;
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

static int reduce_around_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	return reduce(e, ev, reduce_around, ret);
}

/* Is a step an operator that has only to take in what comes next to $$value?  Then how, else NULL. */
static expr_eval_fn *fold_eval(const struct expr *e)
{
	const struct expr *in = e->args[IN];
	uint32_t slot = e->slots[SLOT_VALUE];
	uint32_t n_values = 0;

	if (in->op == NULL || in->op->fold == NULL || in->n_args < 2)
		return NULL;
	for (uint32_t i = 0; i < in->n_args; i++) {
		bool is_value = is_variable(in->args[i], slot);

		if (!is_value && expr_uses_variable(in->args[i], slot))
			return NULL;
		n_values += is_value;
	}
	if (n_values != 1)
		return NULL;
	return is_variable(in->args[0], slot) ? reduce_fold_eval : reduce_around_eval;
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
