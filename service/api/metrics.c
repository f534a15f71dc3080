/* Metrics: what Prometheus scrapes. */
#include "api/metrics.h"

#include "obs/metrics.h"

int metrics_get(struct request *req, struct response *res, struct err *err)
{
	(void)req;
	(void)err;
	res->content_type = "text/plain; version=0.0.4; charset=utf-8";
	metrics_write(response_body(res));
	return 0;
}
