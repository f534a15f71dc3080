/*
 * Query: the parameters that a route takes, and no others.
 *
 * A parameter that nobody knows is refused, with the name that was probably meant: a filter with
 * a typo in its name would else be no filter at all.
 */
#ifndef API_QUERY_H
#define API_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/request.h"
#include "http/response.h"

/* Are all parameters among the names, each at most once?  Otherwise the response says what is wrong. */
bool query_check(const struct request *req, struct response *res, const char *const *names,
                 size_t n_names);

/* A whole number within bounds, *ret when it is not given; false: the response says what is wrong. */
bool query_read_size(const struct request *req, struct response *res, const char *name, size_t min,
                     size_t max, size_t *ret);

/* The number of one of n_choices names, *ret when it is not given; false: likewise. */
bool query_read_choice(const struct request *req, struct response *res, const char *name,
                       const char *const *choices, size_t n_choices, size_t *ret);

/* Refuse a parameter's value: detail says what it must be. */
void query_refuse(const struct request *req, struct response *res, const char *name,
                  const char *detail);

#endif
