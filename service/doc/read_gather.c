/* Gathering the fields of an object whose keys come in another order than expected. */
#include "doc/read_gather.h"

#include "doc/raw.h"

bool gatherer_grow(struct gatherer *g, uint32_t n_slots, uint32_t n_fields)
{
	struct arena *a = g->keys.arena;
	struct value *values = arena_extend(a, g->values, n_slots, &g->n_values_max, sizeof *values);
	struct read_key **slots = arena_extend(a, g->slots, n_slots, &g->n_slots_max,
	                                       sizeof(struct read_key *));
	const struct read_field **fields = arena_extend(a, g->fields, n_fields, &g->n_fields_max,
	                                                sizeof *fields);

	if (values == NULL || slots == NULL || fields == NULL) {
		g->n_values_max = g->n_slots_max = g->n_fields_max = 0;
		return false;
	}
	g->values = values;
	g->slots = slots;
	g->fields = fields;
	return true;
}

bool gathering_begin(struct gatherer *g, struct gathering *now, const struct read_layout *layout,
                     uint32_t n, const struct value *values)
{
	for (uint32_t i = 0; i < n; i++) {
		if (!gatherer_reserve(g, now))
			return false;
		(void)gathering_add(g, now, &layout->fields[i]);
	}
	now->expected = layout->fields + n;
	now->expected_end = layout->fields + layout->n;
	if (now->n_slots > 0)
		memcpy(g->values, values, now->n_slots * sizeof *values);
	return true;
}

/* A key that is not in the dictionary, or not in this writing: for this object alone. */
static bool add_stranger(struct gatherer *g, struct gathering *now, struct str name,
                         uint32_t *ret_slot)
{
	struct read_key *key;

	now->has_layout = false;
	*ret_slot = READ_NO_SLOT;
	if (!read_keys_is_wanted(&g->keys, name))
		return true;
	key = arena_zalloc(now->arena, 1, sizeof *key);
	if (key == NULL)
		return false;
	key->name = name;
	now->has_strangers = true;
	*ret_slot = now->n_slots;
	g->slots[now->n_slots++] = key;
	return true;
}

bool gathering_add_new(struct gatherer *g, struct gathering *now, const char *text,
                       const char *colon, struct str written, uint32_t *ret_slot)
{
	struct str name = raw_string(now->arena, written.data, written.data + written.len);
	struct read_key *key = NULL;
	const struct read_field *f = NULL;

	if (g->keys.n_written < READ_KEYS_MAX && !arena_failed(now->arena))
		key = read_keys_name(&g->keys, name);
	if (key != NULL)
		f = read_keys_add(&g->keys, text, colon, key);
	if (arena_failed(now->arena) || arena_failed(g->keys.arena))
		return false;
	if (f == NULL)
		return add_stranger(g, now, name, ret_slot);
	*ret_slot = gathering_add(g, now, f);
	return true;
}

static void copy_names(const struct gatherer *g, const struct gathering *now, struct str *names)
{
	for (uint32_t i = 0; i < now->n_slots; i++)
		names[i] = g->slots[i]->name;
}

/* A shape of this object's own, when there are too many to keep. */
static const struct shape *shape_of_its_own(const struct gatherer *g, const struct gathering *now)
{
	struct str *names;
	struct shape *shape = arena_alloc(now->arena, sizeof *shape + now->n_slots * sizeof *names);

	if (shape == NULL)
		return NULL;
	names = (struct str *)(shape + 1);
	copy_names(g, now, names);
	*shape = (struct shape){
		.n = now->n_slots,
		.keys = names,
		.home = now->arena,
		.has_lasting_keys = true,
		.asked = g->keys.wanted.names,
		.n_asked = g->keys.wanted.n,
	};
	return shape;
}

struct gathered gathering_end(struct gatherer *g, const struct gathering *now)
{
	struct gathered ret = { 0 };

	if (now->has_strangers)
		return ret;
	if (now->has_layout && now->n_fields <= READ_LAYOUT_FIELDS_MAX)
		ret.layout = read_keys_layout(&g->keys, g->fields, now->n_fields, g->slots,
		                              now->n_slots);
	ret.shape = ret.layout != NULL ? ret.layout->shape
	                               : read_keys_shape(&g->keys, g->slots, now->n_slots);
	if (ret.shape == NULL)
		ret.shape = shape_of_its_own(g, now);
	return ret;
}

struct object *gathering_build(const struct gatherer *g, const struct gathering *now)
{
	struct str *names = arena_array(now->arena, now->n_slots, sizeof *names);

	if (names == NULL)
		return NULL;
	copy_names(g, now, names);
	struct value v = object_build(now->arena, names, g->values, now->n_slots);

	if (v.type != VALUE_OBJECT)
		return NULL;
	v.object->depth = 0;
	v.object->home = now->arena;
	v.object->is_partial = !g->keys.wanted.all;
	return v.object;
}
