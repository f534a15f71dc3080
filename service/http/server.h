/*
 * Server: one listening address, its threads, and the life of a request.
 *
 *	guard -> request id -> route -> may the caller -> chunked body -> handler -> one write -> log, metrics
 *
 * A server runs handlers on its own threads, one connection each, and answers everything that is
 * not a handler's business itself: broken framing, unknown paths, methods that a path does not
 * have, deadlines.  Every such refusal goes through server_options.problem, so that it looks like
 * the handlers' own errors.
 *
 * Signals must be blocked in all threads before server_start(): a signal that interrupts a
 * connection's system call makes the library misbehave.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/macros.h"
#include "http/request.h"
#include "http/response.h"
#include "http/router.h"

/*
 * Turn an error into the answer.  Where HTTP itself decides (framing, unknown path, header too
 * large) status and code say what it is: "framing_invalid", "not_found", "method_not_allowed",
 * "uri_too_long", "header_too_large", "length_required", "timeout", "expectation_failed",
 * "parameter_invalid", "body_too_large", "body_incomplete", "content_coding_invalid", "overloaded", "not_implemented",
 * "version_not_supported".
 * Where a handler failed, status is 0 and code NULL: err->code decides.  err->message is the
 * detail, err->limit the option that was reached, or NULL.  The response is empty but for headers
 * that must stay (Allow), and is sent as application/problem+json unless the callback says
 * otherwise.  Early refusals know little: path and route may be empty; the request id is there.
 */
typedef void (*problem_fn)(const struct request *req, struct response *res, int status,
                           const char *code, const struct err *err);

/*
 * Whether the request, whose route is found and whose body is not read yet, may be handled at all;
 * false, and the response says why not.
 */
typedef bool (*admit_fn)(struct request *req, struct response *res);

enum access_log { ACCESS_LOG_ALL, ACCESS_LOG_ERRORS, ACCESS_LOG_OFF };

struct server_options {
	const char *name;               /* "service", "admin": in logs and metrics */
	const char *listen;             /* "127.0.0.1:8001", ":8001" (every address); port 0: any */
	unsigned n_threads;             /* connections served at a time */
	uint64_t keep_alive_timeout_ms; /* between two requests */
	uint64_t header_timeout_ms;     /* for a whole header */
	uint64_t body_timeout_ms;       /* for a whole body */
	uint64_t write_timeout_ms;      /* for a whole answer */
	uint64_t min_rate;              /* bytes a second of a body or an answer; 0: any */
	const char *cors_origins;       /* of pages that may read answers (cors.h); "": none */
	size_t max_body, max_header;    /* bytes; of a body unpacked, too */
	uint64_t max_inflate_ratio;     /* how many bytes one of a packed body may become */
	enum access_log access_log;
	bool has_request_metrics; /* not for a listener that only probes ask */
	problem_fn problem;
	admit_fn admit;        /* NULL: everybody may */
	struct budget *memory; /* what bodies and answers are charged to; NULL: nothing */
	void *app;             /* request.app */
};

/* What a line of the request log may hold; ends with a row of zeros. */
struct server_log_field {
	const char *name;
	const char *doc; /* one sentence */
};

extern const struct server_log_field server_log_fields[];

struct server;

/* Listen and serve; routes stay the caller's.  A busy port is ERR_UNAVAILABLE and named. */
int server_start(const struct server_options *options, const struct route *routes,
                 struct server **ret, struct err *err) MUST_CHECK;

/* The port that was bound, which port 0 left open. */
unsigned server_port(const struct server *server);

/* From now on every answer carries Connection: close. */
void server_drain(struct server *server);

/* From now on, too, connections that wait for a next request end. */
void server_close_idle(struct server *server);

/* Requests whose answer is not sent yet. */
unsigned server_in_flight(const struct server *server);

/* Stop listening, cut what is left, join the threads: takes up to two seconds.  NULL is fine. */
void server_stop(struct server *server);

/* "civetweb 1.15": the library underneath. */
const char *server_library(void);

#endif
