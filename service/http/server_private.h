/* The server's own state, for the files of http/ that carry a request through its life. */
#ifndef HTTP_SERVER_PRIVATE_H
#define HTTP_SERVER_PRIVATE_H

#include <stdatomic.h>
#include <stddef.h>

#include "http/connection.h"
#include "http/server.h"
#include "http/spare.h"
#include "http/status.h"
#include "http/watch.h"
#include "obs/metrics.h"

struct mg_callbacks;
struct mg_context;

struct server {
	struct server_options options;
	const struct route *routes;
	size_t n_routes;
	struct mg_context *mg;
	struct connection *connections; /* one a thread, mapped, untouched until used */
	size_t connections_size;        /* bytes */
	struct spare spare;             /* of the answers' buffers */
	atomic_uint n_threads_started;
	atomic_uint n_connections; /* that hold a thread */
	atomic_uint n_in_flight;
	atomic_bool has_started, is_draining;
	struct watch_end end; /* of connections that wait for a next request */
	struct budget bodies; /* their share of options.memory */
	struct series *connections_gauge;
	/* [n_routes + 1][METHOD_OTHER + 1][STATUS_COUNT]; the last route is "none matched". */
	struct series *_Atomic *durations;
	char start_error[256]; /* what the library said when it could not start */
};

static inline const struct server_options *server_options(const struct server *server)
{
	return &server->options;
}

/* The callbacks that run on the threads that serve connections (handle.c). */
void handle_set_callbacks(struct mg_callbacks *ret);

/*
 * The library has refused a request with a status: what its caller is told.  The header that Allow
 * needs is put into the response (refusal.c).
 */
struct refusal refusal_header(struct connection *c, int status, struct err *err);

/* One request has had its answer (observe.c). */
void observe_request(struct connection *c, size_t n_sent, bool is_whole);

/* One was refused before it was routed, by the code of its problem (observe.c). */
void observe_refusal(const char *code);

/* One was refused since all requests together use the memory that they may (observe.c). */
void observe_no_memory(void);

#endif
