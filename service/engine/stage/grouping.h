/*
 * Grouping: what $group does, apart from the stage: documents into groups, groups into documents.
 *
 * The spec is compiled once and read-only.  A grouping is the state of one run in one thread; the
 * groupings of parts of an input are made one by grouping_merge(), in the order of the parts, and
 * then answer as if one had seen everything.
 */
#ifndef ENGINE_STAGE_GROUPING_H
#define ENGINE_STAGE_GROUPING_H

#include "engine/accum/accum.h"
#include "engine/stage/group_table.h"
#include "engine/stage/stage.h"

struct group_output {
	struct str name;
	struct accum *accum;
	size_t state_at;  /* offset in a group's states */
	bool is_constant; /* {$sum: 1}: nothing to evaluate */
};

struct group_spec {
	struct expr **parts;     /* of the key */
	const struct str *names; /* of the parts; NULL: the key is the one part itself */
	uint32_t n_parts;
	bool is_constant; /* one group takes all */
	bool has_init;    /* some accumulator wants to know when a group begins */
	struct group_output *outputs;
	uint32_t n_outputs;
	size_t states_size;
};

#define GROUPING_CHUNK 128 /* documents: what is found out about them stays in the nearest cache */

struct grouping {
	const struct group_spec *spec;
	struct group_table table;
	const struct grouping **others; /* joined ones, whose documents came later, in order */
	size_t n_others;
	struct group_part *parts; /* room for the keys, hashes and groups of one chunk */
	uint64_t *hashes;
	struct group **groups;
	const struct shape *shape, *key_shape; /* of the answers */
};

/* The key from what stands as _id. */
int group_spec_set_key(struct compiler *c, struct group_spec *spec, struct value id) MUST_CHECK;

/* Room for n outputs; then one after the other (reports 40234 to 40238, 15952). */
int group_spec_reserve(struct compiler *c, struct group_spec *spec, uint32_t n) MUST_CHECK;
int group_spec_add_output(struct compiler *c, struct group_spec *spec, struct str name,
                          struct value accumulator) MUST_CHECK;

/* A stage of $group whose spec is still to be filled; NULL after reporting lack of memory. */
struct stage *group_stage_create(struct compiler *c, struct group_spec **ret_spec);

void group_spec_needs(const struct group_spec *spec, struct needs *needs);

int grouping_init(struct grouping *g, struct eval *ev, const struct group_spec *spec) MUST_CHECK;

/* Documents that were pushed to a node. */
int grouping_add(struct grouping *g, struct node *n, struct value *docs, size_t n_docs) MUST_CHECK;

/* Do merged groups always come to the same bytes as those of one grouping? */
bool group_spec_can_merge(const struct group_spec *spec);

/* All of other, whose documents came after those of g. */
int grouping_merge(struct grouping *g, struct eval *ev, const struct grouping *other) MUST_CHECK;

/*
 * The same in several threads, where that is promised.  All others are joined first, none of which
 * has others; then each of the GROUP_SHARES shares is merged once, in any order and at once: in
 * every group of its share what others have of the same key.  The array has to last.
 */
bool grouping_merges_apart(const struct grouping *g);
void grouping_join(struct grouping *g, const struct grouping **others, size_t n_others);
int grouping_merge_share(const struct grouping *g, struct eval *ev, size_t share) MUST_CHECK;

/*
 * Groups that are held; documents of some of them, made in ev, fewer where others joined, as some
 * were merged.  Threads may do so at once when that is promised.
 */
size_t grouping_n_held(const struct grouping *g);
int grouping_make(const struct grouping *g, struct eval *ev, size_t first, struct value *docs,
                  size_t n_held, size_t *ret_n) MUST_CHECK;
bool group_spec_makes_apart(const struct group_spec *spec);
bool group_spec_merges_apart(const struct group_spec *spec);

/* A document for each group, in the order in which they were first seen. */
int grouping_emit(struct grouping *g, struct node *n) MUST_CHECK;

#endif
