/* $match, for the rules that move it. */
#ifndef ENGINE_STAGE_MATCH_H
#define ENGINE_STAGE_MATCH_H

#include "engine/stage/stage.h"

/* Is it a $match whose filter cannot fail, whatever the document? */
bool match_is_safe(const struct stage *s);

/* Let first ask what second asks too; both are $match stages. */
int match_merge(struct compiler *c, struct stage *first, const struct stage *second) MUST_CHECK;

#endif
