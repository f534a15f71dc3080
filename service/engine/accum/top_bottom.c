/* $top, $bottom, $topN and $bottomN: of the documents that come first or last in an order. */
#include "engine/accum/accum.h"
#include "engine/accum/kept.h"
#include "engine/accum/n_args.h"
#include "engine/accum/top_n.h"

enum top_option { TOP_LAST = 1, TOP_SINGLE = 2 };

static bool is_single(const struct accum *a)
{
	return a->op->option & TOP_SINGLE;
}

static struct top_order order_of(const struct accum *a)
{
	return (struct top_order){ .spec = a->sort, .is_last = a->op->option & TOP_LAST };
}

static int compile_argument(struct compiler *c, struct accum *a, struct str key, struct value v)
{
	static const char *const known[] = { "output", "sortBy", "n" };

	if (str_is(key, "output"))
		return expr_compile(c, v, &a->input);
	if (str_is(key, "n") && !is_single(a))
		return expr_compile(c, v, &a->n);
	if (str_is(key, "sortBy") && v.type != VALUE_OBJECT)
		return compile_fail(c, 10065, a->op->name,
		                    "invalid parameter: expected an object (sortBy)");
	if (str_is(key, "sortBy")) {
		struct sort_spec *spec;

		TRY(sort_spec_compile(c, a->op->name, v, &spec));
		a->sort = spec;
		return 0;
	}
	return compile_fail_unknown(c, 5788002, key, known, is_single(a) ? 2 : 3,
	                            "Unknown argument to %s '%.*s'", a->op->name, STR_ARG(key));
}

static int top_compile(struct compiler *c, struct accum *a, struct value spec)
{
	int rc = 0;

	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 5788001, a->op->name,
		                    "specification must be an object; found %s",
		                    compile_text(c, spec));
	for (uint32_t i = 0; i < object_n(c->arena, spec.object); i++) {
		struct str key = object_key(spec.object, i);

		compile_enter(c, key);
		if (compile_argument(c, a, key, object_at(c->arena, spec.object, i)) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	if (rc != 0)
		return rc;
	if (a->n == NULL && !is_single(a))
		return compile_fail(c, 5788003, a->op->name, "Missing value for 'n'");
	if (a->input == NULL)
		return compile_fail(c, 5788004, a->op->name, "Missing value for 'output'");
	if (a->sort == NULL)
		return compile_fail(c, 5788005, a->op->name, "Missing value for 'sortBy'");
	return 0;
}

static int top_init(const struct accum *a, struct eval *ev, void *arg)
{
	struct top_n *state = arg;

	state->n_max = 1;
	return is_single(a) ? 0 : n_args_eval(a, ev, &state->n_max);
}

static int top_add(const struct accum *a, struct eval *ev, void *state)
{
	const struct top_order order = order_of(a);
	struct value *keys = arena_array(ev->arena, order.spec->n_keys, sizeof *keys);
	struct value v;

	if (keys == NULL)
		return eval_check(ev);
	TRY(sort_spec_keys(order.spec, ev, ev->vars[VAR_CURRENT], keys));
	if (!top_n_wants(state, &order, ev, keys))
		return 0;
	TRY(expr_eval_raw(a->input, ev, &v));
	return top_n_add(state, &order, ev, keys,
	                 v.type == VALUE_MISSING ? NUL_VALUE : kept_blind(ev, v));
}

static int top_merge(const struct accum *a, struct eval *ev, void *state, const void *other)
{
	const struct top_order order = order_of(a);

	return top_n_merge(state, &order, ev, other);
}

static int top_result(const struct accum *a, struct eval *ev, void *arg, struct value *ret)
{
	const struct top_order order = order_of(a);
	const struct top_n *state = arg;
	struct value *items;

	TRY(top_n_result(state, &order, ev, &items));
	if (is_single(a))
		*ret = state->n == 0 ? NUL_VALUE : items[0];
	else
		*ret = array_take(ev->arena, items, (uint32_t)state->n);
	return 0;
}

#define ROW(row_name, row_doc, row_usage, row_option) \
	{ \
		.name = row_name, .doc = row_doc, .usage = row_usage, .flags = ACCUM_RESULT_OPENS, \
		.state_size = sizeof(struct top_n), .compile = top_compile, .init = top_init, \
		.add_document = top_add, .merge = top_merge, .result = top_result, \
		.option = row_option, \
	}

const struct accum_op accum_top_bottom_ops[] = {
	ROW("$bottom", "The value of the document that comes last in an order.",
	    "{$bottom: {sortBy: {field: 1 or -1, …}, output: expression}}", TOP_LAST | TOP_SINGLE),
	ROW("$bottomN", "The values of the n documents that come last in an order.",
	    "{$bottomN: {n: whole number, sortBy: {field: 1 or -1, …}, output: expression}}",
	    TOP_LAST),
	ROW("$top", "The value of the document that comes first in an order.",
	    "{$top: {sortBy: {field: 1 or -1, …}, output: expression}}", TOP_SINGLE),
	ROW("$topN", "The values of the n documents that come first in an order.",
	    "{$topN: {n: whole number, sortBy: {field: 1 or -1, …}, output: expression}}", 0),
	{ 0 }
};
