/* The table of groups: open addressing over short tags, groups in blocks that never move. */
#include "engine/stage/group_table.h"

#include <string.h>

#include "base/hash.h"
#include "engine/accum/kept.h"

#define SLOTS_MIN GROUP_SHARES
#define SHARE_SHIFT (32 - __builtin_ctz(GROUP_SHARES)) /* of a tag */
#define BLOCK_GROUPS ((size_t)64)
#define SMALL_MAX ((size_t)256) /* groups: all of them are in the nearest caches */
#define GROUPS_MAX ((size_t)UINT32_MAX - 1)

struct group_slot {
	uint32_t tag;    /* upper half of the hash, which the slot depends on too */
	uint32_t number; /* of the group, from 1; 0: free */
};

int group_table_init(struct group_table *t, struct eval *ev, uint32_t n_parts, size_t states_size)
{
	*t = (struct group_table){
		.n_slots = SLOTS_MIN,
		.shift = 64 - (unsigned)__builtin_ctzll(SLOTS_MIN),
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

bool group_table_is_small(const struct group_table *t)
{
	return t->n_groups <= SMALL_MAX;
}

void group_table_prefetch_slot(const struct group_table *t, uint64_t hash)
{
	__builtin_prefetch(&t->slots[hash >> t->shift]);
}

void group_table_prefetch_group(const struct group_table *t, uint64_t hash)
{
	struct group_slot slot = t->slots[hash >> t->shift];

	if (slot.number != 0 && slot.tag == (uint32_t)(hash >> 32))
		__builtin_prefetch(group_table_at(t, slot.number - 1));
}

void group_table_prefetch_key(const struct group_table *t, uint64_t hash)
{
	struct group_slot slot = t->slots[hash >> t->shift];

	if (slot.number != 0 && slot.tag == (uint32_t)(hash >> 32))
		group_prefetch_key(group_table_at(t, slot.number - 1));
}

static bool key_is_kept(const struct group_table *t, struct eval *ev, const struct group *g,
                        const struct group_part *parts)
{
	for (uint32_t i = 0; i < t->n_parts; i++)
		if (!kept_eq(ev, g->key[i], parts[i].value))
			return false;
	return true;
}

/* Room for one more; zeroed. */
static struct group *group_alloc(struct group_table *t, struct eval *ev)
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
	return group_table_at(t, t->n_groups++);
}

static struct group *group_new(struct group_table *t, struct eval *ev, uint64_t hash,
                               const struct group_part *parts)
{
	struct group *g = group_alloc(t, ev);

	if (g == NULL)
		return NULL;
	g->hash = hash;
	for (uint32_t i = 0; i < t->n_parts; i++) {
		g->key[i] = kept_from(ev, parts[i].found, parts[i].value);
		t->has_deep_keys |= g->key[i].type == VALUE_OBJECT || g->key[i].type == VALUE_ARRAY;
	}
	return g;
}

static bool slots_grow(struct group_table *t, struct eval *ev, size_t n_slots)
{
	unsigned shift = 64 - (unsigned)__builtin_ctzll(n_slots);
	size_t mask = n_slots - 1;
	struct group_slot *slots = arena_zalloc(ev->keep, n_slots, sizeof *slots);

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < t->n_groups; i++) {
		uint64_t hash = group_table_at(t, i)->hash;
		size_t at = hash >> shift;

		while (slots[at].number != 0)
			at = (at + 1) & mask;
		slots[at] = (struct group_slot){ (uint32_t)(hash >> 32), (uint32_t)i + 1 };
	}
	t->slots = slots;
	t->n_slots = n_slots;
	t->shift = shift;
	return true;
}

int group_table_reserve(struct group_table *t, struct eval *ev, size_t n_groups)
{
	size_t n_slots = t->n_slots;

	if (n_groups >= GROUPS_MAX - t->n_groups)
		return 0; /* it ends on the way */
	while ((t->n_groups + n_groups) * 2 > n_slots)
		n_slots *= 4;
	return n_slots == t->n_slots || slots_grow(t, ev, n_slots) ? 0 : eval_check(ev);
}

/* The group with that key, or NULL; *ret_at is the slot that it has or would have. */
static struct group *search(const struct group_table *t, struct eval *ev, uint64_t hash,
                            const struct group_part *parts, size_t *ret_at)
{
	size_t mask = t->n_slots - 1, at = hash >> t->shift;
	uint32_t tag = (uint32_t)(hash >> 32);

	for (; t->slots[at].number != 0; at = (at + 1) & mask) {
		struct group *g = group_table_at(t, t->slots[at].number - 1);

		if (t->slots[at].tag == tag && g->hash == hash && key_is_kept(t, ev, g, parts))
			return g;
	}
	*ret_at = at;
	return NULL;
}

struct group *group_table_search(const struct group_table *t, struct eval *ev, uint64_t hash,
                                 const struct group_part *parts)
{
	size_t at;

	return search(t, ev, hash, parts, &at);
}

/* They stand together; some may have been pushed beyond the end, by those that were there first. */
size_t group_table_share(const struct group_table *t, size_t share, size_t *at,
                         struct group **groups, size_t n_max)
{
	size_t n_own = t->n_slots / GROUP_SHARES, mask = t->n_slots - 1, n = 0;

	for (; n < n_max; ++*at) {
		struct group_slot slot = t->slots[(share * n_own + *at) & mask];

		if (slot.number != 0 && slot.tag >> SHARE_SHIFT == share)
			groups[n++] = group_table_at(t, slot.number - 1);
		else if (slot.number == 0 && *at >= n_own)
			break;
	}
	return n;
}

/* The group that was made last gets its slot. */
static int enter(struct group_table *t, struct eval *ev, uint64_t hash, size_t at)
{
	t->slots[at] = (struct group_slot){ (uint32_t)(hash >> 32), (uint32_t)t->n_groups };
	if (t->n_groups * 2 > t->n_slots && !slots_grow(t, ev, t->n_slots * 4))
		return eval_check(ev);
	return 0;
}

static int check_room(const struct group_table *t, struct eval *ev)
{
	if (t->n_groups < GROUPS_MAX)
		return 0;
	arena_fail(ev->keep, ERR_NOMEM);
	return eval_check(ev);
}

int group_table_find(struct group_table *t, struct eval *ev, uint64_t hash,
                     const struct group_part *parts, struct group **ret, bool *ret_is_new)
{
	size_t at = 0;

	*ret = search(t, ev, hash, parts, &at);
	*ret_is_new = *ret == NULL;
	if (!*ret_is_new)
		return 0;
	TRY(check_room(t, ev));
	*ret = group_new(t, ev, hash, parts);
	return *ret == NULL ? eval_check(ev) : enter(t, ev, hash, at);
}

int group_table_adopt(struct group_table *t, struct eval *ev, const struct group *from,
                      const struct group_part *parts, struct group **ret, bool *ret_is_new)
{
	size_t at = 0;

	*ret = search(t, ev, from->hash, parts, &at);
	*ret_is_new = *ret == NULL;
	if (!*ret_is_new)
		return 0;
	TRY(check_room(t, ev));
	*ret = group_alloc(t, ev);
	if (*ret == NULL)
		return eval_check(ev);
	memcpy(*ret, from, t->group_size);
	return enter(t, ev, from->hash, at);
}
