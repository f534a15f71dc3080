/* The statements that the PostgreSQL store prepares.  Inside store/. */
#ifndef STORE_POSTGRES_SQL_H
#define STORE_POSTGRES_SQL_H

#include <stdbool.h>

/* In the order of postgres_row_read(); those of jobs are NULL for a plain task. */
#define PG_TASK_COLUMNS \
	"seq, id, kind, title, description, status, priority, created_ms, updated_ms, version," \
	" claim, attempts, is_cancelled, started_ms, finished_ms, documents_done," \
	" documents_total, stage, error, result_documents, result_bytes, result_expires_ms," \
	" webhook_url"
#define PG_TASK_TABLES "tasks LEFT JOIN jobs USING (seq)"

enum postgres_sql {
	PG_BEGIN,
	PG_BEGIN_VIEW,
	PG_COMMIT,
	PG_ROLLBACK,
	PG_NOTIFY,
	PG_HEALTH,
	PG_TASK_GET,
	PG_TASK_CREATE,
	PG_TASK_CREATE_KEYED,
	PG_TASK_UPDATE,
	PG_TASK_DELETE,
	PG_TASK_COUNT,
	PG_SIZE,
	PG_KEY_GET,
	PG_KEY_SWEEP,
	PG_JOB_INSERT,
	PG_JOB_DUE,
	PG_JOB_LATE,
	PG_JOB_TAKE,
	PG_JOB_FIND,
	PG_JOB_STATUS,
	PG_JOB_RENEW,
	PG_JOB_WAIT,
	PG_JOB_RESET,
	PG_JOB_ASK,
	PG_JOB_END,
	PG_PART_GET,
	PG_PART_PUT,
	PG_PARTS_DROP,
	PG_RESULT_SWEEP,
	PG_JOB_SWEEP,
	PG_DELIVERY_INSERT,
	PG_DELIVERY_TAKE,
	PG_DELIVERY_NEXT,
	PG_DELIVERY_LOCK_TASK,
	PG_DELIVERY_GET,
	PG_DELIVERY_END,
	PG_DELIVERY_ORPHAN,
	PG_DELIVERY_MOVE,
	PG_DELIVERY_LIST,
	PG_DELIVERY_AGAIN,
	PG_ATTEMPT_INSERT,
	PG_ATTEMPTS_DROP,
	PG_LIST, /* the first of PG_LIST_VARIANTS: postgres_list.c writes them */
};

#define PG_LIST_VARIANTS 24
#define PG_COUNT (PG_LIST + PG_LIST_VARIANTS)

struct postgres_statement {
	const char *text;
	bool changes; /* what is stored: outside a transaction, whether it did may stay unknown */
};

extern const struct postgres_statement postgres_statements[PG_LIST];

#endif
