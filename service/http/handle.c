/* Handle: the life of a request, from the header to the log line. */
#include <stdlib.h>
#include <string.h>

#include <civetweb.h>

#include "base/clock.h"
#include "http/connection.h"
#include "http/cors.h"
#include "http/identify.h"
#include "http/query.h"
#include "http/send.h"
#include "http/server_private.h"
#include "http/watch.h"

#define MS_NS UINT64_C(1000000)

/* Above this share of busy threads, connections end after their answer, so that others get one. */
#define BUSY_PERCENT 90

/* The library's numbers. */
enum { THREAD_ACCEPTS = 0, THREAD_SERVES = 1 };

static struct server *server_of(const struct mg_connection *mg)
{
	return mg_get_user_data(mg_get_context(mg));
}

/* Everything that the last request left behind. */
static struct connection *start_request(struct mg_connection *mg)
{
	struct connection *c = mg_get_thread_pointer(mg);
	struct request *req = &c->req;

	watch_begin_request();
	c->mg = mg;
	c->info = mg_get_request_info(mg);
	c->fd = watch.fd;
	c->origin = (struct str){ NULL, 0 };
	c->framing = (struct framing){ 0 };
	c->n_requests++;
	body_reset(&c->body);
	response_reset(&c->res);
	req->method = METHOD_OTHER;
	req->path = req->query_string = (struct str){ "", 0 };
	req->n_query = 0;
	req->route = NULL;
	req->caller = NULL;
	req->trace_id[0] = req->span_id[0] = 0;
	req->start_ns = clock_monotonic_ns();
	req->app = c->server->options.app;
	req->connection = c;
	memcpy(req->remote_addr, c->info->remote_addr, sizeof req->remote_addr);
	return c;
}

/* Turn an error into the answer; a response that was begun is forgotten, but for its Allow. */
static void answer_problem(struct connection *c, int status, const char *code, const struct err *err)
{
	response_clear_body(&c->res);
	c->res.status = status != 0 ? status : 500;
	c->res.content_type = "application/problem+json";
	c->server->options.problem(&c->req, &c->res, status, code, err);
}

static void refuse(struct connection *c, struct refusal refusal, const struct err *err)
{
	observe_refusal(refusal.code);
	answer_problem(c, refusal.status, refusal.code, err);
	c->res.close = true;
}

/* A body that is not whole must not leave with the status of one that is. */
static void replace_broken_response(struct connection *c)
{
	struct response *res = &c->res;
	struct err err;

	if (res->own.failed == BUF_OK && res->taken.failed == BUF_OK && !res->headers_full)
		return;
	if (res->own.failed == BUF_NOMEM || res->taken.failed == BUF_NOMEM)
		(void)err_nomem(&err, "the answer"); /* this is the error */
	else
		(void)err_set(&err, ERR_INTERNAL, "the answer could not be built");
	res->headers_len = 0;
	res->headers_full = false;
	buf_deinit(&res->own);
	answer_problem(c, 0, NULL, &err);
}

static bool is_busy(struct server *server)
{
	unsigned n = atomic_load_explicit(&server->n_connections, memory_order_relaxed);

	return n * 100 > server->options.n_threads * BUSY_PERCENT;
}

/* What the library will do when the answer is sent: it looks at these two headers only. */
static bool library_closes(const struct connection *c)
{
	const char *connection = mg_get_header(c->mg, "Connection");

	if (connection == NULL)
		return c->info->http_version == NULL || strcmp(c->info->http_version, "1.1") != 0;
	/* Options are separated by commas and blanks; the library compares them without case. */
	while (*connection != 0) {
		size_t len = strcspn(connection, ", \t");

		if (str_eq_fold((struct str){ connection, len }, STR("keep-alive")))
			return false;
		connection += len + (connection[len] != 0);
	}
	return true;
}

static void give_back_memory(struct connection *c)
{
	if (c->server->options.memory != NULL)
		budget_give(c->server->options.memory, c->memory_held);
	c->memory_held = 0;
}

/* What a handler has left to us: never more than takes a few milliseconds. */
static void pack(struct connection *c)
{
	struct budget unlimited = BUDGET(SIZE_MAX);
	const struct response_packing packing = {
		.budget = c->server->options.memory != NULL ? c->server->options.memory : &unlimited,
	};
	struct err ignored; /* nobody stops it */
	size_t n_paid;

	if (c->res.is_coded || response_body_bytes(&c->res).len > RESPONSE_PACK_MAX)
		return;
	if (response_pack(&c->req, &c->res, &packing, &n_paid, &ignored) == 0)
		c->memory_held += n_paid;
}

