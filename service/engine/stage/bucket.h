/* What $bucket and $bucketAuto have in common: how groupBy and output are written. */
#ifndef ENGINE_STAGE_BUCKET_H
#define ENGINE_STAGE_BUCKET_H

#include "engine/stage/grouping.h"

/* Is it a path or an operator, as groupBy has to be? */
bool bucket_is_expression(struct compiler *c, struct value v);

/* Accumulators into a group; a missing output counts.  object_code: when it is no object. */
int bucket_compile_output(struct compiler *c, int object_code, const char *stage,
                          struct value output, struct group_spec *group) MUST_CHECK;

#endif
