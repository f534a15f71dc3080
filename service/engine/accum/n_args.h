/* The arguments of $firstN, $minN and their like: {input: …, n: …}. */
#ifndef ENGINE_ACCUM_N_ARGS_H
#define ENGINE_ACCUM_N_ARGS_H

#include "engine/accum/accum.h"

/* Into a->input and a->n; no_object_code when it is no object. */
int n_args_compile(struct compiler *c, struct accum *a, int no_object_code,
                   struct value spec) MUST_CHECK;

/* The value of a->n for the document bound in ev: the key of a group. */
int n_args_eval(const struct accum *a, struct eval *ev, uint64_t *ret) MUST_CHECK;

#endif
