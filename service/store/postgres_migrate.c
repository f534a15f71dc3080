/* Migrations of a PostgreSQL database. */
#include "store/postgres_migrate.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/num.h"
#include "store/migrate.h"

#define LOCK_CLASS 0x646d696c /* "dmil" */

/* For a database that is large, or held by another replica that does the same. */
#define TIMEOUT_MS UINT64_C(600000)

/* A number that a statement answers. */
static int number(struct postgres_db *db, const char *sql, int64_t *ret, struct err *err)
{
	CLEANUP(postgres_clear) PGresult *rows = NULL;

	TRY(postgres_exec(db, sql, &rows, err));
	if (postgres_rows(rows) != 1 || !num_parse_i64(postgres_str(rows, 0, 0), ret))
		return err_set(err, ERR_INTERNAL, "the database: no number from %s", sql);
	return 0;
}

int postgres_schema(struct postgres_db *db, int64_t *ret, struct err *err)
{
	TRY(number(db,
	           "SELECT coalesce((SELECT oid FROM pg_namespace"
	           " WHERE nspname = current_schema()), 0)::bigint",
	           ret, err));
	if (*ret == 0)
		return err_set(err, ERR_UNAVAILABLE,
		               "the database has no schema of those in its search_path");
	return 0;
}

enum found { FOUND_NOTHING, FOUND_OURS, FOUND_OTHERS };

/* The version that the tables are at; 0: there are none of ours. */
static int read_version(struct postgres_db *db, int64_t *ret, struct err *err)
{
	int64_t found;

	/* One look: another replica may make them between two. */
	TRY(number(db,
	           "SELECT CASE WHEN bool_or(relname = 'docmill_version') THEN 1"
	           " WHEN count(*) > 0 THEN 2 ELSE 0 END FROM pg_class WHERE relnamespace ="
	           " (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
	           " AND relname IN ('docmill_version', 'tasks', 'keys', 'jobs', 'parts',"
	           " 'deliveries', 'attempts')",
	           &found, err));
	if (found == FOUND_OURS)
		return number(db, "SELECT version FROM docmill_version", ret, err);
	if (found == FOUND_OTHERS)
		return err_set(err, ERR_UNAVAILABLE,
		               "the database holds tables of another program under our names: "
		               "give another schema (?options=-csearch_path%%3DNAME)");
	*ret = 0;
	return 0;
}

static int check_encoding(struct postgres_db *db, struct err *err)
{
	int64_t is_utf8;

	TRY(number(db, "SELECT (current_setting('server_encoding') = 'UTF8')::int", &is_utf8, err));
	if (!is_utf8)
		return err_set(err, ERR_UNAVAILABLE, "the database is not in the encoding UTF8");
	return 0;
}

static int apply(struct postgres_db *db, int64_t version, struct err *err)
{
	int64_t last = migration_last(postgres_migrations);
	char sql[200];

	if (version == 0)
		TRY(postgres_exec(db, "CREATE TABLE docmill_version (version bigint NOT NULL)",
		                  NULL, err));
	for (int64_t i = version; i < last; i++)
		TRY(postgres_exec(db, postgres_migrations[i].sql, NULL, err));
	snprintf(sql, sizeof sql,
	         "DELETE FROM docmill_version; INSERT INTO docmill_version VALUES (%" PRId64 ")",
	         last);
	return postgres_exec(db, sql, NULL, err);
}

static int migrate(struct postgres_db *db, int64_t schema, struct err *err)
{
	int64_t version;
	char sql[100];

	/* A key of two ints: the number of a schema is unsigned, the server's int is not. */
	snprintf(sql, sizeof sql, "SELECT pg_advisory_xact_lock(%d, %" PRId32 ")", LOCK_CLASS,
	         (int32_t)(uint32_t)schema);
	TRY(postgres_exec(db, sql, NULL, err));
	TRY(read_version(db, &version, err));
	TRY(migration_check(postgres_migrations, version, "the database", err));
	if (version == migration_last(postgres_migrations))
		return 0;
	return apply(db, version, err);
}

/* Most often there is nothing to do, and no lock is needed to see that. */
static int is_current(struct postgres_db *db, bool *ret, struct err *err)
{
	int64_t version;

	TRY(read_version(db, &version, err));
	TRY(migration_check(postgres_migrations, version, "the database", err));
	*ret = version == migration_last(postgres_migrations);
	return 0;
}

int postgres_migrate(struct postgres_db *db, uint64_t timeout_ms, struct err *err)
{
	int64_t schema;
	bool current;
	char sql[100];

	TRY(check_encoding(db, err));
	TRY(postgres_schema(db, &schema, err));
	TRY(is_current(db, &current, err));
	if (current)
		return 0;
	uint64_t deadline_ns = db->deadline_ns;
	db->deadline_ns = clock_monotonic_ns() + TIMEOUT_MS * 1000000;
	TRY(postgres_exec(db, "SET statement_timeout = 0; BEGIN", NULL, err));
	TRY(migrate(db, schema, err)); /* the connection is closed then */
	snprintf(sql, sizeof sql, "COMMIT; SET statement_timeout = %" PRIu64, timeout_ms);
	TRY(postgres_exec(db, sql, NULL, err));
	db->deadline_ns = deadline_ns;
	return 0;
}
