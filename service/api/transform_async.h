/* POST /transform with Prefer: respond-async: a job, and perhaps its result. */
#ifndef API_TRANSFORM_ASYNC_H
#define API_TRANSFORM_ASYNC_H

#include <stdbool.h>

#include "api/prefer.h"
#include "base/err.h"
#include "base/macros.h"
#include "http/request.h"
#include "http/response.h"

/* The Content-Type has been looked at, the body has not been read. */
int transform_async(struct request *req, struct response *res, const struct prefer *prefer,
                    bool is_ndjson, struct err *err) MUST_CHECK;

#endif
