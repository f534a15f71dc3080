/* $firstN, $lastN, $maxN and $minN: some elements of an array. */
#include "engine/expr/expr.h"
#include "engine/stable_sort.h"

enum { INPUT, N, N_ARGS };

static const struct expr_param params[] = {
	[INPUT] = { .name = "input", .is_required = true, .missing_code = 5787907 },
	[N] = { .name = "n", .is_required = true, .missing_code = 5787906 },
	[N_ARGS] = { 0 },
};

static int read_n(const struct expr *e, struct eval *ev, struct value v, int64_t *ret)
{
	if (!value_is_number(v))
		return expr_fail(e, ev, 5787902,
		                 "Value for 'n' must be of integral type, but found %s",
		                 eval_text(ev, v));
	if (!value_as_i64(v, ret))
		return expr_fail(e, ev, 5787903,
		                 "Value for 'n' must be of integral type, but found %s",
		                 eval_text(ev, v));
	if (*ret <= 0)
		return expr_fail(e, ev, 5787908, "'n' must be greater than 0, found %lld",
		                 (long long)*ret);
	return 0;
}

static int read_args(const struct expr *e, struct eval *ev, const struct value *argv,
                     struct array **ret, uint32_t *ret_n)
{
	int64_t n;

	TRY(read_n(e, ev, argv[N], &n));
	if (argv[INPUT].type != VALUE_ARRAY)
		return expr_fail(e, ev, 5788200, "Input must be an array");
	*ret = argv[INPUT].array;
	*ret_n = (uint32_t)MIN(n, (int64_t)array_n(ev->arena, *ret));
	return 0;
}

static int ends_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                     struct value *ret)
{
	struct array *arr;
	uint32_t n;

	(void)argc;
	TRY(read_args(e, ev, argv, &arr, &n));
	*ret = array_take(ev->arena, arr->items + (e->op->option < 0 ? arr->n - n : 0), n);
	return 0;
}

struct row {
	struct value value;
	uint32_t item;
};

struct comparison {
	struct arena *scratch;
	int sign;
};

static int cmp_rows(void *arg, const void *x, const void *y)
{
	const struct comparison *by = arg;

	return by->sign * value_cmp(by->scratch, ((const struct row *)x)->value,
	                            ((const struct row *)y)->value);
}

/* Null is no value here. */
static int extremes_call(const struct expr *e, struct eval *ev, const struct value *argv,
                         size_t argc, struct value *ret)
{
	struct comparison by = { .scratch = ev->arena, .sign = e->op->option };
	uint32_t n, n_rows = 0;
	struct array *arr;

	(void)argc;
	TRY(read_args(e, ev, argv, &arr, &n));
	struct row *rows = arena_array(ev->arena, arr->n, sizeof *rows);
	const void **sorted = arena_array(ev->arena, arr->n, sizeof *sorted);
	struct value *items = arena_array(ev->arena, n, sizeof *items);
	if (rows == NULL || sorted == NULL || items == NULL)
		return eval_check(ev);
	for (uint32_t i = 0; i < arr->n; i++) {
		struct value v = array_get(ev->arena, arr, i);

		TRY(eval_tick(ev));
		if (value_is_nullish(v))
			continue;
		rows[n_rows] = (struct row){ .value = v, .item = i };
		sorted[n_rows] = &rows[n_rows];
		n_rows++;
	}
	TRY(stable_sort(ev, sorted, n_rows, cmp_rows, &by));
	n = MIN(n, n_rows);
	for (uint32_t i = 0; i < n; i++)
		items[i] = arr->items[((const struct row *)sorted[i])->item];
	*ret = array_take(ev->arena, items, n);
	return 0;
}

const struct expr_op expr_first_n_ops[] = {
	{
		.name = "$firstN",
		.doc = "The first n elements of an array.",
		.usage = "{$firstN: {input: array, n: number}}",
		.call = ends_call,
		.params = params,
		.object_code = 5787801,
		.unknown_code = 5787901,
		.option = 1,
	},
	{
		.name = "$lastN",
		.doc = "The last n elements of an array.",
		.usage = "{$lastN: {input: array, n: number}}",
		.call = ends_call,
		.params = params,
		.object_code = 5787801,
		.unknown_code = 5787901,
		.option = -1,
	},
	{
		.name = "$maxN",
		.doc = "The n largest elements of an array, largest first; null is no value.",
		.usage = "{$maxN: {input: array, n: number}}",
		.call = extremes_call,
		.params = params,
		.object_code = 5787900,
		.unknown_code = 5787901,
		.option = -1,
	},
	{
		.name = "$minN",
		.doc = "The n smallest elements of an array, smallest first; null is no value.",
		.usage = "{$minN: {input: array, n: number}}",
		.call = extremes_call,
		.params = params,
		.object_code = 5787900,
		.unknown_code = 5787901,
		.option = 1,
	},
	{ 0 }
};
