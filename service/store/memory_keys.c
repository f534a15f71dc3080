/* Idempotency keys in memory: a map and a list from the oldest to the youngest. */
#include "store/memory_keys.h"

#include <stdlib.h>
#include <string.h>

#define NAME_MAX_SIZE (2 * STORE_KEY_MAX + 1)

/* Both parts in one piece of text; parts hold no NUL, since headers do not. */
static struct str join(const struct store_key *name, char ret[NAME_MAX_SIZE])
{
	size_t scope_len = MIN(name->scope.len, STORE_KEY_MAX);
	size_t key_len = MIN(name->key.len, STORE_KEY_MAX);

	if (scope_len > 0)
		memcpy(ret, name->scope.data, scope_len);
	ret[scope_len] = 0;
	memcpy(ret + scope_len + 1, name->key.data, key_len);
	return (struct str){ ret, scope_len + 1 + key_len };
}

static size_t cost_of(size_t name_len)
{
	return sizeof(struct memory_key) + name_len + 2 * sizeof(struct map_slot);
}

size_t memory_keys_cost(const struct store_key *name)
{
	char text[NAME_MAX_SIZE];

	return name->key.data == NULL ? 0 : cost_of(join(name, text).len);
}

static void forget_oldest(struct memory_keys *keys)
{
	struct memory_key *key = keys->oldest;
	struct str name = { key->name, key->name_len };

	/* A younger one may have taken its place under the same name. */
	if (map_get(&keys->by_name, name) == key)
		map_remove(&keys->by_name, name);
	keys->oldest = key->next;
	if (keys->oldest == NULL)
		keys->youngest = NULL;
	keys->n_bytes -= cost_of(key->name_len);
	free(key);
}

void memory_keys_deinit(struct memory_keys *keys)
{
	while (keys->oldest != NULL)
		forget_oldest(keys);
	map_deinit(&keys->by_name);
}

const struct memory_key *memory_keys_find(const struct memory_keys *keys,
                                          const struct store_key *name, int64_t now_ms)
{
	char text[NAME_MAX_SIZE];
	const struct memory_key *key = map_get(&keys->by_name, join(name, text));

	return key == NULL || key->created_ms < now_ms - STORE_KEY_TTL_MS ? NULL : key;
}

bool memory_keys_add(struct memory_keys *keys, const struct store_key *name,
                     const struct uuid *task, int64_t now_ms)
{
	char text[NAME_MAX_SIZE];
	struct str joined = join(name, text);
	struct memory_key *key = malloc(sizeof *key + joined.len);

	if (key == NULL)
		return false;
	key->next = NULL;
	memcpy(key->digest, name->digest, sizeof key->digest);
	key->task = *task;
	key->created_ms = now_ms;
	key->name_len = joined.len;
	memcpy(key->name, joined.data, joined.len);

	/* The map keeps the name that it has seen first, which goes with the older key. */
	map_remove(&keys->by_name, joined);
	if (!map_put(&keys->by_name, (struct str){ key->name, key->name_len }, key)) {
		free(key);
		return false;
	}
	if (keys->youngest == NULL)
		keys->oldest = key;
	else
		keys->youngest->next = key;
	keys->youngest = key;
	keys->n_bytes += cost_of(joined.len);
	return true;
}

size_t memory_keys_sweep(struct memory_keys *keys, int64_t before_ms, size_t n_max)
{
	size_t n = 0;

	for (; n < n_max && keys->oldest != NULL && keys->oldest->created_ms < before_ms; n++)
		forget_oldest(keys);
	return n;
}
