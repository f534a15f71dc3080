/* How nodes are made of what is written: arrays, objects, operators; and what all have in common. */
#include "engine/expr/expr.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/extended.h"
#include "engine/refused.h"

#define ARGS_ON_STACK 8

bool expr_is_safe(const struct expr *e)
{
	if (e == NULL)
		return true;
	if ((e->op != NULL && !(e->op->flags & EXPR_TOTAL)) || (e->flags & EXPR_VOLATILE))
		return false;
	for (uint32_t i = 0; i < e->n_args; i++)
		if (!expr_is_safe(e->args[i]))
			return false;
	return true;
}

/* ---- strict evaluation ---- */

static int args_eval(const struct expr *e, struct eval *ev, struct value *argv)
{
	for (uint32_t i = 0; i < e->n_args; i++) {
		argv[i] = MISSING;
		if (e->args[i] != NULL)
			TRY(e->args[i]->eval(e->args[i], ev, &argv[i]));
	}
	return 0;
}

int expr_eval_strict(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct value on_stack[ARGS_ON_STACK];
	struct value *argv = on_stack;

	if (e->n_args > ARGS_ON_STACK) {
		argv = arena_array(ev->arena, e->n_args, sizeof *argv);
		if (argv == NULL)
			return eval_check(ev);
	}
	TRY(args_eval(e, ev, argv));
	return e->op->call(e, ev, argv, e->n_args, ret);
}

/* ---- arrays and objects ---- */

static int array_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct value *items = arena_array(ev->arena, e->n_args, sizeof *items);

	if (items == NULL)
		return eval_check(ev);
	for (uint32_t i = 0; i < e->n_args; i++) {
		TRY(expr_eval_raw(e->args[i], ev, &items[i]));
		if (items[i].type == VALUE_MISSING)
			items[i] = NUL_VALUE;
	}
	*ret = array_take(ev->arena, items, e->n_args);
	return 0;
}

static int object_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct object_builder b;

	object_builder_init(&b, ev->arena, e->n_args);
	for (uint32_t i = 0; i < e->n_args; i++) {
		struct value v;

		TRY(expr_eval_raw(e->args[i], ev, &v));
		object_builder_add(&b, e->keys[i], v);
	}
	*ret = object_builder_finish(&b);
	return 0;
}

bool expr_is_object(const struct expr *e)
{
	return e->eval == object_eval;
}

