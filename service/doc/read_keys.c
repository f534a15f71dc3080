/* Keys, layouts and shapes that a reader has seen. */
#include "doc/read_keys.h"

#include <string.h>

#include "base/hash.h"

#define KEY_SLOTS_MIN 64
#define TABLE_SLOTS (READ_LAYOUTS_MAX * 2)

bool read_keys_init(struct read_keys *keys, struct arena *a, const struct read_fields *wanted)
{
	*keys = (struct read_keys){
		.arena = a,
		.wanted = *wanted,
		.keys = arena_zalloc(a, KEY_SLOTS_MIN, sizeof *keys->keys),
		.n_key_slots = KEY_SLOTS_MIN,
	};
	return keys->keys != NULL;
}

bool read_keys_is_wanted(const struct read_keys *keys, struct str name)
{
	if (keys->wanted.all)
		return true;
	for (uint32_t i = 0; i < keys->wanted.n; i++)
		if (str_eq(keys->wanted.names[i], name))
			return true;
	return false;
}

/* The slot of a key with that name, or the empty one where it belongs. */
static struct read_key **key_slot(const struct read_keys *keys, struct str name, uint64_t hash)
{
	uint32_t mask = keys->n_key_slots - 1;
	uint32_t i = (uint32_t)hash & mask;

	while (keys->keys[i] != NULL &&
	       (keys->keys[i]->hash != hash || !str_eq(keys->keys[i]->name, name)))
		i = (i + 1) & mask;
	return &keys->keys[i];
}

static bool keys_grow(struct read_keys *keys)
{
	struct read_key **old = keys->keys;
	uint32_t n_old = keys->n_key_slots;
	struct read_key **grown = arena_zalloc(keys->arena, (size_t)n_old * 2, sizeof *grown);

	if (grown == NULL)
		return false;
	keys->keys = grown;
	keys->n_key_slots = n_old * 2;
	for (uint32_t i = 0; i < n_old; i++)
		if (old[i] != NULL)
			*key_slot(keys, old[i]->name, old[i]->hash) = old[i];
	return true;
}

static struct read_key *key_add(struct read_keys *keys, struct str name, uint64_t hash)
{
	if (keys->n_keys >= keys->n_key_slots / 2 && !keys_grow(keys))
		return NULL;

	struct read_key *key = arena_zalloc(keys->arena, 1, sizeof *key);
	if (key == NULL)
		return NULL;
	key->name = (struct str){ arena_memdup(keys->arena, name.data, name.len), name.len };
	key->hash = hash;
	key->is_wanted = read_keys_is_wanted(keys, name);
	if (key->name.data == NULL)
		return NULL;
	*key_slot(keys, name, hash) = key;
	keys->n_keys++;
	return key;
}

struct read_key *read_keys_get(struct read_keys *keys, struct str name)
{
	if (name.len > READ_KEY_LEN_MAX)
		return NULL;

	uint64_t hash = hash_bytes(name.data, name.len);
	struct read_key *key = *key_slot(keys, name, hash);

	if (key != NULL || keys->n_keys == READ_KEYS_MAX)
		return key;
	return key_add(keys, name, hash);
}

static uint64_t names_hash(const struct str *names, uint32_t n)
{
	uint64_t hash = n;

	for (uint32_t i = 0; i < n; i++)
		hash = hash_pair(hash, (uint64_t)(uintptr_t)names[i].data);
	return hash;
}

/* The names are the dictionary's, so that equal ones are the same bytes. */
static bool shape_has(const struct shape *shape, const struct str *names, uint32_t n)
{
	if (shape->n != n)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (shape->keys[i].data != names[i].data)
			return false;
	return true;
}

const struct shape *read_keys_shape(struct read_keys *keys, const struct str *names, uint32_t n)
{
	uint32_t i = (uint32_t)names_hash(names, n) % TABLE_SLOTS;

	for (; keys->shapes[i] != NULL; i = (i + 1) % TABLE_SLOTS)
		if (shape_has(keys->shapes[i], names, n))
			return keys->shapes[i];
	if (keys->n_shapes == READ_LAYOUTS_MAX)
		return NULL;

	struct shape *shape = arena_zalloc(keys->arena, 1, sizeof *shape);
	struct str *copy = arena_memdup(keys->arena, names, n * sizeof *names);
	if (shape == NULL || copy == NULL)
		return NULL;
	shape->n = n;
	shape->keys = copy;
	shape->home = keys->arena;
	shape->is_lasting = true;
	keys->shapes[i] = shape;
	keys->n_shapes++;
	return shape;
}

static uint64_t fields_hash(const struct read_field *fields, uint32_t n)
{
	uint64_t hash = n;

	for (uint32_t i = 0; i < n; i++)
		hash = hash_pair(hash, fields[i].key->hash);
	return hash;
}

static bool layout_has(const struct read_layout *layout, uint64_t hash,
                       const struct read_field *fields, uint32_t n)
{
	if (layout->hash != hash || layout->n != n)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (layout->fields[i].key != fields[i].key)
			return false;
	return true;
}

/* The same keys may be written in another way from here on. */
static void layout_refresh(struct read_layout *layout, const struct read_field *fields)
{
	for (uint32_t i = 0; i < layout->n; i++)
		if (layout->fields[i].len != fields[i].len) {
			uint32_t slot = layout->fields[i].slot;

			layout->fields[i] = fields[i];
			layout->fields[i].slot = slot;
		}
}

static struct read_layout *layout_new(struct read_keys *keys, const struct read_field *fields,
                                      uint32_t n, const struct shape *shape)
{
	struct read_layout *layout = arena_zalloc(keys->arena, 1, sizeof *layout + n * sizeof *fields);

	if (layout == NULL)
		return NULL;
	layout->shape = shape;
	layout->n = n;
	for (uint32_t i = 0; i < n; i++) {
		layout->fields[i] = fields[i];
		if (fields[i].slot == READ_NO_SLOT) {
			layout->fields[i].slot = shape->n;
			layout->is_partial = true;
		}
	}
	layout->n_slots = shape->n + layout->is_partial;
	return layout;
}

const struct read_layout *read_keys_layout(struct read_keys *keys, const struct read_field *fields,
                                           uint32_t n, const struct str *names, uint32_t n_names)
{
	uint64_t hash = fields_hash(fields, n);
	uint32_t i = (uint32_t)hash % TABLE_SLOTS;

	for (; keys->layouts[i] != NULL; i = (i + 1) % TABLE_SLOTS)
		if (layout_has(keys->layouts[i], hash, fields, n)) {
			layout_refresh(keys->layouts[i], fields);
			return keys->layouts[i];
		}
	if (keys->n_layouts == READ_LAYOUTS_MAX)
		return NULL;

	const struct shape *shape = read_keys_shape(keys, names, n_names);
	struct read_layout *layout = shape != NULL ? layout_new(keys, fields, n, shape) : NULL;
	if (layout == NULL)
		return NULL;
	layout->hash = hash;
	keys->layouts[i] = layout;
	keys->n_layouts++;
	return layout;
}

void read_field_init(struct read_field *f, const char *text, const char *colon)
{
	unsigned char head[16] = { 0 }, mask[16] = { 0 };

	*f = (struct read_field){ .text = text, .len = (uint32_t)(colon + 1 - text) };
	memcpy(head, text, MIN(f->len, (size_t)16));
	memset(mask, 0xff, MIN(f->len, (size_t)16));
	memcpy(f->head, head, 16);
	memcpy(f->mask, mask, 16);
}
