/*
 * Raw text that was checked when it was read: stepping through it without checking again.
 *
 * For doc/ alone.  Everything here trusts the text to be one well-formed JSON value.
 */
#ifndef DOC_RAW_H
#define DOC_RAW_H

#include "doc/object.h"

/* The first byte at or after p that is not white space. */
const char *raw_skip_space(const char *p);

/* The byte after the value that starts at p (not at white space); end is at or behind it. */
const char *raw_skip_value(const char *p, const char *end);

/* The string between quotes at p, escapes undone (in the arena when there are any). */
struct str raw_string(struct arena *a, const char *p, const char *end);

/* Shallow: every field or item as a raw span. */
bool raw_open_object(struct arena *a, struct object *o);
bool raw_open_array(struct arena *a, struct array *arr);

/*
 * {"$date": …}, {"$numberLong": "…"} and their like: when the object text from p to end is one,
 * set *ret to what it stands for.
 */
bool raw_extended(struct arena *a, const char *p, const char *end, struct value *ret);

#endif
