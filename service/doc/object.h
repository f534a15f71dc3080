/*
 * Arrays and objects.
 *
 * Objects keep their keys apart from their values: a shape is a list of keys, and records that
 * have the same keys in the same order share one, so that "where is field x" is answered once a
 * shape and not once a record.  Shapes are read-only once they are in use, but for their index;
 * those that last are so from the first (shape_share()).
 *
 * An object or array that came in remembers its text (raw) and is opened, one level, when somebody
 * asks for what is in it; that takes memory where the object itself lives (home), so that it may
 * outlive the arena of whoever asked.  One that was built by a stage has no text.  Both are read-only after
 * they have been handed out: a change is a new object.
 *
 * Duplicate keys: the first place and the last value count, as soon as the object is opened.
 */
#ifndef DOC_OBJECT_H
#define DOC_OBJECT_H

#include "doc/value.h"

struct inner;
struct inner_site;

struct shape {
	uint32_t n;
	uint32_t n_index; /* slots of index: 0 or a power of two */
	const struct str *keys;
	const struct str *spelt; /* ,"key": for each, to be written; or NULL: shape_spell() */
	uint32_t *index;    /* open addressing, key number + 1; made when many keys are searched */
	struct arena *home; /* where the index may be made; NULL: it is done without */
	bool has_lasting_keys;    /* it does not last, but the bytes of its keys do */
	bool is_lasting;          /* lives as long as the run: may be remembered by its address */
	struct inner *inner;      /* of the reader that it comes from, or NULL … */
	struct inner_site *sites; /* … and what is expected in each field, made late (inner.h) */
	const struct str *asked; /* of a partial object: the names that were looked for in its text */
	uint32_t n_asked;
};

struct object {
	const struct shape *shape; /* NULL: not opened yet */
	struct value *values;      /* shape->n, some of them raw; never missing */
	const char *raw;           /* the text it came in, or NULL */
	struct arena *home;        /* what came in is opened into the memory it lives in */
	struct inner_site *site;   /* where it stands, so how it may be written; or NULL */
	uint32_t raw_len;
	uint16_t depth;   /* levels of built containers, itself included; 0 when it came in */
	bool is_partial;  /* shape holds only the fields the plan asked for; raw has all */
	uint32_t n_added; /* the last of shape's fields stand behind those of raw: object_splice() */
};

struct array {
	struct value *items; /* NULL when not opened */
	const char *raw;
	struct arena *home;
	struct inner_site *site; /* of objects among the items; or NULL */
	uint32_t n;              /* valid once opened */
	uint32_t raw_len;
	uint16_t depth;
	bool is_open;
};

/* ---- shapes ---- */

/* A shape with copies of the keys made in the arena (the bytes too); NULL on lack of memory. */
struct shape *shape_create(struct arena *a, const struct str *keys, uint32_t n);

/* Have at hand how the keys are written: for a shape that many objects will share. */
void shape_spell(struct arena *a, struct shape *shape);

/*
 * Make all of a shape that would be made late, so that finding keys in it changes nothing and
 * threads may share it.  When there is no memory its arena has failed.
 */
void shape_share(const struct shape *shape);

/* A copy of a shape that has_lasting_keys: for an object that is kept.  NULL on lack of memory. */
struct shape *shape_borrow(struct arena *a, const struct shape *shape);

/* Number of key in the shape, or -1. */
int32_t shape_find(const struct shape *shape, struct str key);

/* The same in a shape that still grows: by its index if it has one, and none is made. */
int32_t shape_find_early(const struct shape *shape, struct str key);

#define SHAPE_SCAN_MAX 12 /* up to so many keys a scan is quicker than hashing */

/* ---- reading objects ---- */

/* See to it that shape and values are there, all of them; false on lack of memory. */
bool object_open(struct arena *a, struct object *o);

uint32_t object_n(struct arena *a, struct object *o);

/* Only after object_open() or object_n(). */
static inline struct str object_key(const struct object *o, uint32_t i)
{
	return o->shape->keys[i];
}

/*
 * The container that stands raw in field i, decoded, with what its site expects.  An object that
 * lives in a keeps it, so that a second look costs nothing.
 */
struct value object_enter(struct arena *a, const struct object *o, uint32_t i);

