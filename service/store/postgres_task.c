/* One task in PostgreSQL: made, read, changed, removed. */
#include "store/postgres_task.h"

#include <assert.h>
#include <string.h>

#include "store/outcome.h"

/* Times that a change is tried again because others came in its way. */
#define RETRIES_MAX 5

static void read_job(const PGresult *rows, int row, struct postgres_row *ret)
{
	ret->claim = (uint64_t)postgres_int(rows, row, 10);
	ret->is_cancelled = postgres_bool(rows, row, 12);
	ret->job = (struct task_job){
		.attempts = (uint32_t)postgres_int(rows, row, 11),
		.started_ms = postgres_int(rows, row, 13),
		.finished_ms = postgres_int(rows, row, 14),
		.documents_done = (uint64_t)postgres_int(rows, row, 15),
		.documents_total = (uint64_t)postgres_int(rows, row, 16),
		.stage = postgres_str(rows, row, 17),
		.error = postgres_str(rows, row, 18),
		.has_result = !postgres_is_null(rows, row, 19),
		.result_documents = (uint64_t)postgres_int(rows, row, 19),
		.result_bytes = (uint64_t)postgres_int(rows, row, 20),
		.result_expires_ms = postgres_int(rows, row, 21),
		.webhook_url = postgres_str(rows, row, 22),
		.is_running = job_state_find(ret->task.status) == JOB_RUNNING,
	};
	ret->task.job = &ret->job;
}

void postgres_row_read(const PGresult *rows, int row, struct postgres_row *ret)
{
	ret->seq = postgres_int(rows, row, 0);
	ret->task = (struct task){
		.kind = (enum task_kind)postgres_int(rows, row, 2),
		.title = postgres_str(rows, row, 3),
		.description = postgres_str(rows, row, 4),
		.status = postgres_str(rows, row, 5),
		.priority = (int)postgres_int(rows, row, 6),
		.created_ms = postgres_int(rows, row, 7),
		.updated_ms = postgres_int(rows, row, 8),
		.version = (uint64_t)postgres_int(rows, row, 9),
	};
	postgres_uuid(rows, row, 1, &ret->task.id);
	if (ret->task.kind == TASK_JOB)
		read_job(rows, row, ret);
}

void postgres_receipt(const struct task *task, struct store_receipt *ret)
{
	*ret = (struct store_receipt){ .version = task->version };
	uuid_format(&task->id, ret->id);
}

int postgres_change(struct postgres_db *db, enum postgres_sql which, const int64_t *numbers, int n,
                    struct err *err)
{
	struct postgres_args args = { 0 };

	for (int i = 0; i < n; i++)
		postgres_arg_int(&args, numbers[i]);
	return postgres_run(db, which, &args, NULL, err);
}

static int find(struct postgres_db *db, enum postgres_sql which, struct str id, PGresult **rows,
                struct postgres_row *ret, struct err *err)
{
	struct postgres_args args = { 0 };
	struct uuid uuid;

	if (!uuid_parse(id, &uuid))
		return store_not_found(err);
	postgres_arg_uuid(&args, &uuid);
	TRY(postgres_run(db, which, &args, rows, err));
	if (postgres_rows(*rows) == 0)
		return store_not_found(err);
	postgres_row_read(*rows, 0, ret);
	return 0;
}

int postgres_row_find(struct postgres_db *db, struct str id, PGresult **rows,
                      struct postgres_row *ret, struct err *err)
{
	return find(db, PG_TASK_GET, id, rows, ret, err);
}

int postgres_row_lock_job(struct postgres_db *db, struct str id, PGresult **rows,
                          struct postgres_row *ret, struct err *err)
{
	CLEANUP(postgres_clear) PGresult *plain = NULL;
	struct postgres_row task;
	int rc = find(db, PG_JOB_FIND, id, rows, ret, err);

	if (rc != ERR_NOT_FOUND)
		return rc;
	TRY(postgres_row_find(db, id, &plain, &task, err));
	return store_no_job(err);
}

/* One attempt at a transaction; *ret_again: it failed because of what others did at once. */
static int transact(struct postgres_store *s, postgres_change_fn *run, void *arg, bool wakes,
                    bool *ret_again, struct err *err)
{
	CLEANUP(postgres_return) struct postgres_db *db = NULL;

	TRY(postgres_lend(&s->pool, &db, err));
	TRY(postgres_run(db, PG_BEGIN, NULL, NULL, err));
	db->is_in_transaction = true;
	int rc = run(db, arg, err);
	if (rc == 0 && wakes)
		rc = postgres_notify(db, s->listener.name, err);
	if (rc == 0)
		rc = postgres_run(db, PG_COMMIT, NULL, NULL, err);
	*ret_again = rc != 0 && db->is_retryable;
	db->is_in_transaction = rc != 0;
	if (rc != 0 && !db->is_broken) {
		struct err unheard;

		db->is_in_transaction = postgres_run(db, PG_ROLLBACK, NULL, NULL, &unheard) != 0;
	}
	return rc;
}

