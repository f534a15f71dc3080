/* Binding variables: what $filter, $map and $reduce share when they are compiled. */
#ifndef ENGINE_EXPR_BIND_H
#define ENGINE_EXPR_BIND_H

#include "engine/expr/expr.h"

/*
 * Bind the name that `as` gives ("this" when as is missing): reports what is no string or no name.
 * The caller restores c->scope.
 */
int bind_as(struct compiler *c, const struct expr_op *op, struct value as,
            uint32_t *ret_slot) MUST_CHECK;

#endif
