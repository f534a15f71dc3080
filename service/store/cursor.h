/*
 * Cursor: a place in the order of a list, as text that callers hand back.
 *
 * A place is a priority (in the orders by priority) and the number that a task was given when it
 * was made.  The text says which order it is a place in, so that it is refused in another one.
 */
#ifndef STORE_CURSOR_H
#define STORE_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

struct cursor {
	int priority; /* 0 in the orders by creation */
	int64_t place;
};

void cursor_format(enum store_sort sort, struct cursor cursor, char ret[STORE_CURSOR_SIZE]);

/* The place that a query goes on after: before all when it names none.  ERR_INVALID: no cursor of ours. */
int cursor_parse(const struct store_query *query, struct cursor *ret, struct err *err) MUST_CHECK;

/* Do the pages go towards older tasks, and how do priorities follow each other (0: not at all)? */
bool sort_is_down(enum store_sort sort);
int sort_priority_step(enum store_sort sort);

#endif
