/*
 * Coding: Content-Encoding in both directions.  gzip is the only coding there is.
 *
 * Inside http/ only, but for request_coding() in request.h.
 */
#ifndef HTTP_CODING_H
#define HTTP_CODING_H

#include "http/request.h"
#include "http/response.h"

/*
 * Pack the answer's body when that is worth while and the caller takes it; without memory it stays
 * as it is.  Sets response.varies where another caller might have got another coding.
 */
void coding_pack(const struct request *req, struct response *res);

#endif
