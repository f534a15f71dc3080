/*
 * Migrations: how a database comes to the tables that this program knows.
 *
 * Each is a file of store/sql/, numbered from 1; a database says the number of the last one that it
 * has been through.  Those that are missing are applied in one transaction, so that a database is
 * always at one version or another.  One that is ahead of this program is refused: what is in it
 * cannot be known here.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include <stdint.h>

#include "base/err.h"
#include "base/macros.h"

struct migration {
	const char *name; /* "001_tasks" */
	const char *sql;
};

/* In order; ends with a row of zeros. */
extern const struct migration sqlite_migrations[], postgres_migrations[];

/* The number of the last one. */
int64_t migration_last(const struct migration *migrations);

/* ERR_UNAVAILABLE when a database is at a later version than the last migration. */
int migration_check(const struct migration *migrations, int64_t version, const char *database,
                    struct err *err) MUST_CHECK;

#endif
