/*
 * Transform request: the body of POST /transform and POST /transform/validate, taken apart.
 *
 * One object, its members in any order; or, as application/x-ndjson, that object without documents
 * on the first line and a document on every further one.  The spans of documents and collections
 * are found and not read: the run does that.  Everything else is read here, and what is wrong with
 * it is collected in problems.
 */
#ifndef API_TRANSFORM_REQUEST_H
#define API_TRANSFORM_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "engine/engine.h"
#include "json/problems.h"

#define TRANSFORM_COLLECTIONS_MAX 256

struct transform_request {
	bool has_documents;
	struct run_text documents;
	struct value pipeline; /* missing when it is not there */
	struct str pipeline_text;
	struct value let;
	struct run_collection *collections;
	size_t n_collections, n_collections_max;
	struct limits limits; /* the service's, made tighter by options */
	int64_t now_ms;
	uint64_t seed;
	bool is_explained;
};

/*
 * Take a body apart.  Memory comes from a; spans point into the body, which must be padded
 * (READ_PADDING).  Fails when the body is not JSON, or over a limit; what is JSON but not a
 * request is in problems, and 0 is returned.
 */
int transform_request_read(struct arena *a, struct str body, bool is_ndjson,
                           const struct limits *limits, struct transform_request *ret,
                           struct json_problems *problems, struct err *err) MUST_CHECK;

#endif
