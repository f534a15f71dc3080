/* $mergeObjects: the fields of all objects in one; of a field that several have the last counts. */
#include "base/hash.h"
#include "engine/accum/accum.h"
#include "engine/accum/kept.h"

#define SLOTS_MIN ((size_t)16)

struct merged_state {
	struct str *keys;
	struct value *values;
	uint32_t *slots; /* field + 1; 0: free */
	size_t n, keys_cap, values_cap;
	size_t n_slots; /* 0 or a power of two */
};

/* Where the key is, or the free slot where it would go. */
static size_t search(const struct merged_state *state, struct str key)
{
	size_t mask = state->n_slots - 1, at = hash_bytes(key.data, key.len) & mask;

	while (state->slots[at] != 0 && !str_eq(state->keys[state->slots[at] - 1], key))
		at = (at + 1) & mask;
	return at;
}

static bool slots_grow(struct merged_state *state, struct eval *ev)
{
	size_t n_slots = MAX(SLOTS_MIN, state->n_slots * 2);
	uint32_t *slots = arena_zalloc(eval_states(ev), n_slots, sizeof *slots);

	if (slots == NULL)
		return false;
	state->slots = slots;
	state->n_slots = n_slots;
	for (size_t i = 0; i < state->n; i++)
		slots[search(state, state->keys[i])] = (uint32_t)i + 1;
	return true;
}

static int set_field(struct merged_state *state, struct eval *ev, struct str key, struct value kept)
{
	if (state->n * 2 >= state->n_slots && !slots_grow(state, ev))
		return eval_check(ev);
	size_t at = search(state, key);
	if (state->slots[at] != 0) {
		state->values[state->slots[at] - 1] = kept;
		return 0;
	}
	struct str *keys = arena_extend(eval_states(ev), state->keys, state->n, &state->keys_cap,
	                                sizeof *keys);
	struct value *values = arena_extend(eval_states(ev), state->values, state->n,
	                                    &state->values_cap, sizeof *values);
	char *name = arena_memdup(eval_states(ev), key.data, key.len);
	if (keys == NULL || values == NULL || name == NULL)
		return eval_check(ev);
	state->keys = keys;
	state->values = values;
	keys[state->n] = (struct str){ name, key.len };
	values[state->n++] = kept;
	state->slots[at] = (uint32_t)state->n;
	return 0;
}

static int merged_add(const struct accum *a, struct eval *ev, void *state, struct value v)
{
	if (value_is_nullish(v))
		return 0;
	if (v.type != VALUE_OBJECT)
		return accum_fail(a, ev, 40400,
		                  "$mergeObjects requires object inputs, but input %s is of type %s",
		                  eval_text(ev, v), value_type_name(v.type));
	uint32_t n = object_n(ev->arena, v.object);
	for (uint32_t i = 0; i < n; i++)
		TRY(set_field(state, ev, object_key(v.object, i),
		              kept_blind(ev, object_at_raw(v.object, i))));
	return eval_tick_n(ev, n);
}

static int merged_merge(const struct accum *a, struct eval *ev, void *state, const void *other_arg)
{
	const struct merged_state *other = other_arg;

	(void)a;
	for (size_t i = 0; i < other->n; i++)
		TRY(set_field(state, ev, other->keys[i], other->values[i]));
	return eval_tick_n(ev, other->n);
}

static int merged_result(const struct accum *a, struct eval *ev, void *arg, struct value *ret)
{
	const struct merged_state *state = arg;

	(void)a;
	*ret = object_build(ev->arena, state->keys, state->values, (uint32_t)state->n);
	return 0;
}

const struct accum_op accum_merge_objects_ops[] = {
	{
		.name = "$mergeObjects",
		.doc = "The fields of all objects in one; of a field that several have the last counts.",
		.usage = "{$mergeObjects: expression}",
		.flags = ACCUM_GROUP_ONLY,
		.state_size = sizeof(struct merged_state),
		.add = merged_add,
		.merge = merged_merge,
		.result = merged_result,
	},
	{ 0 }
};
