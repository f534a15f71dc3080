/* Tasks in SQLite: rows, and the operations on one of them.  Inside store/. */
#ifndef STORE_SQLITE_TASK_H
#define STORE_SQLITE_TASK_H

#include "store/sqlite_db.h"
#include "store/sqlite_readers.h"
#include "store/sqlite_writer.h"
#include "store/store.h"

/* In the order of sqlite_task_read(). */
#define TASK_COLUMNS \
	"seq, id, kind, title, description, status, priority, created_ms, updated_ms, version"

struct sqlite_store {
	struct store base;
	char *path;
	int lock_fd; /* holds the file for this process, below 0: not open */
	struct uuid_source ids;
	struct sqlite_writer writer;
	struct sqlite_readers readers;
};

static inline struct sqlite_store *sqlite_store_of(struct store *store)
{
	return (struct sqlite_store *)store;
}

/* The row that a statement stands at; its text lives as long as the statement stands there. */
int sqlite_task_read(sqlite3_stmt *row, struct task *ret, int64_t *ret_seq,
                     struct err *err) MUST_CHECK;

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
