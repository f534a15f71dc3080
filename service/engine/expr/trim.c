/* $trim, $ltrim and $rtrim: a string without certain characters at its ends. */
#include <stdlib.h>

#include "base/utf8.h"
#include "engine/expr/expr.h"

enum { INPUT, CHARS, N_ARGS };
enum { LEFT = 1, RIGHT = 2 };

#define CHARS_MAX 4096 /* bytes of chars, as in MongoDB */

static const struct expr_param params[] = {
	[INPUT] = { .name = "input", .is_required = true, .missing_code = 50695 },
	[CHARS] = { .name = "chars" },
	[N_ARGS] = { 0 },
};

/* A set of code points: ASCII by bit, the others sorted. */
struct charset {
	uint64_t ascii[2];
	const uint32_t *others;
	size_t n_others;
};

/* What the server takes for white space. */
static const uint32_t spaces_beyond_ascii[] = {
	0x00A0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004,
	0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A,
};

static const struct charset white_space = {
	/* NUL, tab, line feed, vertical tab, form feed, carriage return, space */
	.ascii = { UINT64_C(1) << 0 | UINT64_C(0x1F) << 9 | UINT64_C(1) << 32, 0 },
	.others = spaces_beyond_ascii,
	.n_others = ARRAY_LEN(spaces_beyond_ascii),
};

static int cmp_code_points(const void *x_arg, const void *y_arg)
{
	uint32_t x = *(const uint32_t *)x_arg, y = *(const uint32_t *)y_arg;

	return (x > y) - (x < y);
}

static bool charset_has(const struct charset *set, uint32_t c)
{
	if (c < 0x80)
		return set->ascii[c >> 6] >> (c & 63) & 1;
	return set->n_others > 0 &&
	       bsearch(&c, set->others, set->n_others, sizeof c, cmp_code_points) != NULL;
}

static int charset_read(struct eval *ev, struct str chars, struct charset *ret)
{
	uint32_t *others = arena_array(ev->arena, chars.len, sizeof *others);
	size_t len;

	if (others == NULL)
		return eval_check(ev);
	*ret = (struct charset){ .others = others };
	for (size_t i = 0; i < chars.len; i += len) {
		uint32_t c = utf8_at(chars, i, &len);

		if (c < 0x80)
			ret->ascii[c >> 6] |= UINT64_C(1) << (c & 63);
		else
			others[ret->n_others++] = c;
	}
	if (ret->n_others > 1)
		qsort(others, ret->n_others, sizeof *others, cmp_code_points);
	return 0;
}

static struct str trim(struct str s, const struct charset *set, int ends)
{
	size_t len, i;

	while ((ends & LEFT) && s.len > 0 && charset_has(set, utf8_at(s, 0, &len))) {
		s.data += len;
		s.len -= len;
	}
	while ((ends & RIGHT) && s.len > 0) {
		for (i = s.len - 1; i > 0 && utf8_is_continuation(s.data[i]); i--)
			;
		if (!charset_has(set, utf8_at(s, i, &len)))
			break;
		s.len = i;
	}
	return s;
}

/* *ret_is_null: chars are null, and so is the result. */
static int eval_chars(const struct expr *e, struct eval *ev, struct charset *ret, bool *ret_is_null)
{
	struct value chars;

	*ret = white_space;
	*ret_is_null = false;
	if (e->args[CHARS] == NULL)
		return 0;
	TRY(expr_eval(e->args[CHARS], ev, &chars));
	if (value_is_nullish(chars)) {
		*ret_is_null = true;
		return 0;
	}
	if (chars.type != VALUE_STRING)
		return expr_fail(e, ev, 50700,
		                 "%s requires 'chars' to be a string, got %s (of type %s) instead.",
		                 e->op->name, eval_text(ev, chars), value_type_name(chars.type));
	if (chars.len > CHARS_MAX)
		return expr_fail(e, ev, 12066800,
		                 "%s requires 'chars' to be not greater than %d bytes, got %u bytes "
		                 "instead.",
		                 e->op->name, CHARS_MAX, chars.len);
	return charset_read(ev, value_str(chars), ret);
}

static int trim_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct charset set;
	struct value input;
	bool is_null;

	TRY(expr_eval(e->args[INPUT], ev, &input));
	if (value_is_nullish(input)) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (input.type != VALUE_STRING)
		return expr_fail(e, ev, 50699,
		                 "%s requires its input to be a string, got %s (of type %s) instead.",
		                 e->op->name, eval_text(ev, input), value_type_name(input.type));
	TRY(eval_chars(e, ev, &set, &is_null));
	*ret = is_null ? NUL_VALUE : value_string(trim(value_str(input), &set, e->op->option));
	return 0;
}

const struct expr_op expr_trim_ops[] = {
	{
		.name = "$ltrim",
		.doc = "A string without white space, or certain characters, at its start.",
		.usage = "{$ltrim: {input: string, chars: string (white space)}}",
		.eval = trim_eval,
		.params = params,
		.object_code = 50696,
		.unknown_code = 50694,
		.option = LEFT,
	},
	{
		.name = "$rtrim",
		.doc = "A string without white space, or certain characters, at its end.",
		.usage = "{$rtrim: {input: string, chars: string (white space)}}",
		.eval = trim_eval,
		.params = params,
		.object_code = 50696,
		.unknown_code = 50694,
		.option = RIGHT,
	},
	{
		.name = "$trim",
		.doc = "A string without white space, or certain characters, at both ends.",
		.usage = "{$trim: {input: string, chars: string (white space)}}",
		.eval = trim_eval,
		.params = params,
		.object_code = 50696,
		.unknown_code = 50694,
		.option = LEFT | RIGHT,
	},
	{ 0 }
};
