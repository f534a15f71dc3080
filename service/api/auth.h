/*
 * Auth: whether a caller may have a route handled, by the key it sends.
 *
 *	Authorization: Bearer dmk_…
 *
 * Without keys (--auth none) everybody may do everything.
 */
#ifndef API_AUTH_H
#define API_AUTH_H

#include <stdbool.h>

#include "api/app.h"
#include "base/err.h"
#include "base/macros.h"
#include "http/request.h"
#include "http/response.h"

/* This is server_options.admit (http/server.h): false, and the response says why not. */
bool auth_admit(struct request *req, struct response *res);

/*
 * Take the keys of a file, in place of those that were there: the first time before the first
 * request, later at any time, from one thread.  On failure those that were there stay.
 */
int auth_load(struct app *app, const char *path, struct err *err) MUST_CHECK;

#endif
