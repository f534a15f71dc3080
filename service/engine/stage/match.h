/* $match, for the rules that move it. */
#ifndef ENGINE_STAGE_MATCH_H
#define ENGINE_STAGE_MATCH_H

#include "engine/query/query.h"
#include "engine/stage/stage.h"

/* The filter of a $match; NULL for any other stage. */
const struct query *match_query(const struct stage *s);

/* Is it a $match whose filter cannot fail, whatever the document? */
bool match_is_safe(const struct stage *s);

/* Let first ask what second asks too; both are $match stages. */
int match_merge(struct compiler *c, struct stage *first, const struct stage *second) MUST_CHECK;

#endif
