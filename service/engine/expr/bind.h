/* Binding variables: what $filter, $map and $reduce share. */
#ifndef ENGINE_EXPR_BIND_H
#define ENGINE_EXPR_BIND_H

#include "engine/expr/expr.h"

/*
 * Bind the name that `as` gives ("this" when as is missing): reports what is no string or no name.
 * The caller restores c->scope.
 */
int bind_as(struct compiler *c, const struct expr_op *op, struct value as,
            uint32_t *ret_slot) MUST_CHECK;

/*
 * What $filter and $map have in common: args[0] is the array, args[1] what is evaluated for each
 * of its items, as slots[0].  body_name is the name of the latter: "cond", "in".
 */
int bind_compile_items(struct compiler *c, struct expr *e, struct value input, struct value as,
                       const char *body_name, struct value body) MUST_CHECK;

/* args[0]: an array or null; anything else fails with the code. */
int bind_eval_items(const struct expr *e, struct eval *ev, int mongo_code,
                    struct value *ret) MUST_CHECK;

#endif