/* Send what the response holds, end the connection if it must end, and tell log and metrics. */
static int finish_request(struct connection *c)
{
	struct response *res = &c->res;
	bool is_whole;

	replace_broken_response(c);
	pack(c);
	bool is_skipped = body_skip(c);
	/* A body that was not read whole leaves the connection at an unknown place. */
	bool close = res->close || !is_skipped || library_closes(c) || is_busy(c->server) ||
	             atomic_load_explicit(&c->server->is_draining, memory_order_relaxed);
	size_t n_sent = send_response(c, close, &is_whole);
	response_trim(res);
	body_trim(c);
	give_back_memory(c);
	if (close || !is_whole)
		mg_disable_connection_keep_alive(c->mg);
	observe_request(c, n_sent, is_whole);
	if (!is_skipped && is_whole)
		body_drain(c);
	free(c->query_text);
	c->query_text = NULL;
	c->info = NULL;
	return res->status;
}

static const char *origins_of(const struct connection *c)
{
	const char *origins = c->server->options.cors_origins;

	return origins != NULL ? origins : "";
}

static void fill_request(struct connection *c)
{
	struct request *req = &c->req;

	req->method = method_find(c->info->request_method);
	req->path = str_from(c->info->local_uri_raw);
	if (c->info->query_string != NULL)
		req->query_string = str_from(c->info->query_string);
}

static int parse_query(struct connection *c, struct err *err)
{
	struct request *req = &c->req;

	if (req->query_string.len == 0)
		return 0;
	c->query_text = malloc(req->query_string.len);
	if (c->query_text == NULL)
		return err_nomem(err, "the query");
	return query_parse(req->query_string, c->query_text, req->query, &req->n_query, err);
}

/* What a body that did not arrive whole is answered with. */
static struct refusal body_refusal(enum err_code failure)
{
	switch (failure) {
	case ERR_TOO_LARGE: return (struct refusal){ 413, "body_too_large" };
	case ERR_CODING: return (struct refusal){ 400, "content_coding_invalid" };
	case ERR_TIME: return (struct refusal){ 408, "timeout" };
	case ERR_NOMEM: return (struct refusal){ 503, "overloaded" };
	case ERR_INVALID: return (struct refusal){ 400, "framing_invalid" };
	default: return (struct refusal){ 400, "body_incomplete" };
	}
}

/* A handler could not answer: because it could not have the body, or for a reason of its own. */
static void answer_failure(struct connection *c, const struct err *err)
{
	c->res.headers_len = 0;
	if (c->body.state == BODY_FAILED && err->code == c->body.failure) {
		struct refusal refusal = body_refusal(c->body.failure);

		answer_problem(c, refusal.status, refusal.code, err);
	} else {
		answer_problem(c, 0, NULL, err);
	}
}

/* Let the handler answer, or say why there is none. */
static void route_request(struct connection *c, const char *allow)
{
	struct request *req = &c->req;
	struct err err = ERR_INIT;

	if (req->route == NULL && cors_answer(origins_of(c), req, allow, &c->res)) {
		return;
	} else if (req->route == NULL && allow[0] != 0) {
		response_header(&c->res, "Allow", "%s", allow);
		(void)err_set(&err, ERR_INVALID, "this path has %s", allow);
		answer_problem(c, 405, "method_not_allowed", &err);
	} else if (req->route == NULL) {
		(void)err_set(&err, ERR_NOT_FOUND, "there is nothing at this path");
		answer_problem(c, 404, "not_found", &err);
	} else if (parse_query(c, &err) != 0) {
		answer_problem(c, 400, "parameter_invalid", &err);
	} else if (req->route->handle(req, &c->res, &err) != 0) {
		answer_failure(c, &err);
	}
}

/* By the row of the table: asked only of those that give no length. */
static bool needs_no_body(struct connection *c)
{
	char allow[ROUTER_ALLOW_SIZE];

	fill_request(c);
	const struct route *route = router_find(c->server->routes, c->req.method, c->req.path,
	                                        c->req.params, allow);
	return route != NULL && route->is_bodyless;
}

static int check_framing(struct connection *c, struct refusal *refusal, struct err *err)
{
	struct guard_limits limits = { .max_body = c->server->options.max_body };

	if (watch.first_line == WATCH_LINE_BROKEN) {
		*refusal = (struct refusal){ 400, "framing_invalid" };
		return err_set(err, ERR_INVALID, "the request line does not end in CR LF");
	}
	int rc = guard_check(c->info, &limits, &c->framing, refusal, err);
	if (rc == 0 || refusal->status != 411 || !needs_no_body(c))
		return rc;
	limits.may_lack_length = true;
	c->res.close = true; /* the library takes for the body what may be another request */
	return guard_check(c->info, &limits, &c->framing, refusal, err);
}

/* Before the body is read: who may not have it handled shall not make us keep it. */
static bool is_admitted(struct connection *c)
{
	const struct server_options *options = &c->server->options;
	struct request *req = &c->req;

	if (req->route == NULL || options->admit == NULL || options->admit(req, &c->res))
		return true;
	/* Chunks that nobody looked at may hide another request. */
	if (c->framing.is_chunked) {
		c->body.state = BODY_FAILED;
		c->res.close = true;
	}
	return false;
}

