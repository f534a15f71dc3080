/* Group commit. */
#include "store/sqlite_writer.h"

/* Changes in one transaction; those that are beyond wait for the next one. */
#define BATCH_MAX 256

static bool is_open(const struct sqlite_db *db)
{
	return sqlite3_get_autocommit(db->handle) == 0;
}

static int run_several(struct sqlite_db *db, struct sqlite_write *write)
{
	TRY(sqlite_run(db, SQL_SAVEPOINT, write->err));

	int rc = write->run(db, write, write->err);
	if (rc == 0)
		return sqlite_run(db, SQL_SAVEPOINT_KEEP, write->err);
	/* After some failures there is no transaction any more, and nothing to undo. */
	if (is_open(db)) {
		sqlite_try(db, SQL_SAVEPOINT_UNDO);
		sqlite_try(db, SQL_SAVEPOINT_KEEP);
	}
	return rc;
}

/* Make the changes; an error is that of the transaction. */
static int run_batch(struct sqlite_db *db, struct sqlite_write *batch, struct err *err)
{
	TRY(sqlite_run(db, SQL_BEGIN_WRITE, err));
	for (struct sqlite_write *write = batch; write != NULL; write = write->next) {
		write->rc = write->is_several ? run_several(db, write)
		                              : write->run(db, write, write->err);
		if (!is_open(db)) {
			*err = *write->err; /* the disk is full, most likely: all is undone */
			return write->rc != 0 ? write->rc : ERR_UNAVAILABLE;
		}
	}
	return sqlite_run(db, SQL_COMMIT, err);
}

static void commit(struct sqlite_db *db, struct sqlite_write *batch)
{
	struct err err = ERR_INIT;
	int rc = run_batch(db, batch, &err);

	if (rc != 0 && is_open(db))
		sqlite_try(db, SQL_ROLLBACK);
	while (batch != NULL) {
		struct sqlite_write *write = batch;

		batch = write->next; /* a write is its owner's again once that has been woken */
		if (rc != 0) {
			write->rc = rc;
			*write->err = err;
		}
		sem_post(&write->done);
	}
}

/* The writes that wait, up to the bound; NULL: it is over. */
static struct sqlite_write *take(struct sqlite_writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	while (writer->first == NULL && !writer->is_ending)
		pthread_cond_wait(&writer->changed, &writer->lock);

	struct sqlite_write *batch = writer->first, **end = &batch;
	for (size_t n = 0; *end != NULL && n < BATCH_MAX; n++) {
		end = &(*end)->next;
		writer->n_waiting--;
	}
	writer->first = *end;
	if (writer->first == NULL)
		writer->last = &writer->first;
	*end = NULL;
	pthread_mutex_unlock(&writer->lock);
	return batch;
}

static void *write_all(void *arg)
{
	struct sqlite_writer *writer = arg;
	struct sqlite_write *batch;

	while ((batch = take(writer)) != NULL)
		commit(&writer->db, batch);
	return NULL;
}

int sqlite_writer_start(struct sqlite_writer *writer, struct err *err)
{
	pthread_mutex_init(&writer->lock, NULL);
	pthread_cond_init(&writer->changed, NULL);
	writer->last = &writer->first;
	if (pthread_create(&writer->thread, NULL, write_all, writer) != 0)
		return err_set(err, ERR_UNAVAILABLE, "no thread for the store");
	writer->is_started = true;
	return 0;
}

void sqlite_writer_stop(struct sqlite_writer *writer)
{
	if (writer->is_started) {
		pthread_mutex_lock(&writer->lock);
		writer->is_ending = true;
		pthread_cond_signal(&writer->changed);
		pthread_mutex_unlock(&writer->lock);
		pthread_join(writer->thread, NULL);
		pthread_cond_destroy(&writer->changed);
		pthread_mutex_destroy(&writer->lock);
	}
	sqlite_db_close(&writer->db);
}

int sqlite_write(struct sqlite_writer *writer, struct sqlite_write *write, struct err *err)
{
	write->next = NULL;
	write->err = err;
	sem_init(&write->done, 0, 0);

	pthread_mutex_lock(&writer->lock);
	*writer->last = write;
	writer->last = &write->next;
	if (writer->n_waiting++ == 0)
		pthread_cond_signal(&writer->changed);
	pthread_mutex_unlock(&writer->lock);

	while (sem_wait(&write->done) != 0)
		; /* a signal: none is for this thread */
	sem_destroy(&write->done);
	return write->rc;
}
