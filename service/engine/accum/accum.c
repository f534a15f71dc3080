/* Accumulators: compiling one, feeding it a document, and its words when it fails. */
#include "engine/accum/accum.h"

#include <stdarg.h>
#include <stdio.h>

#include "engine/refused.h"

struct names {
	const char *list[64];
	size_t n;
};

static void names_add(const struct accum_op *op, void *arg)
{
	struct names *names = arg;

	if (names->n < ARRAY_LEN(names->list))
		names->list[names->n++] = op->name;
}

static int fail_unknown(struct compiler *c, struct str name)
{
	struct names names = { .n = 0 };
	const struct refused *refused = refused_find(REFUSED_ACCUM, name);

	if (refused != NULL)
		return refused_fail(c, 15952, refused);
	accum_op_each(names_add, &names);
	return compile_fail_unknown(c, 15952, name, names.list, names.n,
	                            "unknown group operator '%.*s'", STR_ARG(name));
}

static int compile_input(struct compiler *c, struct accum *a, struct value spec)
{
	if (spec.type == VALUE_ARRAY && array_n(c->arena, spec.array) != 1)
		return compile_fail(c, 40237, a->op->name, "The %s accumulator is a unary operator",
		                    a->op->name);
	if (spec.type == VALUE_ARRAY) {
		compile_enter_index(c, 0);
		int rc = expr_compile(c, array_get(c->arena, spec.array, 0), &a->input);
		compile_leave(c);
		return rc;
	}
	return expr_compile(c, spec, &a->input);
}

int accum_compile(struct compiler *c, struct str field, struct value spec, struct accum **ret)
{
	struct accum *a = compile_alloc(c, 1, sizeof *a);
	int rc;

	if (a == NULL)
		return compile_nomem(c);
	if (spec.type != VALUE_OBJECT || object_n(c->arena, spec.object) == 0)
		return compile_fail(c, 40234, NULL, "The field '%.*s' must be an accumulator object",
		                    STR_ARG(field));
	if (object_n(c->arena, spec.object) > 1)
		return compile_fail(c, 40238, NULL, "The field '%.*s' must specify one accumulator",
		                    STR_ARG(field));
	struct str name = object_key(spec.object, 0);
	a->op = accum_op_find(name);
	if (a->op == NULL && (name.len == 0 || name.data[0] != '$'))
		return compile_fail(c, 40234, NULL, "The field '%.*s' must be an accumulator object",
		                    STR_ARG(field));
	if (a->op == NULL || (a->op->flags & ACCUM_WINDOW_ONLY))
		return fail_unknown(c, name);

	struct value argument = object_at(c->arena, spec.object, 0);
	compile_enter(c, name);
	a->pointer = compile_pointer(c);
	rc = a->op->compile != NULL ? a->op->compile(c, a, argument) : compile_input(c, a, argument);
	compile_leave(c);
	if (rc == 0)
		*ret = a;
	return rc;
}

int accum_add(const struct accum *a, struct eval *ev, void *state)
{
	struct value v;

	if (a->op->add_document != NULL)
		return a->op->add_document(a, ev, state);
	if (a->op->takes_raw)
		TRY(expr_eval_raw(a->input, ev, &v));
	else
		TRY(expr_eval(a->input, ev, &v));
	return a->op->add(a, ev, state, v);
}

void accum_needs(const struct accum *a, struct needs *needs)
{
	needs_add_expr(needs, a->input);
	needs_add_expr(needs, a->n);
	for (size_t i = 0; i < ARRAY_LEN(a->extra); i++)
		needs_add_expr(needs, a->extra[i]);
	if (a->sort != NULL)
		sort_spec_needs(a->sort, needs);
}

int accum_fail(const struct accum *a, struct eval *ev, int mongo_code, const char *fmt, ...)
{
	char message[sizeof ev->err->message];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	return eval_fail(ev, mongo_code, a->op->name, a->pointer, "%s", message);
}
