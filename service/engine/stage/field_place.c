/* A place in documents: finding it, and filling it. */
#include "engine/stage/field_place.h"

#include <string.h>

static int check_part(struct compiler *c, struct str part, bool is_last)
{
	if (part.len == 0)
		return is_last ? compile_fail(c, 40353, NULL, "FieldPath must not end with a '.'.")
		               : compile_fail(c, 15998, NULL,
		                              "FieldPath field names may not be empty strings.");
	if (part.data[0] == '$')
		return compile_fail(c, 16410, NULL,
		                    "FieldPath field names may not start with '$'. Consider using "
		                    "$getField or $setField.");
	if (memchr(part.data, '\0', part.len) != NULL)
		return compile_fail(c, 16411, NULL, "FieldPath field names may not contain '\\0'.");
	return 0;
}

int field_place_compile(struct compiler *c, struct str path, struct field_place *ret)
{
	size_t n = compile_path_depth(path);

	if (path.len == 0)
		return compile_fail(c, 40352, NULL,
		                    "FieldPath cannot be constructed with empty string");
	if (n > COMPILE_DEPTH_MAX)
		return compile_fail(c, 15, NULL, "FieldPath is too deep: more than %d names",
		                    COMPILE_DEPTH_MAX);
	struct str *parts = compile_alloc(c, n, sizeof *parts);
	if (parts == NULL)
		return compile_nomem(c);
	for (size_t i = 0; i < n; i++) {
		parts[i] = (struct str){ path.data, str_find(path, '.') };
		TRY(check_part(c, parts[i], i > 0 && i + 1 == n));
		size_t step = parts[i].len + (parts[i].len < path.len);
		path = (struct str){ path.data + step, path.len - step };
	}
	*ret = (struct field_place){ .parts = parts, .n_parts = (uint32_t)n };
	return 0;
}

int field_finder_init(struct field_finder *f, const struct field_place *place, struct eval *ev)
{
	f->place = place;
	f->levels = arena_zalloc(ev->keep, place->n_parts, sizeof *f->levels);
	return f->levels == NULL ? eval_check(ev) : 0;
}

/* The document's own fields: with shapes that last the place is known from the last time. */
static int32_t find_first(struct field_finder *f, const struct object *o)
{
	if (LIKELY(o->shape == f->from))
		return f->i;

	int32_t i = shape_find(o->shape, f->place->parts[0]);
	if (o->shape->is_lasting) {
		f->from = o->shape;
		f->to = NULL;
		f->i = i;
	}
	return i;
}

int field_find(struct field_finder *f, struct eval *ev, struct arena *a, struct value doc,
               struct value *ret)
{
	struct value v = doc;

	for (uint32_t k = 0; k < f->place->n_parts; k++) {
		struct field_level *level = &f->levels[k];

		*level = (struct field_level){ .object = NULL, .i = -1 };
		if (v.type != VALUE_OBJECT) {
			v = MISSING;
			continue;
		}
		level->object = v.object;
		if (!object_open(a, v.object))
			return eval_check(ev);
		level->i = k == 0 ? find_first(f, v.object)
		                  : shape_find(v.object->shape, f->place->parts[k]);
		v = level->i < 0 ? MISSING : object_at(a, v.object, (uint32_t)level->i);
	}
	*ret = v;
	return 0;
}

static struct value put_new(struct field_finder *f, struct eval *ev, uint32_t k, struct value v)
{
	const struct object *o = f->levels[k].object;
	bool is_lasting = k == 0 && o->shape == f->from;
	uint32_t n = o->shape->n;
	struct arena *a = ev->arena;
	struct value *values = arena_array(a, n + 1, sizeof *values);

	if (values == NULL)
		return NUL_VALUE;
	if (n > 0)
		memcpy(values, o->values, n * sizeof *values);
	values[n] = v;
	if (is_lasting && f->to != NULL)
		return object_from_shape(a, f->to, values);

	struct str *keys = arena_array(a, n + 1, sizeof *keys);
	if (keys == NULL)
		return NUL_VALUE;
	if (n > 0)
		memcpy(keys, o->shape->keys, n * sizeof *keys);
	keys[n] = f->place->parts[k];
	struct shape *shape = shape_create(is_lasting ? ev->keep : a, keys, n + 1);
	if (shape == NULL)
		return NUL_VALUE;
	if (is_lasting) {
		eval_keep_shape(ev, shape);
		f->to = shape;
	}
	return object_from_shape(a, shape, values);
}

static struct value put_instead(struct arena *a, const struct object *o, uint32_t i, struct value v)
{
	struct value *values = arena_array(a, o->shape->n, sizeof *values);

	if (values == NULL)
		return NUL_VALUE;
	memcpy(values, o->values, o->shape->n * sizeof *values);
	values[i] = v;
	return object_from_shape(a, o->shape, values);
}

static struct value without(struct arena *a, const struct object *o, uint32_t i)
{
	struct object_builder b;

	object_builder_init(&b, a, o->shape->n);
	for (uint32_t k = 0; k < o->shape->n; k++)
		if (k != i)
			object_builder_add(&b, object_key(o, k), object_at_raw(o, k));
	return object_builder_finish(&b);
}

static struct value put_at(struct field_finder *f, struct eval *ev, uint32_t k, struct value v)
{
	const struct field_level *level = &f->levels[k];

	if (level->object == NULL)
		return v.type == VALUE_MISSING ? v
		                               : object_build(ev->arena, &f->place->parts[k], &v, 1);
	if (v.type == VALUE_MISSING)
		return level->i < 0 ? value_object(level->object)
		                    : without(ev->arena, level->object, (uint32_t)level->i);
	if (level->i >= 0)
		return put_instead(ev->arena, level->object, (uint32_t)level->i, v);
	return put_new(f, ev, k, v);
}

struct value field_put(struct field_finder *f, struct eval *ev, struct value v)
{
	uint32_t n = f->place->n_parts;

	v.flags = 0; /* it may go under another name */
	for (uint32_t k = n; k-- > 0;)
		v = put_at(f, ev, k, v);
	return v;
}
