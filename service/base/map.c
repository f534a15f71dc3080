/* Map: open addressing, linear probing, backward-shift deletion. */
#include "base/map.h"

#include <stdlib.h>

#include "base/hash.h"

#define SLOTS_MIN ((size_t)16)

static uint64_t key_hash(struct str key)
{
	return hash_bytes(key.data, key.len) | 1; /* never 0, which marks a free slot */
}

static struct map_slot *slot_find(const struct map *m, uint64_t hash, struct str key)
{
	size_t mask = m->n_slots - 1;
	size_t i = (hash >> 1) & mask;

	while (m->slots[i].hash != 0 && !(m->slots[i].hash == hash && str_eq(m->slots[i].key, key)))
		i = (i + 1) & mask;
	return &m->slots[i];
}

static bool map_grow(struct map *m)
{
	struct map grown = { .n_items = m->n_items };

	grown.n_slots = m->n_slots == 0 ? SLOTS_MIN : m->n_slots * 2;
	grown.slots = calloc(grown.n_slots, sizeof *grown.slots);
	if (grown.slots == NULL)
		return false;
	for (size_t i = 0; i < m->n_slots; i++)
		if (m->slots[i].hash != 0)
			*slot_find(&grown, m->slots[i].hash, m->slots[i].key) = m->slots[i];
	free(m->slots);
	*m = grown;
	return true;
}

void map_deinit(struct map *m)
{
	free(m->slots);
	*m = MAP_INIT;
}

void *map_get(const struct map *m, struct str key)
{
	return m->n_items == 0 ? NULL : slot_find(m, key_hash(key), key)->value;
}

bool map_put(struct map *m, struct str key, void *value)
{
	if ((m->n_items + 1) * 4 > m->n_slots * 3 && !map_grow(m))
		return false;

	uint64_t hash = key_hash(key);
	struct map_slot *slot = slot_find(m, hash, key);
	m->n_items += slot->hash == 0;
	*slot = (struct map_slot){ .hash = hash, .key = key, .value = value };
	return true;
}

void *map_remove(struct map *m, struct str key)
{
	if (m->n_items == 0)
		return NULL;

	size_t mask = m->n_slots - 1;
	struct map_slot *slot = slot_find(m, key_hash(key), key);
	void *value = slot->value;
	if (slot->hash == 0)
		return NULL;

	size_t hole = (size_t)(slot - m->slots);
	for (size_t i = (hole + 1) & mask; m->slots[i].hash != 0; i = (i + 1) & mask) {
		size_t home = (m->slots[i].hash >> 1) & mask;

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			m->slots[hole] = m->slots[i];
			hole = i;
		}
	}
	m->slots[hole] = (struct map_slot){ 0 };
	m->n_items--;
	return value;
}
