/* $serializeEJSON and $deserializeEJSON: Extended JSON's wrappers put on and taken off. */
#include "engine/expr/expr.h"
#include "engine/json_text.h"

#define CONVERSION_FAILURE 241

enum { SERIALIZE_INPUT, SERIALIZE_RELAXED, SERIALIZE_ON_ERROR, SERIALIZE_N_ARGS };

static const struct expr_param serialize_params[] = {
	[SERIALIZE_INPUT] = { .name = "input", .is_required = true, .missing_code = 40414 },
	[SERIALIZE_RELAXED] = { .name = "relaxed" },
	[SERIALIZE_ON_ERROR] = { .name = "onError" },
	[SERIALIZE_N_ARGS] = { 0 },
};

static int serialize_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct value v, relaxed = value_bool(true);

	TRY(expr_eval(e->args[SERIALIZE_INPUT], ev, &v));
	if (e->args[SERIALIZE_RELAXED] != NULL)
		TRY(expr_eval(e->args[SERIALIZE_RELAXED], ev, &relaxed));
	if (relaxed.type != VALUE_BOOL)
		return expr_fail(e, ev, 2, "Unexpected value for relaxed: %s",
		                 eval_text(ev, relaxed));
	if (v.type == VALUE_MISSING) {
		*ret = NUL_VALUE;
		return 0;
	}
	return json_text_wrap(ev, v, relaxed.boolean, ret);
}

enum { DESERIALIZE_INPUT, DESERIALIZE_ON_ERROR, DESERIALIZE_N_ARGS };

static const struct expr_param deserialize_params[] = {
	[DESERIALIZE_INPUT] = { .name = "input", .is_required = true, .missing_code = 40414 },
	[DESERIALIZE_ON_ERROR] = { .name = "onError" },
	[DESERIALIZE_N_ARGS] = { 0 },
};

static int deserialize_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct value v, read = NUL_VALUE;
	bool is_wrong = false;

	TRY(expr_eval(e->args[DESERIALIZE_INPUT], ev, &v));
	if (v.type != VALUE_MISSING)
		TRY(json_text_unwrap(ev, v, &read, &is_wrong));
	if (!is_wrong) {
		*ret = read;
		return 0;
	}
	if (e->args[DESERIALIZE_ON_ERROR] != NULL)
		return expr_eval(e->args[DESERIALIZE_ON_ERROR], ev, ret);
	return expr_fail(e, ev, CONVERSION_FAILURE, "%s found a malformed Extended JSON value in %s",
	                 e->op->name, eval_text(ev, v));
}

const struct expr_op expr_ejson_ops[] = {
	{
		.name = "$deserializeEJSON",
		.doc = "The value with {$date: …}, {$numberLong: …} and their kin read as what they are.",
		.usage = "{$deserializeEJSON: {input: …, onError: …}}",
		.eval = deserialize_eval,
		.params = deserialize_params,
		.unknown_code = 40415,
	},
	{
		.name = "$serializeEJSON",
		.doc = "The value with dates, and unless relaxed numbers too, as Extended JSON has them.",
		.usage = "{$serializeEJSON: {input: …, relaxed: bool, onError: …}}",
		.eval = serialize_eval,
		.params = serialize_params,
		.unknown_code = 40415,
	},
	{ 0 }
};
