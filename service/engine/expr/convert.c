/* $convert and its short forms: $toBool, $toDate, $toDecimal, $toDouble, $toInt, $toLong … */
#include "engine/expr/convert_to.h"
#include "engine/expr/expr.h"
#include "engine/extended.h"

#define SHORT_FORM_ARITY_CODE 50723

/* MongoDB's types, by name and number; those without a function cannot be converted to. */
static const struct target {
	const char *name;
	int number;
	convert_fn *convert;
} targets[] = {
	{ "double", 1, convert_to_double },
	{ "string", 2, convert_to_string },
	{ "object", 3, convert_to_object },
	{ "array", 4, convert_to_array },
	{ "binData", 5, convert_to_uuid },
	{ "undefined", 6, NULL },
	{ "objectId", 7, convert_to_object_id },
	{ "bool", 8, convert_to_bool },
	{ "date", 9, convert_to_date },
	{ "null", 10, NULL },
	{ "regex", 11, NULL },
	{ "dbPointer", 12, NULL },
	{ "javascript", 13, NULL },
	{ "symbol", 14, NULL },
	{ "javascriptWithScope", 15, NULL },
	{ "int", 16, convert_to_int },
	{ "timestamp", 17, NULL },
	{ "long", 18, convert_to_long },
	{ "decimal", 19, convert_to_decimal },
	{ "missing", 0, NULL },
	{ "minKey", -1, NULL },
	{ "maxKey", 127, NULL },
};

static bool convert(struct conversion *c, const struct target *target, struct value v,
                    struct value *ret)
{
	c->why[0] = '\0';
	c->code = CONVERT_FAILURE;
	return target->convert != NULL && target->convert(c, v, ret);
}

static int fail_conversion(const struct expr *e, const struct conversion *c,
                           const struct target *target, struct value v)
{
	if (c->why[0] != '\0')
		return expr_fail(e, c->ev, c->code, "%s", c->why);
	return expr_fail(e, c->ev, c->code,
	                 "Unsupported conversion from %s to %s in $convert with no onError value",
	                 extended_type_name(c->ev->arena, v), target->name);
}

/* ---- $convert ---- */

enum { INPUT, TO, ON_ERROR, ON_NULL, FORMAT, BYTE_ORDER, N_ARGS };

static const struct expr_param params[] = {
	[INPUT] = { .name = "input", .is_required = true },
	[TO] = { .name = "to", .is_required = true },
	[ON_ERROR] = { .name = "onError" },
	[ON_NULL] = { .name = "onNull" },
	[FORMAT] = { .name = "format" },
	[BYTE_ORDER] = { .name = "byteOrder" },
	[N_ARGS] = { 0 },
};

static int find_by_number(const struct expr *e, struct eval *ev, struct value v,
                          const struct target **ret)
{
	int64_t number;

	if (!value_as_i64(v, &number))
		return expr_fail(e, ev, 9, "In $convert, numeric 'to' argument is not an integer");
	for (size_t i = 0; i < ARRAY_LEN(targets); i++)
		if (targets[i].number == number) {
			*ret = &targets[i];
			return 0;
		}
	return expr_fail(e, ev, 9,
	                 "In $convert, numeric value for 'to' does not correspond to a BSON type: %lld",
	                 (long long)number);
}

static int find_target(const struct expr *e, struct eval *ev, struct value v,
                       const struct target **ret)
{
	if (value_is_number(v))
		return find_by_number(e, ev, v, ret);
	if (v.type != VALUE_STRING)
		return expr_fail(e, ev, 9,
		                 "$convert's 'to' argument must be a string or number, but is %s",
		                 value_type_name(v.type));
	for (size_t i = 0; i < ARRAY_LEN(targets); i++)
		if (str_is(value_str(v), targets[i].name)) {
			*ret = &targets[i];
			return 0;
		}
	return expr_fail(e, ev, 2, "Unknown type name: %.*s", (int)MIN(v.len, 80), v.text);
}

