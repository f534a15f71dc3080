/* Bringing a PostgreSQL database to the tables that this program knows.  Inside store/. */
#ifndef STORE_POSTGRES_MIGRATE_H
#define STORE_POSTGRES_MIGRATE_H

#include "store/postgres_db.h"

/*
 * In one transaction, under a lock of the server's that one replica at a time gets.  timeout_ms is
 * for statements afterwards: a migration may take longer.  ERR_UNAVAILABLE: what is there is
 * another program's, or a newer one's.
 */
int postgres_migrate(struct postgres_db *db, uint64_t timeout_ms, struct err *err) MUST_CHECK;

/*
 * The number of the schema that tables are in, which names its lock and its channel: several may be
 * in one database.
 */
int postgres_schema(struct postgres_db *db, int64_t *ret, struct err *err) MUST_CHECK;

#endif
