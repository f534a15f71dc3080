/*
 * Partitions: documents taken in one by one, given back partition by partition.
 *
 * Partitions come in the order of their keys, the documents of each in the order of a sort
 * specification; null and missing are one key.  For stages that look at neighbours.
 */
#ifndef ENGINE_STAGE_PARTITIONS_H
#define ENGINE_STAGE_PARTITIONS_H

#include "engine/sorter.h"
#include "engine/stage/group_table.h"
#include "engine/stage/stage.h"

struct partitions {
	struct expr *by;      /* NULL: one partition */
	struct sorter sorter; /* every document; its order within a partition */
	struct group_table keys;
	uint32_t *numbers; /* of each document's partition, as first seen */
	size_t numbers_cap;
	struct sort_row **rows; /* by partition, in order, once sealed */
	size_t *starts;         /* of the partitions in rows, and the end */
	struct value *key_of;   /* of each partition, in order */
	size_t n;
};

/* sort_by is NULL when documents stay as they come. */
int partitions_init(struct partitions *p, struct eval *ev, struct expr *by,
                    const struct sort_spec *sort_by) MUST_CHECK;

void partitions_deinit(struct partitions *p);

/* A document that is bound in ev. */
int partitions_add(struct partitions *p, struct eval *ev, struct value doc) MUST_CHECK;

/* All have been added: find out the partitions.  Rows are sorted by partitions_sort(). */
int partitions_seal(struct partitions *p, struct eval *ev) MUST_CHECK;

/* The rows of partition i, in order; *ret_n of them. */
int partitions_sort(struct partitions *p, struct eval *ev, size_t i, struct sort_row ***ret_rows,
                    size_t *ret_n) MUST_CHECK;

#endif
