/* The SQLite store: opening, migrating, counting, closing. */
#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "store/migrate.h"
#include "store/sqlite_task.h"

/* "dmil": PRAGMA application_id of our files. */
#define APPLICATION_ID 0x646d696c

/*
 * What every connection for writing is told.  The log is folded into the file every 16 MiB, since
 * every page of it is then written once for many changes; it stays on the disk up to four times
 * that, since overwriting is cheaper to sync than growing.
 */
static const char settings[] = "PRAGMA journal_mode = WAL;"
			       "PRAGMA synchronous = FULL;"
			       "PRAGMA foreign_keys = ON;"
			       "PRAGMA wal_autocheckpoint = 4000;"
			       "PRAGMA journal_size_limit = 67108864";

/*
 * A lock of the whole file, apart from those of SQLite (which are for each transaction).  It ends
 * with the process, however that ends.  The descriptor must be closed after SQLite's: closing any
 * one drops the locks that SQLite holds.
 */
static int lock_file(struct sqlite_store *s, struct err *err)
{
	s->lock_fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock_fd < 0)
		return err_set(err, ERR_UNAVAILABLE, "cannot open the store %s: %s", s->path,
		               strerror(errno));
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return err_set(err, ERR_UNAVAILABLE, "cannot lock the store %s: %s", s->path,
		               strerror(errno));
	return err_set(err, ERR_UNAVAILABLE, "another process has the store %s open", s->path);
}

/* Refuse a file that is another program's, before anything in it is changed. */
static int check_file(const struct sqlite_store *s, struct sqlite_db *db, int64_t *ret_version,
                      struct err *err)
{
	int64_t application, version, n_tables;

	TRY(sqlite_number(db, "PRAGMA application_id", &application, err));
	TRY(sqlite_number(db, "PRAGMA user_version", &version, err));
	TRY(sqlite_number(db, "SELECT count(*) FROM sqlite_schema", &n_tables, err));
	if (application != APPLICATION_ID && (application != 0 || version != 0 || n_tables != 0))
		return err_set(err, ERR_UNAVAILABLE, "%s is a database of another program", s->path);
	TRY(migration_check(sqlite_migrations, version, s->path, err));
	*ret_version = version;
	return 0;
}

static int apply(struct sqlite_db *db, int64_t version, struct err *err)
{
	int64_t last = migration_last(sqlite_migrations);
	char sql[100];

	for (int64_t i = version; i < last; i++)
		TRY(sqlite_exec(db, sqlite_migrations[i].sql, err));
	snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %" PRId64,
	         APPLICATION_ID, last);
	return sqlite_exec(db, sql, err);
}

static int migrate(struct sqlite_db *db, int64_t version, struct err *err)
{
	if (version == migration_last(sqlite_migrations))
		return 0;
	TRY(sqlite_run(db, SQL_BEGIN_WRITE, err));
	int rc = apply(db, version, err);
	if (rc == 0)
		rc = sqlite_run(db, SQL_COMMIT, err);
	if (rc != 0)
		sqlite_try(db, SQL_ROLLBACK);
	return rc;
}

/* Ids go on after the last one, even if the clock was set back meanwhile. */
static int continue_ids(struct sqlite_store *s, struct sqlite_db *db, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *row = NULL;
	bool has_row;

	s->ids = UUID_SOURCE_INIT;
	TRY(sqlite_use(db, SQL_TASK_LAST, &row, err));
	TRY(sqlite_step(db, row, &has_row, err));
	if (has_row && sqlite3_column_bytes(row, 0) == (int)sizeof s->ids.last.bytes)
		memcpy(s->ids.last.bytes, sqlite3_column_blob(row, 0), sizeof s->ids.last.bytes);
	return 0;
}

static int open_store(struct sqlite_store *s, struct err *err)
{
	struct sqlite_db *db = &s->writer.db;
	int64_t version;

	TRY(lock_file(s, err));
	TRY(sqlite_db_open(db, s->path, true, err));
	TRY(check_file(s, db, &version, err));
	TRY(sqlite_exec(db, settings, err));
	TRY(migrate(db, version, err));
	TRY(continue_ids(s, db, err));
	sqlite_readers_init(&s->readers, s->path);
	return sqlite_writer_start(&s->writer, err);
}

static void sqlite_store_close(struct store *store)
{
	struct sqlite_store *s = sqlite_store_of(store);

	sqlite_readers_deinit(&s->readers);
	sqlite_writer_stop(&s->writer);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(s->path);
	free(s);
}

static int health(struct store *store, struct err *err)
{
	CLEANUP(sqlite_reader_return) struct sqlite_reader *reader = NULL;
	int64_t version;

	TRY(sqlite_reader_lend(&sqlite_store_of(store)->readers, &reader, err));
	return sqlite_number(&reader->db, "PRAGMA user_version", &version, err);
}

