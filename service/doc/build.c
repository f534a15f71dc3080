/* Arrays and objects that are made of values. */
#include <string.h>

#include "base/hash.h"
#include "doc/object.h"

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
	bool has_index = b->n > SHAPE_SCAN_MAX;

	if (has_index) {
		kept.n_index = 32;
		while (kept.n_index < b->n * 2)
			kept.n_index *= 2;
		kept.index = arena_zalloc(b->arena, kept.n_index, sizeof *kept.index);
		if (kept.index == NULL)
			return false;
	}
	for (size_t i = 0; i < b->n; i++) {
		int32_t at = shape_find_early(&kept, b->keys[i]);

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
