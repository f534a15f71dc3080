/* Arrays and objects: shapes, lazy opening, building. */
#include "doc/object.h"

#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "doc/inner.h"
#include "doc/raw.h"

#define SCAN_ALONE_MAX 64
#define SCAN_MAX 12 /* up to so many keys a scan is quicker than hashing */

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

int32_t shape_find(const struct shape *shape, struct str key)
{
	/* The shape of one object alone is searched too seldom to be worth an index. */
	uint32_t scan_max = shape->has_lasting_keys ? SCAN_ALONE_MAX : SCAN_MAX;

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

/* Levels of a container, one at least, over v. */
static inline uint16_t depth_over(uint16_t depth, struct value v)
{
	if (LIKELY(v.type != VALUE_OBJECT && v.type != VALUE_ARRAY))
		return depth;
	uint16_t inner = v.type == VALUE_OBJECT ? v.object->depth : v.array->depth;

	return inner >= depth ? inner + 1 : depth;
}

/* Null, and the arena has failed, when the container would be too deep to walk. */
static struct value depth_checked(struct arena *a, struct value v, uint16_t depth)
{
	if (depth > VALUE_DEPTH_MAX) {
		arena_fail(a, ERR_DEPTH);
		return NUL_VALUE;
	}
	return v;
}

struct value object_from_shape(struct arena *a, const struct shape *shape, struct value *values)
{
	struct object *o = arena_alloc(a, sizeof *o);
	uint16_t depth = 1;

	if (o == NULL)
		return NUL_VALUE;
	for (uint32_t i = 0; i < shape->n; i++)
		depth = depth_over(depth, values[i]);
	*o = (struct object){ .shape = shape, .values = values, .depth = depth };
	return depth_checked(a, value_object(o), depth);
}

struct value object_splice(struct arena *a, const struct object *doc, const struct shape *shape,
                           struct value *values, uint32_t n_added)
{
	struct object *o = arena_alloc(a, sizeof *o);
	uint16_t depth = 1;

	if (o == NULL)
		return NUL_VALUE;
	for (uint32_t i = shape->n - n_added; i < shape->n; i++)
		depth = depth_over(depth, values[i]);
	*o = (struct object){
		.shape = shape,
		.values = values,
		.raw = doc->raw,
		.home = a,
		.raw_len = doc->raw_len,
		.depth = depth,
		.is_partial = true,
		.n_added = n_added,
	};
	return depth_checked(a, value_object(o), depth);
}

struct value array_take(struct arena *a, struct value *items, uint32_t n)
{
	struct array *arr = arena_zalloc(a, 1, sizeof *arr);
	uint16_t depth = 1;

	if (arr == NULL)
		return NUL_VALUE;
	for (uint32_t i = 0; i < n; i++)
		depth = depth_over(depth, items[i]);
	arr->items = items != NULL ? items : array_no_items;
	arr->n = n;
	arr->depth = depth;
	arr->is_open = true;
	return depth_checked(a, value_array(arr), depth);
}

struct value array_concat(struct arena *a, struct array *const *arrays, size_t n)
{
	struct array *arr = arena_zalloc(a, 1, sizeof *arr);
	uint64_t n_items = 0;

	if (arr == NULL)
		return NUL_VALUE;
	arr->depth = 1;
	for (size_t i = 0; i < n; i++) {
		n_items += array_n(a, arrays[i]);
		arr->depth = MAX(arr->depth, arrays[i]->depth);
	}
	if (n_items > UINT32_MAX) {
		arena_fail(a, ERR_NOMEM);
		return NUL_VALUE;
	}
	uint64_t at = arrays[0]->n;
	arr->items = arena_append(a, arrays[0]->items, at * sizeof *arr->items,
	                          (n_items - at) * sizeof *arr->items);
	if (arr->items == NULL)
		return NUL_VALUE;
	for (size_t i = 1; i < n; at += arrays[i++]->n)
		if (arrays[i]->n > 0)
			memcpy(arr->items + at, arrays[i]->items, arrays[i]->n * sizeof *arr->items);
	arr->n = (uint32_t)n_items;
	arr->is_open = true;
	return depth_checked(a, value_array(arr), arr->depth);
}

struct value object_build(struct arena *a, const struct str *keys, const struct value *values,
                          uint32_t n)
{
	struct object_builder b;

	object_builder_init(&b, a, n);
	for (uint32_t i = 0; i < n; i++)
		object_builder_add(&b, keys[i], values[i]);
	return object_builder_finish(&b);
}

void object_builder_init(struct object_builder *b, struct arena *a, size_t n_expected)
{
	*b = (struct object_builder){ .arena = a };
	if (n_expected > 0) {
		b->keys = arena_array(a, n_expected, sizeof *b->keys);
		b->values = arena_array(a, n_expected, sizeof *b->values);
		b->cap = b->keys != NULL && b->values != NULL ? n_expected : 0;
	}
}

void object_builder_add(struct object_builder *b, struct str key, struct value v)
{
	if (v.type == VALUE_MISSING)
		return;
	if (b->n == b->cap) {
		size_t cap = b->cap;
		struct value *values = arena_extend(b->arena, b->values, b->n, &b->cap,
		                                    sizeof *values);
		struct str *keys = arena_extend(b->arena, b->keys, b->n, &cap, sizeof *keys);

		if (values == NULL || keys == NULL) {
			b->cap = b->n = 0;
			return;
		}
		b->values = values;
		b->keys = keys;
	}
	b->keys[b->n] = key;
	b->values[b->n++] = v;
}

/* A bit for each key, so that most objects prove in one pass that no key is there twice. */
static bool may_have_duplicates(const struct str *keys, size_t n)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < n; i++) {
		struct str k = keys[i];
		unsigned mix = (unsigned)k.len * 7;

		if (k.len > 0)
			mix += (unsigned char)k.data[0] * 5u +
			       (unsigned char)k.data[k.len - 1] * 11u +
			       (unsigned char)k.data[k.len / 2] * 3u;
		uint64_t bit = UINT64_C(1) << (mix & 63);

		if (seen & bit)
			return true;
		seen |= bit;
	}
	return false;
}

