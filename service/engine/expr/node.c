/* The nodes that are no operators: constants, paths, arrays and objects; and how all are made. */
#include "engine/expr/expr.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/extended.h"
#include "engine/refused.h"

#define ARGS_ON_STACK 8
#define FOLD_MEMORY_MAX ((size_t)1 << 20)

/* ---- constants ---- */

static int constant_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	(void)ev;
	*ret = e->constant;
	return 0;
}

struct expr *expr_constant(struct compiler *c, struct value v)
{
	struct expr *e = expr_create(c, NULL, 0);

	if (e == NULL)
		return NULL;
	e->eval = constant_eval;
	e->constant = value_decode(c->arena, v);
	(void)value_share(c->arena, e->constant); /* the arena remembers */
	return e;
}

bool expr_is_constant(const struct expr *e)
{
	return e->eval == constant_eval;
}

struct value expr_constant_value(const struct expr *e)
{
	return e->constant;
}

/* ---- paths ---- */

/* Records share shapes, and so do objects in them: the place is usually known. */
static inline int32_t field_place(struct eval *ev, uint32_t cache_i, struct object *o,
                                  struct str name)
{
	struct path_cache *cache = &ev->caches[cache_i];

	if (UNLIKELY(o->shape == NULL) && !object_open(ev->arena, o))
		return -1;
	if (LIKELY(o->shape == cache->shape))
		return cache->i;

	int32_t i = object_find(ev->arena, o, name);
	if (o->shape->is_lasting)
		*cache = (struct path_cache){ .shape = o->shape, .i = i };
	return i;
}

struct value expr_field_raw(struct eval *ev, uint32_t cache, struct object *o, struct str name)
{
	int32_t i = field_place(ev, cache, o, name);

	return i < 0 ? MISSING : o->values[i];
}

struct value expr_field(struct eval *ev, uint32_t cache, struct object *o, struct str name)
{
	int32_t i = field_place(ev, cache, o, name);

	return i < 0 ? MISSING : object_at(ev->arena, o, (uint32_t)i);
}

/* Part i of a path leads from v to what is returned; from an array with all the parts behind. */
static struct value path_get_rest(const struct expr_path *path, struct eval *ev, struct value v,
                                  uint32_t i);

static struct value path_get_array(const struct expr_path *path, struct eval *ev, struct array *arr,
                                   uint32_t first)
{
	struct array_builder b;
	uint32_t n_items = array_n(ev->arena, arr);

	array_builder_init(&b, ev->arena, n_items);
	for (uint32_t i = 0; i < n_items; i++) {
		struct value item = array_get(ev->arena, arr, i);

		if (item.type != VALUE_OBJECT)
			continue; /* an array in an array is not entered */
		struct value found = path_get_rest(path, ev, item, first);
		if (found.type != VALUE_MISSING)
			array_builder_add(&b, found);
	}
	return array_builder_finish(&b);
}

/* Arrays are mapped over, scalars on the way lead nowhere, a number is the name of a field. */
static struct value path_get_rest(const struct expr_path *path, struct eval *ev, struct value v,
                                  uint32_t i)
{
	for (; i < path->n_parts; i++) {
		if (v.type == VALUE_ARRAY)
			return path_get_array(path, ev, v.array, i);
		if (v.type != VALUE_OBJECT)
			return MISSING;
		v = expr_field(ev, path->cache + i, v.object, path->parts[i]);
	}
	return v;
}

static struct value path_get_raw(const struct expr_path *path, struct eval *ev)
{
	struct value v = ev->vars[path->slot];

	for (uint32_t i = 0; i < path->n_parts; i++) {
		if (UNLIKELY(v.type != VALUE_OBJECT))
			return path_get_rest(path, ev, v, i);
		if (i + 1 == path->n_parts)
			return expr_field_raw(ev, path->cache + i, v.object, path->parts[i]);
		v = expr_field(ev, path->cache + i, v.object, path->parts[i]);
	}
	return v;
}

