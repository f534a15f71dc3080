/*
 * One connection to an SQLite file, with its prepared statements.
 *
 *	CLEANUP(sqlite_done) sqlite3_stmt *s = NULL;
 *
 *	TRY(sqlite_use(db, SQL_TASK_GET, &s, err));
 *	sqlite_bind_uuid(s, 1, &id);
 *	TRY(sqlite_step(db, s, &has_row, err));
 *
 * A statement is prepared when it is used first and stays: sqlite_done() only makes it ready for the
 * next time, and what it has read is gone then.  A connection belongs to one thread at a time.
 * Inside store/.
 */
#ifndef STORE_SQLITE_DB_H
#define STORE_SQLITE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"
#include "base/uuid.h"

enum sql {
	SQL_BEGIN_READ,
	SQL_BEGIN_WRITE,
	SQL_COMMIT,
	SQL_ROLLBACK,
	SQL_SAVEPOINT,
	SQL_SAVEPOINT_KEEP,
	SQL_SAVEPOINT_UNDO,
	SQL_TASK_LAST,
	SQL_TASK_GET,
	SQL_TASK_INSERT,
	SQL_TASK_UPDATE,
	SQL_TASK_DELETE,
	SQL_TASK_COUNT,
	SQL_JOB_COUNT,
	SQL_KEY_GET,
	SQL_KEY_PUT,
	SQL_KEY_SWEEP,
	SQL_JOB_INSERT,
	SQL_JOB_STATUS,
	SQL_JOB_LATE,
	SQL_JOB_NEXT,
	SQL_JOB_RUN,
	SQL_JOB_RENEW,
	SQL_JOB_WAIT,
	SQL_JOB_RESET,
	SQL_JOB_ASK,
	SQL_JOB_END,
	SQL_PART_GET,
	SQL_PART_PUT,
	SQL_PARTS_DROP,
	SQL_RESULT_OLD,
	SQL_RESULT_SWEPT,
	SQL_JOB_SWEEP,
	SQL_DELIVERY_INSERT,
	SQL_DELIVERY_DUE,
	SQL_DELIVERY_CLAIM,
	SQL_DELIVERY_GET,
	SQL_DELIVERY_END,
	SQL_DELIVERY_ORPHAN,
	SQL_DELIVERY_MOVE,
	SQL_DELIVERY_LIST,
	SQL_DELIVERY_AGAIN,
	SQL_ATTEMPT_INSERT,
	SQL_ATTEMPTS_DROP,
	SQL_LIST, /* the first of SQL_LIST_VARIANTS: sqlite_list.c writes them */
};

#define SQL_LIST_VARIANTS 24
#define SQL_COUNT (SQL_LIST + SQL_LIST_VARIANTS)

struct sqlite_db {
	sqlite3 *handle;
	sqlite3_stmt *statements[SQL_COUNT];
};

/* Open a file that is there or (create) may be made. */
int sqlite_db_open(struct sqlite_db *db, const char *path, bool create, struct err *err) MUST_CHECK;
void sqlite_db_close(struct sqlite_db *db);

/* Run statements that need no arguments and whose rows nobody wants. */
int sqlite_exec(struct sqlite_db *db, const char *sql, struct err *err) MUST_CHECK;

/* A number that a PRAGMA or a SELECT answers; 0 when there is no row. */
int sqlite_number(struct sqlite_db *db, const char *sql, int64_t *ret, struct err *err) MUST_CHECK;

/* A statement of the table in sqlite_sql.c; text: of one that is none of them. */
int sqlite_use(struct sqlite_db *db, enum sql which, sqlite3_stmt **ret, struct err *err) MUST_CHECK;
int sqlite_use_text(struct sqlite_db *db, size_t slot, const char *text, sqlite3_stmt **ret,
                    struct err *err) MUST_CHECK;
void sqlite_done(sqlite3_stmt **statement);

/* Text and blobs are borrowed until sqlite_done().  Binding cannot fail but for memory, see step. */
void sqlite_bind_str(sqlite3_stmt *statement, int at, struct str text);
void sqlite_bind_bytes(sqlite3_stmt *statement, int at, struct str bytes);
void sqlite_bind_uuid(sqlite3_stmt *statement, int at, const struct uuid *id);

struct str sqlite_column_str(sqlite3_stmt *statement, int at);

/* *ret_has_row: there is one to look at. */
int sqlite_step(struct sqlite_db *db, sqlite3_stmt *statement, bool *ret_has_row,
                struct err *err) MUST_CHECK;

/* Carry out a statement whose arguments are bound, to its end. */
int sqlite_finish(struct sqlite_db *db, sqlite3_stmt *statement, struct err *err) MUST_CHECK;

/* Carry out one whose arguments are numbers, from ?1 on. */
int sqlite_change(struct sqlite_db *db, enum sql which, const int64_t *numbers, int n,
                  struct err *err) MUST_CHECK;

/* Use a statement that has no arguments, to its end. */
int sqlite_run(struct sqlite_db *db, enum sql which, struct err *err) MUST_CHECK;

/* The same where nothing could be done about a failure. */
void sqlite_try(struct sqlite_db *db, enum sql which);

/* What the connection said last, as an error. */
int sqlite_failure(struct sqlite_db *db, struct err *err);

/* The text of a statement. */
extern const char *const sql_texts[SQL_LIST];

#endif
