/*
 * Foreign index: the documents of a collection by the values of a path, for joins.
 *
 * It answers what {path: {$in: [values]}} would, without looking at every document: arrays stand
 * for their items and for themselves, missing is null.  It is made once a run, in time and space
 * linear in the collection.
 */
#ifndef ENGINE_STAGE_FOREIGN_INDEX_H
#define ENGINE_STAGE_FOREIGN_INDEX_H

#include "engine/query/path.h"
#include "engine/value_set.h"

struct foreign_index {
	struct value_set values; /* number of a value: index in chains */
	struct foreign_chain *chains;
	size_t chains_cap;
	struct foreign_posting *postings;
	size_t n_postings, postings_cap;
};

struct foreign_chain {
	uint32_t first, last; /* in postings */
};

struct foreign_posting {
	uint32_t doc;
	uint32_t next; /* UINT32_MAX: the last */
};

/*
 * The index of a collection by a path; it is made when a run asks for the first time.  The path is
 * the key: there is one index for each path in the plan.
 */
int foreign_index_get(struct eval *ev, const struct collection *from, const struct query_path *path,
                      const struct foreign_index **ret) MUST_CHECK;

/* The first posting of a value's documents, which are in the collection's order, or NULL. */
const struct foreign_posting *foreign_index_find(const struct foreign_index *index, struct eval *ev,
                                                 struct value v);

/* The same of a value by its number in values. */
static inline const struct foreign_posting *foreign_index_at(const struct foreign_index *index,
                                                             int64_t number)
{
	return &index->postings[index->chains[number].first];
}

static inline const struct foreign_posting *foreign_index_next(const struct foreign_index *index,
                                                               const struct foreign_posting *p)
{
	return p->next == UINT32_MAX ? NULL : &index->postings[p->next];
}

#endif
