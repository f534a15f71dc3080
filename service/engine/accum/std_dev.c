/* $stdDevPop and $stdDevSamp: by Welford's method, which does not subtract large sums. */
#include <math.h>

#include "engine/accum/accum.h"

struct std_dev_state {
	double mean, squares; /* squares of the distances from the mean, summed */
	uint64_t n;
};

static int std_dev_add(const struct accum *a, struct eval *ev, void *arg, struct value v)
{
	struct std_dev_state *state = arg;

	if (v.type == VALUE_DECIMAL)
		return accum_fail(a, ev, 14, "%s does not compute with values of type decimal",
		                  a->op->name);
	if (!value_is_number(v))
		return 0;
	double d = value_f64(v), distance = d - state->mean;
	state->n++;
	state->mean += distance / (double)state->n;
	state->squares += distance * (d - state->mean);
	return 0;
}

static int std_dev_merge(const struct accum *a, struct eval *ev, void *arg, const void *other_arg)
{
	const struct std_dev_state *other = other_arg;
	struct std_dev_state *state = arg;
	double n = (double)state->n + (double)other->n;
	double distance = other->mean - state->mean;

	(void)a;
	(void)ev;
	if (other->n == 0)
		return 0;
	if (state->n == 0) {
		*state = *other;
		return 0;
	}
	state->squares += other->squares +
	                  distance * distance * ((double)state->n * (double)other->n / n);
	state->mean += distance * ((double)other->n / n);
	state->n += other->n;
	return 0;
}

/* option: how many less than there are values the sum is divided by. */
static int std_dev_result(const struct accum *a, struct eval *ev, void *arg, struct value *ret)
{
	const struct std_dev_state *state = arg;

	(void)ev;
	if (state->n <= (uint64_t)a->op->option)
		*ret = NUL_VALUE;
	else
		*ret = value_double(
			sqrt(state->squares / (double)(state->n - (uint64_t)a->op->option)));
	return 0;
}

const struct accum_op accum_std_dev_ops[] = {
	{
		.name = "$stdDevPop",
		.doc = "Standard deviation of the numbers as a whole population; null of none.",
		.usage = "{$stdDevPop: expression}",
		.flags = ACCUM_EXPRESSION | ACCUM_MERGE_ROUNDS,
		.state_size = sizeof(struct std_dev_state),
		.add = std_dev_add,
		.merge = std_dev_merge,
		.result = std_dev_result,
		.option = 0,
	},
	{
		.name = "$stdDevSamp",
		.doc = "Standard deviation of the numbers as a sample; null of less than two.",
		.usage = "{$stdDevSamp: expression}",
		.flags = ACCUM_EXPRESSION | ACCUM_MERGE_ROUNDS,
		.state_size = sizeof(struct std_dev_state),
		.add = std_dev_add,
		.merge = std_dev_merge,
		.result = std_dev_result,
		.option = 1,
	},
	{ 0 }
};
