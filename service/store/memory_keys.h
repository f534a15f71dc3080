/* The memory store's idempotency keys: by name, and in order of age. */
#ifndef STORE_MEMORY_KEYS_H
#define STORE_MEMORY_KEYS_H

#include <stdint.h>

#include "base/map.h"
#include "store/store.h"

struct memory_key {
	struct memory_key *next; /* the next younger one */
	unsigned char digest[32];
	struct uuid task;
	int64_t created_ms; /* the task, and the key with it */
	size_t name_len;
	char name[]; /* scope, NUL, key */
};

struct memory_keys {
	struct map by_name;
	struct memory_key *oldest, *youngest;
	size_t n_bytes;
};

void memory_keys_deinit(struct memory_keys *keys);

/* The key that was stored under this name, or NULL; one that is too old does not count. */
const struct memory_key *memory_keys_find(const struct memory_keys *keys,
                                          const struct store_key *name, int64_t now_ms);

/* Store a key; false when there is no memory. */
bool memory_keys_add(struct memory_keys *keys, const struct store_key *name,
                     const struct uuid *task, int64_t now_ms) MUST_CHECK;

/* Forget up to n_max of those that were stored before; returns how many. */
size_t memory_keys_sweep(struct memory_keys *keys, int64_t before_ms, size_t n_max);

/* What storing a key costs. */
size_t memory_keys_cost(const struct store_key *name);

#endif
