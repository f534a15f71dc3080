/*
 * Early: a transform of lines that begins while they still arrive.
 *
 * A body of NDJSON says in its first line what is to be done, so what follows can be read, and run,
 * as it comes: over a network that brings a body in about the time that it takes to compute, the
 * answer is there soon after the last byte.
 *
 *	struct early early;
 *	bool is_followed = early_follow(&early, &offload, req, fn, arg);
 *	int rc = request_body(req, &body, err);
 *	bool is_done = is_followed && early_end(&early);
 *
 * It is a bet that may be lost, and costs nothing but time of an idle thread then: it is made when
 * a compute thread has nothing to do and nobody waits for one, and given up when the lines come too
 * slowly (a thread must not wait for a caller longer than it works for him), when they came so fast
 * that several threads will be quicker with the whole, and when anything fails.  What was done is
 * thrown away then, and done again with the whole body: so answers and errors are the same.
 */
#ifndef API_EARLY_H
#define API_EARLY_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/offload.h"
#include "base/str.h"

/* Bodies smaller than this are there before anybody could begin. */
#define EARLY_FROM ((size_t)1 << 20)

struct early {
	struct offload *offload;
	offload_fn *fn;
	void *arg;
	bool has_begun, is_tried; /* of the thread that reads the body, as what is above */
	struct err err;           /* of fn() */
	size_t size;              /* of the body */
	pthread_mutex_t lock;     /* of what follows */
	pthread_cond_t moved;
	struct str arrived;
	bool is_over; /* nothing more will come */

	/* Of the thread that computes. */
	size_t n_taken;
	bool is_splittable; /* several threads could share the work on the whole */
	uint64_t begun_ns, waited_ns;
};

/*
 * Call fn(arg) on a compute thread once enough of the body is there.  False: the body is none to
 * follow.  fn() reads lines by early_lines(), and fails when that does.
 */
bool early_follow(struct early *e, struct offload *offload, struct request *req, offload_fn *fn,
                  void *arg);

/* The body has been read, or will not be: did fn() do it all?  It has returned, in any case. */
bool early_end(struct early *e);

/* Of fn(), first: the body, of which the first line has come.  The rest follows as lines. */
struct str early_body(struct early *e);

/* run_input.source, of lines that stay. */
int early_lines(void *early, struct str *ret, struct err *err);

#endif
