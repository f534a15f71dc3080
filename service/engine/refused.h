/*
 * Refused: what MongoDB has and docmill will not, and why.
 *
 * These names need a server, its indexes, its keys or a JavaScript engine.  A pipeline that holds
 * one is told the reason; a name that stands neither here nor in a table of operators is unknown,
 * and is answered with "did you mean".
 */
#ifndef ENGINE_REFUSED_H
#define ENGINE_REFUSED_H

#include "engine/compile.h"

enum refused_family { REFUSED_STAGE, REFUSED_EXPR, REFUSED_ACCUM, REFUSED_QUERY };

struct refused {
	enum refused_family family;
	const char *name;
	const char *reason; /* a clause: "it runs JavaScript" */
};

/* NULL when nobody knows the name. */
const struct refused *refused_find(enum refused_family family, struct str name);

/* Report it, with MongoDB's code for a name that is unknown there.  Returns ERR_PIPELINE. */
int refused_fail(struct compiler *c, int mongo_code, const struct refused *refused);

/* Call fn for every name of a family, in table order. */
void refused_each(enum refused_family family, void (*fn)(const struct refused *refused, void *arg),
                  void *arg);

#endif
