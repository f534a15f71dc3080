/* Paths: "$a.b" from the document, "$$v.a" from a variable, and the variables that are none. */
#include "engine/expr/expr.h"

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
	if (path.len == 0)
		return compile_fail(c, 40352, NULL,
		                    "FieldPath cannot be constructed with empty string");
	if (path.data[path.len - 1] == '.')
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
	if (rest.len == 1)
		return compile_fail(c, 40353, NULL, "FieldPath must not end with a '.'.");
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
