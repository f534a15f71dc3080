/* $zip: the first elements of some arrays, then the second ones, and so on. */
#include "engine/expr/expr.h"

enum { PARAM_INPUTS, PARAM_USE_LONGEST_LENGTH, PARAM_DEFAULTS, N_PARAMS };

static const struct expr_param params[] = {
	[PARAM_INPUTS] = { .name = "inputs" },
	[PARAM_USE_LONGEST_LENGTH] = { .name = "useLongestLength" },
	[PARAM_DEFAULTS] = { .name = "defaults" },
	[N_PARAMS] = { 0 },
};

/* The args are the inputs, then as many defaults, or none. */
struct zip {
	uint32_t n_inputs;
	bool uses_longest;
};

/* *ret_is_null: one of them is, and so is the result. */
static int eval_inputs(const struct expr *e, struct eval *ev, struct array **ret, uint32_t *ret_n,
                       bool *ret_is_null)
{
	const struct zip *zip = e->data;

	*ret_n = zip->uses_longest ? 0 : UINT32_MAX;
	*ret_is_null = false;
	for (uint32_t i = 0; i < zip->n_inputs; i++) {
		struct value v;

		TRY(expr_eval(e->args[i], ev, &v));
		if (value_is_nullish(v)) {
			*ret_is_null = true;
			return 0;
		}
		if (v.type != VALUE_ARRAY)
			return expr_fail(e, ev, 34468,
			                 "$zip found a non-array expression in input: %s",
			                 eval_text(ev, v));
		uint32_t n = array_n(ev->arena, v.array);
		*ret_n = zip->uses_longest ? MAX(*ret_n, n) : MIN(*ret_n, n);
		ret[i] = v.array;
	}
	return 0;
}

static int eval_defaults(const struct expr *e, struct eval *ev, struct value *ret)
{
	const struct zip *zip = e->data;

	for (uint32_t i = 0; i < zip->n_inputs; i++) {
		ret[i] = NUL_VALUE;
		if (e->n_args > zip->n_inputs)
			TRY(expr_eval_raw(e->args[zip->n_inputs + i], ev, &ret[i]));
		if (ret[i].type == VALUE_MISSING)
			ret[i] = NUL_VALUE;
	}
	return 0;
}

static int zip_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	const struct zip *zip = e->data;
	struct array **inputs = arena_array(ev->arena, zip->n_inputs, sizeof(struct array *));
	struct value *defaults = arena_array(ev->arena, zip->n_inputs, sizeof *defaults);
	bool is_null;
	uint32_t n;

	if (inputs == NULL || defaults == NULL)
		return eval_check(ev);
	TRY(eval_inputs(e, ev, inputs, &n, &is_null));
	if (is_null) {
		*ret = NUL_VALUE;
		return 0;
	}
	TRY(eval_defaults(e, ev, defaults));
	struct value *rows = arena_array(ev->arena, n, sizeof *rows);
	if (rows == NULL)
		return eval_check(ev);
	for (uint32_t k = 0; k < n; k++) {
		struct value *row = arena_array(ev->arena, zip->n_inputs, sizeof *row);

		TRY(eval_tick_n(ev, zip->n_inputs));
		if (row == NULL)
			return eval_check(ev);
		for (uint32_t i = 0; i < zip->n_inputs; i++)
			row[i] = k < inputs[i]->n ? inputs[i]->items[k] : defaults[i];
		rows[k] = array_take(ev->arena, row, zip->n_inputs);
	}
	*ret = array_take(ev->arena, rows, n);
	return 0;
}

static int check_params(struct compiler *c, const struct value *values)
{
	struct value inputs = values[PARAM_INPUTS], defaults = values[PARAM_DEFAULTS];
	struct value longest = values[PARAM_USE_LONGEST_LENGTH];

	if (inputs.type != VALUE_MISSING && inputs.type != VALUE_ARRAY)
		return compile_fail(c, 34461, "$zip",
		                    "inputs must be an array of expressions, found %s",
		                    value_type_name(inputs.type));
	if (defaults.type != VALUE_MISSING && defaults.type != VALUE_ARRAY)
		return compile_fail(c, 34462, "$zip",
		                    "defaults must be an array of expressions, found %s",
		                    value_type_name(defaults.type));
	if (longest.type != VALUE_MISSING && longest.type != VALUE_BOOL)
		return compile_fail(c, 34463, "$zip", "useLongestLength must be a bool, found %s",
		                    value_type_name(longest.type));
	if (inputs.type == VALUE_MISSING || array_n(c->arena, inputs.array) == 0)
		return compile_fail(c, 34465, "$zip", "$zip requires at least one input array");
	if (defaults.type == VALUE_MISSING || array_n(c->arena, defaults.array) == 0)
		return 0;
	if (!value_is_true(longest))
		return compile_fail(c, 34466, "$zip",
		                    "cannot specify defaults unless useLongestLength is true");
	if (defaults.array->n != inputs.array->n)
		return compile_fail(c, 34467, "$zip",
		                    "defaults and inputs must have the same length");
	return 0;
}

static int compile_list(struct compiler *c, const char *name, struct value list, struct expr **args)
{
	uint32_t n = list.type == VALUE_ARRAY ? array_n(c->arena, list.array) : 0;
	int rc = 0;

	compile_enter(c, str_from(name));
	for (uint32_t i = 0; i < n; i++) {
		compile_enter_index(c, i);
		if (expr_compile(c, array_get(c->arena, list.array, i), &args[i]) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	compile_leave(c);
	return rc;
}

static int zip_compile(struct compiler *c, const struct expr_op *op, struct value spec,
                       struct expr **ret)
{
	struct zip *zip = compile_alloc(c, 1, sizeof *zip);
	struct value values[N_PARAMS];
	int rc;

	TRY(expr_read_params(c, op, spec, values));
	TRY(check_params(c, values));
	uint32_t n_inputs = array_n(c->arena, values[PARAM_INPUTS].array), n_defaults = 0;
	if (values[PARAM_DEFAULTS].type == VALUE_ARRAY)
		n_defaults = array_n(c->arena, values[PARAM_DEFAULTS].array);
	struct expr *e = expr_create(c, op, n_inputs + n_defaults);
	if (zip == NULL || e == NULL)
		return compile_nomem(c);
	zip->n_inputs = n_inputs;
	zip->uses_longest = value_is_true(values[PARAM_USE_LONGEST_LENGTH]);
	e->data = zip;
	rc = compile_list(c, "inputs", values[PARAM_INPUTS], e->args);
	if (compile_list(c, "defaults", values[PARAM_DEFAULTS], e->args + n_inputs) != 0)
		rc = ERR_PIPELINE;
	if (rc == 0)
		*ret = e;
	return rc;
}

const struct expr_op expr_zip_ops[] = {
	{
		.name = "$zip",
		.doc = "Arrays of the first elements, the second ones, and so on, up to the shortest.",
		.usage = "{$zip: {inputs: [array, …], useLongestLength: false, defaults: [value, …]}}",
		.eval = zip_eval,
		.compile = zip_compile,
		.params = params,
		.object_code = 34460,
		.unknown_code = 34464,
	},
	{ 0 }
};
