/* One task in SQLite: made, read, changed, removed. */
#include "store/sqlite_task.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "store/outcome.h"

int sqlite_uuid_read(sqlite3_stmt *row, int at, struct uuid *ret, struct err *err)
{
	const void *bytes = sqlite3_column_blob(row, at);

	if (bytes == NULL || sqlite3_column_bytes(row, at) != (int)sizeof ret->bytes)
		return err_set(err, ERR_UNAVAILABLE, "the store's file holds an id that is none");
	memcpy(ret->bytes, bytes, sizeof ret->bytes);
	return 0;
}

static void read_job(sqlite3_stmt *statement, struct sqlite_row *row)
{
	row->claim = (uint64_t)sqlite3_column_int64(statement, 10);
	row->is_cancelled = sqlite3_column_int(statement, 12) != 0;
	row->job = (struct task_job){
		.attempts = (uint32_t)sqlite3_column_int64(statement, 11),
		.started_ms = sqlite3_column_int64(statement, 13),
		.finished_ms = sqlite3_column_int64(statement, 14),
		.documents_done = (uint64_t)sqlite3_column_int64(statement, 15),
		.documents_total = (uint64_t)sqlite3_column_int64(statement, 16),
		.stage = sqlite_column_str(statement, 17),
		.error = sqlite_column_str(statement, 18),
		.has_result = sqlite3_column_type(statement, 19) != SQLITE_NULL,
		.result_documents = (uint64_t)sqlite3_column_int64(statement, 19),
		.result_bytes = (uint64_t)sqlite3_column_int64(statement, 20),
		.result_expires_ms = sqlite3_column_int64(statement, 21),
		.webhook_url = sqlite_column_str(statement, 22),
		.is_running = job_state_find(row->task.status) == JOB_RUNNING,
	};
	row->task.job = &row->job;
}

int sqlite_row_read(sqlite3_stmt *statement, struct sqlite_row *ret, struct err *err)
{
	struct uuid id;

	TRY(sqlite_uuid_read(statement, 1, &id, err));
	ret->seq = sqlite3_column_int64(statement, 0);
	ret->task = (struct task){
		.id = id,
		.kind = (enum task_kind)sqlite3_column_int(statement, 2),
		.title = sqlite_column_str(statement, 3),
		.description = sqlite_column_str(statement, 4),
		.status = sqlite_column_str(statement, 5),
		.priority = sqlite3_column_int(statement, 6),
		.created_ms = sqlite3_column_int64(statement, 7),
		.updated_ms = sqlite3_column_int64(statement, 8),
		.version = (uint64_t)sqlite3_column_int64(statement, 9),
	};
	if (ret->task.kind == TASK_JOB)
		read_job(statement, ret);
	return 0;
}

void sqlite_receipt(const struct task *task, struct store_receipt *ret)
{
	*ret = (struct store_receipt){ .version = task->version };
	uuid_format(&task->id, ret->id);
}

int sqlite_row_find(struct sqlite_db *db, struct str id, sqlite3_stmt **statement,
                    struct sqlite_row *ret, struct err *err)
{
	struct uuid uuid;
	bool has_row;

	if (!uuid_parse(id, &uuid))
		return store_not_found(err);
	TRY(sqlite_use(db, SQL_TASK_GET, statement, err));
	sqlite_bind_uuid(*statement, 1, &uuid);
	TRY(sqlite_step(db, *statement, &has_row, err));
	if (!has_row)
		return store_not_found(err);
	return sqlite_row_read(*statement, ret, err);
}

int sqlite_row_find_job(struct sqlite_db *db, struct str id, sqlite3_stmt **statement,
                        struct sqlite_row *ret, struct err *err)
{
	TRY(sqlite_row_find(db, id, statement, ret, err));
	return ret->task.kind == TASK_JOB ? 0 : store_no_job(err);
}

static int find_version(struct sqlite_db *db, struct str id, uint64_t version,
                        sqlite3_stmt **statement, struct sqlite_row *ret, struct err *err)
{
	TRY(sqlite_row_find(db, id, statement, ret, err));
	if (version != 0 && version != ret->task.version)
		return store_outdated(ret->task.version, err);
	return 0;
}

