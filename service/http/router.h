/*
 * Router: a constant table of method, path and handler.
 *
 * Paths match exactly and case-sensitively on the bytes that were sent: "/tasks/" is not "/tasks",
 * "/%74asks" is not either.  A part in braces ("/tasks/{id}") takes one segment of at least one
 * byte.  Where a constant path and one with a part in braces both match, the first row wins.
 * A row for GET answers HEAD as well.
 *
 * The table ends with a row of zeros.  It is matched row by row: tables here are short, and a
 * comparison of lengths and first bytes settles most rows.
 */
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "http/request.h"
#include "http/response.h"

/*
 * Answers a request: 0 when the response is filled in, whatever its status.  Otherwise the error is
 * handed, with the request, to server_options.problem, which turns it into an answer.
 */
typedef int (*handler_fn)(struct request *req, struct response *res, struct err *err);

struct route {
	enum method method;
	const char *path; /* also what metrics and logs call it */
	handler_fn handle;
	const char *name; /* the operation: "task_create" */
	const char *doc;  /* one sentence */
	bool is_bodyless; /* a POST that needs no body: its length may be left out */
	unsigned scope;   /* what its callers must be allowed: for server_options.admit */
};

/* Room for "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT". */
#define ROUTER_ALLOW_SIZE 64

/*
 * The row for a method and a path, with the parts in braces in params; NULL when there is none.
 * *ret_allow then says which methods the path does have ("GET, HEAD"), or is empty: no such path.
 */
const struct route *router_find(const struct route *routes, enum method method, struct str path,
                                struct str params[REQUEST_PARAMS_MAX],
                                char ret_allow[ROUTER_ALLOW_SIZE]);

#endif
