/* Health: what probes ask. */
#include "api/health.h"

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

	response_header(res, "Cache-Control", "no-store");
	if (!health_is_ready()) {
		health_explain(why, sizeof why);
		return err_set(err, health_is_draining() ? ERR_CANCELLED : ERR_UNAVAILABLE,
		               "not ready: %s", why);
	}
	health_write(response_body(res), request_query(req, "verbose").data != NULL);
	return 0;
}
