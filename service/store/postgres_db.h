/*
 * One connection to a PostgreSQL server, with its prepared statements.
 *
 *	CLEANUP(postgres_clear) PGresult *rows = NULL;
 *	struct postgres_args args = { 0 };
 *
 *	postgres_arg_uuid(&args, &id);
 *	TRY(postgres_run(db, PG_TASK_GET, &args, &rows, err));
 *
 * Nothing waits longer than the deadline of the operation that has the connection: sockets are asked
 * and never waited for by libpq.  A connection that was lost, or has failed in a way that leaves
 * its state in doubt, is broken, and its pool closes it.
 *
 * Everything is sent and read in binary: numbers are bigint in every statement and every table.
 * A connection belongs to one thread at a time.  Inside store/.
 */
#ifndef STORE_POSTGRES_DB_H
#define STORE_POSTGRES_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"
#include "base/uuid.h"
#include "store/postgres_library.h"
#include "store/postgres_sql.h"

struct postgres_pool;

struct postgres_db {
	PGconn *handle;
	struct postgres_pool *home;
	uint64_t deadline_ns; /* of the operation that has it */
	bool is_broken;       /* of no use any more */
	bool is_lost;         /* because the server is out of reach: others will be too */
	bool is_retryable;    /* the last failure was about others who did the same: try again */
	bool is_in_transaction;
	bool is_prepared[PG_COUNT];
	struct postgres_db *next; /* of those that are free */
};

#define POSTGRES_ARGS_MAX 9

/* The arguments of a statement, $1 first.  Text and bytes are borrowed; it must not be copied. */
struct postgres_args {
	int n;
	const char *values[POSTGRES_ARGS_MAX];
	int lengths[POSTGRES_ARGS_MAX];
	unsigned char numbers[POSTGRES_ARGS_MAX][8];
};

void postgres_arg_null(struct postgres_args *args);
void postgres_arg_int(struct postgres_args *args, int64_t number);
void postgres_arg_str(struct postgres_args *args, struct str text); /* .data NULL: NULL */
void postgres_arg_bytes(struct postgres_args *args, const void *bytes, size_t n);
void postgres_arg_uuid(struct postgres_args *args, const struct uuid *id);

/* Connect, by the deadline that is set; timeout_ms is for each statement from now on.  Close it anyway. */
int postgres_db_open(struct postgres_db *db, const char *url, uint64_t timeout_ms,
                     struct err *err) MUST_CHECK;
void postgres_db_close(struct postgres_db *db);

/* Has the server said something while nobody asked?  Then it has most likely gone. */
bool postgres_db_is_stale(const struct postgres_db *db);

/* A statement of the table in postgres_sql.c; args NULL: it has none; ret NULL: no rows are wanted. */
int postgres_run(struct postgres_db *db, enum postgres_sql which, const struct postgres_args *args,
                 PGresult **ret, struct err *err) MUST_CHECK;

/* The same for a text that is none of the table, in a slot from PG_LIST on. */
int postgres_run_text(struct postgres_db *db, size_t slot, const char *text,
                      const struct postgres_args *args, PGresult **ret, struct err *err) MUST_CHECK;

/* Run statements that have no arguments; the rows of the last one, as text. */
int postgres_exec(struct postgres_db *db, const char *sql, PGresult **ret,
                  struct err *err) MUST_CHECK;

/* Wait until the server says something, until a descriptor does (below 0: none), or the deadline. */
int postgres_db_wait(struct postgres_db *db, int other_fd, struct err *err) MUST_CHECK;

void postgres_clear(PGresult **result);

int postgres_rows(const PGresult *rows);
size_t postgres_changed(PGresult *result); /* rows that a statement has changed */
bool postgres_is_null(const PGresult *rows, int row, int at);
int64_t postgres_int(const PGresult *rows, int row, int at); /* 0: NULL */
bool postgres_bool(const PGresult *rows, int row, int at);
struct str postgres_str(const PGresult *rows, int row, int at); /* "": NULL */
void postgres_uuid(const PGresult *rows, int row, int at, struct uuid *ret);

#endif
