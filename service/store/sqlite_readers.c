/* Connections for reading. */
#include "store/sqlite_readers.h"

void sqlite_readers_init(struct sqlite_readers *readers, const char *path)
{
	readers->path = path;
	pthread_mutex_init(&readers->lock, NULL);
	pthread_cond_init(&readers->returned, NULL);
}

void sqlite_readers_deinit(struct sqlite_readers *readers)
{
	if (readers->path == NULL)
		return;
	for (size_t i = 0; i < SQLITE_READERS_MAX; i++)
		sqlite_db_close(&readers->all[i].db);
	pthread_cond_destroy(&readers->returned);
	pthread_mutex_destroy(&readers->lock);
}

static int open_reader(struct sqlite_readers *readers, struct sqlite_reader *reader, struct err *err)
{
	reader->home = readers;
	if (reader->db.handle != NULL)
		return 0;
	int rc = sqlite_db_open(&reader->db, readers->path, false, err);
	if (rc == 0)
		rc = sqlite_exec(&reader->db, "PRAGMA query_only = ON", err);
	if (rc != 0)
		sqlite_db_close(&reader->db);
	return rc;
}

int sqlite_reader_lend(struct sqlite_readers *readers, struct sqlite_reader **ret, struct err *err)
{
	struct sqlite_reader *reader;

	pthread_mutex_lock(&readers->lock);
	while (readers->free == NULL && readers->n_open == SQLITE_READERS_MAX)
		pthread_cond_wait(&readers->returned, &readers->lock);
	reader = readers->free;
	if (reader != NULL)
		readers->free = reader->next;
	else
		reader = &readers->all[readers->n_open++];
	pthread_mutex_unlock(&readers->lock);

	int rc = open_reader(readers, reader, err);
	if (rc != 0) {
		sqlite_reader_return(&reader); /* the next one to ask tries again */
		return rc;
	}
	*ret = reader;
	return 0;
}

void sqlite_reader_return(struct sqlite_reader **reader)
{
	if (*reader == NULL)
		return;

	struct sqlite_readers *readers = (*reader)->home;
	pthread_mutex_lock(&readers->lock);
	(*reader)->next = readers->free;
	readers->free = *reader;
	pthread_cond_signal(&readers->returned);
	pthread_mutex_unlock(&readers->lock);
}
