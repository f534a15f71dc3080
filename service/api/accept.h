/*
 * Accept: which of the forms that an answer can have the caller likes best (RFC 9110, 12.5.1).
 */
#ifndef API_ACCEPT_H
#define API_ACCEPT_H

#include <stddef.h>

#include "http/request.h"

/*
 * The number of the media type that the caller likes best; the first of those liked equally, and 0
 * when the caller says nothing.  n_types: none of them will do.  Types are "type/subtype", or
 * "type/subtype;name=value" for one that is chosen only by a range that carries the parameter too.
 */
size_t accept_choose(const struct request *req, const char *const *types, size_t n_types);

#endif
