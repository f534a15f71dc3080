/* W3C trace context: the traceparent header, taken and passed on. */
#ifndef OBS_TRACE_H
#define OBS_TRACE_H

#include <stdbool.h>

#include "base/macros.h"
#include "base/str.h"

#define TRACE_ID_SIZE 33 /* 32 hexadecimal digits and a NUL */

#define TRACE_FLAGS_SIZE 3 /* 2 hexadecimal digits and a NUL */
#define TRACE_SPAN_SIZE 17 /* 16 hexadecimal digits and a NUL */

/*
 * The trace id and the flags of a traceparent ("00-<32 hex>-<16 hex>-<2 hex>"); false, and nothing
 * written, when it is not a valid one.
 */
bool trace_parse(struct str traceparent, char ret_id[TRACE_ID_SIZE],
                 char ret_flags[TRACE_FLAGS_SIZE]) MUST_CHECK;

#endif
