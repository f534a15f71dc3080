/* Between values and JSON text while a pipeline runs: strings that hold JSON, Extended JSON. */
#ifndef ENGINE_JSON_TEXT_H
#define ENGINE_JSON_TEXT_H

#include "engine/eval.h"

/*
 * The value that s spells as JSON, all of it built in ev->arena; false when it is none, or nested
 * deeper than the run's documents may be.
 */
bool json_text_read(struct eval *ev, struct str s, struct value *ret);

/*
 * v with every date, number and decimal as Extended JSON writes it: {"$date": …}; whole numbers
 * and finite doubles too unless is_relaxed.  ERR_* when time or memory runs out.
 */
int json_text_wrap(struct eval *ev, struct value v, bool is_relaxed, struct value *ret) MUST_CHECK;

/*
 * The opposite: {"$date": …} and its kin become what they stand for.  One that stands for nothing
 * is *ret_wrong, and ret is not set.
 */
int json_text_unwrap(struct eval *ev, struct value v, struct value *ret, bool *ret_wrong) MUST_CHECK;

#endif
