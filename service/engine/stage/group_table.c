/* The table of groups: open addressing over short tags, groups in blocks that never move. */
#include "engine/stage/group_table.h"

#include "base/hash.h"
#include "engine/accum/kept.h"

#define SLOTS_MIN ((size_t)64)
#define BLOCK_GROUPS ((size_t)64)
#define GROUPS_MAX ((size_t)UINT32_MAX - 1)

struct group_slot {
	uint32_t tag;    /* upper half of the hash */
	uint32_t number; /* of the group, from 1; 0: free */
};

int group_table_init(struct group_table *t, struct eval *ev, uint32_t n_parts, size_t states_size)
{
	*t = (struct group_table){
		.n_slots = SLOTS_MIN,
		.n_parts = n_parts,
		.group_size = sizeof(struct group) + n_parts * sizeof(struct value) + states_size,
	};
	t->slots = arena_zalloc(ev->keep, t->n_slots, sizeof *t->slots);
	return t->slots == NULL ? eval_check(ev) : 0;
}

uint64_t group_key_hash(struct eval *ev, const struct group_part *parts, uint32_t n_parts)
{
	uint64_t hash = value_hash(ev->arena, parts[0].value);

	for (uint32_t i = 1; i < n_parts; i++)
		hash = hash_pair(hash, value_hash(ev->arena, parts[i].value));
	return hash;
}

struct group *group_table_at(const struct group_table *t, size_t i)
{
	return (struct group *)(void *)(t->blocks[i / BLOCK_GROUPS] +
	                                i % BLOCK_GROUPS * t->group_size);
}

void group_table_prefetch_slot(const struct group_table *t, uint64_t hash)
{
	__builtin_prefetch(&t->slots[hash & (t->n_slots - 1)]);
}

void group_table_prefetch_group(const struct group_table *t, uint64_t hash)
{
	struct group_slot slot = t->slots[hash & (t->n_slots - 1)];

	if (slot.number != 0 && slot.tag == (uint32_t)(hash >> 32))
		__builtin_prefetch(group_table_at(t, slot.number - 1));
}

static bool key_is_kept(const struct group_table *t, struct eval *ev, const struct group *g,
                        const struct group_part *parts)
{
	for (uint32_t i = 0; i < t->n_parts; i++)
		if (!kept_eq(ev, g->key[i], parts[i].value))
			return false;
	return true;
}

static struct group *group_new(struct group_table *t, struct eval *ev, uint64_t hash,
                               const struct group_part *parts)
{
	if (t->n_groups == t->n_blocks * BLOCK_GROUPS) {
		t->blocks = arena_extend(ev->keep, t->blocks, t->n_blocks, &t->blocks_cap,
		                         sizeof *t->blocks);
		if (t->blocks == NULL)
			return NULL;
		t->blocks[t->n_blocks] = arena_zalloc(ev->keep, BLOCK_GROUPS, t->group_size);
		if (t->blocks[t->n_blocks] == NULL)
			return NULL;
		t->n_blocks++;
	}
	struct group *g = group_table_at(t, t->n_groups);
	g->hash = hash;
	for (uint32_t i = 0; i < t->n_parts; i++)
		g->key[i] = kept_from(ev, parts[i].found, parts[i].value);
	t->n_groups++;
	return g;
}

static bool slots_grow(struct group_table *t, struct eval *ev)
{
	size_t n_slots = t->n_slots * 4, mask = n_slots - 1;
	struct group_slot *slots = arena_zalloc(ev->keep, n_slots, sizeof *slots);

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < t->n_groups; i++) {
		uint64_t hash = group_table_at(t, i)->hash;
		size_t at = hash & mask;

		while (slots[at].number != 0)
			at = (at + 1) & mask;
		slots[at] = (struct group_slot){ (uint32_t)(hash >> 32), (uint32_t)i + 1 };
	}
	t->slots = slots;
	t->n_slots = n_slots;
	return true;
}

int group_table_find(struct group_table *t, struct eval *ev, uint64_t hash,
                     const struct group_part *parts, struct group **ret, bool *ret_is_new)
{
	size_t mask = t->n_slots - 1, at = hash & mask;
	uint32_t tag = (uint32_t)(hash >> 32);

	for (; t->slots[at].number != 0; at = (at + 1) & mask) {
		struct group *g = group_table_at(t, t->slots[at].number - 1);

		if (t->slots[at].tag == tag && g->hash == hash && key_is_kept(t, ev, g, parts)) {
			*ret = g;
			*ret_is_new = false;
			return 0;
		}
	}
	if (t->n_groups >= GROUPS_MAX) {
		arena_fail(ev->keep, ERR_NOMEM);
		return eval_check(ev);
	}
	struct group *g = group_new(t, ev, hash, parts);
	if (g == NULL)
		return eval_check(ev);
	t->slots[at] = (struct group_slot){ tag, (uint32_t)t->n_groups };
	if (t->n_groups * 2 > t->n_slots && !slots_grow(t, ev))
		return eval_check(ev);
	*ret = g;
	*ret_is_new = true;
	return 0;
}
