/* Deliveries in PostgreSQL. */
#include "base/clock.h"
#include "json/write.h"
#include "store/outcome.h"
#include "store/postgres_task.h"

/* A change of one delivery. */
struct delivery_change {
	const struct delivery *delivery;
	const struct delivery_end *end;
	int64_t wait_ms;
	struct str id;
	uint64_t n;
};

/* Senders reckon by their machine's clock, the database by its own: differences are the same. */
static int64_t wait_until(int64_t wall_ms)
{
	return wall_ms - clock_wall_ms();
}

int postgres_delivery_add(struct postgres_db *db, const struct task *task, struct err *err)
{
	CLEANUP(buf_deinit) struct buf body;
	struct postgres_args args = { 0 };

	buf_init(&body, SIZE_MAX / 2);
	delivery_write_message(task, &body);
	if (body.failed != BUF_OK)
		return err_set(err, ERR_UNAVAILABLE, "no memory for the webhook");
	postgres_arg_uuid(&args, &task->id);
	postgres_arg_str(&args, task->job->webhook_url);
	postgres_arg_str(&args, (struct str){ body.data, body.len });
	return postgres_run(db, PG_DELIVERY_INSERT, &args, NULL, err);
}

/* Nothing is due; *ret_next_ms: when something is. */
static int find_next(struct postgres_db *db, int64_t *ret_next_ms, struct err *err)
{
	CLEANUP(postgres_clear) PGresult *rows = NULL;

	TRY(postgres_run(db, PG_DELIVERY_NEXT, NULL, &rows, err));
	*ret_next_ms = postgres_is_null(rows, 0, 0) ? 0 : clock_wall_ms() + postgres_int(rows, 0, 0);
	return err_set(err, ERR_NOT_FOUND, "no webhook is due");
}

static int delivery_claim(struct store *store, int64_t lease_ms, struct delivery *ret,
                          int64_t *ret_next_ms, struct err *err)
{
	CLEANUP(postgres_return) struct postgres_db *db = NULL;
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	size_t url_len = ret->url.len, body_len = ret->body.len;
	struct postgres_args args = { 0 };
	struct uuid webhook_id;

	TRY(postgres_lend(&postgres_store_of(store)->pool, &db, err));
	postgres_arg_int(&args, lease_ms);
	TRY(postgres_run(db, PG_DELIVERY_TAKE, &args, &rows, err));
	if (postgres_rows(rows) == 0)
		return find_next(db, ret_next_ms, err);
	buf_append_str(&ret->url, postgres_str(rows, 0, 2));
	buf_append_str(&ret->body, postgres_str(rows, 0, 3));
	if (ret->url.failed != BUF_OK || ret->body.failed != BUF_OK) {
		ret->url.len = url_len;
		ret->body.len = body_len; /* it is due again when this lease ends */
		return err_set(err, ERR_UNAVAILABLE, "no memory for the webhook");
	}
	ret->number = (uint64_t)postgres_int(rows, 0, 0);
	ret->attempts = (uint32_t)postgres_int(rows, 0, 4);
	ret->claim = (uint64_t)postgres_int(rows, 0, 5);
	postgres_uuid(rows, 0, 1, &webhook_id);
	uuid_format(&webhook_id, ret->webhook_id);
	return 0;
}

/* The one that was claimed, if it still is, locked; *ret_task is the job's id. */
static int lock_claimed(struct postgres_db *db, const struct delivery *delivery,
                        struct uuid *ret_task, struct err *err)
{
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	const int64_t number = (int64_t)delivery->number;
	struct postgres_args args = { 0 };

	TRY(postgres_change(db, PG_DELIVERY_LOCK_TASK, &number, 1, err));
	postgres_arg_int(&args, number);
	TRY(postgres_run(db, PG_DELIVERY_GET, &args, &rows, err));
	if (postgres_rows(rows) == 0 || (uint64_t)postgres_int(rows, 0, 0) != delivery->claim)
		return err_set(err, ERR_CONFLICT, "another sender has the webhook by now");
	postgres_uuid(rows, 0, 1, ret_task);
	return 0;
}

static void arg_next(struct postgres_args *args, const struct delivery_end *end)
{
	if (end->next_ms == 0)
		postgres_arg_null(args);
	else
		postgres_arg_int(args, wait_until(end->next_ms));
}

static int log_attempt(struct postgres_db *db, const struct delivery_change *d,
                       const struct uuid *task, struct err *err)
{
	const int64_t kept[] = { (int64_t)d->delivery->number, DELIVERY_ATTEMPTS_KEPT };
	struct postgres_args args = { 0 };

	postgres_arg_int(&args, kept[0]);
	postgres_arg_uuid(&args, task);
	postgres_arg_int(&args, d->end->status);
	postgres_arg_str(&args, str_from(delivery_outcome_name(d->end->outcome)));
	postgres_arg_bytes(&args, d->end->detail.data, d->end->detail.len);
	arg_next(&args, d->end);
	TRY(postgres_run(db, PG_ATTEMPT_INSERT, &args, NULL, err));
	return postgres_change(db, PG_ATTEMPTS_DROP, kept, 2, err);
}