int sqlite_task_get(struct store *store, struct str id, struct store_receipt *ret,
                    struct buf *ret_json, struct err *err)
{
	CLEANUP(sqlite_reader_return) struct sqlite_reader *reader = NULL;
	CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;
	struct sqlite_row row;

	TRY(sqlite_reader_lend(&sqlite_store_of(store)->readers, &reader, err));
	TRY(sqlite_row_find(&reader->db, id, &statement, &row, err));
	sqlite_receipt(&row.task, ret);
	task_write(&row.task, ret_json);
	return 0;
}

struct creation {
	struct sqlite_write write;
	struct uuid_source *ids;
	const struct store_new *new_task;
	struct task task;
	struct task_job job;
	bool is_replay;
};

/* The key's task, when the key is known; ERR_NOT_FOUND when it is not, or too old. */
static int find_key(struct sqlite_db *db, const struct store_key *key, int64_t now_ms,
                    struct uuid *ret, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *row = NULL;
	bool has_row;

	TRY(sqlite_use(db, SQL_KEY_GET, &row, err));
	sqlite_bind_str(row, 1, key->scope);
	sqlite_bind_str(row, 2, key->key);
	TRY(sqlite_step(db, row, &has_row, err));
	if (!has_row || sqlite3_column_int64(row, 2) < now_ms - STORE_KEY_TTL_MS)
		return ERR_NOT_FOUND;

	struct str digest = { sqlite3_column_blob(row, 0), (size_t)sqlite3_column_bytes(row, 0) };
	if (digest.len != sizeof key->digest ||
	    memcmp(digest.data, key->digest, sizeof key->digest) != 0)
		return store_mismatch(err);
	return sqlite_uuid_read(row, 1, ret, err);
}

static int put_key(struct sqlite_db *db, const struct store_key *key, const struct uuid *task,
                   int64_t now_ms, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;

	TRY(sqlite_use(db, SQL_KEY_PUT, &statement, err));
	sqlite_bind_str(statement, 1, key->scope);
	sqlite_bind_str(statement, 2, key->key);
	sqlite3_bind_blob(statement, 3, key->digest, sizeof key->digest, SQLITE_STATIC);
	sqlite_bind_uuid(statement, 4, task);
	sqlite3_bind_int64(statement, 5, now_ms);
	return sqlite_finish(db, statement, err);
}

static int insert(struct sqlite_db *db, const struct task *task, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;

	TRY(sqlite_use(db, SQL_TASK_INSERT, &statement, err));
	sqlite_bind_uuid(statement, 1, &task->id);
	sqlite3_bind_int(statement, 2, (int)task->kind);
	sqlite_bind_str(statement, 3, task->title);
	sqlite_bind_str(statement, 4, task->description);
	sqlite_bind_str(statement, 5, task->status);
	sqlite3_bind_int(statement, 6, task->priority);
	sqlite3_bind_int64(statement, 7, task->created_ms);
	return sqlite_finish(db, statement, err);
}

static int create(struct sqlite_db *db, struct sqlite_write *write, struct err *err)
{
	struct creation *c = (struct creation *)write;
	const struct store_key *key = &c->new_task->key;
	int64_t now_ms = clock_wall_ms();
	struct uuid id;
	int known = key->key.data == NULL ? ERR_NOT_FOUND : find_key(db, key, now_ms, &id, err);

	if (known != 0 && known != ERR_NOT_FOUND)
		return known;
	c->is_replay = known == 0;
	if (!c->is_replay)
		TRY(uuid_next(c->ids, now_ms, &id, err));
	task_begin(&c->task, &id, &c->new_task->fields);
	if (c->is_replay)
		return 0;
	if (key->key.data != NULL)
		TRY(put_key(db, key, &id, now_ms, err));
	TRY(insert(db, &c->task, err));
	if (c->new_task->job == NULL)
		return 0;
	return sqlite_job_insert(db, sqlite3_last_insert_rowid(db->handle), c->new_task->job, err);
}