/* The same, decoded: what stands in an object is taken out of it in one step. */
static int path_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	*ret = path_get_rest(&e->path, ev, ev->vars[e->path.slot], 0);
	return 0;
}

int expr_eval_raw(const struct expr *e, struct eval *ev, struct value *ret)
{
	if (e->eval != path_eval)
		return e->eval(e, ev, ret);
	*ret = path_get_raw(&e->path, ev);
	ret->flags = 0; /* it may go under another name */
	return 0;
}

bool expr_is_safe(const struct expr *e)
{
	if (e == NULL)
		return true;
	if (e->op != NULL || (e->flags & EXPR_VOLATILE))
		return false;
	for (uint32_t i = 0; i < e->n_args; i++)
		if (!expr_is_safe(e->args[i]))
			return false;
	return true;
}

const struct expr_path *expr_as_path(const struct expr *e)
{
	return e->eval == path_eval ? &e->path : NULL;
}

const struct expr_path *expr_as_field(const struct expr *e)
{
	if (e->eval != path_eval || e->path.n_parts == 0 ||
	    (e->path.slot != VAR_ROOT && e->path.slot != VAR_CURRENT))
		return NULL;
	return &e->path;
}

int expr_split_path(struct compiler *c, struct str path, struct str **ret, uint32_t *ret_n)
{
	size_t n = compile_path_depth(path);

	if (n > COMPILE_DEPTH_MAX)
		return compile_fail(c, 15, NULL, "FieldPath is too deep: more than %d names",
		                    COMPILE_DEPTH_MAX);
	if (path.len > 0 && path.data[path.len - 1] == '.')
		return compile_fail(c, 40353, NULL, "FieldPath must not end with a '.'.");
	struct str *parts = compile_alloc(c, n, sizeof *parts);
	if (parts == NULL)
		return compile_nomem(c);
	for (size_t i = 0; i < n; i++) {
		struct str part = { path.data, str_find(path, '.') };

		if (part.len == 0)
			return compile_fail(c, 15998, NULL,
			                    "FieldPath field names may not be empty strings.");
		if (part.data[0] == '$')
			return compile_fail(c, 16410, NULL,
			                    "FieldPath field names may not start with '$'. Consider using "
			                    "$getField or $setField.");
		parts[i] = part;
		size_t step = part.len + (part.len < path.len);
		path = (struct str){ path.data + step, path.len - step };
	}
	*ret = parts;
	*ret_n = (uint32_t)n;
	return 0;
}

/* $$NOW and $$REMOVE are no slots: one is of the run, the other is nothing. */
static int now_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	(void)e;
	*ret = value_date(ev->now_ms);
	return 0;
}

static int compile_system_variable(struct compiler *c, struct str name, bool has_path,
                                   struct expr **ret)
{
	struct expr *e;

	if (str_is(name, "REMOVE"))
		e = expr_constant(c, MISSING);
	else if (str_is(name, "NOW") && has_path)
		e = expr_constant(c, MISSING); /* a date has no fields */
	else if (str_is(name, "NOW")) {
		e = expr_create(c, NULL, 0);
		if (e != NULL) {
			e->eval = now_eval;
			e->flags = EXPR_VOLATILE;
		}
	} else {
		return compile_fail(c, 17276, NULL, "Use of undefined variable: %.*s",
		                    STR_ARG(name));
	}
	if (e == NULL)
		return compile_nomem(c);
	*ret = e;
	return 0;
}

/* Of n_parts parts, which are there already; each part has a cache. */
static void path_set(struct compiler *c, struct expr *e, int64_t slot, const struct str *parts)
{
	e->path.slot = (uint32_t)slot;
	e->path.parts = parts;
	e->path.cache = c->n_caches;
	c->n_caches += e->path.n_parts;
}

