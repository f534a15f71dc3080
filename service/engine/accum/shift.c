/* $shift: the value of the document some places further on, or back. */
#include "engine/accum/window.h"

struct shift_args {
	int64_t by;
	struct value otherwise; /* beyond the edges of the partition */
};

static int read_by(struct compiler *c, struct value v, struct shift_args *args)
{
	if (!value_as_i64(v, &args->by) || args->by != (int32_t)args->by)
		return compile_fail(c, 9, "$shift",
		                    "'$shift:by' field must be an integer, but found %s",
		                    compile_text(c, v));
	return 0;
}

static int read_default(struct compiler *c, struct value v, struct shift_args *args)
{
	bool is_constant;

	TRY(expr_compile_constant(c, v, &is_constant, &args->otherwise));
	if (!is_constant)
		return compile_fail(c, 9, "$shift",
		                    "'$shift:default' expression must yield a constant value.");
	return 0;
}

static int shift_compile(struct compiler *c, struct accum *a, struct value spec)
{
	static const char *const known[] = { "output", "by", "default" };
	struct shift_args *args = compile_alloc(c, 1, sizeof *args);
	bool has_by = false;

	if (args == NULL)
		return compile_nomem(c);
	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 9, "$shift", "Argument to $shift must be an object");
	args->otherwise = NUL_VALUE;
	for (uint32_t i = 0; i < object_n(c->arena, spec.object); i++) {
		struct str key = object_key(spec.object, i);
		struct value v = object_at(c->arena, spec.object, i);
		int rc;

		compile_enter(c, key);
		has_by |= str_is(key, "by");
		rc = str_is(key, "output") ? expr_compile(c, v, &a->input)
		     : str_is(key, "by")   ? read_by(c, v, args)
		     : str_is(key, "default")
		             ? read_default(c, v, args)
		             : compile_fail_unknown(c, 9, key, known, ARRAY_LEN(known),
		                                    "Unknown argument in $shift");
		compile_leave(c);
		TRY(rc);
	}
	if (a->input == NULL)
		return compile_fail(c, 9, "$shift", "$shift requires an 'output' expression.");
	if (!has_by)
		return compile_fail(c, 9, "$shift", "$shift requires 'by' as an integer value.");
	a->data = args;
	return 0;
}

static int shift_check(struct compiler *c, struct window_fn *f)
{
	return f->sort_by != NULL ? 0 : compile_fail(c, 9, "$shift", "'$shift' requires a sortBy");
}

static int shift_next(const struct window_fn *f, struct window_part *p, void *state, size_t i,
                      struct value *ret)
{
	const struct shift_args *args = f->accum->data;
	int64_t at = (int64_t)i + args->by;

	(void)state;
	if (at < 0 || at >= (int64_t)p->n) {
		*ret = args->otherwise;
		return 0;
	}
	window_bind(p, (size_t)at);
	return expr_eval_raw(f->accum->input, p->ev, ret);
}

static const struct window_op shift_window = {
	.flags = WINDOW_NO_BOUNDS,
	.compile = shift_check,
	.next = shift_next,
};

const struct accum_op accum_shift_ops[] = {
	{
		.name = "$shift",
		.doc = "The value of the document so many places on, or a default beyond the edges.",
		.usage = "{$shift: {output: expression, by: whole number, default: constant}}",
		.flags = ACCUM_WINDOW_ONLY,
		.compile = shift_compile,
		.window = &shift_window,
	},
	{ 0 }
};
