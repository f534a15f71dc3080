/* $graphLookup: what the stage is, for the file that compiles it and the file that runs it. */
#ifndef ENGINE_STAGE_GRAPH_LOOKUP_H
#define ENGINE_STAGE_GRAPH_LOOKUP_H

#include "engine/expr/expr.h"
#include "engine/query/path.h"
#include "engine/query/query.h"
#include "engine/stage/field_place.h"
#include "engine/stage/stage.h"

struct graph_stage {
	struct stage stage;
	struct str from;
	struct field_place as;
	struct field_place depth; /* n_parts is 0 when it is not asked for */
	struct expr *start;
	const struct query_path *connect_from, *connect_to;
	struct query *restriction; /* NULL: none */
	uint64_t depth_max;
};

extern const struct stage_ops graph_stage_ops;

#endif
