/* One task in SQLite: made, read, changed, removed. */
#include "store/sqlite_task.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "store/outcome.h"

static int read_uuid(sqlite3_stmt *row, int at, struct uuid *ret, struct err *err)
{
	const void *bytes = sqlite3_column_blob(row, at);

	if (bytes == NULL || sqlite3_column_bytes(row, at) != (int)sizeof ret->bytes)
		return err_set(err, ERR_UNAVAILABLE, "the store's file holds an id that is none");
	memcpy(ret->bytes, bytes, sizeof ret->bytes);
	return 0;
}

int sqlite_task_read(sqlite3_stmt *row, struct task *ret, int64_t *ret_seq, struct err *err)
{
	struct task task = {
		.kind = (enum task_kind)sqlite3_column_int(row, 2),
		.title = sqlite_column_str(row, 3),
		.description = sqlite_column_str(row, 4),
		.status = sqlite_column_str(row, 5),
		.priority = sqlite3_column_int(row, 6),
		.created_ms = sqlite3_column_int64(row, 7),
		.updated_ms = sqlite3_column_int64(row, 8),
		.version = (uint64_t)sqlite3_column_int64(row, 9),
	};

	TRY(read_uuid(row, 1, &task.id, err));
	*ret = task;
	*ret_seq = sqlite3_column_int64(row, 0);
	return 0;
}

static void receive(const struct task *task, struct store_receipt *ret)
{
	*ret = (struct store_receipt){ .version = task->version };
	uuid_format(&task->id, ret->id);
}

/* A task by its id; statement stands at it then. */
static int find(struct sqlite_db *db, struct str id, sqlite3_stmt **statement, struct task *ret,
                int64_t *ret_seq, struct err *err)
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
	return sqlite_task_read(*statement, ret, ret_seq, err);
}

static int find_version(struct sqlite_db *db, struct str id, uint64_t version,
                        sqlite3_stmt **statement, struct task *ret, int64_t *ret_seq,
                        struct err *err)
{
	TRY(find(db, id, statement, ret, ret_seq, err));
	if (version != 0 && version != ret->version)
		return store_outdated(ret->version, err);
	return 0;
}

int sqlite_task_get(struct store *store, struct str id, struct store_receipt *ret,
                    struct buf *ret_json, struct err *err)
{
	CLEANUP(sqlite_reader_return) struct sqlite_reader *reader = NULL;
	CLEANUP(sqlite_done) sqlite3_stmt *row = NULL;
	struct task task;
	int64_t seq;

	TRY(sqlite_reader_lend(&sqlite_store_of(store)->readers, &reader, err));
	TRY(find(&reader->db, id, &row, &task, &seq, err));
	receive(&task, ret);
	task_write(&task, ret_json);
	return 0;
}

struct creation {
	struct sqlite_write write;
	struct uuid_source *ids;
	const struct store_new *new_task;
	struct task task;
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
	return read_uuid(row, 1, ret, err);
}

static int put_key(struct sqlite_db *db, const struct store_key *key, const struct uuid *task,
                   int64_t now_ms, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;
	bool has_row;

	TRY(sqlite_use(db, SQL_KEY_PUT, &statement, err));
	sqlite_bind_str(statement, 1, key->scope);
	sqlite_bind_str(statement, 2, key->key);
	sqlite3_bind_blob(statement, 3, key->digest, sizeof key->digest, SQLITE_STATIC);
	sqlite_bind_uuid(statement, 4, task);
	sqlite3_bind_int64(statement, 5, now_ms);
	return sqlite_step(db, statement, &has_row, err);
}

static int insert(struct sqlite_db *db, const struct task *task, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;
	bool has_row;

	TRY(sqlite_use(db, SQL_TASK_INSERT, &statement, err));
	sqlite_bind_uuid(statement, 1, &task->id);
	sqlite3_bind_int(statement, 2, (int)task->kind);
	sqlite_bind_str(statement, 3, task->title);
	sqlite_bind_str(statement, 4, task->description);
	sqlite_bind_str(statement, 5, task->status);
	sqlite3_bind_int(statement, 6, task->priority);
	sqlite3_bind_int64(statement, 7, task->created_ms);
	return sqlite_step(db, statement, &has_row, err);
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
	return insert(db, &c->task, err);
}

int sqlite_task_create(struct store *store, const struct store_new *new_task,
                       struct store_receipt *ret, struct buf *ret_json, struct err *err)
{
	struct sqlite_store *s = sqlite_store_of(store);
	struct creation c = {
		.write = { .run = create, .is_several = new_task->key.key.data != NULL },
		.ids = &s->ids,
		.new_task = new_task,
		.task = TASK_NEW,
	};

	assert(new_task->fields.title.data != NULL);
	assert(new_task->job == NULL);
	TRY(sqlite_write(&s->writer, &c.write, err));
	receive(&c.task, ret);
	ret->is_replay = c.is_replay;
	task_write(&c.task, ret_json);
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
	bool has_row;

	TRY(sqlite_use(db, SQL_TASK_UPDATE, &statement, err));
	sqlite3_bind_int64(statement, 1, seq);
	sqlite_bind_str(statement, 2, task->title);
	sqlite_bind_str(statement, 3, task->description);
	sqlite_bind_str(statement, 4, task->status);
	sqlite3_bind_int(statement, 5, task->priority);
	sqlite3_bind_int64(statement, 6, task->updated_ms);
	sqlite3_bind_int64(statement, 7, (int64_t)task->version);
	return sqlite_step(db, statement, &has_row, err);
}

static int update(struct sqlite_db *db, struct sqlite_write *write, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *row = NULL;
	struct change *c = (struct change *)write;
	struct task task;
	int64_t seq;

	TRY(find_version(db, c->id, c->version, &row, &task, &seq, err));
	task_apply(&task, c->fields);
	task.updated_ms = MAX(clock_wall_ms(), task.updated_ms);
	task.version++;
	TRY(update_row(db, seq, &task, err));
	receive(&task, c->receipt);
	task_write(&task, c->json);
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
	CLEANUP(sqlite_done) sqlite3_stmt *row = NULL, *statement = NULL;
	struct change *c = (struct change *)write;
	struct task task;
	int64_t seq;
	bool has_row;

	TRY(find_version(db, c->id, c->version, &row, &task, &seq, err));
	TRY(sqlite_use(db, SQL_TASK_DELETE, &statement, err));
	sqlite3_bind_int64(statement, 1, seq);
	return sqlite_step(db, statement, &has_row, err);
}

int sqlite_task_remove(struct store *store, struct str id, uint64_t version, struct err *err)
{
	struct change c = { .write = { .run = remove_row }, .id = id, .version = version };

	return sqlite_write(&sqlite_store_of(store)->writer, &c.write, err);
}
