/* Keys, layouts and shapes that a reader has seen. */
#include "doc/read_keys.h"

#include "base/hash.h"

#define KEY_SLOTS_MIN 64
#define TABLE_SLOTS (READ_LAYOUTS_MAX * 2)

bool read_keys_init(struct read_keys *keys, struct arena *a, const struct read_fields *wanted)
{
	*keys = (struct read_keys){
		.arena = a,
		.wanted = *wanted,
		.seed = { hash_u64(1), hash_u64(2) },
		.names = arena_zalloc(a, KEY_SLOTS_MIN, sizeof *keys->names),
		.written = arena_zalloc(a, KEY_SLOTS_MIN, sizeof *keys->written),
		.n_name_slots = KEY_SLOTS_MIN,
		.n_written_slots = KEY_SLOTS_MIN,
	};
	return keys->names != NULL && keys->written != NULL;
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

/* ---- names ---- */

/* The slot of a key with that name, or the empty one where it belongs. */
static struct read_name_slot *name_slot(const struct read_keys *keys, struct str name, uint64_t hash)
{
	uint32_t mask = keys->n_name_slots - 1;
	struct read_name_slot *slot = &keys->names[hash & mask];

	while (slot->key != NULL && !(slot->hash == hash && str_eq(slot->key->name, name)))
		slot = &keys->names[(slot - keys->names + 1) & mask];
	return slot;
}

static bool names_grow(struct read_keys *keys)
{
	struct read_name_slot *old = keys->names;
	uint32_t n_old = keys->n_name_slots;
	struct read_name_slot *grown = arena_zalloc(keys->arena, (size_t)n_old * 2, sizeof *grown);

	if (grown == NULL)
		return false;
	keys->names = grown;
	keys->n_name_slots = n_old * 2;
	for (uint32_t i = 0; i < n_old; i++)
		if (old[i].key != NULL)
			*name_slot(keys, old[i].key->name, old[i].hash) = old[i];
	return true;
}

static struct read_key *name_add(struct read_keys *keys, struct str name, uint64_t hash)
{
	if (keys->n_names >= keys->n_name_slots / 2 && !names_grow(keys))
		return NULL;

	struct read_key *key = arena_zalloc(keys->arena, 1, sizeof *key);
	if (key == NULL)
		return NULL;
	key->name = (struct str){ arena_memdup(keys->arena, name.data, name.len), name.len };
	key->hash = hash;
	key->is_wanted = read_keys_is_wanted(keys, name);
	if (key->name.data == NULL)
		return NULL;
	*name_slot(keys, name, hash) = (struct read_name_slot){ hash, key };
	keys->n_names++;
	return key;
}

struct read_key *read_keys_name(struct read_keys *keys, struct str name)
{
	if (name.len > READ_KEY_LEN_MAX)
		return NULL;

	uint64_t hash = hash_bytes(name.data, name.len);
	struct read_key *key = name_slot(keys, name, hash)->key;

	if (key != NULL || keys->n_names == READ_KEYS_MAX)
		return key;
	return name_add(keys, name, hash);
}

/* ---- ways to write them ---- */

/* Most keys are short enough for one multiplication. */
static inline uint64_t field_hash(const struct read_keys *keys, const struct read_field *f)
{
	if (UNLIKELY(f->len > 16))
		return hash_bytes(f->text, f->len);
	__uint128_t product = (__uint128_t)(f->head[0] ^ keys->seed[0]) *
	                      (f->head[1] ^ keys->seed[1]);

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline bool field_is(const struct read_field *a, const struct read_field *b)
{
	return a->head[0] == b->head[0] && a->head[1] == b->head[1] && a->len == b->len &&
	       (a->len <= 16 || memcmp(a->text, b->text, a->len) == 0);
}

static inline struct read_written_slot *written_slot(const struct read_keys *keys,
                                                     const struct read_field *f, uint64_t hash)
{
	uint32_t mask = keys->n_written_slots - 1;
	struct read_written_slot *slot = &keys->written[hash & mask];

	while (slot->field != NULL && !(slot->hash == hash && field_is(slot->field, f)))
		slot = &keys->written[(slot - keys->written + 1) & mask];
	return slot;
}

const struct read_field *read_keys_find(const struct read_keys *keys, const char *text,
                                        const char *colon)
{
	struct read_field f = read_field_at(text, colon);

	return written_slot(keys, &f, field_hash(keys, &f))->field;
}

static bool written_grow(struct read_keys *keys)
{
	struct read_written_slot *old = keys->written;
	uint32_t n_old = keys->n_written_slots;
	struct read_written_slot *grown = arena_zalloc(keys->arena, (size_t)n_old * 2,
	                                               sizeof *grown);

	if (grown == NULL)
		return false;
	keys->written = grown;
	keys->n_written_slots = n_old * 2;
	for (uint32_t i = 0; i < n_old; i++)
		if (old[i].field != NULL)
			*written_slot(keys, old[i].field, old[i].hash) = old[i];
	return true;
}

const struct read_field *read_keys_add(struct read_keys *keys, const char *text, const char *colon,
                                       struct read_key *key)
{
	if (keys->n_written == READ_KEYS_MAX)
		return NULL;
	if (keys->n_written >= keys->n_written_slots / 2 && !written_grow(keys))
		return NULL;

	struct read_field *f = arena_alloc(keys->arena, sizeof *f);
	if (f == NULL)
		return NULL;
	*f = read_field_at(text, colon);
	f->text = arena_memdup(keys->arena, text, f->len); /* the input may come in blocks */
	if (f->text == NULL)
		return NULL;
	f->key = key;
	uint64_t hash = field_hash(keys, f);
	*written_slot(keys, f, hash) = (struct read_written_slot){ hash, f };
	keys->n_written++;
	return f;
}

/* ---- shapes ---- */

/* Of a sequence of hashes: turned by their places, so that no step waits for the one before. */
static inline uint64_t turned(uint64_t hash, uint32_t place)
{
	return hash << (place & 63) | hash >> (-place & 63);
}

static inline bool bits_have(const uint64_t *bits, uint64_t hash)
{
	return bits[hash % READ_BITS / 64] >> (hash % 64) & 1;
}

static inline void bits_set(uint64_t *bits, uint64_t hash)
{
	bits[hash % READ_BITS / 64] |= UINT64_C(1) << (hash % 64);
}

/* The names are the dictionary's, so that equal ones are the same bytes. */
static bool shape_has(const struct shape *shape, struct read_key *const *slots, uint32_t n)
{
	if (shape->n != n)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (shape->keys[i].data != slots[i]->name.data)
			return false;
	return true;
}

static struct shape *shape_new(struct read_keys *keys, struct read_key *const *slots, uint32_t n)
{
	struct shape *shape = arena_zalloc(keys->arena, 1, sizeof *shape);
	struct str *names = arena_array(keys->arena, n, sizeof *names);

	if (shape == NULL || names == NULL)
		return NULL;
	for (uint32_t i = 0; i < n; i++)
		names[i] = slots[i]->name;
	shape->n = n;
	shape->keys = names;
	shape->home = keys->arena;
	shape->is_lasting = true;
	shape->inner = keys->inner;
	shape->asked = keys->wanted.names;
	shape->n_asked = keys->wanted.n;
	shape_share(shape);
	return shape;
}

const struct shape *read_keys_shape(struct read_keys *keys, struct read_key *const *slots,
                                    uint32_t n_slots)
{
	uint64_t hash = n_slots;

	for (uint32_t i = 0; i < n_slots; i++)
		hash += turned(slots[i]->hash, i);
	if (keys->n_shapes == READ_LAYOUTS_MAX && !bits_have(keys->shape_bits, hash))
		return NULL;
	size_t i = (size_t)(hash >> 32) % TABLE_SLOTS;

	for (; keys->shapes[i].shape != NULL; i = (i + 1) % TABLE_SLOTS)
		if (keys->shapes[i].hash == hash && shape_has(keys->shapes[i].shape, slots, n_slots))
			return keys->shapes[i].shape;
	if (keys->n_shapes == READ_LAYOUTS_MAX)
		return NULL;
	struct shape *shape = shape_new(keys, slots, n_slots);
	if (shape == NULL)
		return NULL;
	keys->shapes[i] = (struct read_shape_slot){ hash, shape };
	keys->n_shapes++;
	bits_set(keys->shape_bits, hash);
	return shape;
}

/* ---- layouts ---- */

static bool layout_has(const struct read_layout *layout, const struct read_field *const *fields,
                       uint32_t n)
{
	if (layout->n != n)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (layout->fields[i].key != fields[i]->key)
			return false;
	return true;
}

/* The same keys may be written in another way from here on. */
static void layout_refresh(struct read_layout *layout, const struct read_field *const *fields)
{
	for (uint32_t i = 0; i < layout->n; i++)
		if (layout->fields[i].len != fields[i]->len) {
			uint32_t slot = layout->fields[i].slot;

			layout->fields[i] = *fields[i];
			layout->fields[i].slot = slot;
		}
}

/* The keys still know which slots they have in the record that has just been read. */
static struct read_layout *layout_new(struct read_keys *keys, const struct read_field *const *fields,
                                      uint32_t n, const struct shape *shape)
{
	struct read_layout *layout = arena_zalloc(keys->arena, 1,
	                                          sizeof *layout + n * sizeof layout->fields[0]);

	if (layout == NULL)
		return NULL;
	layout->shape = shape;
	layout->n = n;
	for (uint32_t i = 0; i < n; i++) {
		layout->fields[i] = *fields[i];
		layout->fields[i].slot = fields[i]->key->is_wanted ? fields[i]->key->slot : shape->n;
		layout->is_partial |= !fields[i]->key->is_wanted;
	}
	layout->n_slots = shape->n + layout->is_partial;
	return layout;
}

const struct read_layout *read_keys_layout(struct read_keys *keys,
                                           const struct read_field *const *fields, uint32_t n,
                                           struct read_key *const *slots, uint32_t n_slots)
{
	uint64_t hash = n;

	for (uint32_t i = 0; i < n; i++)
		hash += turned(fields[i]->key->hash, i);
	if (keys->n_layouts == READ_LAYOUTS_MAX && !bits_have(keys->layout_bits, hash))
		return NULL;
	size_t i = (size_t)(hash >> 32) % TABLE_SLOTS;

	for (; keys->layouts[i].layout != NULL; i = (i + 1) % TABLE_SLOTS)
		if (keys->layouts[i].hash == hash && layout_has(keys->layouts[i].layout, fields, n)) {
			layout_refresh(keys->layouts[i].layout, fields);
			return keys->layouts[i].layout;
		}
	if (keys->n_layouts == READ_LAYOUTS_MAX)
		return NULL;

	const struct shape *shape = read_keys_shape(keys, slots, n_slots);
	struct read_layout *layout = shape != NULL ? layout_new(keys, fields, n, shape) : NULL;
	if (layout == NULL)
		return NULL;
	keys->layouts[i] = (struct read_layout_slot){ hash, layout };
	keys->n_layouts++;
	bits_set(keys->layout_bits, hash);
	return layout;
}
