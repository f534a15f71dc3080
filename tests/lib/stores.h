/*
 * Stores for tests: of the kind that the program's first argument names, each in a folder of its own,
 * or in a schema of its own of the PostgreSQL that DOCMILL_TEST_POSTGRES names (lib/postgres.py).
 */
#ifndef TESTS_LIB_STORES_H
#define TESTS_LIB_STORES_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libpq-fe.h>

#include "store/store.h"

/* "memory", "sqlite" or "postgresql". */
static const char *store_kind = "memory";

struct scratch_store {
	struct store *store;
	char folder[64]; /* "": the store needs none */
	char schema[64]; /* likewise */
	char spec[512];
};

static inline int scratch_open(struct scratch_store *s, struct store_limits limits, struct err *err)
{
	return store_open(str_from(s->spec), &limits, &s->store, err);
}

/* What another program does to the database; the first value of the answer, or "". */
static inline void scratch_query(const char *sql, char *ret, size_t size)
{
	PGconn *server = PQconnectdb(getenv("DOCMILL_TEST_POSTGRES"));
	PGresult *result;

	PQsetClientEncoding(server, "UTF8");
	result = PQexec(server, "SET client_min_messages = error");
	PQclear(result);
	result = PQexec(server, sql);
	if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(server));
	snprintf(ret, size, "%s", PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
	PQclear(result);
	PQfinish(server);
}

static inline void scratch_exec(const char *sql)
{
	char unread[2];

	scratch_query(sql, unread, sizeof unread);
}

static inline void scratch_make_schema(struct scratch_store *s)
{
	static unsigned n;
	const char *url = getenv("DOCMILL_TEST_POSTGRES");
	char sql[200];

	assert_non_null(url);
	snprintf(s->schema, sizeof s->schema, "test_%d_%u", (int)getpid(), n++);
	snprintf(s->spec, sizeof s->spec, "%s%coptions=-csearch_path%%3D%s", url,
	         strchr(url, '?') == NULL ? '?' : '&', s->schema);
	snprintf(sql, sizeof sql, "DROP SCHEMA IF EXISTS %s CASCADE; CREATE SCHEMA %s", s->schema,
	         s->schema);
	scratch_exec(sql);
}

/* A new store; the same one again after scratch_open(). */
static inline struct scratch_store scratch_create(struct store_limits limits)
{
	struct scratch_store s = { 0 };
	struct err err = ERR_INIT;

	snprintf(s.spec, sizeof s.spec, "%s", store_kind);
	if (strcmp(store_kind, "sqlite") == 0) {
		snprintf(s.folder, sizeof s.folder, "/tmp/docmill-store-XXXXXX");
		assert_non_null(mkdtemp(s.folder));
		snprintf(s.spec, sizeof s.spec, "sqlite:%s/tasks.db", s.folder);
	}
	if (strcmp(store_kind, "postgresql") == 0)
		scratch_make_schema(&s);
	if (scratch_open(&s, limits, &err) != 0)
		fail_msg("%s: %s", s.spec, err.message);
	return s;
}

static inline void scratch_destroy(struct scratch_store *s)
{
	DIR *folder = s->folder[0] == 0 ? NULL : opendir(s->folder);
	struct dirent *entry;
	char path[400];

	store_close(s->store);
	s->store = NULL;
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		snprintf(path, sizeof path, "%s/%s", s->folder, entry->d_name);
		(void)unlink(path); /* "." and ".." stay */
	}
	if (folder != NULL) {
		closedir(folder);
		rmdir(s->folder);
	}
	if (s->schema[0] != 0) {
		snprintf(path, sizeof path, "DROP SCHEMA %s CASCADE", s->schema);
		scratch_exec(path);
	}
}

#endif
