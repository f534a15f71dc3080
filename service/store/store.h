/*
 * Store: where tasks are kept, behind one interface for all the places they can be kept in.
 *
 *	TRY(store_open(STR("sqlite:docmill.db"), &limits, &store, err));
 *	TRY(store->ops->create(store, &new_task, &receipt, body, err));
 *	store_close(store);
 *
 * A store answers in the JSON text that callers send on: it is appended to a buf, so that one
 * which keeps the text need not take it apart.  Whether the buf could grow is the buf's to say.
 *
 * Durability.  An operation that returns 0 has happened, and has on stable storage where the store
 * has any; one that fails has not happened at all.  A store that is a server may go away while it
 * commits: then nobody knows, and the message of ERR_UNAVAILABLE says so (store/outcome.h).
 *
 * Order.  A list is in order of creation: by created_at, and by the order in which tasks were
 * made within it; or by priority, and within one priority by that.  Pages continue after a cursor,
 * which names a place in that order and not a number of rows: what is created or deleted meanwhile
 * neither repeats nor hides a task, and the last page costs what the first one does.
 *
 * Versions.  Every change raises a task's version by one.  A change may name the version it is
 * meant for (0: any); when the task has moved on it is ERR_PRECONDITION and nothing happens.
 *
 * Keys.  A creation may carry a key, so that it can be sent again.  The key is stored together with
 * the task: the same key with the same body answers once more what it answered first (is_replay),
 * with another body it is ERR_MISMATCH.  Two at once are one after the other.
 *
 * Jobs are tasks that carry a transform (store/job.h); what is to be told about them are deliveries
 * (store/delivery.h).  Their status is the service's: setting it is ERR_CONFLICT.
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
#include "store/delivery.h"
#include "store/job.h"
#include "store/task.h"

/* Tasks on one page, whoever asks for more. */
#define STORE_PAGE_MAX 1000

#define STORE_CURSOR_SIZE 64 /* bytes, with the NUL */

/* Idempotency keys: bytes of one, and how long it is kept at least. */
#define STORE_KEY_MAX 255
#define STORE_KEY_TTL_MS (INT64_C(24) * 60 * 60 * 1000)

struct store_limits {
	size_t tasks_max;       /* only where they are kept in memory */
	size_t bytes_max;       /* of memory for tasks; likewise */
	size_t connections_max; /* only where they are kept by a server */
	uint64_t timeout_ms;    /* for one operation; likewise */
};

#define STORE_LIMITS_DEFAULT \
	((struct store_limits){ \
		.tasks_max = 1000000, \
		.bytes_max = (size_t)512 << 20, \
		.connections_max = 8, \
		.timeout_ms = 5000, \
	})

struct store_key {
	struct str scope;         /* whose it is: the keys of two callers never meet */
	struct str key;           /* .data NULL: none */
	unsigned char digest[32]; /* of the body that came with it */
};

struct store_new {
	struct task_fields fields; /* a title at least */
	struct store_key key;
	const struct job_new *job; /* NULL: a plain task */
};

/* What is known of a task besides its text. */
struct store_receipt {
	char id[UUID_TEXT_SIZE];
	uint64_t version;
	bool is_replay; /* nothing was created: the key is known */
};

enum store_sort {
	STORE_SORT_CREATED,
	STORE_SORT_CREATED_DOWN,
	STORE_SORT_PRIORITY,
	STORE_SORT_PRIORITY_DOWN, /* the highest first; the oldest first within one */
};

struct store_query {
	struct str status;   /* only tasks of this status; empty: of any */
	int priority;        /* only those of this priority; 0: of any */
	enum task_kind kind; /* only those of this kind; TASK_ANY: of both */
	enum store_sort sort;
	struct str after; /* the cursor of the page before; empty: the first page */
	size_t limit;     /* 1 to STORE_PAGE_MAX */
};

struct store_page {
	size_t n_tasks;
	char next[STORE_CURSOR_SIZE]; /* cursor of the page that follows; "": there is none */
};

struct store_stats {
	size_t n_plain;
	size_t n_jobs[JOB_STATE_COUNT];
	size_t n_bytes;  /* of memory, or on the disk */
	uint64_t age_ms; /* since then others may have come and gone; stores count anew */
};

/* What is too old to be kept. */
struct store_sweep {
	int64_t keys_before_ms; /* idempotency keys that were stored before */
	int64_t jobs_before_ms; /* jobs that ended before; 0: none */
	size_t n_max;           /* rows at a time: others want to write too */
};

/* A job or a delivery may have become due.  Called from any thread; must not wait. */
typedef void store_wake_fn(void *arg);

struct store;

struct store_ops {
	const char *name; /* "memory" */
	void (*close)(struct store *store);

	/* 0 when operations can be expected to work. */
	int (*health)(struct store *store, struct err *err);

	/* A new task, pending unless its fields say otherwise. */
	int (*create)(struct store *store, const struct store_new *new_task,
	              struct store_receipt *ret, struct buf *ret_json, struct err *err);

	int (*get)(struct store *store, struct str id, struct store_receipt *ret,
	           struct buf *ret_json, struct err *err);

	/* The tasks of one page, with commas between them and without brackets around. */
	int (*list)(struct store *store, const struct store_query *query, struct store_page *ret,
	            struct buf *ret_json, struct err *err);

	int (*update)(struct store *store, struct str id, uint64_t version,
	              const struct task_fields *fields, struct store_receipt *ret,
	              struct buf *ret_json, struct err *err);

	/* A job that runs is ERR_CONFLICT. */
	int (*remove)(struct store *store, struct str id, uint64_t version, struct err *err);

	int (*stats)(struct store *store, struct store_stats *ret, struct err *err);

	/* Remove a bounded number of things that are too old; *ret_n is how many, 0 when all are. */
	int (*sweep)(struct store *store, const struct store_sweep *sweep, size_t *ret_n,
	             struct err *err);

	/* Have wake called from now on; NULL: not any more, and nobody is in it when this returns. */
	void (*watch)(struct store *store, store_wake_fn *wake, void *arg);

	/* For jobs: store/job.h; NULL where the store cannot keep any. */
	const struct job_ops *jobs;

	/* For what is told about them: store/delivery.h; NULL likewise. */
	const struct delivery_ops *deliveries;
};

/* What every store begins with. */
struct store {
	const struct store_ops *ops;
};

/*
 * Open the store that a specification names: "memory", "sqlite:PATH", "postgresql://...".  Another
 * is ERR_INVALID, and the message says which there are; one that cannot be opened now is
 * ERR_UNAVAILABLE.  A server that is out of reach is open all the same, and works when it is back:
 * health() says how it is.
 */
int store_open(struct str spec, const struct store_limits *limits, struct store **ret,
               struct err *err) MUST_CHECK;

/* NULL is fine. */
void store_close(struct store *store);

#endif