/*
 * Whether chunks are well formed decides whether this is one request, so before all else.  Where no
 * handler waits for them a look at the first ones must do.
 */
static int read_chunks(struct connection *c, struct err *err)
{
	if (!c->framing.is_chunked)
		return 0;
	return c->req.route != NULL ? body_read(c, err) : body_check_chunks(c, err);
}

static int handle_request(struct connection *c)
{
	struct refusal refusal;
	struct err err = ERR_INIT;
	char allow[ROUTER_ALLOW_SIZE];

	if (check_framing(c, &refusal, &err) != 0) {
		identify_fresh(&c->req, c->slot, c->n_requests);
		refuse(c, refusal, &err);
		c->body.state = BODY_FAILED;
		return finish_request(c);
	}
	identify(&c->req, c->slot, c->n_requests);
	fill_request(c);
	c->origin = cors_origin(origins_of(c), &c->req);
	c->req.route = router_find(c->server->routes, c->req.method, c->req.path, c->req.params,
	                           allow);
	if (!is_admitted(c))
		return finish_request(c);
	if (read_chunks(c, &err) != 0) {
		refuse(c, body_refusal(c->body.failure), &err);
		return finish_request(c);
	}
	if (c->req.method == METHOD_OTHER) {
		(void)err_set(&err, ERR_INVALID, "this method is not one of this service");
		answer_problem(c, 501, "not_implemented", &err);
	} else {
		route_request(c, allow);
	}
	return finish_request(c);
}

static int begin_request(struct mg_connection *mg)
{
	struct connection *c = start_request(mg);
	struct server *server = c->server;

	atomic_fetch_add(&server->n_in_flight, 1);
	int status = handle_request(c);
	c->has_served = true;
	atomic_fetch_sub(&server->n_in_flight, 1);
	watch_wait_for_header(server->options.keep_alive_timeout_ms * MS_NS,
	                      server->options.header_timeout_ms * MS_NS, &server->end);
	return status;
}

/* The library refuses: most often a header that it could not parse. */
static int on_http_error(struct mg_connection *mg, int status, const char *message)
{
	bool has_ended = watch.has_ended;
	struct connection *c = start_request(mg);
	struct err err = ERR_INIT;

	(void)message;
	identify_fresh(&c->req, c->slot, c->n_requests);
	c->body.state = BODY_FAILED;
	/* Who closes after a whole request, in the middle of the next, waits for no answer. */
	if (has_ended && c->has_served)
		return 0;
	refuse(c, refusal_header(c, status, &err), &err);
	(void)finish_request(c); /* the status is the library's business already */
	return 0;
}

/* A thread has a new connection. */
static int on_connection(const struct mg_connection *mg, void **conn_data)
{
	struct connection *c = mg_get_thread_pointer(mg);
	struct server *server = server_of(mg);
	unsigned n = atomic_fetch_add(&server->n_connections, 1) + 1;

	(void)conn_data;
	series_set(server->connections_gauge, n);
	c->server = server;
	c->res.spare = &server->spare;
	c->slot = (uint64_t)(c - server->connections);
	c->has_served = false;
	watch.fd = -1;
	watch_wait_for_header(server->options.header_timeout_ms * MS_NS,
	                      server->options.header_timeout_ms * MS_NS, &server->end);
	return 0;
}

static void on_connection_closed(const struct mg_connection *mg)
{
	struct server *server = server_of(mg);
	unsigned n = atomic_fetch_sub(&server->n_connections, 1) - 1;

	series_set(server->connections_gauge, n);
	watch.phase = WATCH_OFF;
}

static void *on_thread(const struct mg_context *ctx, int thread_type)
{
	struct server *server = mg_get_user_data(ctx);

	if (thread_type == THREAD_ACCEPTS)
		watch_accept();
	if (thread_type != THREAD_SERVES)
		return NULL;
	unsigned slot = atomic_fetch_add(&server->n_threads_started, 1);
	/* Nothing is written to it here: the page comes into being with the first connection. */
	return &server->connections[slot];
}

static void on_thread_exit(const struct mg_context *ctx, int thread_type, void *thread_pointer)
{
	struct connection *c = thread_pointer;

	(void)ctx;
	if (thread_type != THREAD_SERVES || c->server == NULL)
		return;
	body_deinit(&c->body);
	response_deinit(&c->res);
}

void handle_set_callbacks(struct mg_callbacks *ret)
{
	ret->begin_request = begin_request;
	ret->http_error = on_http_error;
	ret->init_connection = on_connection;
	ret->connection_closed = on_connection_closed;
	ret->init_thread = on_thread;
	ret->exit_thread = on_thread_exit;
}
