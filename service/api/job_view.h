/* Job view: what the text of a task says about its job, for handlers that depend on it. */
#ifndef API_JOB_VIEW_H
#define API_JOB_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/macros.h"
#include "http/request.h"
#include "store/store.h"

struct job_view {
	bool is_job;
	enum job_state state;
	uint64_t result_bytes, result_documents;
	struct str error; /* the problem document of a failure; borrows the text */
};

/* From the JSON that a store has written. */
int job_view_read(struct arena *a, struct str json, struct job_view *ret,
                  struct err *err) MUST_CHECK;

/* Is it one that will go on by itself? */
bool job_view_is_open(const struct job_view *view);

/*
 * Get a task; when it is a job that has not ended, wait for that, wait_s seconds at most and not at
 * all when too many wait.  *ret_json is reset each time.
 */
int job_view_await(const struct request *req, struct arena *a, struct str id, unsigned wait_s,
                   struct store_receipt *ret_receipt, struct buf *ret_json, struct job_view *ret,
                   struct err *err) MUST_CHECK;

#endif
