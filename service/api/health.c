/* Health: what probes ask. */
#include "api/health.h"

#include "api/problem.h"
#include "obs/health.h"

int health_live(struct request *req, struct response *res, struct err *err)
{
	(void)req;
	(void)err;
	response_borrow(res, STR("{\"status\":\"live\"}"));
	return 0;
}

int health_ready(struct request *req, struct response *res, struct err *err)
{
	char why[256];

	(void)err;
	response_header(res, "Cache-Control", "no-store");
	if (!health_is_ready()) {
		health_explain(why, sizeof why);
		problem_refuse(req, res,
		               &(struct refusal){
				       .code = health_is_draining() ? "draining"
		                                                    : "store_unavailable",
				       .detail = why,
			       });
		return 0;
	}
	health_write(response_body(res), request_query(req, "verbose").data != NULL);
	return 0;
}
