/* A connection to an SQLite file. */
#include "store/sqlite_db.h"

#include <stddef.h>

/* Another program (sqlite3 at a terminal, a backup) may hold the file for a moment. */
#define BUSY_TIMEOUT_MS 5000

int sqlite_failure(struct sqlite_db *db, struct err *err)
{
	const char *message = sqlite3_errmsg(db->handle);

	switch (sqlite3_errcode(db->handle)) {
	case SQLITE_NOMEM: return err_set(err, ERR_UNAVAILABLE, "the store has no memory left");
	case SQLITE_FULL: return err_set(err, ERR_UNAVAILABLE, "the store's disk is full");
	case SQLITE_READONLY: return err_set(err, ERR_UNAVAILABLE, "the store's disk is read-only");
	case SQLITE_BUSY:
		return err_set(err, ERR_UNAVAILABLE,
		               "another program has held the store for too long");
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_AUTH:
	case SQLITE_PROTOCOL:
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return err_set(err, ERR_UNAVAILABLE, "the store's file cannot be used: %s (%d)",
		               message, sqlite3_extended_errcode(db->handle));
	default:
		return err_set(err, ERR_INTERNAL, "the store: %s (%d)", message,
		               sqlite3_extended_errcode(db->handle));
	}
}

int sqlite_db_open(struct sqlite_db *db, const char *path, bool create, struct err *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;

	if (sqlite3_open_v2(path, &db->handle, flags | (create ? SQLITE_OPEN_CREATE : 0), NULL) !=
	    SQLITE_OK) {
		if (db->handle == NULL)
			return err_set(err, ERR_UNAVAILABLE, "the store has no memory left");
		return sqlite_failure(db, err);
	}
	sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
	return 0;
}

void sqlite_db_close(struct sqlite_db *db)
{
	for (size_t i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(db->statements[i]);
	sqlite3_close(db->handle);
	*db = (struct sqlite_db){ 0 };
}

int sqlite_exec(struct sqlite_db *db, const char *sql, struct err *err)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return sqlite_failure(db, err);
	return 0;
}

static void finalize(sqlite3_stmt **statement)
{
	sqlite3_finalize(*statement);
}

int sqlite_number(struct sqlite_db *db, const char *sql, int64_t *ret, struct err *err)
{
	CLEANUP(finalize) sqlite3_stmt *statement = NULL;
	bool has_row;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL) != SQLITE_OK)
		return sqlite_failure(db, err);
	TRY(sqlite_step(db, statement, &has_row, err));
	*ret = has_row ? sqlite3_column_int64(statement, 0) : 0;
	return 0;
}

int sqlite_use_text(struct sqlite_db *db, size_t slot, const char *text, sqlite3_stmt **ret,
                    struct err *err)
{
	sqlite3_stmt **statement = &db->statements[slot];

	if (*statement == NULL && sqlite3_prepare_v3(db->handle, text, -1, SQLITE_PREPARE_PERSISTENT,
	                                             statement, NULL) != SQLITE_OK)
		return sqlite_failure(db, err);
	*ret = *statement;
	return 0;
}

int sqlite_use(struct sqlite_db *db, enum sql which, sqlite3_stmt **ret, struct err *err)
{
	return sqlite_use_text(db, which, sql_texts[which], ret, err);
}

void sqlite_done(sqlite3_stmt **statement)
{
	if (*statement == NULL)
		return;
	sqlite3_reset(*statement); /* says again what step has said */
	sqlite3_clear_bindings(*statement);
}

void sqlite_bind_str(sqlite3_stmt *statement, int at, struct str text)
{
	/* A NULL would be no text. */
	sqlite3_bind_text64(statement, at, text.len == 0 ? "" : text.data, text.len, SQLITE_STATIC,
	                    SQLITE_UTF8);
}

void sqlite_bind_bytes(sqlite3_stmt *statement, int at, struct str bytes)
{
	sqlite3_bind_blob64(statement, at, bytes.len == 0 ? "" : bytes.data, bytes.len,
	                    SQLITE_STATIC);
}

void sqlite_bind_uuid(sqlite3_stmt *statement, int at, const struct uuid *id)
{
	sqlite3_bind_blob(statement, at, id->bytes, sizeof id->bytes, SQLITE_STATIC);
}

struct str sqlite_column_str(sqlite3_stmt *statement, int at)
{
	const char *text = (const char *)sqlite3_column_text(statement, at);

	return (struct str){ text == NULL ? "" : text, (size_t)sqlite3_column_bytes(statement, at) };
}

int sqlite_step(struct sqlite_db *db, sqlite3_stmt *statement, bool *ret_has_row, struct err *err)
{
	switch (sqlite3_step(statement)) {
	case SQLITE_ROW: *ret_has_row = true; return 0;
	case SQLITE_DONE: *ret_has_row = false; return 0;
	default: return sqlite_failure(db, err);
	}
}

int sqlite_finish(struct sqlite_db *db, sqlite3_stmt *statement, struct err *err)
{
	bool has_row;

	return sqlite_step(db, statement, &has_row, err);
}

int sqlite_change(struct sqlite_db *db, enum sql which, const int64_t *numbers, int n,
                  struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;

	TRY(sqlite_use(db, which, &statement, err));
	for (int i = 0; i < n; i++)
		sqlite3_bind_int64(statement, i + 1, numbers[i]);
	return sqlite_finish(db, statement, err);
}

int sqlite_run(struct sqlite_db *db, enum sql which, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;
	bool has_row;

	TRY(sqlite_use(db, which, &statement, err));
	return sqlite_step(db, statement, &has_row, err);
}

void sqlite_try(struct sqlite_db *db, enum sql which)
{
	struct err unheard;
	int rc = sqlite_run(db, which, &unheard);

	(void)rc;
}
