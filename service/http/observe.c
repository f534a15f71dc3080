/* Observe: what the log and the metrics say about a request. */
#include "http/server_private.h"

#include "base/clock.h"
#include "obs/log.h"

const struct server_log_field server_log_fields[] = {
	{ "time", "When the answer was sent: RFC 3339, UTC, milliseconds." },
	{ "level", "`info`; `error` when the status is 500 or more." },
	{ "msg", "`request`; other lines tell of the service itself." },
	{ "request_id",
	  "The caller's `X-Request-Id`, its trace id, or one of ours; in the answer too." },
	{ "trace_id", "Of the caller's `traceparent`, if there was a valid one." },
	{ "span_id", "This request's own part of that trace." },
	{ "key", "The name of the caller's key, where keys are asked for." },
	{ "method", "The method; `OTHER` for one that is not known." },
	{ "route", "The path of the contract, such as `/tasks/{id}`; `none` when there was none." },
	{ "path", "The path as it was sent, its first 200 bytes, when it is none of ours." },
	{ "status", "The status of the answer." },
	{ "duration_ms", "From the end of the request's header to the end of the answer." },
	{ "bytes_in", "Bytes of the body on the wire, packed if it was." },
	{ "bytes_out", "Bytes of the answer, its header included." },
	{ "remote", "The address of the peer." },
	{ "cut", "Why the answer did not go out whole, if it did not." },
	{ 0 },
};

static const char *route_label(const struct request *req)
{
	return req->route != NULL ? req->route->path : "none";
}

/* The series of a route, method and status: looked up once, then read from the table. */
static struct series *duration_series(struct server *server, const struct request *req,
                                      const struct status_row *status)
{
	size_t route_i = req->route != NULL ? (size_t)(req->route - server->routes)
	                                    : server->n_routes;
	size_t i = (route_i * (METHOD_OTHER + 1) + req->method) * STATUS_COUNT +
	           (size_t)(status - status_table);
	struct series *series = atomic_load_explicit(&server->durations[i], memory_order_acquire);

	if (series == NULL) {
		series = metrics_series(METRIC_HTTP_REQUEST_DURATION,
		                        (const char *[]){ method_name(req->method),
		                                          route_label(req), status->digits });
		atomic_store_explicit(&server->durations[i], series, memory_order_release);
	}
	return series;
}

static void log_trace(struct log_line *line, const struct request *req)
{
	log_str(line, "trace_id", str_from(req->trace_id));
	log_str(line, "span_id", str_from(req->span_id));
}

static void log_request(const struct connection *c, uint64_t duration_ns, size_t n_sent,
                        bool is_whole)
{
	enum access_log mode = server_options(c->server)->access_log;
	const struct request *req = &c->req;
	struct log_line line;

	if (mode == ACCESS_LOG_OFF || (mode == ACCESS_LOG_ERRORS && c->res.status < 400 && is_whole))
		return;
	log_begin(&line, c->res.status >= 500 ? LOG_ERROR : LOG_INFO, "request");
	log_str(&line, "request_id", str_from(req->id));
	if (req->trace_id[0] != 0)
		log_trace(&line, req);
	if (req->caller != NULL)
		log_str(&line, "key", str_from(req->caller));
	log_str(&line, "method", str_from(method_name(req->method)));
	log_str(&line, "route", str_from(route_label(req)));
	if (req->route == NULL && req->path.len > 0)
		log_str(&line, "path",
		        (struct str){ req->path.data, MIN(req->path.len, (size_t)200) });
	log_int(&line, "status", c->res.status);
	log_duration(&line, "duration_ms", duration_ns);
	log_int(&line, "bytes_in", (int64_t)c->body.n_received);
	log_int(&line, "bytes_out", (int64_t)n_sent);
	log_str(&line, "remote", str_from(req->remote_addr));
	if (!is_whole)
		log_str(&line, "cut", STR("the caller did not take the whole answer"));
	log_end(&line);
}

void observe_request(struct connection *c, size_t n_sent, bool is_whole)
{
	const struct status_row *status = status_find(c->res.status);
	uint64_t duration_ns = clock_monotonic_ns() - c->req.start_ns;

	if (server_options(c->server)->has_request_metrics)
		series_observe(duration_series(c->server, &c->req, status), duration_ns);
	log_request(c, duration_ns, n_sent, is_whole);
}

void observe_refusal(const char *code)
{
	series_add(metrics_series(METRIC_HTTP_REFUSED, (const char *[]){ code }), 1);
}

void observe_no_memory(void)
{
	series_add(metrics_series(METRIC_ADMISSION_REJECTED, (const char *[]){ "memory_budget" }),
	           1);
}
