/* Query: from "a=b&c=d" to names and values.  Inside http/ only. */
#ifndef HTTP_QUERY_H
#define HTTP_QUERY_H

#include <stddef.h>

#include "base/err.h"
#include "base/macros.h"
#include "http/request.h"

/*
 * Split and decode a query into pairs that point into text, which has room for as many bytes as the
 * query has.  A "%" without two digits, a NUL, and more than REQUEST_QUERY_MAX pairs are errors.
 */
int query_parse(struct str query, char *text, struct query_pair *ret, size_t *ret_n,
                struct err *err) MUST_CHECK;

#endif
