/* Arrays and objects: shapes, and what is opened when somebody looks. */
#include "doc/object.h"

#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "doc/inner.h"
#include "doc/raw.h"

#define SCAN_ALONE_MAX 64

struct shape *shape_create(struct arena *a, const struct str *keys, uint32_t n)
{
	struct shape *shape = arena_zalloc(a, 1, sizeof *shape);
	struct str *copies = arena_array(a, n, sizeof *copies);

	if (shape == NULL || copies == NULL)
		return NULL;
	for (uint32_t i = 0; i < n; i++) {
		copies[i].len = keys[i].len;
		copies[i].data = arena_memdup(a, keys[i].data, keys[i].len);
		if (copies[i].data == NULL)
			return NULL;
	}
	shape->n = n;
	shape->home = a;
	shape->keys = copies;
	return shape;
}

void shape_spell(struct arena *a, struct shape *shape)
{
	struct str *spelt = arena_array(a, shape->n, sizeof *spelt);

	for (uint32_t i = 0; i < shape->n && spelt != NULL; i++) {
		struct str key = shape->keys[i];
		char *text = arena_alloc(a, key.len + 4);

		if (text == NULL || buf_json_plain(key) != key.len)
			return;
		text[0] = ',';
		text[1] = '"';
		memcpy(text + 2, key.data, key.len);
		text[key.len + 2] = '"';
		text[key.len + 3] = ':';
		spelt[i] = (struct str){ text, key.len + 4 };
	}
	shape->spelt = spelt;
}

struct shape *shape_borrow(struct arena *a, const struct shape *shape)
{
	struct shape *copy = arena_memdup(a, shape, sizeof *copy);
	struct str *keys = arena_memdup(a, shape->keys, shape->n * sizeof *keys);

	if (copy == NULL || keys == NULL)
		return NULL;
	copy->keys = keys;
	copy->home = a;
	copy->index = NULL;
	copy->n_index = 0;
	return copy;
}

static int32_t index_find(const struct shape *shape, struct str key)
{
	uint32_t mask = shape->n_index - 1;

	for (uint32_t i = (uint32_t)hash_bytes(key.data, key.len) & mask; shape->index[i] != 0;
	     i = (i + 1) & mask)
		if (str_eq(shape->keys[shape->index[i] - 1], key))
			return (int32_t)(shape->index[i] - 1);
	return -1;
}

/* An index over n keys of which none is there twice (the first of equals would be found). */
static bool index_make(struct arena *a, struct shape *shape)
{
	uint32_t n_index = 32;

	while (n_index < shape->n * 2)
		n_index *= 2;
	uint32_t *index = arena_zalloc(a, n_index, sizeof *index);
	if (index == NULL)
		return false;
	for (uint32_t k = 0; k < shape->n; k++) {
		uint32_t i = (uint32_t)hash_bytes(shape->keys[k].data, shape->keys[k].len) &
		             (n_index - 1);

		while (index[i] != 0)
			i = (i + 1) & (n_index - 1);
		index[i] = k + 1;
	}
	shape->index = index;
	shape->n_index = n_index;
	return true;
}

static int32_t scan_find(const struct str *keys, uint32_t n, struct str key)
{
	for (uint32_t i = 0; i < n; i++)
		if (str_eq(keys[i], key))
			return (int32_t)i;
	return -1;
}

int32_t shape_find_early(const struct shape *shape, struct str key)
{
	return shape->index != NULL ? index_find(shape, key) : scan_find(shape->keys, shape->n, key);
}

int32_t shape_find(const struct shape *shape, struct str key)
{
	/* The shape of one object alone is searched too seldom to be worth an index. */
	uint32_t scan_max = shape->has_lasting_keys ? SCAN_ALONE_MAX : SHAPE_SCAN_MAX;

	if (shape->n <= scan_max || shape->home == NULL)
		return scan_find(shape->keys, shape->n, key);
	/* The index is the one part of a shape that is made late: see shape_share(). */
	if (shape->index == NULL && !index_make(shape->home, (struct shape *)(uintptr_t)shape))
		return -1;
	return index_find(shape, key);
}