/* Field i, decoded; and as it stands, raw if it is. */
static inline struct value object_at(struct arena *a, const struct object *o, uint32_t i)
{
	struct value v = o->values[i];

	if (v.type != VALUE_RAW)
		return v;
	if (o->shape->inner != NULL && (v.text[0] == '{' || v.text[0] == '['))
		return object_enter(a, o, i);
	return value_decode_raw(a, v);
}

static inline struct value object_at_raw(const struct object *o, uint32_t i)
{
	return o->values[i];
}

/*
 * Number of the field, or -1.  A partial object is opened in full when it lacks the field and
 * nobody had asked for it, so that what the plan asked for is never more than a hint.
 */
int32_t object_find(struct arena *a, struct object *o, struct str key);

/* The field decoded, or missing. */
struct value object_get(struct arena *a, struct object *o, struct str key);

/* The field as it stands (raw, if nobody changed it), or missing. */
struct value object_get_raw(struct arena *a, struct object *o, struct str key);

/*
 * Open a container now, and whatever is made late of it, so that reading it changes nothing: for
 * constants, which threads share.  Scalars are as they are; false on lack of memory.
 */
bool value_share(struct arena *a, struct value v);

/*
 * A copy of an object that came in, with the places of its fields: home is a.  NULL on lack of
 * memory.  Its shape is the same one.
 */
struct object *object_copy_spans(struct arena *a, const struct object *o);

/* ---- reading arrays ---- */

/* What items of an empty array points to: an address that one may step from; never written. */
extern struct value array_no_items[1];

bool array_open(struct arena *a, struct array *arr);
uint32_t array_n(struct arena *a, struct array *arr);

/* The same as object_enter() for an item. */
struct value array_enter(struct arena *a, const struct array *arr, uint32_t i);

/* Item i, decoded; only after array_open() or array_n(), and i < n. */
static inline struct value array_get(struct arena *a, const struct array *arr, uint32_t i)
{
	struct value v = arr->items[i];

	if (v.type != VALUE_RAW)
		return v;
	if (arr->site != NULL && (v.text[0] == '{' || v.text[0] == '['))
		return array_enter(a, arr, i);
	return value_decode_raw(a, v);
}

/* ---- building ---- */

/*
 * An object of the fields given; missing values are left out, duplicate keys follow the rule
 * above.  Keys and values are borrowed (the lists themselves are copied).
 */
struct value object_build(struct arena *a, const struct str *keys, const struct value *values,
                          uint32_t n);

/*
 * A document that came in, its fields written without white space and each once, with n more
 * behind them: what is not opened leaves as the text that it came in, and the rest.  shape is a
 * lasting one of some of the document's fields and those added, which are the last of values and
 * none of which the document has itself.
 */
struct value object_splice(struct arena *a, const struct object *doc, const struct shape *shape,
                           struct value *values, uint32_t n_added);

/* Is the text of what came in, whole or partial, all that there is to the object? */
static inline bool object_is_text(const struct object *o)
{
	return o->raw != NULL && o->n_added == 0;
}

/* An object over a shape that is already there: takes values (shape->n of them, none missing). */
struct value object_from_shape(struct arena *a, const struct shape *shape, struct value *values);

/* An array that takes items (arena memory of the caller's, not copied); none may be missing. */
struct value array_take(struct arena *a, struct value *items, uint32_t n);

/*
 * An array of all items of n arrays (one or more), in order.  Built from the left again and again
 * it costs no more than what is added (arena_append()).
 */
struct value array_concat(struct arena *a, struct array *const *arrays, size_t n);

/* A growing object: add in order, then finish. */
struct object_builder {
	struct arena *arena;
	struct str *keys;
	struct value *values;
	size_t n, cap;
};

void object_builder_init(struct object_builder *b, struct arena *a, size_t n_expected);

/* Missing values are ignored.  Does not look for duplicates: object_builder_finish() does. */
void object_builder_add(struct object_builder *b, struct str key, struct value v);

struct value object_builder_finish(struct object_builder *b);

/* A growing array. */
struct array_builder {
	struct arena *arena;
	struct value *items;
	size_t n, cap;
};

void array_builder_init(struct array_builder *b, struct arena *a, size_t n_expected);
void array_builder_add(struct array_builder *b, struct value v);
struct value array_builder_finish(struct array_builder *b);

#endif
