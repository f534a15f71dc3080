/* Keys, layouts and shapes that a reader has seen. */
#include "doc/read_keys.h"

#include "base/hash.h"

#define KEY_SLOTS_MIN 64
#define TABLE_SLOTS_MIN 16

bool read_keys_init(struct read_keys *keys, struct arena *a, const struct read_fields *wanted)
{
	keys->arena = a;
	keys->wanted = *wanted;
	keys->seed[0] = hash_u64(1);
	keys->seed[1] = hash_u64(2);
	keys->names = arena_zalloc(a, KEY_SLOTS_MIN, sizeof *keys->names);
	keys->written = arena_zalloc(a, KEY_SLOTS_MIN, sizeof *keys->written);
	keys->n_name_slots = keys->n_written_slots = KEY_SLOTS_MIN;
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

/* ---- tables of layouts and of shapes ---- */

/* Of a sequence of hashes: turned by their places, so that no step waits for the one before. */
static inline uint64_t turned(uint64_t hash, uint32_t place)
{
	return hash << (place & 63) | hash >> (-place & 63);
}

/* May this be there?  False, too, when it is not and could not be remembered. */
static inline bool table_may_have(const struct read_table *table, uint64_t hash)
{
	return table->n < READ_LAYOUTS_MAX ||
	       (table->bits[hash % READ_BITS / 64] >> (hash % 64) & 1);
}

static inline struct read_slot *table_first(const struct read_table *table, uint64_t hash)
{
	return &table->slots[(uint32_t)(hash >> 32) & (table->n_slots - 1)];
}

static inline struct read_slot *table_next(const struct read_table *table,
                                           const struct read_slot *slot)
{
	return &table->slots[(uint32_t)(slot - table->slots + 1) & (table->n_slots - 1)];
}

static void table_put(struct read_table *table, uint64_t hash, void *thing)
{
	struct read_slot *slot = table_first(table, hash);

	while (slot->thing != NULL)
		slot = table_next(table, slot);
	*slot = (struct read_slot){ hash, thing };
}

/* Room for one more, so that an empty slot is always found. */
static bool table_reserve(struct read_table *table, struct arena *a)
{
	struct read_table old = *table;

	if (table->n < table->n_slots / 2)
		return true;
	uint32_t n_slots = MAX(old.n_slots * 2, (uint32_t)TABLE_SLOTS_MIN);
	struct read_slot *grown = arena_zalloc(a, n_slots, sizeof *grown);
	if (grown == NULL)
		return false;
	table->slots = grown;
	table->n_slots = n_slots;
	for (uint32_t i = 0; i < old.n_slots; i++)
		if (old.slots[i].thing != NULL)
			table_put(table, old.slots[i].hash, old.slots[i].thing);
	return true;
}

static void table_add(struct read_table *table, uint64_t hash, void *thing)
{
	table_put(table, hash, thing);
	table->n++;
	table->bits[hash % READ_BITS / 64] |= UINT64_C(1) << (hash % 64);
}

/* ---- shapes ---- */

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
	if (!table_may_have(&keys->shapes, hash) || !table_reserve(&keys->shapes, keys->arena))
		return NULL;
	for (struct read_slot *slot = table_first(&keys->shapes, hash); slot->thing != NULL;
	     slot = table_next(&keys->shapes, slot))
		if (slot->hash == hash && shape_has(slot->thing, slots, n_slots))
			return slot->thing;
	if (keys->shapes.n == READ_LAYOUTS_MAX)
		return NULL;
	struct shape *shape = shape_new(keys, slots, n_slots);
	if (shape != NULL)
		table_add(&keys->shapes, hash, shape);
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
	if (!table_may_have(&keys->layouts, hash) || !table_reserve(&keys->layouts, keys->arena))
		return NULL;
	for (struct read_slot *slot = table_first(&keys->layouts, hash); slot->thing != NULL;
	     slot = table_next(&keys->layouts, slot))
		if (slot->hash == hash && layout_has(slot->thing, fields, n)) {
			layout_refresh(slot->thing, fields);
			return slot->thing;
		}
	if (keys->layouts.n == READ_LAYOUTS_MAX)
		return NULL;

	const struct shape *shape = read_keys_shape(keys, slots, n_slots);
	struct read_layout *layout = shape != NULL ? layout_new(keys, fields, n, shape) : NULL;
	if (layout != NULL)
		table_add(&keys->layouts, hash, layout);
	return layout;
}
