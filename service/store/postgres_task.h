/* Tasks in PostgreSQL: rows, transactions, and the operations on one task.  Inside store/. */
#ifndef STORE_POSTGRES_TASK_H
#define STORE_POSTGRES_TASK_H

#include "store/postgres_db.h"
#include "store/postgres_listener.h"
#include "store/postgres_pool.h"
#include "store/store.h"
#include "store/wake.h"

/* A task as it stands in its rows. */
struct postgres_row {
	struct task task; /* task.job points at the job below, so a row is never copied */
	struct task_job job;
	int64_t seq;
	uint64_t claim;
	bool is_cancelled;
};

struct postgres_store {
	struct store base;
	char *url;
	struct store_wake wake;
	struct postgres_pool pool;
	struct postgres_listener listener;
};

static inline struct postgres_store *postgres_store_of(struct store *store)
{
	return (struct postgres_store *)store;
}

/* A row of PG_TASK_COLUMNS; its text lives as long as the rows do. */
void postgres_row_read(const PGresult *rows, int row, struct postgres_row *ret);

/* A task by its id; the rows are the caller's to clear. */
int postgres_row_find(struct postgres_db *db, struct str id, PGresult **rows,
                      struct postgres_row *ret, struct err *err) MUST_CHECK;

/* A job by its id, locked until the end of the transaction; another task is ERR_CONFLICT. */
int postgres_row_lock_job(struct postgres_db *db, struct str id, PGresult **rows,
                          struct postgres_row *ret, struct err *err) MUST_CHECK;

void postgres_receipt(const struct task *task, struct store_receipt *ret);

/* Carry out a statement whose arguments are numbers, $1 first. */
int postgres_change(struct postgres_db *db, enum postgres_sql which, const int64_t *numbers, int n,
                    struct err *err) MUST_CHECK;

/* A change of several statements.  May be called again when others came in its way. */
typedef int postgres_change_fn(struct postgres_db *db, void *arg, struct err *err);

/*
 * Carry one out in a transaction, undone when it fails; what was appended to the buf (NULL: there
 * is none) is taken back then.
 */
int postgres_transact(struct postgres_store *s, postgres_change_fn *run, void *arg,
                      struct buf *json, struct err *err) MUST_CHECK;

/* The same; and whoever waits for jobs or deliveries is woken, in every replica. */
int postgres_transact_wake(struct postgres_store *s, postgres_change_fn *run, void *arg,
                           struct buf *json, struct err *err) MUST_CHECK;

/* What a new job has besides its task. */
int postgres_job_insert(struct postgres_db *db, int64_t seq, const struct job_new *new_job,
                        struct err *err) MUST_CHECK;

/* Results and jobs that are too old. */
int postgres_job_sweep(struct postgres_db *db, const struct store_sweep *sweep, size_t *ret_n,
                       struct err *err) MUST_CHECK;

/* A job has ended: its webhook is due. */
int postgres_delivery_add(struct postgres_db *db, const struct task *task,
                          struct err *err) MUST_CHECK;

extern const struct job_ops postgres_job_ops;
extern const struct delivery_ops postgres_delivery_ops;

int postgres_task_create(struct store *store, const struct store_new *new_task,
                         struct store_receipt *ret, struct buf *ret_json, struct err *err);
int postgres_task_get(struct store *store, struct str id, struct store_receipt *ret,
                      struct buf *ret_json, struct err *err);
int postgres_task_list(struct store *store, const struct store_query *query, struct store_page *ret,
                       struct buf *ret_json, struct err *err);
int postgres_task_update(struct store *store, struct str id, uint64_t version,
                         const struct task_fields *fields, struct store_receipt *ret,
                         struct buf *ret_json, struct err *err);
int postgres_task_remove(struct store *store, struct str id, uint64_t version, struct err *err);

#endif
