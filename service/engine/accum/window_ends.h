/* $first and $last, and their N, over windows: documents by their place, nothing is kept. */
#ifndef ENGINE_ACCUM_WINDOW_ENDS_H
#define ENGINE_ACCUM_WINDOW_ENDS_H

#include "engine/accum/window.h"

extern const struct window_op window_first_op, window_last_op;
extern const struct window_op window_first_n_op, window_last_n_op;

#endif
