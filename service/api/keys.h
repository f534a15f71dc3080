/*
 * Keys: who may call, and what for.
 *
 * A file has one key a line, "name:scopes:sha256": what logs and metrics call it, what it may be
 * used for, and the SHA-256 of the key itself in hexadecimal digits.  The key is nowhere.
 *
 *	# who asks for what
 *	web:transform,tasks-read:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
 *
 * `docmill key` makes both.  A table is read-only once it is loaded, and shared by threads.
 */
#ifndef API_KEYS_H
#define API_KEYS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"
#include "crypto/sha256.h"
#include "obs/metrics.h"

#define KEYS_MAX ((size_t)10000)
#define KEY_NAME_SIZE 65 /* bytes, with the NUL */

/*
 * What a route asks for (http/router.h).  A route that says nothing is for keys with "all" only.
 */
enum key_scope {
	SCOPE_ALL = 0,
	SCOPE_OPEN = 1 << 0, /* for everybody: no key is looked at */
	SCOPE_TRANSFORM = 1 << 1,
	SCOPE_TASKS_READ = 1 << 2,
	SCOPE_TASKS_WRITE = 1 << 3,
};

struct scope_row {
	unsigned scope; /* all bits, of "all" */
	const char *name;
	const char *doc; /* one sentence */
};

/* What a key may be given; ends with a row of zeros. */
extern const struct scope_row scope_table[];

/* "tasks-read"; NULL for SCOPE_OPEN. */
const char *scope_name(unsigned scope);

/* "transform,tasks-read"; an unknown or an empty one is ERR_INVALID and the likely one named. */
int scope_parse(struct str text, unsigned *ret, struct err *err) MUST_CHECK;

struct key {
	char name[KEY_NAME_SIZE];
	unsigned scopes;
	unsigned char digest[SHA256_SIZE];
	struct series *requests;
};

struct keys {
	struct key *items;
	size_t n_items;
	struct keys *older; /* what was in force before: names are still in use */
};

/* Letters, digits, ".", "_" and "-": nothing that a log or a file would have to quote. */
int key_check_name(struct str name, struct err *err) MUST_CHECK;

/* ERR_IO: it cannot be read.  ERR_INVALID: a line is wrong, or there is no key; it is named. */
int keys_load(const char *path, struct keys **ret, struct err *err) MUST_CHECK;

/* And all older ones. */
void keys_destroy(struct keys *keys);

/* The key of a token, or NULL; takes the same time for each of them.  ERR_NOMEM. */
int keys_find(const struct keys *keys, struct str token, const struct key **ret,
              struct err *err) MUST_CHECK;

#endif