int sqlite_task_create(struct store *store, const struct store_new *new_task,
                       struct store_receipt *ret, struct buf *ret_json, struct err *err)
{
	struct sqlite_store *s = sqlite_store_of(store);
	struct creation c = {
		.write = { .run = create,
		           .is_several = new_task->key.key.data != NULL || new_task->job != NULL },
		.ids = &s->ids,
		.new_task = new_task,
		.task = TASK_NEW,
	};

	assert(new_task->fields.title.data != NULL);
	if (new_task->job != NULL) {
		c.task.kind = TASK_JOB;
		c.task.job = &c.job;
		c.job.webhook_url = new_task->job->webhook_url;
	}
	TRY(sqlite_write(&s->writer, &c.write, err));
	sqlite_receipt(&c.task, ret);
	ret->is_replay = c.is_replay;
	task_write(&c.task, ret_json);
	if (new_task->job != NULL && !c.is_replay)
		store_wake_call(&s->wake);
	return 0;
}

struct change {
	struct sqlite_write write;
	struct str id;
	uint64_t version;
	const struct task_fields *fields;
	struct store_receipt *receipt;
	struct buf *json;
};

static int update_row(struct sqlite_db *db, int64_t seq, const struct task *task, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;

	TRY(sqlite_use(db, SQL_TASK_UPDATE, &statement, err));
	sqlite3_bind_int64(statement, 1, seq);
	sqlite_bind_str(statement, 2, task->title);
	sqlite_bind_str(statement, 3, task->description);
	sqlite_bind_str(statement, 4, task->status);
	sqlite3_bind_int(statement, 5, task->priority);
	sqlite3_bind_int64(statement, 6, task->updated_ms);
	sqlite3_bind_int64(statement, 7, (int64_t)task->version);
	return sqlite_finish(db, statement, err);
}

static int update(struct sqlite_db *db, struct sqlite_write *write, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;
	struct change *c = (struct change *)write;
	struct sqlite_row row;

	TRY(find_version(db, c->id, c->version, &statement, &row, err));
	if (row.task.kind == TASK_JOB && c->fields->status.data != NULL)
		return store_status_is_ours(err);
	task_apply(&row.task, c->fields);
	row.task.updated_ms = MAX(clock_wall_ms(), row.task.updated_ms);
	row.task.version++;
	TRY(update_row(db, row.seq, &row.task, err));
	sqlite_receipt(&row.task, c->receipt);
	task_write(&row.task, c->json);
	return 0;
}

int sqlite_task_update(struct store *store, struct str id, uint64_t version,
                       const struct task_fields *fields, struct store_receipt *ret,
                       struct buf *ret_json, struct err *err)
{
	struct sqlite_store *s = sqlite_store_of(store);
	size_t len = ret_json->len;
	struct store_receipt receipt;
	struct change c = {
		.write = { .run = update },
		.id = id,
		.version = version,
		.fields = fields,
		.receipt = &receipt,
		.json = ret_json,
	};

	int rc = sqlite_write(&s->writer, &c.write, err);
	if (rc != 0) {
		ret_json->len = len; /* written before the transaction failed */
		return rc;
	}
	*ret = receipt;
	return 0;
}

static int remove_row(struct sqlite_db *db, struct sqlite_write *write, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;
	struct change *c = (struct change *)write;
	struct sqlite_row row;

	TRY(find_version(db, c->id, c->version, &statement, &row, err));
	if (row.task.kind == TASK_JOB && row.job.is_running)
		return store_wrong_state(JOB_RUNNING, "deleted", err);
	return sqlite_change(db, SQL_TASK_DELETE, &row.seq, 1, err);
}

int sqlite_task_remove(struct store *store, struct str id, uint64_t version, struct err *err)
{
	struct change c = { .write = { .run = remove_row }, .id = id, .version = version };

	return sqlite_write(&sqlite_store_of(store)->writer, &c.write, err);
}
