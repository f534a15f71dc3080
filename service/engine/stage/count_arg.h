/* The argument of $limit and $skip: a whole number that is not negative. */
#ifndef ENGINE_STAGE_COUNT_ARG_H
#define ENGINE_STAGE_COUNT_ARG_H

#include "engine/compile.h"

int count_arg_compile(struct compiler *c, const char *stage, int mongo_code, struct value spec,
                      int64_t *ret) MUST_CHECK;

#endif
