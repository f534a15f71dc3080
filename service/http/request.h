/*
 * Request: what a handler may know about one HTTP request.
 *
 * A request has passed the guard when a handler sees it: its framing is sound, its path matched a
 * route exactly, its query is decoded.  All text in it is borrowed from the connection's memory and
 * is valid until the handler returns; what must live longer is copied by whoever keeps it.  A
 * request belongs to one thread; only request_is_abandoned() may be called from another one, while
 * the handler waits for it.
 *
 * The body is read when it is first asked for:
 *
 *	struct str body;
 *
 *	TRY(request_body(req, &body, err));
 *
 * It has REQUEST_BODY_PADDING readable bytes behind its end, for readers that look at whole vectors.
 * A body that came in chunks has been read and checked before the handler was called: whether it is
 * well formed decides whether the request is one at all.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"

#define REQUEST_BODY_PADDING 64
#define REQUEST_PARAMS_MAX 4 /* {name} parts in one path */
#define REQUEST_QUERY_MAX 32 /* name=value pairs in one query */
#define REQUEST_ID_SIZE 65   /* bytes, with the NUL */

enum method {
	METHOD_GET,
	METHOD_HEAD,
	METHOD_POST,
	METHOD_PUT,
	METHOD_PATCH,
	METHOD_DELETE,
	METHOD_OPTIONS,
	METHOD_TRACE, /* from here on no route has them; those that HTTP has are a 405, no 501 */
	METHOD_QUERY,
	METHOD_OTHER,
};

struct route;
struct connection; /* the transport's side; http/ only */

struct query_pair {
	struct str name, value; /* decoded: %XX and '+' */
};

struct request {
	enum method method;
	struct str path;                       /* as it was sent: not decoded, not cleaned */
	struct str query_string;               /* as it was sent, without the '?' */
	struct str params[REQUEST_PARAMS_MAX]; /* the {name} parts of the path, in order, raw */
	struct query_pair query[REQUEST_QUERY_MAX]; /* in the order sent; repeated names too */
	size_t n_query;
	const struct route *route; /* NULL when none matched */
	char id[REQUEST_ID_SIZE];  /* the caller's X-Request-Id, or one of ours */
	char trace_id[33];         /* of a valid traceparent, or "" */
	char trace_flags[3];       /* of the same */
	char span_id[17];          /* this request's own part of the trace, or "" */
	char remote_addr[48];      /* the peer of the TCP connection */
	const char *caller; /* whose key it was, set by server_options.admit; NULL: unknown */
	uint64_t start_ns;  /* clock_monotonic_ns() when the header was in */
	void *app;          /* server_options.app */
	struct connection *connection;
};

/* "GET"; "OTHER" for a method this server has no use for. */
const char *method_name(enum method method);
enum method method_find(const char *name);

/* The first header of a name, of any case, without white space around it; .data is NULL: none. */
struct str request_header(const struct request *req, const char *name);

/* The same for the nth header of that name, from 0: lists may come in several lines. */
struct str request_header_nth(const struct request *req, const char *name, size_t n);

/* The first value of a name in the query, decoded; .data is NULL: not there. */
struct str request_query(const struct request *req, const char *name);

/* How the body is packed, by Content-Encoding: "x-gzip" is gzip, "identity" is none. */
enum coding { CODING_NONE, CODING_GZIP, CODING_UNKNOWN };

enum coding request_coding(const struct request *req);

/* Whether the request announces a body; one of no bytes does not count. */
bool request_has_body(const struct request *req);

/* Bytes of the body, as far as they are known before it is read: as it comes, not unpacked. */
size_t request_body_size(const struct request *req);

/*
 * The whole body, unpacked when it is gzip; empty when there is none.  Answers Expect:
 * 100-continue.  Asked again, it gives the same bytes.  Fails with ERR_TOO_LARGE (limit "max-body"
 * or "max-inflate-ratio"), ERR_TIME (the caller was too slow), ERR_IO (the caller has gone),
 * ERR_CODING (it is not the gzip that it says) or ERR_NOMEM; after that the connection will be
 * closed.  One in a coding that is not known is given as it is: ask request_coding() first.
 */
int request_body(struct request *req, struct str *ret, struct err *err) MUST_CHECK;

/*
 * Be told of the body while it arrives: request_body() then calls fn with all that has come so far,
 * after each piece, on its own thread.  The bytes stay where they are for as long as the request.
 * False for a body whose size is not known, that is packed, or that has been read: nobody is told.
 */
typedef void request_body_fn(void *arg, struct str so_far);

bool request_follow_body(struct request *req, request_body_fn *fn, void *arg);

/*
 * Bytes of the answer that a handler has taken from server_options.memory: the server gives them
 * back when the answer is sent.
 */
void request_hold_memory(struct request *req, size_t bytes);

/* Whether the caller has gone, so that nobody waits for the answer.  From any thread; cheap. */
bool request_is_abandoned(const struct request *req);

#endif
