/* The stage of $setWindowFields, for stages that are made of others. */
#ifndef ENGINE_STAGE_SET_WINDOW_FIELDS_H
#define ENGINE_STAGE_SET_WINDOW_FIELDS_H

#include "engine/stage/stage.h"

/* Of parts as they are written: partition_by and sort_by may be missing, output is an object. */
int window_stage_compile(struct compiler *c, struct value partition_by, struct value sort_by,
                         struct value output, struct stage **ret) MUST_CHECK;

#endif
