/* $sum, $avg and $count: exact for whole numbers, compensated for doubles. */
#include "engine/accum/accum.h"
#include "engine/numeric.h"

struct avg_state {
	struct numeric_sum sum;
	uint64_t n;
};

/* Decimals are carried and not computed with: leaving them out would be a wrong sum. */
static int fail_decimal(const struct accum *a, struct eval *ev)
{
	return accum_fail(a, ev, 14, "%s does not compute with values of type decimal", a->op->name);
}

static int sum_add(const struct accum *a, struct eval *ev, void *arg, struct value v)
{
	if (LIKELY(value_is_number(v)))
		numeric_sum_add(arg, v);
	else if (v.type == VALUE_DECIMAL)
		return fail_decimal(a, ev);
	return 0;
}

static int sum_merge(const struct accum *a, struct eval *ev, void *arg, const void *other)
{
	struct numeric_sum *sum = arg;

	(void)a;
	numeric_sum_merge(sum, other);
	ev->is_order_seen |= sum->is_rounded;
	return 0;
}

static int sum_result(const struct accum *a, struct eval *ev, void *arg, struct value *ret)
{
	(void)a;
	(void)ev;
	*ret = numeric_sum_value(arg);
	return 0;
}

static int avg_add(const struct accum *a, struct eval *ev, void *arg, struct value v)
{
	struct avg_state *state = arg;

	if (v.type == VALUE_DECIMAL)
		return fail_decimal(a, ev);
	if (!value_is_number(v))
		return 0;
	numeric_sum_add(&state->sum, v);
	state->n++;
	return 0;
}

static int avg_merge(const struct accum *a, struct eval *ev, void *arg, const void *other_arg)
{
	const struct avg_state *other = other_arg;
	struct avg_state *state = arg;

	(void)a;
	numeric_sum_merge(&state->sum, &other->sum);
	ev->is_order_seen |= state->sum.is_rounded;
	state->n += other->n;
	return 0;
}

static int avg_result(const struct accum *a, struct eval *ev, void *arg, struct value *ret)
{
	const struct avg_state *state = arg;

	(void)a;
	(void)ev;
	*ret = state->n == 0 ? NUL_VALUE
	                     : value_double(numeric_sum_f64(&state->sum) / (double)state->n);
	return 0;
}

/* $count is $sum of 1. */
static int count_compile(struct compiler *c, struct accum *a, struct value spec)
{
	if (spec.type != VALUE_OBJECT || object_n(c->arena, spec.object) != 0)
		return compile_fail(c, 14, "$count", "$count takes no arguments, i.e. $count:{}");
	a->input = expr_constant(c, value_int(1));
	return a->input == NULL ? compile_nomem(c) : 0;
}

/* {$sum: 1} counts documents. */
static int tally_add(const struct accum *a, struct eval *ev, void *arg, struct value v)
{
	uint64_t *n = arg;

	(void)a;
	(void)ev;
	(void)v;
	++*n;
	return 0;
}

static int tally_merge(const struct accum *a, struct eval *ev, void *arg, const void *other)
{
	uint64_t *n = arg;

	(void)a;
	(void)ev;
	*n += *(const uint64_t *)other;
	return 0;
}

static int tally_result(const struct accum *a, struct eval *ev, void *arg, struct value *ret)
{
	struct value each = expr_constant_value(a->input);
	const uint64_t *n = arg;
	int64_t sum;

	(void)ev;
	*ret = __builtin_mul_overflow(*n, each.i64, &sum)
	               ? value_double((double)*n * (double)each.i64)
	               : value_whole(sum);
	return 0;
}

static const struct accum_op tally_op = {
	.name = "$sum",
	.flags = ACCUM_MERGE_APART,
	.state_size = sizeof(uint64_t),
	.add = tally_add,
	.merge = tally_merge,
	.result = tally_result,
};

const struct accum_op accum_sum_ops[] = {
	{
		.name = "$avg",
		.doc = "Mean of the numbers; what is no number is left out, and of none it is null.",
		.usage = "{$avg: expression}",
		.flags = ACCUM_EXPRESSION | ACCUM_MERGE_APART,
		.state_size = sizeof(struct avg_state),
		.add = avg_add,
		.merge = avg_merge,
		.result = avg_result,
	},
	{
		.name = "$count",
		.doc = "Number of documents.",
		.usage = "{$count: {}}",
		.flags = ACCUM_MERGE_APART,
		.state_size = sizeof(struct numeric_sum),
		.compile = count_compile,
		.add = sum_add,
		.merge = sum_merge,
		.result = sum_result,
		.of_int = &tally_op,
	},
	{
		.name = "$sum",
		.doc = "Sum of the numbers; what is no number is left out, and of none it is 0.",
		.usage = "{$sum: expression}",
		.flags = ACCUM_EXPRESSION | ACCUM_MERGE_APART,
		.state_size = sizeof(struct numeric_sum),
		.add = sum_add,
		.merge = sum_merge,
		.result = sum_result,
		.of_int = &tally_op,
	},
	{ 0 }
};
