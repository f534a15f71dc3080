/* Identify: request ids and trace ids. */
#include "http/identify.h"

#include <string.h>

#include "base/hash.h"
#include "obs/trace.h"

_Static_assert(sizeof((struct request *)0)->trace_id == TRACE_ID_SIZE, "a trace id fits");
_Static_assert(sizeof((struct request *)0)->trace_flags == TRACE_FLAGS_SIZE, "flags fit");
_Static_assert(sizeof((struct request *)0)->span_id == TRACE_SPAN_SIZE, "a span id fits");

/* Keeps span ids apart from request ids, which are made of the same numbers. */
#define SPAN_SALT (UINT64_C(1) << 63)

/* Nothing that needs quoting in a header, a log line or a shell. */
static bool is_plain(struct str id)
{
	if (id.len == 0 || id.len >= REQUEST_ID_SIZE)
		return false;
	for (size_t i = 0; i < id.len; i++) {
		char c = id.data[i];
		bool is_alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		                (c >= '0' && c <= '9');

		if (!is_alnum && strchr("-_.:/+=@", c) == NULL)
			return false;
	}
	return true;
}

static char *put_hex(char *to, uint64_t n)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[n >> shift & 15];
	return to;
}

/* The hashes are keyed with random bytes of this process, so the ids cannot be guessed or collide. */
void identify_fresh(struct request *req, uint64_t slot, uint64_t n)
{
	uint64_t half = hash_pair(slot, n);
	char *to = put_hex(req->id, half);

	to = put_hex(to, hash_u64(half));
	*to = 0;
}

void identify(struct request *req, uint64_t slot, uint64_t n)
{
	struct str id = request_header(req, "X-Request-Id");
	struct str traceparent = request_header(req, "traceparent");

	req->trace_id[0] = 0;
	bool is_traced = traceparent.data != NULL &&
	                 trace_parse(traceparent, req->trace_id, req->trace_flags);
	if (is_traced)
		*put_hex(req->span_id, hash_pair(slot + SPAN_SALT, n) | 1) = 0; /* never 0 */
	if (id.data != NULL && is_plain(id)) {
		memcpy(req->id, id.data, id.len);
		req->id[id.len] = 0;
	} else if (is_traced) {
		memcpy(req->id, req->trace_id, TRACE_ID_SIZE);
	} else {
		identify_fresh(req, slot, n);
	}
}
