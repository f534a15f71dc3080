/* Jobs in SQLite: what is done with them, on the writer's thread. */
#include <string.h>

#include "base/clock.h"
#include "store/outcome.h"
#include "store/sqlite_task.h"

#define REAP_MAX 100 /* jobs whose leases have ended, looked at in one transaction */

/* A change of one job, on the writer's thread. */
struct job_write {
	struct sqlite_write write;
	struct sqlite_store *store;
	const struct job_claim *claim;
	struct str id;
	int64_t lease_ms;
	const struct job_progress *progress;
	const struct job_end *end;
	uint64_t n;
	struct str bytes;
	uint32_t attempts_max;
	struct job_claim taken; /* .id "": nothing waits */
	bool is_cancelled;
	struct store_receipt *receipt;
	struct buf *json;
};

static int do_write(struct job_write *job, sqlite_write_fn *run, struct err *err)
{
	size_t len = job->json == NULL ? 0 : job->json->len;

	job->write = (struct sqlite_write){ .run = run, .is_several = true };
	int rc = sqlite_write(&job->store->writer, &job->write, err);
	if (rc != 0 && job->json != NULL)
		job->json->len = len; /* written before the transaction failed */
	return rc;
}

/* One whose worker has not been heard of: it waits again, has failed, or was to stop anyway. */
static int reap_one(struct sqlite_store *s, int64_t now_ms, uint32_t attempts_max, bool *ret_found,
                    struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;
	const struct job_end cancelled = { .state = JOB_CANCELLED, .error = { "", 0 } };
	const struct job_end lost = { .state = JOB_FAILED, .error = store_worker_lost };
	struct sqlite_row row;

	TRY(sqlite_use(&s->writer.db, SQL_JOB_LATE, &statement, err));
	sqlite3_bind_int64(statement, 1, now_ms);
	TRY(sqlite_step(&s->writer.db, statement, ret_found, err));
	if (!*ret_found)
		return 0;
	TRY(sqlite_row_read(statement, &row, err));
	if (row.is_cancelled)
		return sqlite_job_set_ended(s, &row, &cancelled, err);
	if (row.job.attempts < attempts_max)
		return sqlite_job_set_waiting(&s->writer.db, &row, row.job.attempts, err);
	return sqlite_job_set_ended(s, &row, &lost, err);
}

static int take(struct sqlite_db *db, struct job_write *job, int64_t now_ms, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;
	struct sqlite_row row;
	bool has_row;

	TRY(sqlite_use(db, SQL_JOB_NEXT, &statement, err));
	TRY(sqlite_step(db, statement, &has_row, err));
	if (!has_row)
		return 0;
	TRY(sqlite_row_read(statement, &row, err));

	const int64_t numbers[] = { row.seq, now_ms + job->lease_ms, now_ms };
	TRY(sqlite_job_set_state(db, &row, JOB_RUNNING, err));
	TRY(sqlite_change(db, SQL_JOB_RUN, numbers, 3, err));
	job->taken = (struct job_claim){
		.number = row.claim + 1,
		.attempts = row.job.attempts + 1,
		.created_ms = row.task.created_ms,
	};
	uuid_format(&row.task.id, job->taken.id);
	return 0;
}

static int claim_run(struct sqlite_db *db, struct sqlite_write *write, struct err *err)
{
	struct job_write *job = (struct job_write *)write;
	int64_t now_ms = clock_wall_ms();
	bool found = true;

	for (int i = 0; i < REAP_MAX && found; i++)
		TRY(reap_one(job->store, now_ms, job->attempts_max, &found, err));
	return take(db, job, now_ms, err);
}

static int job_claim(struct store *store, int64_t lease_ms, uint32_t attempts_max,
                     struct job_claim *ret, struct err *err)
{
	struct job_write job = {
		.store = sqlite_store_of(store),
		.lease_ms = lease_ms,
		.attempts_max = attempts_max,
	};

	TRY(do_write(&job, claim_run, err));
	/* Said only now: what was reaped stays so. */
	if (job.taken.id[0] == 0)
		return err_set(err, ERR_NOT_FOUND, "no job waits");
	*ret = job.taken;
	return 0;
}

