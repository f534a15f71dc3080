/* Identify: which request this is, for logs here and elsewhere.  Inside http/ only. */
#ifndef HTTP_IDENTIFY_H
#define HTTP_IDENTIFY_H

#include <stdint.h>

#include "http/request.h"

/* An id of our own: unlike any other, of this process or of another. */
void identify_fresh(struct request *req, uint64_t slot, uint64_t n);

/*
 * Fill in the request's id, trace id and span id: the caller's X-Request-Id when it is short and plain, else
 * the trace id of its traceparent, else a fresh one (of the nth request of a slot).
 */
void identify(struct request *req, uint64_t slot, uint64_t n);

#endif
