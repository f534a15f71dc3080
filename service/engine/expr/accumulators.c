/*
 * Accumulators as expressions: $sum, $avg, $min, $max and the deviations of what a document holds.
 *
 * They are the accumulators themselves, fed with the arguments: one that is an array gives its
 * elements; of several each counts as it is, so that numbers in arrays are not found.
 */
#include <assert.h>

#include "engine/accum/accum.h"

#define STATE_MAX 128

static int feed(const struct accum *a, struct eval *ev, void *state, const struct value *argv,
                size_t argc)
{
	if (argc != 1 || argv[0].type != VALUE_ARRAY) {
		for (size_t i = 0; i < argc; i++)
			TRY(a->op->add(a, ev, state, argv[i]));
		return 0;
	}
	uint32_t n = array_n(ev->arena, argv[0].array);
	for (uint32_t i = 0; i < n; i++) {
		TRY(eval_tick(ev));
		TRY(a->op->add(a, ev, state, array_get(ev->arena, argv[0].array, i)));
	}
	return 0;
}

/* What the accumulator keeps need not outlive the batch here. */
static int accumulator_call(const struct expr *e, struct eval *ev, const struct value *argv,
                            size_t argc, struct value *ret)
{
	const struct accum *a = e->data;
	struct arena *states = ev->states;
	_Alignas(16) unsigned char state[STATE_MAX] = { 0 };
	struct value v = NUL_VALUE;

	ev->states = ev->arena;
	int rc = feed(a, ev, state, argv, argc);
	if (rc == 0)
		rc = a->op->result(a, ev, state, &v);
	ev->states = states;
	if (rc == 0)
		*ret = value_decode(ev->arena, v);
	return rc;
}

static int accumulator_compile(struct compiler *c, const struct expr_op *op, struct value spec,
                               struct expr **ret)
{
	struct accum *a = compile_alloc(c, 1, sizeof *a);

	if (a == NULL)
		return compile_nomem(c);
	a->op = accum_op_find(str_from(op->name));
	assert(a->op != NULL && a->op->state_size <= STATE_MAX);
	a->pointer = compile_pointer(c);
	TRY(expr_compile_args(c, op, spec, ret));
	(*ret)->data = a;
	return 0;
}

#define ROW(row_name, row_doc) \
	{ \
		.name = row_name, .doc = row_doc, \
		.usage = "{" row_name ": array} or {" row_name ": [value, …]}", .args_min = 0, \
		.args_max = EXPR_ANY, .call = accumulator_call, .compile = accumulator_compile, \
	}

const struct expr_op expr_accumulators_ops[] = {
	ROW("$avg", "Mean of the numbers among the arguments, or of one array; null of none."),
	ROW("$max", "The greatest of the arguments, or of one array; null and missing do not count."),
	ROW("$min", "The smallest of the arguments, or of one array; null and missing do not count."),
	ROW("$stdDevPop", "Standard deviation of the numbers as a whole population; null of none."),
	ROW("$stdDevSamp", "Standard deviation of the numbers as a sample; null of less than two."),
	ROW("$sum", "Sum of the numbers among the arguments, or of one array; 0 of none."),
	{ 0 }
};