/* First place, last value. */
static bool remove_duplicates(struct object_builder *b)
{
	struct shape kept = { .keys = b->keys };
	bool has_index = b->n > SCAN_MAX;

	if (has_index) {
		kept.n_index = 32;
		while (kept.n_index < b->n * 2)
			kept.n_index *= 2;
		kept.index = arena_zalloc(b->arena, kept.n_index, sizeof *kept.index);
		if (kept.index == NULL)
			return false;
	}
	for (size_t i = 0; i < b->n; i++) {
		int32_t at = has_index ? index_find(&kept, b->keys[i])
		                       : scan_find(b->keys, kept.n, b->keys[i]);

		if (at >= 0) {
			b->values[at] = b->values[i];
			b->values[at].flags &= (uint8_t)~VALUE_KEYED;
			continue;
		}
		b->keys[kept.n] = b->keys[i];
		b->values[kept.n++] = b->values[i];
		if (has_index) {
			struct str key = b->keys[kept.n - 1];
			uint32_t slot = (uint32_t)hash_bytes(key.data, key.len) & (kept.n_index - 1);

			while (kept.index[slot] != 0)
				slot = (slot + 1) & (kept.n_index - 1);
			kept.index[slot] = kept.n;
		}
	}
	b->n = kept.n;
	return true;
}

struct value object_builder_finish(struct object_builder *b)
{
	if (arena_failed(b->arena))
		return NUL_VALUE;
	if (may_have_duplicates(b->keys, b->n) && !remove_duplicates(b))
		return NUL_VALUE;

	struct shape *shape = arena_zalloc(b->arena, 1, sizeof *shape);
	if (shape == NULL)
		return NUL_VALUE;
	shape->n = (uint32_t)b->n;
	shape->home = b->arena;
	shape->keys = b->keys;
	return object_from_shape(b->arena, shape, b->values);
}

void array_builder_init(struct array_builder *b, struct arena *a, size_t n_expected)
{
	*b = (struct array_builder){ .arena = a };
	if (n_expected > 0) {
		b->items = arena_array(a, n_expected, sizeof *b->items);
		b->cap = b->items != NULL ? n_expected : 0;
	}
}

void array_builder_add(struct array_builder *b, struct value v)
{
	struct value *items = arena_extend(b->arena, b->items, b->n, &b->cap, sizeof *items);

	if (items == NULL) {
		b->n = b->cap = 0;
		return;
	}
	b->items = items;
	b->items[b->n++] = v;
}

struct value array_builder_finish(struct array_builder *b)
{
	if (arena_failed(b->arena))
		return NUL_VALUE;
	return array_take(b->arena, b->items, (uint32_t)b->n);
}
