/* CORS: origins, preflights, and the headers of every answer. */
#include "http/cors.h"

#include <string.h>

#include "http/quality.h"

/* Whatever a browser asks for is checked here, not there: it may remember for two hours. */
#define MAX_AGE_S "7200"

/* What clients of ours read or send, beyond what every page may. */
#define EXPOSED "Docmill-Documents, ETag, Link, Location, Retry-After, Server-Timing, X-Request-Id"
#define ACCEPTED \
	"Accept, Authorization, Content-Encoding, Content-Type, Idempotency-Key, If-Match, " \
	"If-None-Match, Prefer, traceparent, X-Request-Id"

/* "https://name:443": a scheme, a host, maybe a port, and nothing behind it. */
static bool is_origin(struct str origin)
{
	size_t scheme_len = str_search(origin, STR("://"), 0);

	if (origin.len > CORS_ORIGIN_MAX || scheme_len == SIZE_MAX || scheme_len == 0 ||
	    scheme_len + 3 == origin.len)
		return false;
	for (size_t i = 0; i < origin.len; i++) {
		char c = origin.data[i];
		bool is_rest = i >= scheme_len + 3;

		if (c <= 0x20 || c >= 0x7f || c == '*' || c == '?' || c == '#' || c == '"' ||
		    (is_rest && (c == '/' || c == '@')) || (c >= 'A' && c <= 'Z'))
			return false;
	}
	return true;
}

int cors_check(const char *origins, struct err *err)
{
	struct str rest = str_from(origins);

	if (strcmp(origins, "*") == 0)
		return 0;
	while (rest.len > 0) {
		struct str origin = quality_cut(rest, ',', &rest);

		if (!is_origin(origin))
			return err_set(err, ERR_INVALID,
			               "--cors-origins: \"%.*s\" is not an origin such as "
			               "https://app.example, in lower case, or * alone",
			               (int)MIN(origin.len, 100), origin.data);
	}
	return 0;
}

struct str cors_origin(const char *origins, const struct request *req)
{
	struct str origin = request_header(req, "Origin");
	struct str rest = str_from(origins);

	if (origin.data == NULL || rest.len == 0)
		return (struct str){ NULL, 0 };
	if (str_is(rest, "*"))
		return rest;
	while (rest.len > 0)
		if (str_eq(quality_cut(rest, ',', &rest), origin))
			return origin;
	return (struct str){ NULL, 0 };
}

bool cors_answer(const char *origins, const struct request *req, const char *allow,
                 struct response *res)
{
	if (origins[0] == 0 || req->method != METHOD_OPTIONS || allow[0] == 0 ||
	    request_header(req, "Origin").data == NULL ||
	    request_header(req, "Access-Control-Request-Method").data == NULL)
		return false;
	/* Who is not listed is told nothing, which is a no. */
	if (cors_origin(origins, req).data != NULL) {
		response_header(res, "Access-Control-Allow-Methods", "%s", allow);
		response_header(res, "Access-Control-Allow-Headers", "%s", ACCEPTED);
		response_header(res, "Access-Control-Max-Age", "%s", MAX_AGE_S);
	}
	res->status = 204;
	return true;
}

char *cors_put_headers(struct str origin, char *to)
{
	to = stpcpy(to, "\r\nAccess-Control-Allow-Origin: ");
	to = mempcpy(to, origin.data, origin.len);
	return stpcpy(to, "\r\nAccess-Control-Expose-Headers: " EXPOSED);
}
