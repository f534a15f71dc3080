/*
 * $lookup: what the stage is, for the file that compiles it and the file that runs it.
 *
 * Three forms: by fields (an index of the foreign collection answers, made once), by a pipeline
 * with variables (run for each document; once in all if it depends on none), and both: the
 * pipeline runs over what the fields found.  A pipeline that begins with a $match which asks for a
 * field's equality with a variable runs over what an index of that field found.
 */
#ifndef ENGINE_STAGE_LOOKUP_H
#define ENGINE_STAGE_LOOKUP_H

#include "engine/expr/expr.h"
#include "engine/query/path.h"
#include "engine/stage/field_place.h"
#include "engine/stage/sub_pipeline.h"

struct lookup_let {
	struct str name;
	struct expr *expr; /* in the scope around the stage */
	uint32_t slot;
};

struct lookup_stage {
	struct stage stage;
	struct str from;
	struct field_place as;
	const struct query_path *local;   /* NULL: not by fields */
	const struct query_path *foreign; /* of fields, or of join */
	struct lookup_let *lets;
	size_t n_lets;
	bool has_pipeline;
	struct sub_pipeline sub;
	const struct expr *join; /* only where foreign equals this can the pipeline find any */
};

extern const struct stage_ops lookup_stage_ops;

#endif
