/*
 * Connection: what a thread that serves connections keeps between and during requests.
 *
 * Inside http/ only.  One per thread, in one array that the server maps at its start and whose
 * pages come into being when a thread serves its first request.  Buffers are kept from request to
 * request while they are small.
 */
#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "http/body.h"
#include "http/guard.h"
#include "http/request.h"
#include "http/response.h"
#include "http/server.h"

struct mg_connection;
struct mg_request_info;

struct connection {
	struct server *server;
	struct mg_connection *mg;
	const struct mg_request_info *info;
	int fd; /* the socket, or -1: for those who ask whether the caller left */
	struct framing framing;
	struct body body;
	struct str origin;  /* what Access-Control-Allow-Origin says; .data is NULL: nothing */
	size_t memory_held; /* of server_options.memory, until the answer is sent */
	char *query_text;   /* malloc'ed: what request.query points into */
	uint64_t slot, n_requests; /* which of the threads' connections; requests it has seen */
	bool has_served;           /* this is not the first request of its connection */
	struct request req;
	struct response res;
	time_t date_second; /* of date */
	char date[32];
};

#endif
