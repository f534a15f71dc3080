/* Stores for tests: of the kind that the program's first argument names, in a folder of their own. */
#ifndef TESTS_LIB_STORES_H
#define TESTS_LIB_STORES_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store.h"

/* "memory" or "sqlite". */
static const char *store_kind = "memory";

struct scratch_store {
	struct store *store;
	char folder[64]; /* "": the store needs none */
	char spec[128];
};

static inline int scratch_open(struct scratch_store *s, struct store_limits limits, struct err *err)
{
	return store_open(str_from(s->spec), &limits, &s->store, err);
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
}

#endif
