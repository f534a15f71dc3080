/*
 * Entity tags: a task's version in quotes, and the headers that name some (RFC 9110, 13.1).
 */
#ifndef API_ETAG_H
#define API_ETAG_H

#include <stdbool.h>
#include <stdint.h>

#include "http/request.h"
#include "http/response.h"

/* A tag that If-Match can name: the answer is sent as it is, never packed. */
void etag_set(struct response *res, uint64_t version);

/* One that only says whether the content is still the same, packed or not. */
void etag_set_weak(struct response *res, uint64_t version);

/* Does the request carry If-Match, and does it not allow this version? */
bool etag_has_condition(const struct request *req);
bool etag_is_outdated(const struct request *req, uint64_t version);

/* Does If-None-Match say that the caller has this version already? */
bool etag_is_known(const struct request *req, uint64_t version);

#endif
