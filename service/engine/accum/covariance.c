/* $covariancePop and $covarianceSamp: how two numbers of a window vary together. */
#include <math.h>

#include "engine/accum/accum.h"

struct covariance_state {
	double mean_x, mean_y, together; /* together: products of the distances from the means */
	uint64_t n;
	uint64_t n_nan, n_up, n_down; /* documents with a number that is not finite */
};

static bool read_pair(struct eval *ev, struct value v, double *ret_x, double *ret_y)
{
	if (v.type != VALUE_ARRAY || array_n(ev->arena, v.array) != 2)
		return false;
	struct value x = array_get(ev->arena, v.array, 0), y = array_get(ev->arena, v.array, 1);
	if (!value_is_number(x) || !value_is_number(y))
		return false;
	*ret_x = value_f64(x);
	*ret_y = value_f64(y);
	return true;
}

static void count_infinite(struct covariance_state *state, double x, double y)
{
	bool has_up = isinf(x) ? x > 0 : isinf(y) && y > 0;
	bool has_down = (isinf(x) && x < 0) || (isinf(y) && y < 0);

	has_up |= isinf(y) && y > 0;
	if (isnan(x) || isnan(y) || (has_up && has_down))
		state->n_nan++;
	else if (has_up)
		state->n_up++;
	else
		state->n_down++;
}

/* What is no pair of numbers does not count. */
static int covariance_add(const struct accum *a, struct eval *ev, void *arg, struct value v)
{
	struct covariance_state *state = arg;
	double x, y, distance;

	(void)a;
	if (!read_pair(ev, v, &x, &y))
		return 0;
	if (!isfinite(x) || !isfinite(y)) {
		count_infinite(state, x, y);
		return 0;
	}
	state->n++;
	distance = x - state->mean_x;
	state->mean_x += distance / (double)state->n;
	state->mean_y += (y - state->mean_y) / (double)state->n;
	state->together += distance * (y - state->mean_y);
	return 0;
}

static int covariance_merge(const struct accum *a, struct eval *ev, void *arg, const void *other_arg)
{
	const struct covariance_state *other = other_arg;
	struct covariance_state *state = arg;
	double n = (double)state->n + (double)other->n;

	(void)a;
	(void)ev;
	state->n_nan += other->n_nan;
	state->n_up += other->n_up;
	state->n_down += other->n_down;
	if (other->n == 0)
		return 0;
	double dx = other->mean_x - state->mean_x, dy = other->mean_y - state->mean_y;
	state->together += other->together + dx * dy * ((double)state->n * (double)other->n / n);
	state->mean_x += dx * ((double)other->n / n);
	state->mean_y += dy * ((double)other->n / n);
	state->n += other->n;
	return 0;
}

/* option: how many less than there are pairs the sum is divided by. */
static int covariance_result(const struct accum *a, struct eval *ev, void *arg, struct value *ret)
{
	const struct covariance_state *state = arg;
	double together = state->together;

	(void)ev;
	if (state->n <= (uint64_t)a->op->option) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (state->n == 1) { /* only as a population: whatever else is not finite */
		*ret = value_double(0);
		return 0;
	}
	if (state->n_nan > 0 || (state->n_up > 0 && state->n_down > 0))
		together = (double)NAN;
	else if (state->n_up > 0 || state->n_down > 0)
		together = state->n_up > 0 ? (double)INFINITY : -(double)INFINITY;
	*ret = value_double(together / (double)(state->n - (uint64_t)a->op->option));
	return 0;
}

#define ROW(row_name, row_doc, row_option) \
	{ \
		.name = row_name, .doc = row_doc, .usage = "{" row_name ": [number, number]}", \
		.flags = ACCUM_WINDOW_ONLY, .state_size = sizeof(struct covariance_state), \
		.add = covariance_add, .merge = covariance_merge, .result = covariance_result, \
		.option = row_option, \
	}

const struct accum_op accum_covariance_ops[] = {
	ROW("$covariancePop", "Covariance of pairs of numbers as a whole population; null of none.",
	    0),
	ROW("$covarianceSamp", "Covariance of pairs of numbers as a sample; null of less than two.",
	    1),
	{ 0 }
};
