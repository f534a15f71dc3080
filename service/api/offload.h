/*
 * Offload: the work of a request, done by the compute pool.
 *
 * A handler asks first whether there is room, before it reads a body that would then be refused;
 * reads the body on its own thread, the only one that may; and hands the rest over:
 *
 *	if (!offload_begin(&o, req, res))
 *		return 0;
 *	TRY(request_body(req, &body, err));
 *	return offload_run(&o, body.len, fn, arg, err);
 *
 * fn() may run on another thread, while the handler waits for it; it fills the response as a
 * handler does.  Everything that can keep it from running is answered here: 503 with the limit that
 * was reached, or 499 where the caller has gone.
 */
#ifndef API_OFFLOAD_H
#define API_OFFLOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/macros.h"
#include "compute/pool.h"
#include "http/request.h"
#include "http/response.h"

typedef int offload_fn(void *arg, struct err *err);

struct offload {
	struct work work;
	struct request *req;
	struct response *res;
	offload_fn *fn;
	void *arg;
	struct err *err;
	int rc;
};

/* False: there is no room, and the response says so. */
bool offload_begin(struct offload *o, struct request *req, struct response *res);

/* What fn() returned; 0 too when it did not run and the response says why. */
int offload_run(struct offload *o, size_t bytes, offload_fn *fn, void *arg,
                struct err *err) MUST_CHECK;

/*
 * The same while the handler goes on, before the body is there: begin with fn(arg), if a thread is
 * idle.  True: offload_join() must follow, which waits for its end.  What did not run, or did not
 * end well, is begun anew by offload_begin(); nothing was answered.
 */
bool offload_start(struct offload *o, size_t bytes, offload_fn *fn, void *arg, struct err *err);
int offload_join(struct offload *o) MUST_CHECK;

/* Make the response a 503 that names the limit, and count it. */
void offload_refuse(struct offload *o, enum admission why);

#endif
