/*
 * Group table: from the key of a document to its group, in the order in which groups were first
 * seen.
 *
 * A key is one value, or several when $group's _id is an object of fields.  Keys are equal when
 * their values are (1 and 1.0 are one key); a group keeps what its first document had (kept.h).
 *
 * A group is one piece of memory: its hash, its key, and the states of the accumulators behind
 * it, all zeros when it is new.  The pieces stay where they are when the table grows.  All memory
 * comes from ev->keep.
 */
#ifndef ENGINE_STAGE_GROUP_TABLE_H
#define ENGINE_STAGE_GROUP_TABLE_H

#include "engine/accum/accum.h"
#include "engine/eval.h"

struct group {
	uint64_t hash;
	uint64_t is_merged; /* into the group of another table; states want 16 bytes of alignment */
	struct value key[]; /* n_parts; the states follow */
};

struct group_slot;

struct group_table {
	struct group_slot *slots; /* open addressing */
	size_t n_slots;           /* a power of two */
	unsigned shift;           /* what is left of a hash then is the slot to begin at */
	unsigned char **blocks;   /* of groups */
	size_t n_blocks, blocks_cap;
	size_t n_groups;
	size_t group_size;
	uint32_t n_parts;
	bool has_deep_keys; /* some are objects or arrays, which comparing may open */
};

/* A part of a document's key: as it was found, perhaps raw, and what that is. */
struct group_part {
	struct value found;
	struct value value; /* decoded, never missing unless that is a key of its own */
};

int group_table_init(struct group_table *t, struct eval *ev, uint32_t n_parts,
                     size_t states_size) MUST_CHECK;

/* Hash of a key's parts. */
uint64_t group_key_hash(struct eval *ev, const struct group_part *parts, uint32_t n_parts);

/*
 * Let the processor fetch what a search for this hash will look at, one after the other.  It is
 * worth that when the table is not small.
 */
bool group_table_is_small(const struct group_table *t);
void group_table_prefetch_slot(const struct group_table *t, uint64_t hash);
void group_table_prefetch_group(const struct group_table *t, uint64_t hash);
void group_table_prefetch_key(const struct group_table *t, uint64_t hash);

/* The text of a key lies where its group was first seen. */
static inline void group_prefetch_key(const struct group *g)
{
	struct value key = g->key[0];

	if (key.type != VALUE_RAW && key.type != VALUE_STRING)
		return;
	__builtin_prefetch(key.text);
	__builtin_prefetch(key.text + key.len); /* often in the next line */
}

/* The group of a key, made if it is new (*ret_is_new). */
int group_table_find(struct group_table *t, struct eval *ev, uint64_t hash,
                     const struct group_part *parts, struct group **ret,
                     bool *ret_is_new) MUST_CHECK;

/*
 * The group of another table's key; when it is new it takes over key and states as they are, and
 * what those refer to has to last.  from's key must be in parts, as for group_table_find().
 */
int group_table_adopt(struct group_table *t, struct eval *ev, const struct group *from,
                      const struct group_part *parts, struct group **ret,
                      bool *ret_is_new) MUST_CHECK;

/* Its group, or NULL: several threads may search at once unless some key is deep. */
struct group *group_table_search(const struct group_table *t, struct eval *ev, uint64_t hash,
                                 const struct group_part *parts);

/*
 * The groups of one share of all possible hashes, in any order: up to n_max that come next, from
 * *at on, which is 0 at first.  Fewer than n_max are the last ones.
 */
#define GROUP_SHARES ((size_t)64)
size_t group_table_share(const struct group_table *t, size_t share, size_t *at,
                         struct group **groups, size_t n_max);

/* Room for so many more groups without growing on the way. */
int group_table_reserve(struct group_table *t, struct eval *ev, size_t n_groups) MUST_CHECK;

/* Group i, in the order in which they were first seen. */
struct group *group_table_at(const struct group_table *t, size_t i);

static inline void *group_states(const struct group_table *t, struct group *g)
{
	return g->key + t->n_parts;
}

#endif
