/*
 * What a reader remembers of the records that it has seen: keys, layouts and shapes.
 *
 * A key has an entry in a dictionary.  A layout is a sequence of keys as they are written, white
 * space included: the next record is expected to have the layout of the last one, and its keys
 * are compared with it byte by byte where they must be.  A layout leads to the shape of its
 * records: the keys that somebody asked for, each once.
 *
 * All three are bounded.  Records beyond the bounds are read all the same, with a shape of their
 * own in the batch's arena.
 *
 * Everything that outlives a record is in the reader's arena.  For doc/ alone.
 */
#ifndef DOC_READ_KEYS_H
#define DOC_READ_KEYS_H

#include "doc/read.h"

#define READ_KEYS_MAX 4096          /* in the dictionary */
#define READ_KEY_LEN_MAX 256        /* longer keys are not kept */
#define READ_LAYOUTS_MAX 256        /* layouts, and shapes as well */
#define READ_LAYOUT_FIELDS_MAX 1024

#define READ_NO_SLOT UINT32_MAX     /* of a key that nobody asked for */

struct read_key {
	struct str name;             /* escapes undone */
	uint64_t hash;
	uint64_t record;             /* number of the last record that had it, and there: */
	uint32_t slot;
	bool is_wanted;
};

/* A key as it is written: from behind the brace or comma up to the colon, which is included. */
struct read_field {
	uint64_t head[2];            /* its first 16 bytes, and which bits of those count */
	uint64_t mask[2];
	const char *text;            /* in the input */
	uint32_t len;
	uint32_t slot;               /* in a layout: one that is not shown when nobody asks for it */
	struct read_key *key;
};

struct read_layout {
	uint64_t hash;
	const struct shape *shape;
	uint32_t n;
	uint32_t n_slots;            /* the shape's, and one for all that nobody asked for */
	bool is_partial;             /* there are such */
	struct read_field fields[];
};

struct read_keys {
	struct arena *arena;
	struct read_fields wanted;
	struct read_key **keys;      /* hash table */
	uint32_t n_keys, n_key_slots;
	struct read_layout *layouts[READ_LAYOUTS_MAX * 2];
	const struct shape *shapes[READ_LAYOUTS_MAX * 2];
	uint32_t n_layouts, n_shapes;
};

bool read_keys_init(struct read_keys *keys, struct arena *a, const struct read_fields *wanted);

/*
 * The key of that name (scratch memory is fine: it is copied).  NULL when it is not in the
 * dictionary and not to be kept, or on lack of memory (look at the arena).
 */
struct read_key *read_keys_get(struct read_keys *keys, struct str name);

/* Does anybody ask for a field of that name? */
bool read_keys_is_wanted(const struct read_keys *keys, struct str name);

/*
 * The layout of these fields; its shape's keys are names, n_names of them.  NULL when there are
 * too many already, or on lack of memory.
 */
const struct read_layout *read_keys_layout(struct read_keys *keys, const struct read_field *fields,
                                           uint32_t n, const struct str *names, uint32_t n_names);

/* The same for a shape alone. */
const struct shape *read_keys_shape(struct read_keys *keys, const struct str *names, uint32_t n);

/* Fill in a field from its text as written. */
void read_field_init(struct read_field *f, const char *text, const char *colon);

#endif
