/*
 * Guard: whether a request's framing can be trusted.
 *
 * civetweb takes the first of several lengths, stops reading headers at a folded line, ignores what
 * comes after the sixty-fourth, and accepts a bare line feed.  Each of these lets two parties in a
 * chain of proxies disagree about where a request ends, which is how requests are smuggled.  So
 * whatever is not exactly one well-formed header block is refused before anything else looks at it,
 * and the connection closed.
 *
 * The check relies on what the library's parser leaves in its buffer: it puts a NUL over the colon
 * of each header and over each CR and LF that ends one, and touches nothing else.  (The same in
 * 1.15 and 1.16.)  One trace is lost: which two white characters ended the request line; they are
 * looked at while the header is received (watch.h).
 */
#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/macros.h"

#define GUARD_URI_MAX ((size_t)8192) /* bytes, query included */

struct mg_request_info;

struct guard_limits {
	size_t max_body;      /* bytes */
	bool may_lack_length; /* a POST without one is one without a body */
};

/* How the header frames the body. */
struct framing {
	size_t content_length;
	bool is_chunked;
	bool wants_continue; /* Expect: 100-continue */
	const char *body;    /* in the library's buffer: where it begins */
};

struct refusal {
	int status;
	const char *code; /* as in server_options.problem */
};

/* 0 and the framing, or an error and the refusal to answer it with. */
int guard_check(const struct mg_request_info *info, const struct guard_limits *limits,
                struct framing *ret, struct refusal *ret_refusal, struct err *err) MUST_CHECK;

#endif
