/* $substr, $substrBytes and $substrCP: a part of a text. */
#include "base/utf8.h"
#include "engine/coerce.h"
#include "engine/expr/expr.h"

static int read_text(const struct expr *e, struct eval *ev, struct value v, struct str *ret)
{
	if (!coerce_to_string(ev->arena, v, ret))
		return expr_fail(e, ev, 16007, "can't convert from BSON type %s to String",
		                 value_type_name(v.type));
	return 0;
}

static bool is_inside_character(struct str s, size_t i)
{
	return i < s.len && utf8_is_continuation(s.data[i]);
}

/* A negative length is all the rest; what lies beyond the end is empty. */
static int substr_bytes_call(const struct expr *e, struct eval *ev, const struct value *argv,
                             size_t argc, struct value *ret)
{
	struct str s;

	(void)argc;
	TRY(read_text(e, ev, argv[0], &s));
	if (!value_is_number(argv[1]))
		return expr_fail(
			e, ev, 16034,
			"$substrBytes:  starting index must be a numeric type (is BSON type %s)",
			value_type_name(argv[1].type));
	if (!value_is_number(argv[2]))
		return expr_fail(e, ev, 16035,
		                 "$substrBytes:  length must be a numeric type (is BSON type %s)",
		                 value_type_name(argv[2].type));
	int64_t start = coerce_to_i64(argv[1]), len = coerce_to_i64(argv[2]);
	if (start < 0)
		return expr_fail(e, ev, 50752,
		                 "$substrBytes:  starting index must be non-negative (got: %lld)",
		                 (long long)start);
	size_t from = MIN((size_t)start, s.len);
	size_t n = len < 0 ? s.len - from : MIN((size_t)len, s.len - from);
	if (is_inside_character(s, from))
		return expr_fail(e, ev, 28656,
		                 "$substrBytes:  Invalid range, starting index is a UTF-8 continuation "
		                 "byte.");
	if (is_inside_character(s, from + n))
		return expr_fail(e, ev, 28657,
		                 "$substrBytes:  Invalid range, ending index is in the middle of a UTF-8 "
		                 "character.");
	*ret = value_string((struct str){ s.data + from, n });
	return 0;
}

static int read_i32(const struct expr *e, struct eval *ev, const char *what, int mongo_code,
                    struct value v, int32_t *ret)
{
	if (!value_is_number(v))
		return expr_fail(e, ev, mongo_code,
		                 "$substrCP: %s must be a numeric type (is BSON type %s)", what,
		                 value_type_name(v.type));
	if (!coerce_to_i32(v, ret))
		return expr_fail(e, ev, mongo_code + 1,
		                 "$substrCP: %s cannot be represented as a 32-bit integral value: %s",
		                 what, eval_text(ev, v));
	return 0;
}

static int substr_cp_call(const struct expr *e, struct eval *ev, const struct value *argv,
                          size_t argc, struct value *ret)
{
	int32_t start, len;
	struct str s;

	(void)argc;
	TRY(read_text(e, ev, argv[0], &s));
	TRY(read_i32(e, ev, "starting index", 34450, argv[1], &start));
	TRY(read_i32(e, ev, "length", 34452, argv[2], &len));
	if (len < 0)
		return expr_fail(e, ev, 34454, "$substrCP: length must be a nonnegative integer.");
	if (start < 0)
		return expr_fail(e, ev, 34455,
		                 "$substrCP: the starting index must be non-negative integer.");
	size_t from = utf8_skip(s, (size_t)start);
	struct str rest = { s.data + from, s.len - from };
	*ret = value_string((struct str){ rest.data, utf8_skip(rest, (size_t)len) });
	return 0;
}

const struct expr_op expr_substr_ops[] = {
	{
		.name = "$substr",
		.doc = "The same as $substrBytes.",
		.usage = "{$substr: [expression, start, length]}",
		.args_min = 3,
		.args_max = 3,
		.call = substr_bytes_call,
	},
	{
		.name = "$substrBytes",
		.doc = "Bytes of a text from a position; a negative length is all the rest.",
		.usage = "{$substrBytes: [expression, start, length]}",
		.args_min = 3,
		.args_max = 3,
		.call = substr_bytes_call,
	},
	{
		.name = "$substrCP",
		.doc = "Code points of a text from a position.",
		.usage = "{$substrCP: [expression, start, length]}",
		.args_min = 3,
		.args_max = 3,
		.call = substr_cp_call,
	},
	{ 0 }
};
