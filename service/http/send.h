/* Send: from a response to bytes on the wire.  Inside http/ only. */
#ifndef HTTP_SEND_H
#define HTTP_SEND_H

#include <stdbool.h>
#include <stddef.h>

struct connection;

/*
 * Send the head and, unless the request is a HEAD, the body; returns the bytes sent of both.  *ret
 * is whether all of it went out.
 */
size_t send_response(struct connection *c, bool close, bool *ret);

#endif
