/* Metrics: /metrics, on the admin listener. */
#ifndef API_METRICS_H
#define API_METRICS_H

#include "http/router.h"

int metrics_get(struct request *req, struct response *res, struct err *err);

#endif
