/* Kept set: a scan while it is small, open addressing beyond. */
#include "engine/accum/kept_set.h"

#include <string.h>

#include "engine/accum/kept.h"

#define SCAN_MAX 8
#define SLOTS_MIN ((size_t)32)

static bool is_item(const struct kept_set *set, struct eval *ev, size_t i, uint64_t hash,
                    struct value v)
{
	return set->hashes[i] == hash && kept_eq(ev, set->items[i], v);
}

/* Which item the value is; n when none. */
static size_t scan(const struct kept_set *set, struct eval *ev, uint64_t hash, struct value v)
{
	for (size_t i = 0; i < set->n; i++)
		if (is_item(set, ev, i, hash, v))
			return i;
	return set->n;
}

/* Where the value is, or the free slot where it would go. */
static size_t search(const struct kept_set *set, struct eval *ev, uint64_t hash, struct value v)
{
	size_t mask = set->n_slots - 1, at = hash & mask;

	while (set->slots[at] != 0 && !is_item(set, ev, set->slots[at] - 1, hash, v))
		at = (at + 1) & mask;
	return at;
}

static bool slots_grow(struct kept_set *set, struct eval *ev)
{
	size_t n_slots = MAX(SLOTS_MIN, set->n_slots * 4), mask = n_slots - 1;
	uint32_t *slots = arena_zalloc(eval_states(ev), n_slots, sizeof *slots);

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < set->n; i++) {
		size_t at = set->hashes[i] & mask;

		while (slots[at] != 0)
			at = (at + 1) & mask;
		slots[at] = (uint32_t)i + 1;
	}
	set->slots = slots;
	set->n_slots = n_slots;
	return true;
}

static bool append(struct kept_set *set, struct eval *ev, uint64_t hash, struct value kept)
{
	struct value *items = arena_extend(eval_states(ev), set->items, set->n, &set->items_cap,
	                                   sizeof *items);
	uint64_t *hashes = arena_extend(eval_states(ev), set->hashes, set->n, &set->hashes_cap,
	                                sizeof *hashes);

	if (items == NULL || hashes == NULL)
		return false;
	set->items = items;
	set->hashes = hashes;
	items[set->n] = kept;
	hashes[set->n++] = hash;
	return true;
}

static int tell(const struct kept_set *set, struct eval *ev, size_t item_i)
{
	return set->watch == NULL ? 0 : set->watch->fn(set->watch, ev, item_i);
}

static int add(struct kept_set *set, struct eval *ev, uint64_t hash, struct value found,
               struct value v)
{
	size_t at = 0, i = set->n;

	if (set->slots == NULL) {
		i = scan(set, ev, hash, v);
	} else {
		at = search(set, ev, hash, v);
		if (set->slots[at] != 0)
			i = set->slots[at] - 1;
	}
	if (i < set->n)
		return tell(set, ev, i);
	if (set->n >= UINT32_MAX - 1) {
		arena_fail(eval_states(ev), ERR_NOMEM);
		return eval_check(ev);
	}
	if (!append(set, ev, hash, kept_from(ev, found, v)))
		return eval_check(ev);
	if (set->slots != NULL)
		set->slots[at] = (uint32_t)set->n;
	if (set->n > SCAN_MAX && set->n * 2 > set->n_slots && !slots_grow(set, ev))
		return eval_check(ev);
	return tell(set, ev, i);
}

int kept_set_add(struct kept_set *set, struct eval *ev, struct value found, struct value v)
{
	return add(set, ev, value_hash(ev->arena, v), found, v);
}

int kept_set_merge(struct kept_set *set, struct eval *ev, const struct kept_set *other)
{
	for (size_t i = 0; i < other->n; i++) {
		TRY(eval_tick(ev));
		TRY(add(set, ev, other->hashes[i], other->items[i],
		        value_decode(ev->arena, other->items[i])));
	}
	return 0;
}

struct value kept_set_array(const struct kept_set *set, struct eval *ev)
{
	struct value *items = arena_array(ev->arena, set->n, sizeof *items);

	if (items == NULL)
		return NUL_VALUE;
	if (set->n > 0)
		memcpy(items, set->items, set->n * sizeof *items);
	return array_take(ev->arena, items, (uint32_t)set->n);
}
