/*
 * Gathering the fields of an object whose keys come in another order than expected: which slot
 * each value goes to, and in the end which layout and which shape the object has.
 *
 * A gatherer is kept from one object to the next; a gathering is one object.  The reader does this
 * with records that stray from the expected layout (read_stray.c), and the opening of objects that
 * stand in records as well (inner.c).  For doc/ alone.
 */
#ifndef DOC_READ_GATHER_H
#define DOC_READ_GATHER_H

#include "doc/read_keys.h"

#define GATHERING_AHEAD 3 /* so many fields of the expected layout are compared at a time */

struct gatherer {
	struct read_keys keys;
	struct value *values;             /* by slot */
	struct read_key **slots;          /* whose value it is */
	const struct read_field **fields; /* as they come; up to READ_LAYOUT_FIELDS_MAX */
	size_t n_values_max, n_slots_max, n_fields_max;
	uint64_t n; /* objects begun, which is also the number of the current one */
};

struct gathering {
	struct arena *arena;                              /* of the object */
	const struct read_field *expected, *expected_end; /* what may come next */
	uint32_t n_fields, n_slots;
	bool has_layout;    /* all that is written so far is remembered */
	bool has_strangers; /* keys that are not, so two may be the same */
	bool is_predicted;  /* all came in the order of the expected layout, with some left out */
};

/* What came of it: values are in the gatherer, shape->n of them. */
struct gathered {
	const struct read_layout *layout; /* NULL: not remembered */
	const struct shape *shape;        /* NULL: it has strangers, or memory lacks */
};

bool gatherer_grow(struct gatherer *g, uint32_t n_slots, uint32_t n_fields);

/* Room for one field more. */
static inline bool gatherer_reserve(struct gatherer *g, const struct gathering *now)
{
	if (LIKELY(now->n_slots < g->n_values_max && now->n_fields < g->n_fields_max))
		return true;
	return gatherer_grow(g, now->n_slots, now->n_fields);
}

/* Begin with the first n fields of a layout, whose values are there: by their slots in values. */
bool gathering_begin(struct gatherer *g, struct gathering *now, const struct read_layout *layout,
                     uint32_t n, const struct value *values) MUST_CHECK;

/* A field that is remembered, after gatherer_reserve(): the slot for its value. */
static inline uint32_t gathering_add(struct gatherer *g, struct gathering *now,
                                     const struct read_field *f)
{
	struct read_key *key = f->key;

	g->fields[now->n_fields++] = f;
	if (!key->is_wanted)
		return READ_NO_SLOT;
	if (key->record != g->n) {
		key->record = g->n;
		key->slot = now->n_slots;
		g->slots[now->n_slots++] = key;
	}
	return key->slot;
}

/* The field written at text, when it is remembered.  Most often it is one of the next expected. */
static inline const struct read_field *gathering_find(const struct gatherer *g,
                                                      struct gathering *now, const char *text,
                                                      const char *colon)
{
	const struct read_field *f = now->expected;

	for (int i = 0; i < GATHERING_AHEAD && f < now->expected_end; i++, f++)
		if (read_field_is_at(f, text, colon)) {
			now->expected = f + 1;
			return f;
		}
	now->is_predicted = false;
	return *colon == ':' ? read_keys_find(&g->keys, text, colon) : NULL;
}

/*
 * A key that is written as never before, from text to the colon; key is the string in it, quotes
 * included.  The slot for its value, or false when memory lacks.  Needs gatherer_reserve() too.
 * Once there is no room to remember more, any such key is a stranger, the ones known in another
 * writing too.
 */
bool gathering_add_new(struct gatherer *g, struct gathering *now, const char *text,
                       const char *colon, struct str key, uint32_t *ret_slot) MUST_CHECK;

/* The layout and the shape, as far as they are remembered; else a shape in the object's arena. */
struct gathered gathering_end(struct gatherer *g, const struct gathering *now);

/* An object with strangers: found and built in the way that knows nothing of layouts. */
struct object *gathering_build(const struct gatherer *g, const struct gathering *now);

#endif
