/*
 * Rules: rewrites of a compiled pipeline, one a file.  None may change an answer, and each can be
 * switched off (enum plan_rule) so that tests can tell.
 */
#ifndef ENGINE_RULES_RULES_H
#define ENGINE_RULES_RULES_H

#include "engine/stage/stage.h"

/* Tell a stage that sorts how many documents the stages behind it let through. */
void rule_sort_limit(struct pipeline *pipeline);

#endif
