/*
 * Plan cache: compiled pipelines, found again by the bytes that they were compiled from.
 *
 * Callers send the same few pipelines again and again, and to compile one costs as much as to run
 * it over ten documents.  What a plan depends on is its key: the bytes of the pipeline, the names
 * in `let`, the rules, and the limits that are checked when compiling.  What it does not depend on
 * is given to each run: the values of `let`, now, seed, collections, documents, and the limits of
 * memory, time, documents and output.
 *
 * A plan is read-only, so any number of threads may run one that they hold.  The cache keeps those
 * used last, up to a number of bytes; one that is dropped while somebody holds it lives until that
 * holder gives it back.  Only plans that compiled are kept, and none that would fill more than
 * 1/PLAN_CACHE_SHARE of the cache.
 */
#ifndef ENGINE_PLAN_CACHE_H
#define ENGINE_PLAN_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "engine/engine.h"

#define PLAN_CACHE_SHARE 8

struct plan_cache;

struct plan_entry;

/* A plan that somebody holds; all zeros: none. */
struct held_plan {
	const struct plan *plan;
	bool is_found; /* rather than compiled for this holder */
	struct plan_entry *entry;
};

struct plan_source {
	struct str text;  /* of the pipeline: JSON, which has been checked */
	struct value let; /* an object, or missing; only its names become part of the plan */
	struct limits limits;
	unsigned rules; /* enum plan_rule */
};

/* bytes_max 0: nothing is kept, and every plan is compiled for its holder. */
int plan_cache_create(size_t bytes_max, struct plan_cache **ret, struct err *err) MUST_CHECK;

/* When nobody uses it any more; plans still held stay good. */
void plan_cache_destroy(struct plan_cache *cache);

/*
 * Find a plan, or compile it.  Its memory is charged to the budget of arena a, and not given back:
 * for one that was found as for one that was made, so that the same request meets the same limit;
 * one that was found and does not fit is compiled again in what room there is.  When it does not compile, err and *ret_problems (made in a) say why, as plan_compile()
 * does.
 */
int plan_cache_hold(struct plan_cache *cache, struct arena *a, const struct plan_source *source,
                    struct held_plan *ret, struct problem **ret_problems,
                    struct err *err) MUST_CHECK;

void plan_release(struct held_plan *held);

/* What is kept now. */
struct plan_cache_stats {
	size_t n_plans, n_bytes;
};

struct plan_cache_stats plan_cache_stats(struct plan_cache *cache);

#endif