static int compile_array(struct compiler *c, struct array *items, struct expr **ret)
{
	uint32_t n = array_n(c->arena, items);
	struct expr *e = expr_create(c, NULL, n);
	int rc = 0;

	if (e == NULL)
		return compile_nomem(c);
	e->eval = array_eval;
	for (uint32_t i = 0; i < n; i++) {
		compile_enter_index(c, i);
		if (expr_compile(c, array_get(c->arena, items, i), &e->args[i]) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	if (rc != 0)
		return rc;
	expr_fold_constant(c, &e);
	*ret = e;
	return 0;
}

static int compile_object(struct compiler *c, struct object *fields, struct expr **ret)
{
	uint32_t n = object_n(c->arena, fields);
	struct expr *e = expr_create(c, NULL, n);
	int rc = 0;

	if (e == NULL)
		return compile_nomem(c);
	e->eval = object_eval;
	e->keys = fields->shape->keys;
	for (uint32_t i = 0; i < n; i++) {
		struct str key = object_key(fields, i);

		compile_enter(c, key);
		if (key.len > 0 && key.data[0] == '$')
			rc = compile_fail(
				c, 15983, NULL,
				"An object representing an expression must have exactly one field");
		else if (str_find(key, '.') < key.len)
			rc = compile_fail(c, 16412, NULL,
			                  "FieldPath field names may not contain '.'. "
			                  "Consider using $getField or $setField.");
		else if (expr_compile(c, object_at(c->arena, fields, i), &e->args[i]) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	if (rc != 0)
		return rc;
	expr_fold_constant(c, &e);
	*ret = e;
	return 0;
}

/* ---- operators ---- */

struct names {
	const char *list[512];
	size_t n;
};

static void names_add(const struct expr_op *op, void *arg)
{
	struct names *names = arg;

	if (names->n < ARRAY_LEN(names->list))
		names->list[names->n++] = op->name;
}

int expr_fail_unknown(struct compiler *c, struct str name, bool is_projected)
{
	struct names names = { .n = 0 };
	const struct refused *refused = refused_find(REFUSED_EXPR, name);

	if (refused != NULL)
		return refused_fail(c, is_projected ? 31325 : 168, refused);
	expr_op_each(names_add, &names);
	if (is_projected)
		return compile_fail_unknown(c, 31325, name, names.list, names.n,
		                            "Unknown expression %.*s", STR_ARG(name));
	return compile_fail_unknown(c, 168, name, names.list, names.n,
	                            "Unrecognized expression '%.*s'", STR_ARG(name));
}

static int compile_operator(struct compiler *c, struct object *o, struct expr **ret)
{
	struct str name = object_key(o, 0);
	const struct expr_op *op = expr_op_find(name);
	struct expr *e = NULL;
	int rc;

	if (object_n(c->arena, o) != 1)
		return compile_fail(
			c, 15983, NULL,
			"An object representing an expression must have exactly one field");
	if (op == NULL)
		return expr_fail_unknown(c, name, false);
	struct value spec = object_at(c->arena, o, 0);
	compile_enter(c, name);
	if (op->compile != NULL)
		rc = op->compile(c, op, spec, &e);
	else if (op->params != NULL)
		rc = expr_compile_params(c, op, spec, &e);
	else
		rc = expr_compile_args(c, op, spec, &e);
	compile_leave(c);
	if (rc != 0)
		return rc;
	expr_fold_constant(c, &e);
	*ret = e;
	return 0;
}

static int compile_nested(struct compiler *c, struct value spec, struct expr **ret)
{
	if (spec.type == VALUE_ARRAY)
		return compile_array(c, spec.array, ret);
	if (extended_kind(c->arena, spec) != EXTENDED_NONE) {
		*ret = expr_constant(c, spec);
		return *ret == NULL ? compile_nomem(c) : 0;
	}
	if (object_n(c->arena, spec.object) > 0 && object_key(spec.object, 0).len > 0 &&
	    object_key(spec.object, 0).data[0] == '$')
		return compile_operator(c, spec.object, ret);
	return compile_object(c, spec.object, ret);
}

int expr_compile(struct compiler *c, struct value spec, struct expr **ret)
{
	int rc;

	if (spec.type == VALUE_STRING && spec.len > 0 && spec.text[0] == '$')
		return expr_compile_path(c, value_str(spec), ret);
	if (spec.type != VALUE_ARRAY && spec.type != VALUE_OBJECT) {
		*ret = expr_constant(c, spec);
		return *ret == NULL ? compile_nomem(c) : 0;
	}
	if (c->depth >= COMPILE_DEPTH_MAX)
		return compile_fail(c, 15, NULL, "the expression is nested deeper than %d",
		                    COMPILE_DEPTH_MAX);
	c->depth++;
	rc = compile_nested(c, spec, ret);
	c->depth--;
	return rc;
}

struct expr *expr_create(struct compiler *c, const struct expr_op *op, uint32_t n_args)
{
	struct expr *e = compile_alloc(c, 1, sizeof *e);
	struct expr **args = compile_alloc(c, n_args, sizeof *args);

	if (e == NULL || args == NULL)
		return NULL;
	e->op = op;
	e->args = args;
	e->n_args = n_args;
	e->pointer = compile_pointer(c);
	if (op != NULL) {
		e->eval = op->eval != NULL ? op->eval : expr_eval_strict;
		e->flags = op->flags;
		c->n_random += (op->flags & EXPR_VOLATILE) != 0;
	}
	return e;
}

int expr_fail(const struct expr *e, struct eval *ev, int mongo_code, const char *fmt, ...)
{
	char message[sizeof ev->err->message];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	return eval_fail(ev, mongo_code, e->op != NULL ? e->op->name : NULL, e->pointer, "%s",
	                 message);
}
