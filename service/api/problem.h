/*
 * Problems: how every error of the service looks to its callers (RFC 9457).
 *
 *	{"type": "urn:docmill:error:not_found", "title": "There is no such thing", "status": 404,
 *	 "detail": "Task not found", "code": "not_found", "error": "Task not found",
 *	 "request_id": "…"}
 *
 * proto/errors.yaml has a row for each code, with its status and title.  error is the title, except
 * for the two messages that clients of the first task API know.  What else there is depends on the
 * error: errors (everything wrong with a request, or with a pipeline), stage, operator, pointer,
 * mongo, document, offset, line, column, limit.  Of an internal error nothing is told.
 */
#ifndef API_PROBLEM_H
#define API_PROBLEM_H

#include "base/err.h"
#include "engine/engine.h"
#include "http/request.h"
#include "http/response.h"
#include "json/problems.h"
#include "json/write.h"

struct refusal {
	const char *code;                     /* a row of proto/errors.yaml */
	const char *error;                    /* NULL: the title */
	const char *detail;                   /* for a person */
	const struct err *err;                /* where it is, or NULL */
	const struct json_problems *problems; /* everything wrong with the message, or NULL */
	const struct problem *pipeline;       /* everything wrong with the pipeline, or NULL */
	unsigned retry_after_s;               /* of a 503; 0: one second */
};

/* Make the response a problem document.  Headers that are there stay. */
void problem_refuse(const struct request *req, struct response *res, const struct refusal *refusal);

/* An error of HTTP itself or of a handler: this is server_options.problem (http/server.h). */
void problem_answer(const struct request *req, struct response *res, int status, const char *code,
                    const struct err *err);

/* Everything wrong with a message: at least one problem. */
void problem_refuse_message(const struct request *req, struct response *res,
                            const struct json_problems *problems);

/* The problem document of a job that has failed: no request, and so no request_id. */
void problem_write_failure(struct buf *out, const struct err *err, const struct problem *pipeline);

/* A problem document that was kept, as the answer: with its own status, and this request's id. */
int problem_repeat(const struct request *req, struct response *res, struct str document,
                   struct err *err) MUST_CHECK;

/* The members of an open object that say where an error is: stage, operator, pointer, mongo … */
void problem_write_place(struct json_writer *w, const struct err *err);

/* {"pointer", "detail", and what else is known}, for each of them. */
void problem_write_pipeline(struct json_writer *w, const struct problem *problems);

#endif
