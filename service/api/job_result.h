/* Job result: what a job has made, in the form that the caller asks for. */
#ifndef API_JOB_RESULT_H
#define API_JOB_RESULT_H

#include "base/err.h"
#include "base/macros.h"
#include "http/request.h"
#include "http/response.h"

/*
 * Answer with the result, of so many bytes, of a job that has succeeded: as JSON straight from the
 * store, a part at a time; in another form made of it.  One that has expired is a 410.
 */
int job_result_answer(struct request *req, struct response *res, struct str id, uint64_t n_bytes,
                      struct err *err) MUST_CHECK;

#endif
