/* Deliveries in SQLite. */
#include <string.h>

#include "base/clock.h"
#include "json/write.h"
#include "store/outcome.h"
#include "store/sqlite_task.h"

/* A change of one delivery, on the writer's thread. */
struct delivery_write {
	struct sqlite_write write;
	int64_t lease_ms, next_ms;
	struct delivery *taken;
	bool is_taken;
	const struct delivery *delivery;
	const struct delivery_end *end;
	struct str id;
	uint64_t n;
};

static int do_write(struct store *store, struct delivery_write *delivery, sqlite_write_fn *run,
                    struct err *err)
{
	delivery->write = (struct sqlite_write){ .run = run, .is_several = true };
	return sqlite_write(&sqlite_store_of(store)->writer, &delivery->write, err);
}

int sqlite_delivery_add(struct sqlite_db *db, struct uuid_source *ids, const struct task *task,
                        struct err *err)
{
	CLEANUP(buf_deinit) struct buf body;
	CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;
	int64_t now_ms = clock_wall_ms();
	struct uuid webhook_id;

	buf_init(&body, SIZE_MAX / 2);
	delivery_write_message(task, &body);
	if (body.failed != BUF_OK)
		return err_set(err, ERR_UNAVAILABLE, "no memory for the webhook");
	TRY(uuid_next(ids, now_ms, &webhook_id, err));
	TRY(sqlite_use(db, SQL_DELIVERY_INSERT, &statement, err));
	sqlite_bind_uuid(statement, 1, &task->id);
	sqlite_bind_uuid(statement, 2, &webhook_id);
	sqlite_bind_str(statement, 3, task->job->webhook_url);
	sqlite_bind_str(statement, 4, (struct str){ body.data, body.len });
	sqlite3_bind_int64(statement, 5, now_ms);
	return sqlite_finish(db, statement, err);
}

static int take(sqlite3_stmt *row, struct delivery *ret, struct err *err)
{
	struct str url = sqlite_column_str(row, 2), body = sqlite_column_str(row, 3);
	struct uuid webhook_id;

	TRY(sqlite_uuid_read(row, 1, &webhook_id, err));
	buf_append_str(&ret->url, url);
	buf_append_str(&ret->body, body);
	if (ret->url.failed != BUF_OK || ret->body.failed != BUF_OK)
		return err_set(err, ERR_UNAVAILABLE, "no memory for the webhook");
	ret->number = (uint64_t)sqlite3_column_int64(row, 0);
	ret->attempts = (uint32_t)sqlite3_column_int64(row, 4);
	ret->claim = (uint64_t)sqlite3_column_int64(row, 5) + 1;
	uuid_format(&webhook_id, ret->webhook_id);
	return 0;
}

static int claim_run(struct sqlite_db *db, struct sqlite_write *write, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *row = NULL;
	struct delivery_write *d = (struct delivery_write *)write;
	int64_t now_ms = clock_wall_ms();
	bool has_row;

	TRY(sqlite_use(db, SQL_DELIVERY_DUE, &row, err));
	TRY(sqlite_step(db, row, &has_row, err));
	if (!has_row)
		return 0;
	d->next_ms = sqlite3_column_int64(row, 6);
	if (d->next_ms > now_ms)
		return 0;
	TRY(take(row, d->taken, err));
	d->is_taken = true;

	const int64_t numbers[] = { (int64_t)d->taken->number, now_ms + d->lease_ms };
	return sqlite_change(db, SQL_DELIVERY_CLAIM, numbers, 2, err);
}

static int delivery_claim(struct store *store, int64_t lease_ms, struct delivery *ret,
                          int64_t *ret_next_ms, struct err *err)
{
	size_t url_len = ret->url.len, body_len = ret->body.len;
	struct delivery_write d = { .lease_ms = lease_ms, .taken = ret };
	int rc = do_write(store, &d, claim_run, err);

	if (rc != 0) {
		ret->url.len = url_len; /* written before the transaction failed */
		ret->body.len = body_len;
		return rc;
	}
	if (d.is_taken)
		return 0;
	*ret_next_ms = d.next_ms;
	return err_set(err, ERR_NOT_FOUND, "no webhook is due");
}

/* The one that was claimed, if it still is; *ret_task is the job's id. */
static int find_claimed(struct sqlite_db *db, const struct delivery *delivery,
                        struct uuid *ret_task, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *row = NULL;
	bool has_row;

	TRY(sqlite_use(db, SQL_DELIVERY_GET, &row, err));
	sqlite3_bind_int64(row, 1, (int64_t)delivery->number);
	TRY(sqlite_step(db, row, &has_row, err));
	if (!has_row || (uint64_t)sqlite3_column_int64(row, 0) != delivery->claim)
		return err_set(err, ERR_CONFLICT, "another sender has the webhook by now");
	return sqlite_uuid_read(row, 1, ret_task, err);
}

