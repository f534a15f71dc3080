/* Request: what handlers ask of it. */
#include "http/request.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <civetweb.h>

#include "http/connection.h"

static const char *const method_names[] = {
	[METHOD_GET] = "GET",         [METHOD_HEAD] = "HEAD",   [METHOD_POST] = "POST",
	[METHOD_PUT] = "PUT",         [METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE",
	[METHOD_OPTIONS] = "OPTIONS", [METHOD_TRACE] = "TRACE", [METHOD_QUERY] = "QUERY",
	[METHOD_OTHER] = "OTHER",
};

const char *method_name(enum method method)
{
	return method_names[method];
}

enum method method_find(const char *name)
{
	enum method method = METHOD_GET;

	while (method < METHOD_OTHER && strcmp(method_name(method), name) != 0)
		method++;
	return method;
}

struct str request_header_nth(const struct request *req, const char *name, size_t n)
{
	const struct mg_request_info *info = req->connection->info;
	struct str wanted = str_from(name);

	for (int i = 0; info != NULL && i < info->num_headers; i++) {
		if (!str_eq_fold(str_from(info->http_headers[i].name), wanted))
			continue;
		if (n-- == 0)
			return str_trim(str_from(info->http_headers[i].value));
	}
	return (struct str){ NULL, 0 };
}

struct str request_header(const struct request *req, const char *name)
{
	return request_header_nth(req, name, 0);
}

struct str request_query(const struct request *req, const char *name)
{
	for (size_t i = 0; i < req->n_query; i++)
		if (str_is(req->query[i].name, name))
			return req->query[i].value;
	return (struct str){ NULL, 0 };
}

bool request_has_body(const struct request *req)
{
	const struct framing *framing = &req->connection->framing;

	return framing->is_chunked || framing->content_length > 0;
}

size_t request_body_size(const struct request *req)
{
	const struct connection *c = req->connection;

	return MAX(c->framing.content_length, c->body.len);
}

bool request_follow_body(struct request *req, request_body_fn *fn, void *arg)
{
	struct connection *c = req->connection;

	if (c->body.state != BODY_UNREAD || c->framing.is_chunked ||
	    request_coding(req) != CODING_NONE)
		return false;
	c->body.on_piece = fn;
	c->body.on_piece_arg = arg;
	return true;
}

int request_body(struct request *req, struct str *ret, struct err *err)
{
	struct connection *c = req->connection;

	TRY(body_read(c, err));
	*ret = (struct str){ c->body.data, c->body.len };
	return 0;
}

void request_hold_memory(struct request *req, size_t bytes)
{
	req->connection->memory_held += bytes;
}

/* A caller that only closed its sending side looks the same as one that left; few do that. */
bool request_is_abandoned(const struct request *req)
{
	char byte;

	if (req->connection->fd < 0)
		return false;
	ssize_t n = recv(req->connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}
