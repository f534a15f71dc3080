/*
 * Kept values: what groups and accumulators hold on to of the values that they meet.
 *
 * Integers are kept themselves: to compare with them, no memory has to be fetched.  Another value
 * that came in as text lasts as long as the run where it stands, so numbers and plain strings are
 * kept as that text: it costs nothing, and leaves as it came.  What has to be looked
 * into again (objects, arrays, text with escapes) is decoded into the arena eval_states(ev),
 * once; what an expression made is copied there.
 */
#ifndef ENGINE_ACCUM_KEPT_H
#define ENGINE_ACCUM_KEPT_H

#include "engine/eval.h"

/* found as it stood (perhaps raw), v the same decoded: to be kept and compared again. */
struct value kept_from(struct eval *ev, struct value found, struct value v);

/* Is a decoded value equal to a kept one? */
bool kept_eq(struct eval *ev, struct value kept, struct value v);

/* found, to be kept and only handed out again: the cheapest form that lasts. */
struct value kept_blind(struct eval *ev, struct value found);

/*
 * A document for a later stage, in an arena: what came in stays a span, with the places of its
 * fields if they are known, so that it need not be read again.
 */
struct value kept_document(struct arena *a, struct value doc);

#endif
