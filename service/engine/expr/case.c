/* $toLower, $toUpper and $strcasecmp: the letters of ASCII. */
#include "engine/coerce.h"
#include "engine/expr/expr.h"

static char to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static char to_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

static int read_text(const struct expr *e, struct eval *ev, struct value v, struct str *ret)
{
	if (!coerce_to_string(ev->arena, v, ret))
		return expr_fail(e, ev, 16007, "can't convert from BSON type %s to String",
		                 value_type_name(v.type));
	return 0;
}

static int case_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                     struct value *ret)
{
	struct str s;

	(void)argc;
	TRY(read_text(e, ev, argv[0], &s));
	char *text = arena_alloc(ev->arena, s.len);
	if (text == NULL)
		return eval_check(ev);
	/* Two loops, so that the compiler can make each of them wide. */
	if (e->op->option == 'U')
		for (size_t i = 0; i < s.len; i++)
			text[i] = to_upper(s.data[i]);
	else
		for (size_t i = 0; i < s.len; i++)
			text[i] = to_lower(s.data[i]);
	*ret = value_string((struct str){ text, s.len });
	return 0;
}

static int strcasecmp_call(const struct expr *e, struct eval *ev, const struct value *argv,
                           size_t argc, struct value *ret)
{
	struct str x, y;
	int order = 0;

	(void)argc;
	TRY(read_text(e, ev, argv[0], &x));
	TRY(read_text(e, ev, argv[1], &y));
	for (size_t i = 0; i < MIN(x.len, y.len) && order == 0; i++)
		order = (unsigned char)to_upper(x.data[i]) - (unsigned char)to_upper(y.data[i]);
	if (order == 0)
		order = (x.len > y.len) - (x.len < y.len);
	*ret = value_int((order > 0) - (order < 0));
	return 0;
}

const struct expr_op expr_case_ops[] = {
	{
		.name = "$strcasecmp",
		.doc = "-1, 0 or 1: the order of two strings whose ASCII letters count as capitals.",
		.usage = "{$strcasecmp: [string, string]}",
		.args_min = 2,
		.args_max = 2,
		.call = strcasecmp_call,
	},
	{
		.name = "$toLower",
		.doc = "The text with its ASCII letters in lower case; null gives an empty string.",
		.usage = "{$toLower: expression}",
		.args_min = 1,
		.args_max = 1,
		.call = case_call,
		.option = 'L',
	},
	{
		.name = "$toUpper",
		.doc = "The text with its ASCII letters in upper case; null gives an empty string.",
		.usage = "{$toUpper: expression}",
		.args_min = 1,
		.args_max = 1,
		.call = case_call,
		.option = 'U',
	},
	{ 0 }
};
