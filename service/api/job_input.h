/*
 * Job input: the transform that a task carries, taken out of its message and checked.
 *
 * Everything that can be known before it runs is known when the job is made: the pipeline is
 * compiled, and every document is read.
 */
#ifndef API_JOB_INPUT_H
#define API_JOB_INPUT_H

#include "api/app.h"
#include "api/transform_request.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/macros.h"
#include "engine/engine.h"
#include "json/problems.h"

/* The message of POST /tasks. */
struct task_message {
	struct str text;      /* JSON without "transform", of bounded size and depth */
	struct str transform; /* .data NULL: there is none */
};

/* Take the transform out of a body (padded by READ_PADDING).  What it holds is not looked at. */
int task_message_read(struct arena *a, struct str body, const struct limits *limits,
                      struct task_message *ret, struct json_problems *problems,
                      struct err *err) MUST_CHECK;

/*
 * Can this transform be run?  Errors of its JSON are errors; what is wrong with its members is in
 * problems, whose pointers begin with the one given; what is wrong with its pipeline is
 * ERR_PIPELINE and in *ret_problems.
 */
int job_input_check(struct arena *a, struct str transform, bool is_ndjson, const char *pointer,
                    const struct limits *limits, struct json_problems *problems,
                    struct problem **ret_problems, struct err *err) MUST_CHECK;

/* Read every document, of the collections too, and count those of the input: a pipeline of nothing. */
int job_input_count(struct arena *a, const struct transform_request *request, uint64_t *ret,
                    struct err *err) MUST_CHECK;

/* Is it an object on the first line, and a document on each of the others? */
bool job_input_is_ndjson(struct arena *a, struct str input);

/* Make of the input that a body ends in, from start on, one object, if it was sent as lines. */
void job_input_show(struct arena *a, struct buf *body, size_t start);

#endif