/* What the text has, and behind it what was added. */
static bool open_spliced(struct arena *a, struct object *o)
{
	const struct object before = *o;
	struct object_builder b;

	o->n_added = 0;
	if (!raw_open_object(a, o))
		return false;
	object_builder_init(&b, a, (size_t)o->shape->n + before.n_added);
	for (uint32_t i = 0; i < o->shape->n; i++)
		object_builder_add(&b, o->shape->keys[i], o->values[i]);
	for (uint32_t i = before.shape->n - before.n_added; i < before.shape->n; i++)
		object_builder_add(&b, before.shape->keys[i], before.values[i]);
	struct value built = object_builder_finish(&b);
	if (built.type != VALUE_OBJECT)
		return false;
	o->shape = built.object->shape;
	o->values = built.object->values;
	o->raw = NULL;
	o->raw_len = 0;
	return true;
}

void shape_share(const struct shape *shape)
{
	(void)shape_find(shape, STR(""));
}

/* When there is no memory the object looks empty, so that whoever goes on finds nothing to hurt. */
static bool open_raw(struct arena *a, struct object *o)
{
	static const struct shape nothing = { .n = 0 };

	struct arena *home = o->home != NULL ? o->home : a;

	if (o->n_added > 0 ? open_spliced(home, o)
	                   : (o->site != NULL && inner_open(home, o)) || raw_open_object(home, o))
		return true;
	o->shape = &nothing;
	o->is_partial = false;
	return false;
}

bool object_open(struct arena *a, struct object *o)
{
	if (o->shape != NULL && !o->is_partial)
		return true;
	return open_raw(a, o);
}

uint32_t object_n(struct arena *a, struct object *o)
{
	return object_open(a, o) ? o->shape->n : 0;
}

/* What was looked for and is not among the keys is not in the text either. */
static bool was_asked_for(const struct shape *shape, struct str key)
{
	return scan_find(shape->asked, shape->n_asked, key) >= 0;
}

int32_t object_find(struct arena *a, struct object *o, struct str key)
{
	if (o->shape == NULL && !open_raw(a, o))
		return -1;
	int32_t i = shape_find(o->shape, key);

	if (i >= 0 || !o->is_partial || was_asked_for(o->shape, key))
		return i;
	return open_raw(a, o) ? shape_find(o->shape, key) : -1;
}

struct value object_get_raw(struct arena *a, struct object *o, struct str key)
{
	int32_t i = object_find(a, o, key);

	return i < 0 ? MISSING : o->values[i];
}

struct value object_get(struct arena *a, struct object *o, struct str key)
{
	int32_t i = object_find(a, o, key);

	return i < 0 ? MISSING : object_at(a, o, (uint32_t)i);
}

static struct value enter(struct arena *a, struct value v, struct inner_site *site)
{
	v = value_decode_raw(a, v);
	if (v.type == VALUE_OBJECT)
		v.object->site = site;
	else if (v.type == VALUE_ARRAY)
		v.array->site = site;
	return v;
}

/*
 * May v, decoded in a, stand where its text stood?  Only what remembers its text, for what nobody
 * changes leaves as it came ({"$date": …} is a scalar); and only in an object that lives in a, or
 * v would not live as long as it does, or fill what lives longer.
 */
static bool may_stay(struct value v, const struct arena *home, const struct arena *a)
{
	return home == a && (v.type == VALUE_OBJECT || v.type == VALUE_ARRAY);
}

struct value object_enter(struct arena *a, const struct object *o, uint32_t i)
{
	struct value v = enter(a, o->values[i], inner_site(o->shape, i));

	if (may_stay(v, o->home, a))
		o->values[i] = v;
	return v;
}

struct value array_enter(struct arena *a, const struct array *arr, uint32_t i)
{
	struct value v = enter(a, arr->items[i], arr->site);

	if (may_stay(v, arr->home, a))
		arr->items[i] = v;
	return v;
}

bool array_open(struct arena *a, struct array *arr)
{
	return arr->is_open || raw_open_array(arr->home != NULL ? arr->home : a, arr);
}

uint32_t array_n(struct arena *a, struct array *arr)
{
	return array_open(a, arr) ? arr->n : 0;
}

bool value_share(struct arena *a, struct value v)
{
	if (v.type == VALUE_ARRAY)
		return array_open(a, v.array);
	if (v.type != VALUE_OBJECT)
		return true;
	if (!object_open(a, v.object))
		return false;
	shape_share(v.object->shape);
	return true;
}

struct value array_no_items[1];