static int transact_again(struct postgres_store *s, postgres_change_fn *run, void *arg, bool wakes,
                          struct buf *json, struct err *err)
{
	size_t len = json == NULL ? 0 : json->len;

	for (int i = 0;; i++) {
		bool again = false;
		int rc = transact(s, run, arg, wakes, &again, err);

		if (rc == 0 && wakes)
			store_wake_call(&s->wake);
		if (rc == 0)
			return 0;
		if (json != NULL)
			json->len = len; /* written before the transaction failed */
		if (!again || i == RETRIES_MAX)
			return rc;
	}
}

int postgres_transact(struct postgres_store *s, postgres_change_fn *run, void *arg,
                      struct buf *json, struct err *err)
{
	return transact_again(s, run, arg, false, json, err);
}

int postgres_transact_wake(struct postgres_store *s, postgres_change_fn *run, void *arg,
                           struct buf *json, struct err *err)
{
	return transact_again(s, run, arg, true, json, err);
}

int postgres_task_get(struct store *store, struct str id, struct store_receipt *ret,
                      struct buf *ret_json, struct err *err)
{
	CLEANUP(postgres_return) struct postgres_db *db = NULL;
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	struct postgres_row row;

	TRY(postgres_lend(&postgres_store_of(store)->pool, &db, err));
	TRY(postgres_row_find(db, id, &rows, &row, err));
	postgres_receipt(&row.task, ret);
	task_write(&row.task, ret_json);
	return 0;
}

struct creation {
	const struct store_new *new_task;
	struct task task;
	struct task_job job;
	int64_t seq;
	bool is_replay;
};

static void set_fields(struct creation *c, struct postgres_args *args)
{
	const struct task *task = &c->task;
	const struct store_key *key = &c->new_task->key;

	postgres_arg_int(args, task->kind);
	postgres_arg_str(args, task->title);
	postgres_arg_str(args, task->description);
	postgres_arg_str(args, task->status);
	postgres_arg_int(args, task->priority);
	if (key->key.data == NULL)
		return;
	postgres_arg_bytes(args, key->scope.data, key->scope.len);
	postgres_arg_str(args, key->key);
	postgres_arg_bytes(args, key->digest, sizeof key->digest);
	postgres_arg_int(args, STORE_KEY_TTL_MS);
}

/* The task of a key that is known; ERR_NOT_FOUND: it was swept in this moment. */
static int find_key(struct postgres_db *db, struct creation *c, struct uuid *ret, struct err *err)
{
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	const struct store_key *key = &c->new_task->key;
	struct postgres_args args = { 0 };

	postgres_arg_bytes(&args, key->scope.data, key->scope.len);
	postgres_arg_str(&args, key->key);
	TRY(postgres_run(db, PG_KEY_GET, &args, &rows, err));
	if (postgres_rows(rows) == 0)
		return ERR_NOT_FOUND;

	struct str digest = postgres_str(rows, 0, 0);
	if (!str_eq(digest, (struct str){ (const char *)key->digest, sizeof key->digest }))
		return store_mismatch(err);
	postgres_uuid(rows, 0, 1, ret);
	return 0;
}

/* Not new: its key is known. */
static int insert(struct postgres_db *db, struct creation *c, bool *ret_is_new, struct uuid *ret,
                  struct err *err)
{
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	bool has_key = c->new_task->key.key.data != NULL;
	struct postgres_args args = { 0 };

	set_fields(c, &args);
	TRY(postgres_run(db, has_key ? PG_TASK_CREATE_KEYED : PG_TASK_CREATE, &args, &rows, err));
	*ret_is_new = postgres_rows(rows) > 0;
	if (*ret_is_new) {
		c->seq = postgres_int(rows, 0, 0);
		postgres_uuid(rows, 0, 1, ret);
	}
	return 0;
}

static int create(struct postgres_db *db, void *arg, struct err *err)
{
	struct creation *c = arg;
	struct uuid id;
	bool is_new = false;
	int rc = ERR_NOT_FOUND;

	for (int i = 0; i < RETRIES_MAX && rc == ERR_NOT_FOUND; i++) {
		TRY(insert(db, c, &is_new, &id, err));
		rc = is_new ? 0 : find_key(db, c, &id, err);
	}
	if (rc == ERR_NOT_FOUND)
		return err_set(err, ERR_UNAVAILABLE, "the key comes and goes");
	TRY(rc);
	c->is_replay = !is_new;
	task_begin(&c->task, &id, &c->new_task->fields);
	if (c->new_task->job == NULL || c->is_replay)
		return 0;
	return postgres_job_insert(db, c->seq, c->new_task->job, err);
}

