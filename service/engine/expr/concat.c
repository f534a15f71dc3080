/* $concat: strings one after the other. */
#include "engine/expr/expr.h"

#include <string.h>

struct text {
	char *data;
	size_t len, cap;
};

_Static_assert(sizeof(struct text) <= EXPR_FOLD_STATE_MAX, "see expr_eval_fold()");

static int concat_check(const struct expr *e, struct eval *ev, struct value v, bool *ret_is_null)
{
	*ret_is_null = value_is_nullish(v);
	if (v.type != VALUE_STRING && !*ret_is_null)
		return expr_fail(e, ev, 16702, "$concat only supports strings, not %s",
		                 value_type_name(v.type));
	return 0;
}

static int concat_add(struct eval *ev, void *state, struct value v)
{
	struct text *text = state;
	size_t len = text->len + v.len;

	if (len > UINT32_MAX) {
		arena_fail(ev->arena, ERR_NOMEM);
		return eval_check(ev);
	}
	if (len > text->cap) {
		size_t cap = text->cap == 0 ? len : MAX(len, text->cap * 2);
		char *data = arena_alloc(ev->arena, cap);

		if (data == NULL)
			return eval_check(ev);
		if (text->len > 0)
			memcpy(data, text->data, text->len);
		text->data = data;
		text->cap = cap;
	}
	if (v.len > 0)
		memcpy(text->data + text->len, v.text, v.len);
	text->len = len;
	return 0;
}

static int concat_finish(struct eval *ev, void *state, struct value *ret)
{
	const struct text *text = state;

	(void)ev;
	*ret = value_string(text->len > 0 ? (struct str){ text->data, text->len } : STR(""));
	return 0;
}

static const struct expr_fold concat_fold = {
	.check = concat_check,
	.add = concat_add,
	.finish = concat_finish,
};

/* Repeated in a $reduce that is no fold the left string grows where it stands: arena_append(). */
static int join(struct eval *ev, const struct str *parts, size_t n, struct value *ret)
{
	uint64_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += parts[i].len;
	if (len > UINT32_MAX) {
		arena_fail(ev->arena, ERR_NOMEM);
		return eval_check(ev);
	}
	char *text = arena_append(ev->arena, parts[0].data, parts[0].len, len - parts[0].len);
	if (text == NULL)
		return eval_check(ev);
	size_t at = parts[0].len;
	for (size_t i = 1; i < n; i++) {
		if (parts[i].len > 0)
			memcpy(text + at, parts[i].data, parts[i].len);
		at += parts[i].len;
	}
	*ret = value_string((struct str){ text, len });
	return 0;
}

/* Arguments after the first null are not looked at. */
static int concat_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct str *parts = arena_array(ev->arena, e->n_args, sizeof *parts);
	bool is_null;

	if (parts == NULL)
		return eval_check(ev);
	for (uint32_t i = 0; i < e->n_args; i++) {
		struct value v;

		TRY(expr_eval(e->args[i], ev, &v));
		TRY(concat_check(e, ev, v, &is_null));
		if (is_null) {
			*ret = NUL_VALUE;
			return 0;
		}
		parts[i] = value_str(v);
	}
	if (e->n_args == 0) {
		*ret = value_string(STR(""));
		return 0;
	}
	return join(ev, parts, e->n_args, ret);
}

const struct expr_op expr_concat_ops[] = {
	{
		.name = "$concat",
		.doc = "One string of all; null if any argument is null.",
		.usage = "{$concat: [string, …]}",
		.args_min = 0,
		.args_max = EXPR_ANY,
		.eval = concat_eval,
		.fold = &concat_fold,
	},
	{ 0 }
};
