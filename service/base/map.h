/*
 * Map: from bytes to a pointer, by open addressing and a keyed hash.
 *
 * Keys and values are borrowed: they must outlive the map.  The map's own memory comes from
 * malloc; map_deinit() frees it.  Removal keeps probe chains whole, so a map that lives long does
 * not degrade.  Not safe to share between threads.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "base/str.h"

struct map_slot {
	uint64_t hash; /* 0: free */
	struct str key;
	void *value;
};

struct map {
	struct map_slot *slots;
	size_t n_items, n_slots; /* n_slots: 0 or a power of two */
};

#define MAP_INIT ((struct map){ 0 })

void map_deinit(struct map *m);

/* The value of key, or NULL. */
void *map_get(const struct map *m, struct str key);

/* Set the value (not NULL) of key; false when there is no memory. */
bool map_put(struct map *m, struct str key, void *value) MUST_CHECK;

/* Remove key; returns its value, or NULL when it was not there. */
void *map_remove(struct map *m, struct str key);

#endif