/* {type: "binData", subtype: 4}: of the sub-types, only UUIDs have a form here. */
static void open_target(struct conversion *c, struct value *to)
{
	struct value subtype;
	int64_t number = 0;

	if (to->type != VALUE_OBJECT)
		return;
	subtype = object_get(c->ev->arena, to->object, STR("subtype"));
	c->is_uuid = value_as_i64(subtype, &number) && number == 4;
	*to = object_get(c->ev->arena, to->object, STR("type"));
}

static int eval_or(const struct expr *e, struct eval *ev, struct value otherwise, struct value *ret)
{
	if (e != NULL)
		return expr_eval(e, ev, ret);
	*ret = otherwise;
	return 0;
}

static int convert_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct conversion c = { .ev = ev };
	const struct target *target = NULL;
	struct value to, v, format = MISSING;

	TRY(expr_eval(e->args[TO], ev, &to));
	TRY(expr_eval(e->args[INPUT], ev, &v));
	if (e->args[FORMAT] != NULL)
		TRY(expr_eval(e->args[FORMAT], ev, &format));
	open_target(&c, &to);
	if (!value_is_nullish(to))
		TRY(find_target(e, ev, to, &target));
	if (value_is_nullish(v))
		return eval_or(e->args[ON_NULL], ev, NUL_VALUE, ret);
	if (target == NULL) {
		*ret = NUL_VALUE;
		return 0;
	}
	c.is_uuid &= format.type == VALUE_STRING && str_is(value_str(format), "uuid");
	if (convert(&c, target, v, ret))
		return 0;
	if (e->args[ON_ERROR] != NULL && c.code == CONVERT_FAILURE)
		return expr_eval(e->args[ON_ERROR], ev, ret);
	return fail_conversion(e, &c, target, v);
}

/* ---- the short forms ---- */

/* The row's option is the number of the type. */
static int short_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                      struct value *ret)
{
	struct conversion c = { .ev = ev, .is_uuid = true };
	const struct target *target = targets;

	(void)argc;
	if (value_is_nullish(argv[0])) {
		*ret = NUL_VALUE;
		return 0;
	}
	while (target->number != e->op->option)
		target++;
	return convert(&c, target, argv[0], ret) ? 0 : fail_conversion(e, &c, target, argv[0]);
}

#define SHORT_ROW(op_name, number, sentence) \
	{ \
		.name = op_name, .doc = sentence, .usage = "{" op_name ": expression}", \
		.args_min = 1, .args_max = 1, .arity_code = SHORT_FORM_ARITY_CODE, \
		.call = short_call, .option = number, \
	}

const struct expr_op expr_convert_ops[] = {
	{
		.name = "$convert",
		.doc = "The value as another type; onError and onNull say what stands in for it.",
		.usage = "{$convert: {input: …, to: type, onError: …, onNull: …}}",
		.eval = convert_eval,
		.params = params,
	},
	SHORT_ROW("$toArray", 4, "An array, out of a string of JSON if it is none."),
	SHORT_ROW("$toBool", 8, "False for false and 0, null for null, else true."),
	SHORT_ROW("$toDate", 9, "A date from a string, or a long or double of milliseconds."),
	SHORT_ROW("$toDecimal", 19, "A decimal, which is carried but not computed with."),
	SHORT_ROW("$toDouble", 1, "A double from a number, string, bool or date."),
	SHORT_ROW("$toInt", 16, "An int from a number, which is cut, a string or a bool."),
	SHORT_ROW("$toLong", 18, "A long from a number, which is cut, a string, bool or date."),
	SHORT_ROW("$toObject", 3, "An object, out of a string of JSON if it is none."),
	SHORT_ROW("$toObjectId", 7, "An object id, {$oid: …}, from 24 hexadecimal digits."),
	SHORT_ROW("$toString", 2, "A string from a number, bool, date or object id."),
	SHORT_ROW("$toUUID", 5, "A UUID, {$binary: …}, from its usual form in a string."),
	{ 0 }
};
