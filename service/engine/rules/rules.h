/*
 * Rules: rewrites of a compiled pipeline, one a file.  None may change an answer, an error
 * included, and each can be switched off (engine/rule.h) so that tests can tell.
 */
#ifndef ENGINE_RULES_RULES_H
#define ENGINE_RULES_RULES_H

#include "engine/stage/stage.h"

/* All that are on, in the order in which one prepares the ground for the next. */
int rules_apply(struct compiler *c, struct pipeline *pipeline) MUST_CHECK;

/* Each says whether it found something to do. */

/* Move a $match that cannot fail before stages that do not touch what it reads. */
int rule_match_early(struct compiler *c, struct pipeline *pipeline, bool *ret) MUST_CHECK;

/* Make one of two $match in a row. */
int rule_match_merge(struct compiler *c, struct pipeline *pipeline, bool *ret) MUST_CHECK;

/* Do not compute fields that no stage behind reads. */
int rule_unused(struct compiler *c, struct pipeline *pipeline, bool *ret) MUST_CHECK;

/* Tell a stage that sorts how many documents the stages behind it let through. */
int rule_sort_limit(struct compiler *c, struct pipeline *pipeline, bool *ret) MUST_CHECK;

/* Let stages that add fields leave the text of documents alone that nobody takes apart. */
int rule_splice(struct compiler *c, struct pipeline *pipeline, bool *ret) MUST_CHECK;

#endif