/* The job of a claim that is still good. */
static int find_claimed(struct sqlite_db *db, const struct job_claim *claim,
                        sqlite3_stmt **statement, struct sqlite_row *ret, struct err *err)
{
	TRY(sqlite_row_find_job(db, str_from(claim->id), statement, ret, err));
	if (!ret->job.is_running || ret->claim != claim->number)
		return store_claim_lost(err);
	return 0;
}

static int renew_run(struct sqlite_db *db, struct sqlite_write *write, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *found = NULL, *statement = NULL;
	struct job_write *job = (struct job_write *)write;
	struct sqlite_row row;

	TRY(find_claimed(db, job->claim, &found, &row, err));
	job->is_cancelled = row.is_cancelled;
	TRY(sqlite_use(db, SQL_JOB_RENEW, &statement, err));
	sqlite3_bind_int64(statement, 1, row.seq);
	sqlite3_bind_int64(statement, 2, clock_wall_ms() + job->lease_ms);
	sqlite3_bind_int64(statement, 3, (int64_t)job->progress->documents_done);
	sqlite3_bind_int64(statement, 4, (int64_t)job->progress->documents_total);
	sqlite_bind_str(statement, 5, str_from(job->progress->stage));
	return sqlite_finish(db, statement, err);
}

static int job_renew(struct store *store, const struct job_claim *claim, int64_t lease_ms,
                     const struct job_progress *progress, bool *ret_is_cancelled, struct err *err)
{
	struct job_write job = {
		.store = sqlite_store_of(store),
		.claim = claim,
		.lease_ms = lease_ms,
		.progress = progress,
	};

	TRY(do_write(&job, renew_run, err));
	*ret_is_cancelled = job.is_cancelled;
	return 0;
}

static int release_run(struct sqlite_db *db, struct sqlite_write *write, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *found = NULL;
	struct job_write *job = (struct job_write *)write;
	const struct job_end cancelled = { .state = JOB_CANCELLED, .error = { "", 0 } };
	struct sqlite_row row;

	TRY(find_claimed(db, job->claim, &found, &row, err));
	if (row.is_cancelled)
		return sqlite_job_set_ended(job->store, &row, &cancelled, err);
	return sqlite_job_set_waiting(db, &row, row.job.attempts - 1, err);
}

static int job_release(struct store *store, const struct job_claim *claim, struct err *err)
{
	struct job_write job = { .store = sqlite_store_of(store), .claim = claim };

	TRY(do_write(&job, release_run, err));
	store_wake_call(&job.store->wake);
	return 0;
}

static int finish_run(struct sqlite_db *db, struct sqlite_write *write, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *found = NULL;
	struct job_write *job = (struct job_write *)write;
	struct sqlite_row row;

	TRY(find_claimed(db, job->claim, &found, &row, err));
	return sqlite_job_set_ended(job->store, &row, job->end, err);
}

static int job_finish(struct store *store, const struct job_claim *claim, const struct job_end *end,
                      struct err *err)
{
	struct job_write job = { .store = sqlite_store_of(store), .claim = claim, .end = end };

	TRY(do_write(&job, finish_run, err));
	store_wake_call(&job.store->wake);
	return 0;
}

static int answer(const struct job_write *job, const struct sqlite_row *row)
{
	sqlite_receipt(&row->task, job->receipt);
	task_write(&row->task, job->json);
	return 0;
}

static int cancel_run(struct sqlite_db *db, struct sqlite_write *write, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *found = NULL;
	struct job_write *job = (struct job_write *)write;
	const struct job_end cancelled = { .state = JOB_CANCELLED, .error = { "", 0 } };
	struct sqlite_row row;

	TRY(sqlite_row_find_job(db, job->id, &found, &row, err));
	enum job_state state = job_state_find(row.task.status);
	switch (state) {
	case JOB_PENDING: TRY(sqlite_job_set_ended(job->store, &row, &cancelled, err)); break;
	case JOB_RUNNING: TRY(sqlite_change(db, SQL_JOB_ASK, &row.seq, 1, err)); break;
	default: return store_wrong_state(state, "cancelled", err);
	}
	return answer(job, &row);
}

