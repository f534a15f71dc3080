/*
 * Routes: every path of the service, in the order of proto/openapi.yaml.
 *
 * A test holds the table and the contract to each other.  Both end with a row of zeros.
 */
#ifndef API_ROUTES_H
#define API_ROUTES_H

#include "http/router.h"

/* The service's listener, and the operators' one. */
extern const struct route service_routes[];
extern const struct route admin_routes[];

#endif
