/*
 * Needs: which top-level fields of the input something reads, so that the reader keeps no more.
 *
 * It is a hint: a document from which too little was kept is opened again (object.h).
 */
#ifndef ENGINE_NEEDS_H
#define ENGINE_NEEDS_H

#include "base/arena.h"
#include "base/str.h"
#include "engine/expr/expr.h"

#define NEEDS_MAX 64 /* more than so many names: simply all */

struct needs {
	bool all;
	struct str names[NEEDS_MAX];
	uint32_t n;
};

void needs_add(struct needs *needs, struct str name);
void needs_all(struct needs *needs);

bool needs_has(const struct needs *needs, struct str name);

/* Every field that the expression, or anything below it, reads of the document; NULL is fine. */
void needs_add_expr(struct needs *needs, const struct expr *e);

#endif
