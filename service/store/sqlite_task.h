/* Tasks in SQLite: rows, and the operations on one of them.  Inside store/. */
#ifndef STORE_SQLITE_TASK_H
#define STORE_SQLITE_TASK_H

#include "store/sqlite_db.h"
#include "store/sqlite_readers.h"
#include "store/sqlite_writer.h"
#include "store/store.h"
#include "store/wake.h"

/* In the order of sqlite_row_read(); those of jobs are NULL for a plain task. */
#define TASK_COLUMNS \
	"seq, id, kind, title, description, status, priority, created_ms, updated_ms, version," \
	" claim, attempts, is_cancelled, started_ms, finished_ms, documents_done," \
	" documents_total, stage, error, result_documents, result_bytes, result_expires_ms," \
	" webhook_url"
#define TASK_TABLES "tasks LEFT JOIN jobs USING (seq)"

/* A task as it stands in its rows. */
struct sqlite_row {
	struct task task; /* task.job points at the job below, so a row is never copied */
	struct task_job job;
	int64_t seq;
	uint64_t claim;
	bool is_cancelled;
};

struct sqlite_store {
	struct store base;
	char *path;
	int lock_fd; /* holds the file for this process, below 0: not open */
	struct uuid_source ids;
	struct store_wake wake;
	struct sqlite_writer writer;
	struct sqlite_readers readers;
};

static inline struct sqlite_store *sqlite_store_of(struct store *store)
{
	return (struct sqlite_store *)store;
}

/* The row that a statement stands at; its text lives as long as the statement stands there. */
int sqlite_row_read(sqlite3_stmt *statement, struct sqlite_row *ret, struct err *err) MUST_CHECK;

/* A task by its id; the statement stands at it then, and is the caller's to be done with. */
int sqlite_row_find(struct sqlite_db *db, struct str id, sqlite3_stmt **statement,
                    struct sqlite_row *ret, struct err *err) MUST_CHECK;

/* The same for what only jobs have: another task is ERR_CONFLICT. */
int sqlite_row_find_job(struct sqlite_db *db, struct str id, sqlite3_stmt **statement,
                        struct sqlite_row *ret, struct err *err) MUST_CHECK;

int sqlite_uuid_read(sqlite3_stmt *row, int at, struct uuid *ret, struct err *err) MUST_CHECK;

void sqlite_receipt(const struct task *task, struct store_receipt *ret);

/* What a new job has besides its task: on the writer's thread. */
int sqlite_job_insert(struct sqlite_db *db, int64_t seq, const struct job_new *new_job,
                      struct err *err) MUST_CHECK;

/*
 * The job is in another state, in its rows and in what was read of them.  What waits has no result;
 * who ends may have a webhook that is due then.  Likewise.
 */
int sqlite_job_set_state(struct sqlite_db *db, struct sqlite_row *row, enum job_state state,
                         struct err *err) MUST_CHECK;
int sqlite_job_set_waiting(struct sqlite_db *db, struct sqlite_row *row, uint32_t attempts,
                           struct err *err) MUST_CHECK;
int sqlite_job_set_ended(struct sqlite_store *s, struct sqlite_row *row, const struct job_end *end,
                         struct err *err) MUST_CHECK;

/* Results and jobs that are too old, likewise. */
int sqlite_job_sweep(struct sqlite_db *db, const struct store_sweep *sweep, size_t *ret_n,
                     struct err *err) MUST_CHECK;

/* A job has ended: its webhook is due.  Likewise. */
int sqlite_delivery_add(struct sqlite_db *db, struct uuid_source *ids, const struct task *task,
                        struct err *err) MUST_CHECK;

extern const struct job_ops sqlite_job_ops;
extern const struct delivery_ops sqlite_delivery_ops;

int sqlite_task_create(struct store *store, const struct store_new *new_task,
                       struct store_receipt *ret, struct buf *ret_json, struct err *err);
int sqlite_task_get(struct store *store, struct str id, struct store_receipt *ret,
                    struct buf *ret_json, struct err *err);
int sqlite_task_list(struct store *store, const struct store_query *query, struct store_page *ret,
                     struct buf *ret_json, struct err *err);
int sqlite_task_update(struct store *store, struct str id, uint64_t version,
                       const struct task_fields *fields, struct store_receipt *ret,
                       struct buf *ret_json, struct err *err);
int sqlite_task_remove(struct store *store, struct str id, uint64_t version, struct err *err);

#endif
