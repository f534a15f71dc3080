/* Transform: POST /transform and POST /transform/validate. */
#ifndef API_TRANSFORM_H
#define API_TRANSFORM_H

#include "http/router.h"

int transform_run(struct request *req, struct response *res, struct err *err);
int transform_validate(struct request *req, struct response *res, struct err *err);

#endif
