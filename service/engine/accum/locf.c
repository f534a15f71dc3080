/* $locf: the last value so far that is not null. */
#include "engine/accum/window.h"

static int locf_next(const struct window_fn *f, struct window_part *p, void *arg, size_t i,
                     struct value *ret)
{
	struct value *last = arg; /* missing at first */
	struct value v;

	window_bind(p, i);
	TRY(expr_eval_raw(f->accum->input, p->ev, &v));
	if (!value_is_nullish(value_decode(p->ev->arena, v)))
		*last = value_copy(p->arena, v);
	*ret = last->type == VALUE_MISSING ? NUL_VALUE : *last;
	return 0;
}

static const struct window_op locf_window = {
	.flags = WINDOW_NO_BOUNDS,
	.state_size = sizeof(struct value),
	.next = locf_next,
};

const struct accum_op accum_locf_ops[] = {
	{
		.name = "$locf",
		.doc = "The value, or where it is null or missing the last one that was not.",
		.usage = "{$locf: expression}",
		.flags = ACCUM_WINDOW_ONLY,
		.window = &locf_window,
	},
	{ 0 }
};
