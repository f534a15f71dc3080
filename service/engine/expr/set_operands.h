/* Operands of set operators: arrays as sets. */
#ifndef ENGINE_EXPR_SET_OPERANDS_H
#define ENGINE_EXPR_SET_OPERANDS_H

#include "engine/expr/expr.h"
#include "engine/value_set.h"

/* A set of an array's elements, in ev->arena. */
int set_of_array(struct eval *ev, struct array *arr, struct value_set *ret) MUST_CHECK;

/* An array that takes the n elements of a set, and puts them in order, as the server does. */
int set_to_array(struct eval *ev, struct value *items, uint32_t n, struct value *ret) MUST_CHECK;

#endif
