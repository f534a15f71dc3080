/* $replaceOne and $replaceAll: a string with other text in the place of some. */
#include "base/utf8.h"
#include "engine/expr/expr.h"

enum { INPUT, FIND, REPLACEMENT, N_ARGS };
enum { ONE, ALL };

static const struct expr_param params[] = {
	[INPUT] = { .name = "input", .is_required = true, .missing_code = 51749 },
	[FIND] = { .name = "find", .is_required = true, .missing_code = 51748 },
	[REPLACEMENT] = { .name = "replacement", .is_required = true, .missing_code = 51747 },
	[N_ARGS] = { 0 },
};

static const int type_codes[] = { [INPUT] = 51746, [FIND] = 51745, [REPLACEMENT] = 51744 };

/* Where to go on after a find: an empty text is found before each character, and at the end. */
static size_t after(struct str s, struct str find, size_t at)
{
	if (find.len > 0)
		return at + find.len;
	return at < s.len ? at + utf8_len(s.data[at]) : s.len + 1;
}

static int count(struct eval *ev, struct str s, struct str find, uint64_t n_max, uint64_t *ret)
{
	size_t from = 0;

	for (*ret = 0; *ret < n_max && from <= s.len; ++*ret) {
		size_t at = str_search(s, find, from);

		TRY(eval_tick(ev));
		if (at == SIZE_MAX)
			return 0;
		from = after(s, find, at);
	}
	return 0;
}

static char *put(char *to, const char *p, size_t len)
{
	if (len > 0)
		memcpy(to, p, len);
	return to + len;
}

/* Counted first, so that the result is allocated once. */
static int replace(struct eval *ev, struct str s, struct str find, struct str with, uint64_t n_max,
                   struct value *ret)
{
	size_t from = 0, copied = 0;
	uint64_t n;

	TRY(count(ev, s, find, n_max, &n));
	/* Lengths are below 2^32 and so is n: none of this overflows 64 bits. */
	uint64_t len = s.len - n * find.len + n * with.len;
	char *text = len <= UINT32_MAX ? arena_alloc(ev->arena, len) : NULL;
	if (text == NULL) {
		arena_fail(ev->arena, ERR_NOMEM);
		return eval_check(ev);
	}
	char *to = text;
	for (uint64_t i = 0; i < n; i++) {
		size_t at = str_search(s, find, from);

		TRY(eval_tick(ev));
		to = put(to, s.data + copied, at - copied);
		to = put(to, with.data, with.len);
		copied = at + find.len;
		from = after(s, find, at);
	}
	put(to, s.data + copied, s.len - copied);
	*ret = value_string((struct str){ text, len });
	return 0;
}

/* Types are checked before nulls count. */
static int replace_call(const struct expr *e, struct eval *ev, const struct value *argv,
                        size_t argc, struct value *ret)
{
	bool is_null = false;

	for (size_t i = 0; i < argc; i++) {
		if (value_is_nullish(argv[i]))
			is_null = true;
		else if (argv[i].type != VALUE_STRING)
			return expr_fail(e, ev, type_codes[i],
			                 "%s requires that '%s' be a string, found: %s",
			                 e->op->name, params[i].name, eval_text(ev, argv[i]));
	}
	if (is_null) {
		*ret = NUL_VALUE;
		return 0;
	}
	return replace(ev, value_str(argv[INPUT]), value_str(argv[FIND]),
	               value_str(argv[REPLACEMENT]), e->op->option == ONE ? 1 : UINT64_MAX, ret);
}

const struct expr_op expr_replace_ops[] = {
	{
		.name = "$replaceAll",
		.doc = "A string with every occurrence of a text replaced by another.",
		.usage = "{$replaceAll: {input: string, find: string, replacement: string}}",
		.call = replace_call,
		.params = params,
		.object_code = 51751,
		.unknown_code = 51750,
		.option = ALL,
	},
	{
		.name = "$replaceOne",
		.doc = "A string with the first occurrence of a text replaced by another.",
		.usage = "{$replaceOne: {input: string, find: string, replacement: string}}",
		.call = replace_call,
		.params = params,
		.object_code = 51751,
		.unknown_code = 51750,
		.option = ONE,
	},
	{ 0 }
};
