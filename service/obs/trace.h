/* W3C trace context: the traceparent header, taken and passed on. */
#ifndef OBS_TRACE_H
#define OBS_TRACE_H

#include <stdbool.h>

#include "base/macros.h"
#include "base/str.h"

#define TRACE_ID_SIZE 33 /* 32 hexadecimal digits and a NUL */

/*
 * The trace id of a traceparent ("00-<32 hex>-<16 hex>-<2 hex>"); false, and nothing written, when
 * it is not a valid one.
 */
bool trace_parse(struct str traceparent, char ret[TRACE_ID_SIZE]) MUST_CHECK;

#endif
