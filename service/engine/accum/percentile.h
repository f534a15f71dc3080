/* What $percentile and $median are told, as accumulators and as expressions. */
#ifndef ENGINE_ACCUM_PERCENTILE_H
#define ENGINE_ACCUM_PERCENTILE_H

#include "engine/accum/doubles.h"
#include "engine/expr/expr.h"

struct percentile_args {
	struct expr *input;
	double *ps;
	uint32_t n_ps;
	bool is_median; /* one value, not an array */
};

/* {input: …, p: […], method: "approximate"}; no_object_code when it is no object. */
int percentile_compile(struct compiler *c, const char *name, bool is_median, int no_object_code,
                       struct value spec, struct percentile_args *ret) MUST_CHECK;

/* Numbers count, all else does not. */
int percentile_add(const char *name, struct eval *ev, struct doubles *list,
                   struct value v) MUST_CHECK;

/* The value, or the array of values; null of nothing. */
int percentile_result(const struct percentile_args *args, struct eval *ev,
                      const struct doubles *list, struct value *ret) MUST_CHECK;

/* What a value for each of ps is told as. */
struct value percentile_value(const struct percentile_args *args, struct eval *ev,
                              struct value *items);

#endif
