/* The stage of $sort, for stages that are made of others. */
#ifndef ENGINE_STAGE_SORT_H
#define ENGINE_STAGE_SORT_H

#include "engine/sort_spec.h"
#include "engine/stage/stage.h"

/* NULL after reporting lack of memory. */
struct stage *sort_stage_create(struct compiler *c, struct sort_spec *spec);

#endif
