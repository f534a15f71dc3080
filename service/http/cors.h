/*
 * CORS: which pages of other sites may read our answers (the Fetch standard, 3.2).
 *
 * Off unless origins are listed.  Keys travel in Authorization, which a page's own code sets, so
 * cookies and the like are of no use here, and Access-Control-Allow-Credentials is never sent.
 *
 * Inside http/ only, but for cors_check(), which cli/serve asks.
 */
#ifndef HTTP_CORS_H
#define HTTP_CORS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"
#include "http/request.h"
#include "http/response.h"

#define CORS_ORIGIN_MAX ((size_t)255) /* bytes of one origin */

/* "*", or "https://a.example,http://localhost:3000": ERR_INVALID names what is no origin. */
int cors_check(const char *origins, struct err *err) MUST_CHECK;

/*
 * What Access-Control-Allow-Origin says to this request: "*", the request's own origin, which is
 * then listed, or .data NULL: nothing.
 */
struct str cors_origin(const char *origins, const struct request *req);

/*
 * Is this a preflight, which asks whether another request may be made?  Then the response is the
 * answer to it; allow is what router_find() says of the path's methods.
 */
bool cors_answer(const char *origins, const struct request *req, const char *allow,
                 struct response *res);

/* Append what every answer carries, in the form "\r\nName: value", of at most CORS_HEADERS_MAX. */
#define CORS_HEADERS_MAX (CORS_ORIGIN_MAX + 200)
char *cors_put_headers(struct str origin, char *to);

#endif
