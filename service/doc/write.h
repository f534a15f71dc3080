/*
 * Values to JSON text.
 *
 * What nobody looked at leaves as the bytes it came in.  Dates, NaN and infinities, for which
 * plain JSON has no form, are written as Extended JSON: {"$date": "…Z"}, {"$numberDouble": "NaN"}.
 */
#ifndef DOC_WRITE_H
#define DOC_WRITE_H

#include "base/buf.h"
#include "doc/value.h"

enum write_mode {
	WRITE_PLAIN,     /* application/json */
	WRITE_RELAXED,   /* Extended JSON v2, relaxed */
	WRITE_CANONICAL, /* Extended JSON v2, canonical: every number says its type */
};

/*
 * Append v to out.  a is scratch for what has to be opened (only in canonical mode, or when an
 * object with duplicate keys was opened).  Look at out->failed and arena_failed(a) afterwards.
 */
void write_value(struct buf *out, struct arena *a, struct value v, enum write_mode mode);

#endif
