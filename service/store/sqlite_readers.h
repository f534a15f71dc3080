/*
 * Readers: connections for reading, lent to one thread at a time, beside the writer.
 *
 *	CLEANUP(sqlite_reader_return) struct sqlite_reader *reader = NULL;
 *
 *	TRY(sqlite_reader_lend(readers, &reader, err));
 *
 * There are few, since reading hardly ever waits for the disk; each is opened when all before it are
 * lent.  Inside store/.
 */
#ifndef STORE_SQLITE_READERS_H
#define STORE_SQLITE_READERS_H

#include <pthread.h>
#include <stddef.h>

#include "store/sqlite_db.h"

#define SQLITE_READERS_MAX 8

struct sqlite_readers;

struct sqlite_reader {
	struct sqlite_db db;
	struct sqlite_readers *home;
	struct sqlite_reader *next; /* of those that are free */
};

struct sqlite_readers {
	const char *path;     /* borrowed */
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t returned;
	struct sqlite_reader *free;
	size_t n_open;
	struct sqlite_reader all[SQLITE_READERS_MAX];
};

void sqlite_readers_init(struct sqlite_readers *readers, const char *path);

/* All must have been returned. */
void sqlite_readers_deinit(struct sqlite_readers *readers);

int sqlite_reader_lend(struct sqlite_readers *readers, struct sqlite_reader **ret,
                       struct err *err) MUST_CHECK;
void sqlite_reader_return(struct sqlite_reader **reader);

#endif
