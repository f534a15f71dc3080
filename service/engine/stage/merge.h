/*
 * $merge: what the stage is, for the file that compiles it and the file that runs it.
 *
 * The documents are put into a collection of the request, or an empty one, by the fields that
 * say which documents are the same; the collection that comes of it is part of the answer.
 */
#ifndef ENGINE_STAGE_MERGE_H
#define ENGINE_STAGE_MERGE_H

#include "engine/expr/expr.h"
#include "engine/stage/field_place.h"
#include "engine/stage/sub_pipeline.h"
#include "engine/stage/written.h"

enum when_matched {
	MATCHED_MERGE,
	MATCHED_REPLACE,
	MATCHED_KEEP_EXISTING,
	MATCHED_FAIL,
	MATCHED_PIPELINE,
};

enum when_not_matched { NOT_MATCHED_INSERT, NOT_MATCHED_DISCARD, NOT_MATCHED_FAIL };

struct merge_let {
	struct str name;
	struct expr *expr; /* of the document that comes */
	uint32_t slot;
};

struct merge_stage {
	struct stage stage;
	struct str into;
	struct field_place *on;
	size_t n_on;
	bool is_on_id; /* nothing but _id, which may be missing */
	enum when_matched matched;
	enum when_not_matched not_matched;
	struct merge_let *lets;
	size_t n_lets;
	struct sub_pipeline update; /* of the document that is there */
};

extern const struct stage_ops merge_stage_ops;

#endif
