/*
 * Windows of accumulators whose state is a struct kept_set to which each document adds values: how
 * often each value is in the window is counted.
 */
#ifndef ENGINE_ACCUM_WINDOW_SET_H
#define ENGINE_ACCUM_WINDOW_SET_H

#include "engine/accum/window.h"

extern const struct window_op window_set_op;

#endif
