/* $indexOfBytes and $indexOfCP: where in a string another one begins. */
#include "base/utf8.h"
#include "engine/coerce.h"
#include "engine/expr/expr.h"

enum { BYTES, CODE_POINTS };

static int read_index(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                      size_t i, const char *what, size_t *ret)
{
	int32_t index;

	if (i >= argc)
		return 0;
	if (!coerce_to_i32(argv[i], &index))
		return expr_fail(
			e, ev, 40096,
			"%s requires an integral %s, found a value of type: %s, with value: %s",
			e->op->name, what, value_type_name(argv[i].type), eval_text(ev, argv[i]));
	if (index < 0)
		return expr_fail(e, ev, 40097, "%s requires a nonnegative %s, found: %d",
		                 e->op->name, what, index);
	*ret = (size_t)index;
	return 0;
}

/* The whole of the token must lie before the end. */
static int64_t find_bytes(struct str s, struct str token, size_t start, size_t end)
{
	end = MIN(end, s.len);
	if (start > s.len || end < start)
		return -1;
	s.len = end;
	return (int64_t)str_search(s, token, start); /* SIZE_MAX is -1 */
}

/* The token must begin before the end, and may go beyond it: so does the server. */
static int64_t find_code_points(struct str s, struct str token, size_t start, size_t end)
{
	size_t n = utf8_count(s);

	end = MIN(end, n);
	if (start > n || end < start)
		return -1;
	if (start == 0 && s.len == 0 && token.len == 0)
		return 0;
	size_t from = utf8_skip(s, start);
	size_t at = str_search(s, token, from);
	if (at == SIZE_MAX)
		return -1;
	size_t found = start + utf8_count((struct str){ s.data + from, at - from });
	return found < end ? (int64_t)found : -1;
}

static int index_of_call(const struct expr *e, struct eval *ev, const struct value *argv,
                         size_t argc, struct value *ret)
{
	bool is_bytes = e->op->option == BYTES;
	size_t start = 0, end = SIZE_MAX;

	if (value_is_nullish(argv[0])) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (argv[0].type != VALUE_STRING)
		return expr_fail(e, ev, is_bytes ? 40091 : 40093,
		                 "%s requires a string as the first argument, found: %s",
		                 e->op->name, value_type_name(argv[0].type));
	if (argv[1].type != VALUE_STRING)
		return expr_fail(e, ev, is_bytes ? 40092 : 40094,
		                 "%s requires a string as the second argument, found: %s",
		                 e->op->name, value_type_name(argv[1].type));
	TRY(read_index(e, ev, argv, argc, 2, "starting index", &start));
	TRY(read_index(e, ev, argv, argc, 3, "ending index", &end));
	struct str s = value_str(argv[0]), token = value_str(argv[1]);
	*ret = value_whole(is_bytes ? find_bytes(s, token, start, end)
	                            : find_code_points(s, token, start, end));
	return 0;
}

const struct expr_op expr_index_of_ops[] = {
	{
		.name = "$indexOfBytes",
		.doc = "The byte at which a string first holds another, or -1.",
		.usage = "{$indexOfBytes: [string, part, start (0), end]}",
		.args_min = 2,
		.args_max = 4,
		.call = index_of_call,
		.option = BYTES,
	},
	{
		.name = "$indexOfCP",
		.doc = "The code point at which a string first holds another, or -1.",
		.usage = "{$indexOfCP: [string, part, start (0), end]}",
		.args_min = 2,
		.args_max = 4,
		.call = index_of_call,
		.option = CODE_POINTS,
	},
	{ 0 }
};
