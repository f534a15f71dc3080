/* Refusal: what to say of a header that the library could not read, or would not. */
#include <string.h>

#include <civetweb.h>

#include "http/server_private.h"

/*
 * The library gives up on a method that it does not know before it looks at the header lines, and
 * has by then moved the version behind "HTTP/".
 */
static bool is_unknown_method(const struct mg_request_info *info)
{
	return info->http_version != NULL && info->num_headers == 0 &&
	       info->http_version ==
	               info->request_uri + strlen(info->request_uri) + 1 + strlen("HTTP/") &&
	       method_find(info->request_method) >= METHOD_TRACE;
}

/* A method that HTTP has and this path has not is no fault of ours, library or not. */
static bool is_refused_by_path(struct connection *c, struct err *err)
{
	enum method method = method_find(c->info->request_method);
	const char *uri = c->info->request_uri;
	struct str path = { uri, strcspn(uri, "?") };
	char allow[ROUTER_ALLOW_SIZE];

	if (method == METHOD_OTHER)
		return false;
	c->req.method = method;
	(void)router_find(c->server->routes, method, path, c->req.params, allow);
	if (allow[0] == 0)
		return false;
	response_header(&c->res, "Allow", "%s", allow);
	(void)err_set(err, ERR_INVALID, "this path has %s", allow);
	return true;
}

struct refusal refusal_header(struct connection *c, int status, struct err *err)
{
	size_t max_header = c->server->options.max_header;

	if (status == 505) {
		(void)err_set(err, ERR_INVALID, "only HTTP/1.0 and HTTP/1.1 are spoken here");
		return (struct refusal){ 505, "version_not_supported" };
	}
	if (watch.has_expired) {
		(void)err_set(err, ERR_TIME, "the header did not arrive in time");
		return (struct refusal){ 408, "timeout" };
	}
	if (watch.head != NULL && watch.head_len >= max_header) {
		bool is_uri = memchr(watch.head, '\n', max_header) == NULL;

		(void)err_limit(err, ERR_TOO_LARGE, "max-header",
		                "the header has more than %zu bytes", max_header);
		return is_uri ? (struct refusal){ 414, "uri_too_long" }
		              : (struct refusal){ 431, "header_too_large" };
	}
	if (is_unknown_method(c->info)) {
		if (is_refused_by_path(c, err))
			return (struct refusal){ 405, "method_not_allowed" };
		(void)err_set(err, ERR_INVALID, "this method is not one of this service");
		return (struct refusal){ 501, "not_implemented" };
	}
	(void)err_set(err, ERR_INVALID, "the header is not well formed");
	return (struct refusal){ 400, "framing_invalid" };
}
