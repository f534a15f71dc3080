/*
 * $densify: what its compiler hands to its run.
 *
 * Documents are sorted into partitions and by the field; between them, or between the bounds, come
 * new ones that hold the field and the partition's fields alone.
 */
#ifndef ENGINE_STAGE_DENSIFY_H
#define ENGINE_STAGE_DENSIFY_H

#include "engine/sort_spec.h"
#include "engine/stage/field_place.h"
#include "engine/stage/stage.h"
#include "engine/time_unit.h"

enum bounds_kind { BOUNDS_FULL, BOUNDS_PARTITION, BOUNDS_GIVEN };

struct densify_stage {
	struct stage stage;
	struct field_place field;
	struct field_place *partition_fields;
	uint32_t n_partition_fields;
	struct expr *by; /* an object with the partition fields' values; NULL: one partition */
	struct sort_spec *sort_by;
	enum bounds_kind bounds;
	struct value low, high; /* given ones: high is not part of the range */
	struct value step;
	enum time_unit unit; /* TIME_UNIT_NONE: numbers */
};

/* How it runs (densify_run.c). */
extern const struct stage_ops densify_stage_ops;

#endif
