/*
 * Windows of accumulators whose state is a struct value_list to which each document adds its own
 * values: the list is made once, and a window's value is a slice of it.
 */
#ifndef ENGINE_ACCUM_WINDOW_SLICES_H
#define ENGINE_ACCUM_WINDOW_SLICES_H

#include "engine/accum/window.h"

extern const struct window_op window_slices_op;

#endif
