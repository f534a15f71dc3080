/*
 * What a reader remembers of the records that it has seen: keys, layouts and shapes.
 *
 * A key has an entry in a dictionary by its name, and one for each way in which it is written.  A
 * layout is a sequence of keys as they are written, white space included: the next record is
 * expected to have the layout of the last one, and its keys are compared with it byte by byte
 * where they must be.  A layout leads to the shape of its records: the keys that somebody asked
 * for, each once.
 *
 * All of these are bounded.  Records beyond the bounds are read all the same, with a shape of
 * their own in the batch's arena.
 *
 * Everything that outlives a record is in the reader's arena.  For doc/ alone.
 */
#ifndef DOC_READ_KEYS_H
#define DOC_READ_KEYS_H

#include <string.h>

#include "doc/read.h"

#define READ_KEYS_MAX 4096   /* names, and as many ways to write them */
#define READ_KEY_LEN_MAX 256 /* longer keys are not remembered */
#define READ_LAYOUTS_MAX 256 /* layouts, and shapes as well */
#define READ_LAYOUT_FIELDS_MAX 1024
#define READ_BITS 4096

#define READ_NO_SLOT UINT32_MAX /* of a key that nobody asked for */

struct read_key {
	struct str name; /* escapes undone */
	uint64_t hash;
	uint64_t record; /* number of the last record that had it, and there: */
	uint32_t slot;
	bool is_wanted;
};

/* A key as it is written: from behind the brace or comma up to the colon, which is included. */
struct read_field {
	uint64_t head[2]; /* its first 16 bytes, and which bits of those count */
	uint64_t mask[2];
	const char *text; /* all of it */
	uint32_t len;
	uint32_t slot; /* in a layout: one that is not shown when nobody asks for it */
	struct read_key *key;
};

struct read_layout {
	const struct shape *shape;
	uint32_t n;
	uint32_t n_slots; /* the shape's, and one for all that nobody asked for */
	bool is_partial;  /* there are such */
	struct read_field fields[];
};

/* An entry of a hash table: the hash beside the thing, for most that are not there end here. */
struct read_name_slot {
	uint64_t hash;
	struct read_key *key;
};

struct read_written_slot {
	uint64_t hash;
	struct read_field *field;
};

struct read_slot {
	uint64_t hash;
	void *thing; /* a layout, or a shape */
};

/* Of at most READ_LAYOUTS_MAX things; small at first, for most readers see one layout or two. */
struct read_table {
	struct read_slot *slots; /* NULL: nothing was remembered yet */
	uint32_t n, n_slots;
	uint64_t bits[READ_BITS / 64]; /* one for each hash: most that are not there are known by it */
};

struct read_keys {
	struct arena *arena;
	struct read_fields wanted;
	struct inner *inner; /* what the shapes know of the objects in their fields */
	uint64_t seed[2];
	struct read_name_slot *names;
	struct read_written_slot *written;
	uint32_t n_names, n_name_slots;
	uint32_t n_written, n_written_slots;
	struct read_table layouts, shapes;
};

/* In memory that is all zeros. */
bool read_keys_init(struct read_keys *keys, struct arena *a, const struct read_fields *wanted);

/* The bytes from text to the colon, as a field of no key yet. */
static inline struct read_field read_field_at(const char *text, const char *colon)
{
	static const unsigned char masks[32] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	};
	size_t len = (size_t)(colon + 1 - text);
	const unsigned char *mask = masks + 16 - MIN(len, (size_t)16);
	struct read_field f = { .text = text, .len = (uint32_t)len };

	memcpy(f.head, text, 16);
	memcpy(f.mask, mask, 16);
	f.head[0] &= f.mask[0];
	f.head[1] &= f.mask[1];
	return f;
}

/*
 * Is the field's key what is written from text on?  colon is the next structural character.  When
 * the bytes are the same the colon is where theirs is, so only long keys need to look at it: to
 * be sure that all of them is there.  Reads 16 bytes.
 */
static inline bool read_field_is_at(const struct read_field *f, const char *text, const char *colon)
{
	uint64_t head[2];

	memcpy(head, text, sizeof head);
	if ((((head[0] & f->mask[0]) ^ f->head[0]) | ((head[1] & f->mask[1]) ^ f->head[1])) != 0)
		return false;
	return LIKELY(f->len <= 16) || (colon + 1 - text == (ptrdiff_t)f->len &&
	                                memcmp(text + 16, f->text + 16, f->len - 16) == 0);
}

/* The field that is written so, or NULL when it has not been seen (or is not remembered). */
const struct read_field *read_keys_find(const struct read_keys *keys, const char *text,
                                        const char *colon);

/*
 * Remember that the key of a name is written so.  NULL when there is no room left, or on lack of
 * memory (look at the arena).
 */
const struct read_field *read_keys_add(struct read_keys *keys, const char *text, const char *colon,
                                       struct read_key *key);

/*
 * The key of that name (scratch memory is fine: it is copied).  NULL when it is not in the
 * dictionary and not to be kept, or on lack of memory.
 */
struct read_key *read_keys_name(struct read_keys *keys, struct str name);

/* Does anybody ask for a field of that name? */
bool read_keys_is_wanted(const struct read_keys *keys, struct str name);

/*
 * The layout of these fields, each of whose keys knows its slot; its shape has the keys in slots.
 * NULL when there are too many already, or on lack of memory.
 */
const struct read_layout *read_keys_layout(struct read_keys *keys,
                                           const struct read_field *const *fields, uint32_t n,
                                           struct read_key *const *slots, uint32_t n_slots);

/* The same for a shape alone. */
const struct shape *read_keys_shape(struct read_keys *keys, struct read_key *const *slots,
                                    uint32_t n_slots);

#endif