static int count_jobs(struct sqlite_db *db, struct store_stats *stats, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *row = NULL;
	bool has_row;

	TRY(sqlite_use(db, SQL_JOB_COUNT, &row, err));
	for (;;) {
		TRY(sqlite_step(db, row, &has_row, err));
		if (!has_row)
			return 0;
		enum job_state state = job_state_find(sqlite_column_str(row, 0));
		size_t n = (size_t)sqlite3_column_int64(row, 1);
		if (state < JOB_STATE_COUNT)
			stats->n_jobs[state] = n;
		stats->n_plain -= n;
	}
}

static int count_all(struct sqlite_db *db, struct store_stats *stats, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *row = NULL;
	int64_t n_pages, page_size;
	bool has_row;

	TRY(sqlite_use(db, SQL_TASK_COUNT, &row, err));
	TRY(sqlite_step(db, row, &has_row, err));
	stats->n_plain = (size_t)sqlite3_column_int64(row, 0);
	TRY(count_jobs(db, stats, err));
	TRY(sqlite_number(db, "PRAGMA page_count", &n_pages, err));
	TRY(sqlite_number(db, "PRAGMA page_size", &page_size, err));
	stats->n_bytes = (size_t)(n_pages * page_size);
	return 0;
}

static int stats(struct store *store, struct store_stats *ret, struct err *err)
{
	CLEANUP(sqlite_reader_return) struct sqlite_reader *reader = NULL;
	struct store_stats found = { 0 };

	TRY(sqlite_reader_lend(&sqlite_store_of(store)->readers, &reader, err));
	TRY(sqlite_run(&reader->db, SQL_BEGIN_READ, err));
	int rc = count_all(&reader->db, &found, err);
	sqlite_try(&reader->db, SQL_COMMIT);
	TRY(rc);
	*ret = found;
	return 0;
}

struct sweeping {
	struct sqlite_write write;
	const struct store_sweep *what;
	size_t n;
};

static int sweep_all(struct sqlite_db *db, struct sqlite_write *write, struct err *err)
{
	struct sweeping *s = (struct sweeping *)write;
	const int64_t old_keys[] = { s->what->keys_before_ms, (int64_t)s->what->n_max };

	TRY(sqlite_change(db, SQL_KEY_SWEEP, old_keys, 2, err));
	size_t n_keys = (size_t)sqlite3_changes(db->handle), n_jobs;
	TRY(sqlite_job_sweep(db, s->what, &n_jobs, err));
	s->n = n_keys + n_jobs;
	return 0;
}

static int sweep(struct store *store, const struct store_sweep *what, size_t *ret_n, struct err *err)
{
	struct sweeping s = { .write = { .run = sweep_all, .is_several = true }, .what = what };

	TRY(sqlite_write(&sqlite_store_of(store)->writer, &s.write, err));
	*ret_n = s.n;
	return 0;
}

static void watch(struct store *store, store_wake_fn *wake, void *arg)
{
	store_wake_set(&sqlite_store_of(store)->wake, wake, arg);
}

static const struct store_ops sqlite_ops = {
	.name = "sqlite",
	.close = sqlite_store_close,
	.health = health,
	.create = sqlite_task_create,
	.get = sqlite_task_get,
	.list = sqlite_task_list,
	.update = sqlite_task_update,
	.remove = sqlite_task_remove,
	.stats = stats,
	.sweep = sweep,
	.watch = watch,
	.jobs = &sqlite_job_ops,
	.deliveries = &sqlite_delivery_ops,
};

/* A path that SQLite takes for a path and nothing else (":memory:", "file:..."); NULL: no memory. */
static char *copy_path(struct str path)
{
	bool is_absolute = path.len > 0 && path.data[0] == '/';
	char *copy;

	if (str_starts_with(path, STR("///"))) {
		path = (struct str){ path.data + 3, path.len - 3 };
		is_absolute = path.len > 0 && path.data[0] == '/';
	}
	if (asprintf(&copy, "%s%.*s", is_absolute ? "" : "./", STR_ARG(path)) < 0)
		return NULL;
	return copy;
}

int sqlite_store_open(struct str path, const struct store_limits *limits, struct store **ret,
                      struct err *err)
{
	struct sqlite_store *s = calloc(1, sizeof *s);

	(void)limits; /* the disk is the limit */
	if (s == NULL)
		return err_set(err, ERR_UNAVAILABLE, "no memory for the store");
	s->base.ops = &sqlite_ops;
	s->lock_fd = -1;
	s->wake = STORE_WAKE_INIT;
	s->path = copy_path(path);
	int rc = s->path == NULL ? err_set(err, ERR_UNAVAILABLE, "no memory for the store")
	                         : open_store(s, err);
	if (rc != 0) {
		sqlite_store_close(&s->base);
		return rc;
	}
	*ret = &s->base;
	return 0;
}
