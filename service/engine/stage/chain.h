/*
 * Chains: a stage that is made of other stages, as $sortByCount is of $group and $sort.
 *
 * To the pipeline it is one stage; within, documents flow through the others.  They are compiled
 * by who makes the chain and report errors under the chain's own name and place.
 */
#ifndef ENGINE_STAGE_CHAIN_H
#define ENGINE_STAGE_CHAIN_H

#include "engine/stage/stage.h"

/* Borrows the array of stages. */
int chain_create(struct compiler *c, struct stage **stages, size_t n_stages,
                 struct stage **ret) MUST_CHECK;

#endif
