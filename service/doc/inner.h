/*
 * Inner objects: those that stand in the fields of records, and in arrays there.
 *
 * What stands in one field mostly has the same keys every time, so a site (the field of a shape)
 * remembers the layout of the last object that was opened there, and the next one is compared
 * with it key by key.  Objects that were opened so share shapes that last as long as the run,
 * like records do, and paths into them know where to look.
 *
 * One inner belongs to a reader, and all shapes that the reader keeps know it; like their indexes
 * the sites are made late, so all of it belongs to one thread.
 */
#ifndef DOC_INNER_H
#define DOC_INNER_H

#include "doc/read_gather.h"

struct inner {
	struct arena *arena;               /* for all that is remembered */
	struct gatherer *gather;           /* NULL until the first object is opened */
	const struct read_layout *nothing; /* of an object without fields */
};

/* A field of a shape: what is expected there. */
struct inner_site {
	struct inner *inner;
	const struct read_layout *expected; /* NULL until the first one */
};

/* The site of field i of a shape that has an inner; NULL on lack of memory. */
struct inner_site *inner_site(const struct shape *shape, uint32_t i);

/*
 * Open an object that has a site, in arena a: false when it could not be done in this way, which
 * says nothing about the other ones.
 */
bool inner_open(struct arena *a, struct object *o);

#endif