static int retry_run(struct sqlite_db *db, struct sqlite_write *write, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *found = NULL;
	struct job_write *job = (struct job_write *)write;
	struct sqlite_row row;

	TRY(sqlite_row_find_job(db, job->id, &found, &row, err));
	enum job_state state = job_state_find(row.task.status);
	if (state != JOB_FAILED && state != JOB_CANCELLED)
		return store_wrong_state(state, "retried", err);
	row.job.started_ms = row.job.finished_ms = 0;
	row.job.error = (struct str){ "", 0 };
	TRY(sqlite_job_set_waiting(db, &row, 0, err));
	TRY(sqlite_change(db, SQL_JOB_RESET, &row.seq, 1, err));
	return answer(job, &row);
}

/* Both answer with the job, and wake whoever works. */
static int change_by_id(struct store *store, struct str id, sqlite_write_fn *run,
                        struct store_receipt *ret, struct buf *ret_json, struct err *err)
{
	struct store_receipt receipt;
	struct job_write job = {
		.store = sqlite_store_of(store),
		.id = id,
		.receipt = &receipt,
		.json = ret_json,
	};

	TRY(do_write(&job, run, err));
	*ret = receipt;
	store_wake_call(&job.store->wake);
	return 0;
}

static int job_cancel(struct store *store, struct str id, struct store_receipt *ret,
                      struct buf *ret_json, struct err *err)
{
	return change_by_id(store, id, cancel_run, ret, ret_json, err);
}

static int job_retry(struct store *store, struct str id, struct store_receipt *ret,
                     struct buf *ret_json, struct err *err)
{
	return change_by_id(store, id, retry_run, ret, ret_json, err);
}

static int job_read(struct store *store, struct str id, enum job_bytes which, uint64_t n,
                    struct buf *ret, struct err *err)
{
	CLEANUP(sqlite_reader_return) struct sqlite_reader *reader = NULL;
	CLEANUP(sqlite_done) sqlite3_stmt *found = NULL, *statement = NULL;
	struct sqlite_row row;
	bool has_row;

	TRY(sqlite_reader_lend(&sqlite_store_of(store)->readers, &reader, err));
	TRY(sqlite_row_find_job(&reader->db, id, &found, &row, err));
	TRY(sqlite_use(&reader->db, SQL_PART_GET, &statement, err));
	sqlite3_bind_int64(statement, 1, row.seq);
	sqlite3_bind_int(statement, 2, (int)which);
	sqlite3_bind_int64(statement, 3, (int64_t)n);
	TRY(sqlite_step(&reader->db, statement, &has_row, err));
	if (!has_row || (which == JOB_RESULT && !row.job.has_result))
		return err_set(err, ERR_NOT_FOUND, "there is no such part");
	buf_append(ret, sqlite3_column_blob(statement, 0),
	           (size_t)sqlite3_column_bytes(statement, 0));
	return 0;
}

static int write_run(struct sqlite_db *db, struct sqlite_write *write, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *found = NULL, *statement = NULL;
	struct job_write *job = (struct job_write *)write;
	struct sqlite_row row;

	TRY(find_claimed(db, job->claim, &found, &row, err));
	if (job->n == 0)
		TRY(sqlite_change(db, SQL_PARTS_DROP, &row.seq, 1, err));
	TRY(sqlite_use(db, SQL_PART_PUT, &statement, err));
	sqlite3_bind_int64(statement, 1, row.seq);
	sqlite3_bind_int(statement, 2, JOB_RESULT);
	sqlite3_bind_int64(statement, 3, (int64_t)job->n);
	sqlite_bind_bytes(statement, 4, job->bytes);
	return sqlite_finish(db, statement, err);
}

static int job_write(struct store *store, const struct job_claim *claim, uint64_t n,
                     struct str bytes, struct err *err)
{
	struct job_write job = {
		.store = sqlite_store_of(store),
		.claim = claim,
		.n = n,
		.bytes = bytes,
	};

	return do_write(&job, write_run, err);
}

const struct job_ops sqlite_job_ops = {
	.claim = job_claim,
	.renew = job_renew,
	.release = job_release,
	.finish = job_finish,
	.cancel = job_cancel,
	.retry = job_retry,
	.read = job_read,
	.write = job_write,
};
