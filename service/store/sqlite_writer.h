/*
 * The writer: one thread through which every change of an SQLite file goes.
 *
 * Changes that wait at the same time are made in one transaction, which is brought to the disk
 * once (group commit); whoever asked for one of them waits until that has happened.  So a change
 * that was acknowledged survives whatever comes, and a disk that takes its time is asked once for
 * all who wait.  When the transaction fails none of its changes has happened, and all fail.
 *
 *	struct rename { struct sqlite_write write; ... } r = { .write.run = rename_run, ... };
 *
 *	TRY(sqlite_write(writer, &r.write, err));
 *
 * Inside store/.
 */
#ifndef STORE_SQLITE_WRITER_H
#define STORE_SQLITE_WRITER_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/sqlite_db.h"

struct sqlite_write;

/*
 * Make a change, on the writer's thread.  What it returns is the outcome once the transaction is
 * through: an error means that the change is not wanted, and has written nothing yet unless
 * is_several is set.
 */
typedef int sqlite_write_fn(struct sqlite_db *db, struct sqlite_write *write, struct err *err);

struct sqlite_write {
	sqlite_write_fn *run;
	bool is_several; /* of several statements: undone by itself when one of them fails */

	/* the writer's */
	struct sqlite_write *next;
	struct err *err;
	int rc;
	sem_t done;
};

struct sqlite_writer {
	struct sqlite_db db;
	pthread_t thread;
	bool is_started;

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	struct sqlite_write *first, **last; /* those that wait */
	size_t n_waiting;
	bool is_ending;
};

/* The writer's connection must be open; it is closed with the writer. */
int sqlite_writer_start(struct sqlite_writer *writer, struct err *err) MUST_CHECK;

/* Nobody may be writing any more. */
void sqlite_writer_stop(struct sqlite_writer *writer);

int sqlite_write(struct sqlite_writer *writer, struct sqlite_write *write,
                 struct err *err) MUST_CHECK;

#endif
