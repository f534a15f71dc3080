/* Health: /livez and /readyz, on both listeners. */
#ifndef API_HEALTH_H
#define API_HEALTH_H

#include "http/router.h"

int health_live(struct request *req, struct response *res, struct err *err);

/* 200, with the checks when ?verbose; 503 while starting, failing or draining. */
int health_ready(struct request *req, struct response *res, struct err *err);

#endif