/* The part of "$$name.rest" behind the dollars, split at the first point. */
static int compile_variable_path(struct compiler *c, struct str text, struct expr *e,
                                 struct expr **ret)
{
	struct str name = { text.data, str_find(text, '.') };
	struct str rest = { text.data + name.len, text.len - name.len };
	int64_t slot = compile_lookup(c, name);
	struct str *parts = NULL;

	if (name.len == 0)
		return compile_fail(c, 9, NULL, "empty variable names are not allowed");
	if (slot < 0)
		return compile_system_variable(c, name, rest.len > 0, ret);
	if (rest.len > 0)
		TRY(expr_split_path(c, (struct str){ rest.data + 1, rest.len - 1 }, &parts,
		                    &e->path.n_parts));
	path_set(c, e, slot, parts);
	*ret = e;
	return 0;
}

int expr_compile_path(struct compiler *c, struct str text, struct expr **ret)
{
	struct str *parts = NULL;
	struct expr *e = expr_create(c, NULL, 0);

	if (e == NULL)
		return compile_nomem(c);
	if (text.len == 1)
		return compile_fail(c, 16872, NULL, "'$' by itself is not a valid FieldPath");
	e->eval = path_eval;
	if (text.data[1] == '$')
		return compile_variable_path(c, (struct str){ text.data + 2, text.len - 2 }, e, ret);

	int64_t current = compile_lookup(c, STR("CURRENT"));
	TRY(expr_split_path(c, (struct str){ text.data + 1, text.len - 1 }, &parts,
	                    &e->path.n_parts));
	path_set(c, e, current, parts);
	*ret = e;
	return 0;
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

/* Folding is tried for a moment only: what takes longer, or more, is left to the run's limits. */
static bool is_enough(void *arg)
{
	(void)arg;
	return true;
}

/* The value, copied to the compiler's arena; false when there is none, for whatever reason. */
static bool try_value(struct compiler *c, const struct expr *e, struct value *ret)
{
	struct budget budget = BUDGET(FOLD_MEMORY_MAX);
	struct arena scratch;
	struct err err;
	struct eval ev = {
		.arena = &scratch,
		.keep = &scratch,
		.err = &err,
		.vars = compile_alloc(c, c->n_vars, sizeof *ev.vars), /* $let and $map write theirs */
		.limits = c->limits,
		.is_cancelled = is_enough,
	};
	struct value v;

	if (ev.vars == NULL)
		return false;
	arena_init(&scratch, &budget);
	bool is_there = expr_eval(e, &ev, &v) == 0 && !arena_failed(&scratch);
	if (is_there)
		*ret = value_copy(c->arena, v);
	is_there = is_there && !arena_failed(&scratch) && !arena_failed(c->arena);
	arena_deinit(&scratch);
	return is_there;
}

/* Something whose arguments are constants is one itself; what fails stays as it is. */
static void fold(struct compiler *c, struct expr **e)
{
	struct value v;

	if (!(c->rules & PLAN_RULE_FOLD) || ((*e)->flags & EXPR_VOLATILE))
		return;
	for (uint32_t i = 0; i < (*e)->n_args; i++)
		if ((*e)->args[i] != NULL && !expr_is_constant((*e)->args[i]))
			return;
	if (!try_value(c, *e, &v))
		return;
	struct expr *folded = expr_constant(c, v);
	if (folded == NULL)
		return;
	folded->pointer = (*e)->pointer;
	*e = folded;
	c->rules_applied |= PLAN_RULE_FOLD;
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
	fold(c, &e);
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
	fold(c, &e);
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
	fold(c, &e);
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

int expr_compile_constant(struct compiler *c, struct value spec, bool *ret_is_constant,
                          struct value *ret_v)
{
	unsigned rules = c->rules;
	struct expr *e;

	c->rules |= PLAN_RULE_FOLD;
	int rc = expr_compile(c, spec, &e);
	c->rules = rules;
	if (rc != 0)
		return rc;
	*ret_is_constant = expr_is_constant(e);
	if (*ret_is_constant)
		*ret_v = expr_constant_value(e);
	return 0;
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
