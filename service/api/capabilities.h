/* Capabilities: what this build can do and allows, for GET /capabilities. */
#ifndef API_CAPABILITIES_H
#define API_CAPABILITIES_H

#include "api/app.h"
#include "http/router.h"

/* Make the answer: it does not change while the service runs. */
int capabilities_init(struct app *app, struct err *err) MUST_CHECK;

int capabilities_get(struct request *req, struct response *res, struct err *err);

#endif