static int finish_run(struct postgres_db *db, void *arg, struct err *err)
{
	const struct delivery_change *d = arg;
	const int64_t number = (int64_t)d->delivery->number;
	struct postgres_args args = { 0 };
	struct uuid task;

	TRY(lock_claimed(db, d->delivery, &task, err));
	TRY(log_attempt(db, d, &task, err));
	postgres_arg_int(&args, number);
	arg_next(&args, d->end);
	TRY(postgres_run(db, PG_DELIVERY_END, &args, NULL, err));
	return postgres_change(db, PG_DELIVERY_ORPHAN, &number, 1, err);
}

static int delivery_finish(struct store *store, const struct delivery *delivery,
                           const struct delivery_end *end, struct err *err)
{
	struct delivery_change d = { .delivery = delivery, .end = end };

	return postgres_transact(postgres_store_of(store), finish_run, &d, NULL, err);
}

static int put_off_run(struct postgres_db *db, void *arg, struct err *err)
{
	const struct delivery_change *d = arg;
	const int64_t numbers[] = { (int64_t)d->delivery->number, d->wait_ms };
	struct uuid task;

	TRY(lock_claimed(db, d->delivery, &task, err));
	return postgres_change(db, PG_DELIVERY_MOVE, numbers, 2, err);
}

static int delivery_put_off(struct store *store, const struct delivery *delivery, int64_t until_ms,
                            struct err *err)
{
	struct delivery_change d = { .delivery = delivery, .wait_ms = wait_until(until_ms) };

	return postgres_transact(postgres_store_of(store), put_off_run, &d, NULL, err);
}

static void write_attempt(struct json_writer *w, const PGresult *rows, int i)
{
	char webhook_id[UUID_TEXT_SIZE];
	struct uuid id;

	postgres_uuid(rows, i, 1, &id);
	uuid_format(&id, webhook_id);
	delivery_write_attempt(w, &(struct delivery_attempt){
					  .n = (uint64_t)postgres_int(rows, i, 0),
					  .webhook_id = str_from(webhook_id),
					  .at_ms = postgres_int(rows, i, 2),
					  .status = (int)postgres_int(rows, i, 3),
					  .outcome = postgres_str(rows, i, 4),
					  .detail = postgres_str(rows, i, 5),
					  .next_ms = postgres_int(rows, i, 6),
				  });
}

static int delivery_list(struct store *store, struct str id, struct buf *ret_json, struct err *err)
{
	CLEANUP(postgres_return) struct postgres_db *db = NULL;
	CLEANUP(postgres_clear) PGresult *found = NULL, *rows = NULL;
	struct json_writer w = { .buf = ret_json };
	struct postgres_args args = { 0 };
	struct postgres_row row;

	TRY(postgres_lend(&postgres_store_of(store)->pool, &db, err));
	TRY(postgres_row_find(db, id, &found, &row, err));
	if (row.task.kind != TASK_JOB)
		return store_no_job(err);
	postgres_arg_uuid(&args, &row.task.id);
	TRY(postgres_run(db, PG_DELIVERY_LIST, &args, &rows, err));
	for (int i = 0; i < postgres_rows(rows); i++)
		write_attempt(&w, rows, i);
	return 0;
}

static int again_run(struct postgres_db *db, void *arg, struct err *err)
{
	CLEANUP(postgres_clear) PGresult *found = NULL, *result = NULL;
	const struct delivery_change *d = arg;
	struct postgres_args args = { 0 };
	struct postgres_row row;

	TRY(postgres_row_lock_job(db, d->id, &found, &row, err));
	postgres_arg_uuid(&args, &row.task.id);
	postgres_arg_int(&args, (int64_t)d->n);
	TRY(postgres_run(db, PG_DELIVERY_AGAIN, &args, &result, err));
	if (postgres_changed(result) == 0)
		return err_set(err, ERR_NOT_FOUND, "there is no such delivery");
	return 0;
}

static int delivery_again(struct store *store, struct str id, uint64_t n, struct err *err)
{
	struct delivery_change d = { .id = id, .n = n };

	return postgres_transact_wake(postgres_store_of(store), again_run, &d, NULL, err);
}

const struct delivery_ops postgres_delivery_ops = {
	.claim = delivery_claim,
	.finish = delivery_finish,
	.put_off = delivery_put_off,
	.list = delivery_list,
	.again = delivery_again,
};
