/*
 * Sorter: documents in, the same documents in order out.
 *
 * For each document it keeps a row: the prefix of its keys, the keys themselves where the prefix
 * does not say all, and the document in the cheapest form that lasts.  Rows that are equal keep
 * the order in which they were added.  Told of a limit, it keeps about twice as many rows and
 * forgets the others as it goes.
 *
 * Rows live in arenas of the sorter's own, charged to the run's budget: sorter_deinit() frees them.
 */
#ifndef ENGINE_SORTER_H
#define ENGINE_SORTER_H

#include "engine/sort_prefix.h"

struct sort_row {
	struct sort_prefix prefix;
	struct value doc;
	const struct value *keys; /* NULL: not looked at yet */
	uint32_t tag;             /* for the caller: the document's number, say */
	bool is_whole;            /* the prefix says all about the keys */
};

struct sorter {
	const struct sort_spec *spec; /* NULL: no keys, the order is that of adding */
	size_t limit;                 /* so many of the first rows are wanted; 0: all */
	struct arena memory, spare;   /* of rows; spare is empty but while rows move */
	struct sort_row **rows;
	size_t n, cap;
	bool is_sorted;        /* by sorter_finish(), and nothing was added since */
	struct sort_row *last; /* what comes after it is not wanted; NULL: not known yet */
	struct value *keys;    /* of the document at hand, and room for those of another */
};

int sorter_init(struct sorter *s, struct eval *ev, const struct sort_spec *spec,
                size_t limit) MUST_CHECK;

/* Any state. */
void sorter_deinit(struct sorter *s);

/* One more document, bound in ev.  *ret_row (may be NULL) is NULL when it is not wanted. */
int sorter_add(struct sorter *s, struct eval *ev, struct value doc,
               struct sort_row **ret_row) MUST_CHECK;

/* All rows, and no more than the limit, in order. */
int sorter_finish(struct sorter *s, struct eval *ev) MUST_CHECK;

/*
 * All rows of other, which were added later; both have finished, and so has s then.  Rows stay in
 * the memory of the sorter that they were added to.
 */
int sorter_merge(struct sorter *s, struct eval *ev, struct sorter *other) MUST_CHECK;

/* Some of its rows in order. */
int sorter_sort(struct sorter *s, struct eval *ev, struct sort_row **rows, size_t n) MUST_CHECK;

/*
 * Rows in order, their documents and the text of these lie anywhere.  To be called with each i
 * before row i is used: it asks the processor for what will be needed some rows later.
 */
void sorter_fetch_ahead(struct sort_row *const *rows, size_t n, size_t i);

/* Below, equal to, or above 0; and the keys of a row, spec->n_keys of them. */
int sorter_cmp(struct sorter *s, struct eval *ev, struct sort_row *x, struct sort_row *y);
const struct value *sorter_keys(struct sorter *s, struct eval *ev, struct sort_row *row);

#endif
