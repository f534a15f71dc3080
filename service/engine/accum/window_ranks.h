/* $median and $percentile over windows: a tree of counts over the ranks of all values. */
#ifndef ENGINE_ACCUM_WINDOW_RANKS_H
#define ENGINE_ACCUM_WINDOW_RANKS_H

#include "engine/accum/window.h"

extern const struct window_op window_ranks_op;

#endif
