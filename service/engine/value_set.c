/* A set of values: open addressing, at most two thirds full. */
#include "engine/value_set.h"

#define SLOTS_MIN 16

static uint64_t hash_of(struct arena *scratch, struct value v)
{
	uint64_t hash = value_hash(scratch, v);

	return hash != 0 ? hash : 1;
}

static size_t slots_for(size_t n)
{
	size_t n_slots = SLOTS_MIN;

	while (n_slots / 3 * 2 < n)
		n_slots *= 2;
	return n_slots;
}

void value_set_init(struct value_set *set, struct arena *a, size_t n_expected)
{
	*set = (struct value_set){ .arena = a };
	size_t n_slots = slots_for(n_expected);

	set->slots = arena_zalloc(a, n_slots, sizeof *set->slots);
	set->n_slots = set->slots != NULL ? n_slots : 0;
}

/* Where v is, or where it belongs. */
static struct value_slot *slot_of(const struct value_set *set, struct arena *scratch, uint64_t hash,
                                  struct value v)
{
	size_t mask = set->n_slots - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		struct value_slot *slot = &set->slots[i];

		if (slot->hash == 0 || (slot->hash == hash && value_eq(scratch, slot->value, v)))
			return slot;
	}
}

static bool grow(struct value_set *set)
{
	size_t n_slots = set->n_slots * 2, mask = n_slots - 1;
	struct value_slot *slots = arena_zalloc(set->arena, n_slots, sizeof *slots);

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < set->n_slots; i++) {
		size_t at = set->slots[i].hash & mask;

		if (set->slots[i].hash == 0)
			continue;
		while (slots[at].hash != 0)
			at = (at + 1) & mask;
		slots[at] = set->slots[i];
	}
	set->slots = slots;
	set->n_slots = n_slots;
	return true;
}

bool value_set_add(struct value_set *set, struct value v)
{
	if (set->n_slots == 0)
		return false;
	uint64_t hash = hash_of(set->arena, v);
	struct value_slot *slot = slot_of(set, set->arena, hash, v);

	if (slot->hash != 0)
		return false;
	*slot = (struct value_slot){ .hash = hash, .value = v, .number = set->n++ };
	if (set->n > set->n_slots / 3 * 2 && !grow(set))
		set->n_slots = 0;
	return true;
}

int64_t value_set_find(const struct value_set *set, struct arena *scratch, struct value v)
{
	if (set->n_slots == 0)
		return -1;
	const struct value_slot *slot = slot_of(set, scratch, hash_of(scratch, v), v);

	return slot->hash != 0 ? (int64_t)slot->number : -1;
}
