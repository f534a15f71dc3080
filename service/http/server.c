/* Server: starting and stopping one listening address. */
#include "http/server.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <civetweb.h>

#include "base/num.h"
#include "base/str.h"
#include "http/server_private.h"
#include "obs/log.h"

/* Longer than any deadline of ours, so that the library's own never come first. */
#define LIBRARY_SLACK_MS 2000

/* What the library says: while it starts, the reason why it could not; later, worth a log line. */
static int on_message(const struct mg_connection *mg, const char *message)
{
	struct server *server = mg != NULL ? mg_get_user_data(mg_get_context(mg)) : NULL;

	if (server != NULL && !atomic_load(&server->has_started))
		snprintf(server->start_error, sizeof server->start_error, "%s", message);
	else
		log_message(LOG_WARNING, "http: %s", message);
	return 1; /* or it writes to standard output */
}

/* What the library calls a port that is bound on every address has no host in front. */
static const char *library_listen(const char *listen)
{
	if (listen[0] == '*' && listen[1] == ':')
		return listen + 2;
	return listen[0] == ':' ? listen + 1 : listen;
}

static int start_library(struct server *server, struct err *err)
{
	const struct server_options *o = &server->options;
	struct mg_callbacks callbacks = { .log_message = on_message };
	uint64_t longest_ms = MAX(o->header_timeout_ms,
	                          MAX(o->body_timeout_ms, o->write_timeout_ms));
	char n_threads[24], max_header[24], request_timeout[24], keep_alive_timeout[24];

	snprintf(n_threads, sizeof n_threads, "%u", o->n_threads);
	snprintf(max_header, sizeof max_header, "%zu", o->max_header);
	snprintf(request_timeout, sizeof request_timeout, "%llu",
	         (unsigned long long)longest_ms + LIBRARY_SLACK_MS);
	snprintf(keep_alive_timeout, sizeof keep_alive_timeout, "%llu",
	         (unsigned long long)(o->keep_alive_timeout_ms + o->header_timeout_ms) +
	                 LIBRARY_SLACK_MS);
	/* Only names that 1.15 and 1.16 share: an unknown one fails the start. */
	const char *options[] = {
		"listening_ports",
		library_listen(o->listen),
		"num_threads",
		n_threads,
		"connection_queue",
		"256",
		"listen_backlog",
		"1024",
		"enable_keep_alive",
		"yes",
		"keep_alive_timeout_ms",
		keep_alive_timeout,
		"request_timeout_ms",
		request_timeout,
		"tcp_nodelay",
		"1",
		"max_request_size",
		max_header,
		"decode_url",
		"no",
		"decode_query_string",
		"no",
		"access_control_allow_methods",
		"",
		"enable_auth_domain_check",
		"no",
		"enable_directory_listing",
		"no",
		NULL,
	};

	handle_set_callbacks(&callbacks);
	struct mg_context *mg = mg_start(&callbacks, server, options);
	if (mg == NULL)
		return err_set(err, ERR_UNAVAILABLE, "cannot listen on %s: %s", o->listen,
		               server->start_error);
	server->mg = mg;
	atomic_store(&server->has_started, true);
	return 0;
}

/* Not calloc: pages that no thread has used stay untouched, whatever malloc's thresholds are. */
static int map_connections(struct server *server, struct err *err)
{
	size_t size;

	if (!num_mul(server->options.n_threads, sizeof *server->connections, &size))
		return err_nomem(err, "the connections");
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return err_nomem(err, "the connections");
	server->connections = p;
	server->connections_size = size;
	return 0;
}

static void server_destroy(struct server *server)
{
	if (server == NULL)
		return;
	if (server->connections != NULL)
		munmap(server->connections, server->connections_size);
	spare_deinit(&server->spare);
	if (server->end.fd >= 0)
		close(server->end.fd);
	free(server->durations);
	free(server);
}

static void server_cleanup(struct server **server)
{
	server_destroy(*server);
}

int server_start(const struct server_options *options, const struct route *routes,
                 struct server **ret, struct err *err)
{
	CLEANUP(server_cleanup) struct server *server = calloc(1, sizeof *server);

	assert(options->problem != NULL);
	/* The library would take a list, but cannot wait for two addresses. */
	assert(strchr(options->listen, ',') == NULL);
	if (server == NULL)
		return err_nomem(err, "the server");
	spare_init(&server->spare);
	server->end.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (server->end.fd < 0)
		return err_set(err, ERR_UNAVAILABLE, "an eventfd: %s", strerror(errno));
	server->options = *options;
	server->bodies.parent = options->memory;
	if (options->memory != NULL) /* or what has arrived could not be computed */
		server->bodies.limit = options->memory->limit / 2;
	server->routes = routes;
	while (routes[server->n_routes].path != NULL)
		server->n_routes++;
	server->durations = calloc((server->n_routes + 1) * (METHOD_OTHER + 1) * STATUS_COUNT,
	                           sizeof *server->durations);
	if (server->durations == NULL)
		return err_nomem(err, "the request metrics");
	server->connections_gauge = metrics_series(METRIC_HTTP_CONNECTIONS,
	                                           (const char *[]){ options->name });
	TRY(map_connections(server, err));
	mg_init_library(MG_FEATURES_DEFAULT);
	TRY(start_library(server, err));
	*ret = server;
	server = NULL;
	return 0;
}

unsigned server_port(const struct server *server)
{
	struct mg_server_port port;

	return mg_get_server_ports(server->mg, 1, &port) == 1 ? (unsigned)port.port : 0;
}

void server_drain(struct server *server)
{
	atomic_store(&server->is_draining, true);
}

void server_close_idle(struct server *server)
{
	atomic_store(&server->end.is_draining, true);
	(void)eventfd_write(server->end.fd, 1); /* cannot fail: there is room for 2^64 - 2 */
}

unsigned server_in_flight(const struct server *server)
{
	return atomic_load(&server->n_in_flight);
}

void server_stop(struct server *server)
{
	if (server == NULL)
		return;
	mg_stop(server->mg);
	mg_exit_library();
	server_destroy(server);
}

const char *server_library(void)
{
	static const char text[] = "civetweb " CIVETWEB_VERSION;

	return text;
}
