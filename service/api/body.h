/*
 * Body: what handlers ask of a request's body before they look into it.
 */
#ifndef API_BODY_H
#define API_BODY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/macros.h"
#include "http/request.h"
#include "http/response.h"

/* Memory that the reading of a small message may take, besides the message. */
#define BODY_MEMORY_MAX ((size_t)1 << 20)

/* Is the Content-Type this media type, whatever its parameters? */
bool body_is_type(const struct request *req, const char *media_type);

/* Is the body packed in a way that is known here?  Otherwise the response is a 415 that says so. */
bool body_check_coding(const struct request *req, struct response *res);

/* Is it "application/json", and packed in a known way?  Otherwise the response is a 415 that says so. */
bool body_check_json(const struct request *req, struct response *res);

/* The same for a change: "application/merge-patch+json" (RFC 7396) will do as well. */
bool body_check_patch(const struct request *req, struct response *res);

/* Read a small message: checked to be JSON, of bounded size and depth. */
int body_read_message(struct request *req, struct arena *scratch, struct str *ret,
                      struct err *err) MUST_CHECK;

#endif
