/* Compiling a window function: its name, its argument, its window. */
#include "engine/accum/window.h"

#include "engine/refused.h"

static bool is_window_op(const struct accum_op *op)
{
	return op != NULL && !(op->flags & ACCUM_GROUP_ONLY);
}

struct names {
	const char *list[64];
	size_t n;
};

static void names_add(const struct accum_op *op, void *arg)
{
	struct names *names = arg;

	if (is_window_op(op) && names->n < ARRAY_LEN(names->list))
		names->list[names->n++] = op->name;
}

/* The first field with a dollar sign is the function. */
static int find_function(struct compiler *c, struct object *spec, struct str *ret_name,
                         const struct accum_op **ret_op)
{
	struct names names = { .n = 0 };
	uint32_t n = object_n(c->arena, spec);

	for (uint32_t i = 0; i < n; i++) {
		struct str name = object_key(spec, i);
		const struct accum_op *op = accum_op_find(name);

		if (!str_starts_with(name, STR("$")))
			continue;
		*ret_name = name;
		*ret_op = op;
		if (is_window_op(op))
			return 0;
		const struct refused *refused = refused_find(REFUSED_ACCUM, name);
		if (refused != NULL)
			return refused_fail(c, 9, refused);
		accum_op_each(names_add, &names);
		return compile_fail_unknown(c, 9, name, names.list, names.n,
		                            "Unrecognized window function, %.*s", STR_ARG(name));
	}
	return compile_fail(c, 9, NULL, "Expected a $-prefixed window function%s%.*s",
	                    n > 0 ? ", " : "", n > 0 ? (int)object_key(spec, 0).len : 0,
	                    n > 0 ? object_key(spec, 0).data : "");
}

static int check_members(struct compiler *c, const struct window_fn *f, struct object *spec,
                         struct str name)
{
	const char *op_name = f->accum->op->name;

	if ((f->op->flags & WINDOW_ALONE) && object_n(c->arena, spec) > 1)
		return compile_fail(c, 5371601, op_name,
		                    "Rank style window functions take no other arguments");
	for (uint32_t i = 0; i < object_n(c->arena, spec); i++) {
		struct str key = object_key(spec, i);

		if (str_is(key, "window") && (f->op->flags & WINDOW_NO_BOUNDS))
			return compile_fail(c, 9, op_name, "'window' field is not allowed in %s",
			                    op_name);
		if (str_eq(key, name) || str_is(key, "window"))
			continue;
		if (is_window_op(accum_op_find(key)))
			return compile_fail(c, 9, op_name,
			                    "Cannot specify two functions in window function spec");
		return compile_fail(c, 9, op_name,
		                    "Window function found an unknown argument: %.*s", STR_ARG(key));
	}
	return 0;
}

static int compile_argument(struct compiler *c, struct accum *a, struct str name, struct value v)
{
	int rc;

	compile_enter(c, name);
	a->pointer = compile_pointer(c);
	rc = a->op->compile != NULL ? a->op->compile(c, a, v) : expr_compile(c, v, &a->input);
	compile_leave(c);
	return rc;
}

static int compile_window(struct compiler *c, struct object *spec, const struct sort_spec *sort_by,
                          struct window_fn *f)
{
	struct value window = object_get(c->arena, spec, STR("window"));
	int rc;

	f->has_window = window.type != VALUE_MISSING;
	if (!f->has_window)
		return 0;
	compile_enter(c, STR("window"));
	rc = window_bounds_compile(c, window, sort_by, &f->bounds);
	compile_leave(c);
	return rc;
}

int window_fn_compile(struct compiler *c, struct str field, struct value spec,
                      const struct sort_spec *sort_by, struct window_fn *ret)
{
	struct accum *a = compile_alloc(c, 1, sizeof *a);
	struct window_fn f = { .accum = a, .sort_by = sort_by };
	struct str name;

	if (a == NULL)
		return compile_nomem(c);
	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 9, NULL, "The field '%.*s' must be a window function object",
		                    STR_ARG(field));
	TRY(find_function(c, spec.object, &name, &a->op));
	f.op = a->op->window != NULL ? a->op->window : &window_accum_op;
	TRY(check_members(c, &f, spec.object, name));
	TRY(compile_argument(c, a, name, object_get(c->arena, spec.object, name)));
	TRY(compile_window(c, spec.object, sort_by, &f));
	if (f.op->compile != NULL)
		TRY(f.op->compile(c, &f));
	/* One value for all documents: no accumulator has a quicker way. */
	if (window_is_whole(&f.bounds) && a->op->result != NULL && !(f.op->flags & WINDOW_OWN_WHOLE))
		f.op = &window_accum_op;
	*ret = f;
	return 0;
}
