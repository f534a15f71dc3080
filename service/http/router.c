/* Router: from method and path to a row of the table. */
#include "http/router.h"

#include <string.h>

/* Whether path matches a pattern; the parts in braces go to params. */
static bool matches(const char *pattern, struct str path, struct str params[REQUEST_PARAMS_MAX])
{
	const char *p = path.data, *end = path.data + path.len;
	size_t n_params = 0;

	while (*pattern != 0) {
		if (*pattern != '{') {
			if (p == end || *p != *pattern)
				return false;
			p++;
			pattern++;
			continue;
		}
		const char *start = p;
		while (p < end && *p != '/')
			p++;
		if (p == start)
			return false;
		if (n_params < REQUEST_PARAMS_MAX)
			params[n_params++] = (struct str){ start, (size_t)(p - start) };
		pattern = strchr(pattern, '}') + 1;
	}
	return p == end;
}

/* In the order of the alphabet, so that an Allow does not depend on the order of the table. */
static void write_allow(unsigned allowed, char ret[ROUTER_ALLOW_SIZE])
{
	static const enum method order[] = {
		METHOD_DELETE, METHOD_GET,  METHOD_HEAD, METHOD_OPTIONS,
		METHOD_PATCH,  METHOD_POST, METHOD_PUT,
	};
	char *to = ret;

	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		if ((allowed & 1u << order[i]) == 0)
			continue;
		if (to != ret)
			to = stpcpy(to, ", ");
		to = stpcpy(to, method_name(order[i]));
	}
	*to = 0;
}

const struct route *router_find(const struct route *routes, enum method method, struct str path,
                                struct str params[REQUEST_PARAMS_MAX],
                                char ret_allow[ROUTER_ALLOW_SIZE])
{
	enum method wanted = method == METHOD_HEAD ? METHOD_GET : method;
	const char *found = NULL;
	unsigned allowed = 0;

	for (const struct route *route = routes; route->path != NULL; route++) {
		/* A second pattern that also matches is another path: only the first one counts. */
		if (found != NULL ? strcmp(found, route->path) != 0
		                  : !matches(route->path, path, params))
			continue;
		if (route->method == wanted)
			return route;
		found = route->path;
		allowed |= 1u << route->method;
		if (route->method == METHOD_GET)
			allowed |= 1u << METHOD_HEAD;
	}
	write_allow(allowed, ret_allow);
	return NULL;
}