/* A plain task is one statement, which is a transaction by itself. */
static int create_plain(struct postgres_store *s, struct creation *c, struct err *err)
{
	CLEANUP(postgres_return) struct postgres_db *db = NULL;

	TRY(postgres_lend(&s->pool, &db, err));
	return create(db, c, err);
}

int postgres_task_create(struct store *store, const struct store_new *new_task,
                         struct store_receipt *ret, struct buf *ret_json, struct err *err)
{
	struct postgres_store *s = postgres_store_of(store);
	struct creation c = { .new_task = new_task, .task = TASK_NEW };

	assert(new_task->fields.title.data != NULL);
	task_apply(&c.task, &new_task->fields);
	if (new_task->job != NULL) {
		c.task.kind = TASK_JOB;
		c.task.job = &c.job;
		c.job.webhook_url = new_task->job->webhook_url;
		TRY(postgres_transact_wake(s, create, &c, NULL, err));
	} else {
		TRY(create_plain(s, &c, err));
	}
	postgres_receipt(&c.task, ret);
	ret->is_replay = c.is_replay;
	task_write(&c.task, ret_json);
	return 0;
}

static int find_version(struct postgres_db *db, struct str id, uint64_t version, PGresult **rows,
                        struct postgres_row *ret, struct err *err)
{
	TRY(postgres_row_find(db, id, rows, ret, err));
	if (version != 0 && version != ret->task.version)
		return store_outdated(ret->task.version, err);
	return 0;
}

/* Nothing was changed: why?  0: by now it would be. */
static int explain_update(struct postgres_db *db, struct str id, uint64_t version,
                          const struct task_fields *fields, struct err *err)
{
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	struct postgres_row row;

	TRY(find_version(db, id, version, &rows, &row, err));
	if (row.task.kind == TASK_JOB && fields->status.data != NULL)
		return store_status_is_ours(err);
	return 0;
}

static int update(struct postgres_db *db, const struct uuid *id, uint64_t version,
                  const struct task_fields *fields, PGresult **ret, struct err *err)
{
	struct postgres_args args = { 0 };

	postgres_arg_uuid(&args, id);
	postgres_arg_int(&args, (int64_t)version);
	postgres_arg_str(&args, fields->title);
	postgres_arg_str(&args, fields->description);
	postgres_arg_str(&args, fields->status);
	if (fields->priority != 0)
		postgres_arg_int(&args, fields->priority);
	else
		postgres_arg_null(&args);
	return postgres_run(db, PG_TASK_UPDATE, &args, ret, err);
}

static int busy(struct err *err)
{
	return err_set(err, ERR_UNAVAILABLE, "others change the task all the time");
}

int postgres_task_update(struct store *store, struct str id, uint64_t version,
                         const struct task_fields *fields, struct store_receipt *ret,
                         struct buf *ret_json, struct err *err)
{
	CLEANUP(postgres_return) struct postgres_db *db = NULL;
	struct uuid uuid;

	if (!uuid_parse(id, &uuid))
		return store_not_found(err);
	TRY(postgres_lend(&postgres_store_of(store)->pool, &db, err));
	for (int i = 0; i < RETRIES_MAX; i++) {
		CLEANUP(postgres_clear) PGresult *rows = NULL;
		struct postgres_row row;

		TRY(update(db, &uuid, version, fields, &rows, err));
		if (postgres_rows(rows) == 0) {
			TRY(explain_update(db, id, version, fields, err));
			continue;
		}
		postgres_row_read(rows, 0, &row);
		postgres_receipt(&row.task, ret);
		task_write(&row.task, ret_json);
		return 0;
	}
	return busy(err);
}

/* The same for what could not be removed. */
static int explain_remove(struct postgres_db *db, struct str id, uint64_t version, struct err *err)
{
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	struct postgres_row row;

	TRY(find_version(db, id, version, &rows, &row, err));
	if (row.task.kind == TASK_JOB && row.job.is_running)
		return store_wrong_state(JOB_RUNNING, "deleted", err);
	return 0;
}

int postgres_task_remove(struct store *store, struct str id, uint64_t version, struct err *err)
{
	CLEANUP(postgres_return) struct postgres_db *db = NULL;
	struct postgres_args args = { 0 };
	struct uuid uuid;

	if (!uuid_parse(id, &uuid))
		return store_not_found(err);
	postgres_arg_uuid(&args, &uuid);
	postgres_arg_int(&args, (int64_t)version);
	TRY(postgres_lend(&postgres_store_of(store)->pool, &db, err));
	for (int i = 0; i < RETRIES_MAX; i++) {
		CLEANUP(postgres_clear) PGresult *result = NULL;

		TRY(postgres_run(db, PG_TASK_DELETE, &args, &result, err));
		if (postgres_changed(result) > 0)
			return 0;
		TRY(explain_remove(db, id, version, err));
	}
	return busy(err);
}
