/*
 * Store: where tasks are kept, behind one interface for all the places they can be kept in.
 *
 *	TRY(store_open(STR("memory"), &limits, &store, err));
 *	TRY(store->ops->create(store, &fields, &receipt, body, err));
 *	store_close(store);
 *
 * A store answers in the JSON text that callers send on: it is appended to a buf, so that one
 * which keeps the text need not take it apart.  Whether the buf could grow is the buf's to say.
 *
 * Order.  A list is in order of creation: by created_at, and by the order in which tasks were
 * made within it.  Pages continue after a cursor, which names a place in that order and not a
 * number of rows: what is created or deleted meanwhile neither repeats nor hides a task, and the
 * last page costs what the first one does.
 *
 * Versions.  Every change raises a task's version by one.  A change may name the version it is
 * meant for (0: any); when the task has moved on it is ERR_PRECONDITION and nothing happens.
 *
 * Failure.  ERR_NOT_FOUND: no such task.  ERR_UNAVAILABLE: the store cannot do it now (out of
 * reach, or full: then the limit is named).  ERR_INVALID: a cursor that is none of ours.  Nothing
 * is appended and nothing has changed then.
 *
 * Every operation may be called from any thread at any time between open and close.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"
#include "base/uuid.h"
#include "store/task.h"

/* Tasks on one page, whoever asks for more. */
#define STORE_PAGE_MAX 1000

#define STORE_CURSOR_SIZE 64 /* bytes, with the NUL */

struct store_limits {
	size_t tasks_max;
	size_t bytes_max; /* of memory for tasks; only where they are kept in memory */
};

#define STORE_LIMITS_DEFAULT \
	((struct store_limits){ .tasks_max = 1000000, .bytes_max = (size_t)512 << 20 })

/* What is known of a task besides its text. */
struct store_receipt {
	char id[UUID_TEXT_SIZE];
	uint64_t version;
};

struct store_query {
	struct str status; /* only tasks of this status; empty: of any */
	struct str after;  /* the cursor of the page before; empty: the first page */
	size_t limit;      /* 1 to STORE_PAGE_MAX */
};

struct store_page {
	size_t n_tasks;
	char next[STORE_CURSOR_SIZE]; /* cursor of the page that follows; "": there is none */
};

struct store_stats {
	size_t n_tasks;
	size_t n_bytes;
};

struct store;

struct store_ops {
	const char *name; /* "memory" */
	void (*close)(struct store *store);

	/* 0 when operations can be expected to work. */
	int (*health)(struct store *store, struct err *err);

	/* A new task of the fields given (a title at least), pending unless they say otherwise. */
	int (*create)(struct store *store, const struct task_fields *fields,
	              struct store_receipt *ret, struct buf *ret_json, struct err *err);

	int (*get)(struct store *store, struct str id, struct store_receipt *ret,
	           struct buf *ret_json, struct err *err);

	/* The tasks of one page, with commas between them and without brackets around. */
	int (*list)(struct store *store, const struct store_query *query, struct store_page *ret,
	            struct buf *ret_json, struct err *err);

	int (*update)(struct store *store, struct str id, uint64_t version,
	              const struct task_fields *fields, struct store_receipt *ret,
	              struct buf *ret_json, struct err *err);

	int (*remove)(struct store *store, struct str id, uint64_t version, struct err *err);

	int (*stats)(struct store *store, struct store_stats *ret, struct err *err);
};

/* What every store begins with. */
struct store {
	const struct store_ops *ops;
};

/*
 * Open the store that a specification names: "memory".  Another is ERR_INVALID, and the message
 * says which there are.
 */
int store_open(struct str spec, const struct store_limits *limits, struct store **ret,
               struct err *err) MUST_CHECK;

/* NULL is fine. */
void store_close(struct store *store);

#endif
