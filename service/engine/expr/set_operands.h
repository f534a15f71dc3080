/* Operands and results of set operators: arrays as sets. */
#ifndef ENGINE_EXPR_SET_OPERANDS_H
#define ENGINE_EXPR_SET_OPERANDS_H

#include "engine/expr/expr.h"
#include "engine/value_set.h"

/* A set of an array's elements, in ev->arena. */
int set_of_array(struct eval *ev, struct array *arr, struct value_set *ret) MUST_CHECK;

/* A copy of an array's items: those of the array may be another's too. */
int set_copy_items(struct eval *ev, struct array *arr, struct value **ret,
                   uint32_t *ret_n) MUST_CHECK;

/* Takes n items: an array of them in order, and of equals the first only, as the server does. */
int set_from_items(struct eval *ev, struct value *items, uint32_t n, struct value *ret) MUST_CHECK;

#endif