static int log_attempt(struct sqlite_db *db, const struct delivery_write *d,
                       const struct uuid *task, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;
	const int64_t kept[] = { (int64_t)d->delivery->number, DELIVERY_ATTEMPTS_KEPT };

	TRY(sqlite_use(db, SQL_ATTEMPT_INSERT, &statement, err));
	sqlite3_bind_int64(statement, 1, (int64_t)d->delivery->number);
	sqlite_bind_uuid(statement, 2, task);
	sqlite3_bind_int64(statement, 3, clock_wall_ms());
	sqlite3_bind_int(statement, 4, d->end->status);
	sqlite_bind_str(statement, 5, str_from(delivery_outcome_name(d->end->outcome)));
	sqlite_bind_str(statement, 6, d->end->detail);
	sqlite3_bind_int64(statement, 7, d->end->next_ms);
	TRY(sqlite_finish(db, statement, err));
	return sqlite_change(db, SQL_ATTEMPTS_DROP, kept, 2, err);
}

static int finish_run(struct sqlite_db *db, struct sqlite_write *write, struct err *err)
{
	struct delivery_write *d = (struct delivery_write *)write;
	const int64_t numbers[] = { (int64_t)d->delivery->number, d->end->next_ms };
	struct uuid task;

	TRY(find_claimed(db, d->delivery, &task, err));
	TRY(log_attempt(db, d, &task, err));
	TRY(sqlite_change(db, SQL_DELIVERY_END, numbers, 2, err));
	return sqlite_change(db, SQL_DELIVERY_ORPHAN, numbers, 1, err);
}

static int delivery_finish(struct store *store, const struct delivery *delivery,
                           const struct delivery_end *end, struct err *err)
{
	struct delivery_write d = { .delivery = delivery, .end = end };

	return do_write(store, &d, finish_run, err);
}

static int put_off_run(struct sqlite_db *db, struct sqlite_write *write, struct err *err)
{
	struct delivery_write *d = (struct delivery_write *)write;
	const int64_t numbers[] = { (int64_t)d->delivery->number, d->next_ms };
	struct uuid task;

	TRY(find_claimed(db, d->delivery, &task, err));
	return sqlite_change(db, SQL_DELIVERY_MOVE, numbers, 2, err);
}

static int delivery_put_off(struct store *store, const struct delivery *delivery, int64_t until_ms,
                            struct err *err)
{
	struct delivery_write d = { .delivery = delivery, .next_ms = until_ms };

	return do_write(store, &d, put_off_run, err);
}

static int write_attempt(struct json_writer *w, sqlite3_stmt *row, struct err *err)
{
	char webhook_id[UUID_TEXT_SIZE];
	struct uuid id;

	TRY(sqlite_uuid_read(row, 1, &id, err));
	uuid_format(&id, webhook_id);
	delivery_write_attempt(w, &(struct delivery_attempt){
					  .n = (uint64_t)sqlite3_column_int64(row, 0),
					  .webhook_id = str_from(webhook_id),
					  .at_ms = sqlite3_column_int64(row, 2),
					  .status = sqlite3_column_int(row, 3),
					  .outcome = sqlite_column_str(row, 4),
					  .detail = sqlite_column_str(row, 5),
					  .next_ms = sqlite3_column_int64(row, 6),
				  });
	return 0;
}

static int list_all(struct sqlite_db *db, struct str id, struct buf *ret_json, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *found = NULL, *statement = NULL;
	struct json_writer w = { .buf = ret_json };
	struct sqlite_row row;
	bool has_row;

	TRY(sqlite_row_find_job(db, id, &found, &row, err));
	TRY(sqlite_use(db, SQL_DELIVERY_LIST, &statement, err));
	sqlite_bind_uuid(statement, 1, &row.task.id);
	for (;;) {
		TRY(sqlite_step(db, statement, &has_row, err));
		if (!has_row)
			return 0;
		TRY(write_attempt(&w, statement, err));
	}
}

static int delivery_list(struct store *store, struct str id, struct buf *ret_json, struct err *err)
{
	CLEANUP(sqlite_reader_return) struct sqlite_reader *reader = NULL;
	size_t len = ret_json->len;

	TRY(sqlite_reader_lend(&sqlite_store_of(store)->readers, &reader, err));
	int rc = list_all(&reader->db, id, ret_json, err);
	if (rc != 0)
		ret_json->len = len;
	return rc;
}

static int again_run(struct sqlite_db *db, struct sqlite_write *write, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *found = NULL, *statement = NULL;
	struct delivery_write *d = (struct delivery_write *)write;
	struct sqlite_row row;

	TRY(sqlite_row_find_job(db, d->id, &found, &row, err));
	TRY(sqlite_use(db, SQL_DELIVERY_AGAIN, &statement, err));
	sqlite_bind_uuid(statement, 1, &row.task.id);
	sqlite3_bind_int64(statement, 2, (int64_t)d->n);
	sqlite3_bind_int64(statement, 3, clock_wall_ms());
	TRY(sqlite_finish(db, statement, err));
	if (sqlite3_changes(db->handle) == 0)
		return err_set(err, ERR_NOT_FOUND, "there is no such delivery");
	return 0;
}

static int delivery_again(struct store *store, struct str id, uint64_t n, struct err *err)
{
	struct delivery_write d = { .id = id, .n = n };

	TRY(do_write(store, &d, again_run, err));
	store_wake_call(&sqlite_store_of(store)->wake);
	return 0;
}

const struct delivery_ops sqlite_delivery_ops = {
	.claim = delivery_claim,
	.finish = delivery_finish,
	.put_off = delivery_put_off,
	.list = delivery_list,
	.again = delivery_again,
};
