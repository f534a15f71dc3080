/* Pages: what the service says about itself: /, /version and /openapi.json. */
#ifndef API_PAGES_H
#define API_PAGES_H

#include "http/router.h"

int page_index(struct request *req, struct response *res, struct err *err);
int page_version(struct request *req, struct response *res, struct err *err);
int page_openapi(struct request *req, struct response *res, struct err *err);

#endif
