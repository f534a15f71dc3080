/* Jobs in PostgreSQL. */
#include "store/outcome.h"
#include "store/postgres_task.h"

#define REAP_MAX 100 /* jobs whose leases have ended, looked at before one is claimed */

/* A change of one job. */
struct job_change {
	const struct job_claim *claim;
	struct str id;
	const struct job_end *end;
	uint64_t n;
	struct str bytes;
	uint32_t attempts_max;
	bool found;
	struct store_receipt *receipt;
	struct buf *json;
};

static int put_part(struct postgres_db *db, int64_t seq, enum job_bytes which, int64_t n,
                    struct str bytes, struct err *err)
{
	struct postgres_args args = { 0 };

	postgres_arg_int(&args, seq);
	postgres_arg_int(&args, which);
	postgres_arg_int(&args, n);
	postgres_arg_bytes(&args, bytes.data, bytes.len);
	return postgres_run(db, PG_PART_PUT, &args, NULL, err);
}

int postgres_job_insert(struct postgres_db *db, int64_t seq, const struct job_new *new_job,
                        struct err *err)
{
	struct postgres_args args = { 0 };
	struct str input = new_job->input;

	postgres_arg_int(&args, seq);
	if (new_job->webhook_url.len > 0)
		postgres_arg_str(&args, new_job->webhook_url);
	else
		postgres_arg_null(&args);
	TRY(postgres_run(db, PG_JOB_INSERT, &args, NULL, err));
	for (int64_t n = 0; input.len > 0; n++) {
		struct str part = { input.data, MIN(input.len, STORE_PART_BYTES) };

		TRY(put_part(db, seq, JOB_INPUT, n, part, err));
		input = (struct str){ input.data + part.len, input.len - part.len };
	}
	return 0;
}

/* The job is in another state, in its rows and in what was read of them. */
static int set_state(struct postgres_db *db, struct postgres_row *row, enum job_state state,
                     struct err *err)
{
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	struct postgres_args args = { 0 };

	row->task.status = str_from(job_state_name(state));
	row->job.is_running = state == JOB_RUNNING;
	postgres_arg_int(&args, row->seq);
	postgres_arg_str(&args, row->task.status);
	TRY(postgres_run(db, PG_JOB_STATUS, &args, &rows, err));
	row->task.updated_ms = postgres_int(rows, 0, 0);
	row->task.version = (uint64_t)postgres_int(rows, 0, 1);
	return 0;
}

static int set_waiting(struct postgres_db *db, struct postgres_row *row, uint32_t attempts,
                       struct err *err)
{
	const int64_t numbers[] = { row->seq, attempts };

	TRY(set_state(db, row, JOB_PENDING, err));
	row->job.attempts = attempts;
	TRY(postgres_change(db, PG_JOB_WAIT, numbers, 2, err));
	return postgres_change(db, PG_PARTS_DROP, &row->seq, 1, err);
}

static int write_end(struct postgres_db *db, const struct postgres_row *row, struct err *err)
{
	const struct task_job *job = &row->job;
	struct postgres_args args = { 0 };

	postgres_arg_int(&args, row->seq);
	postgres_arg_int(&args, job->finished_ms);
	if (job->error.len > 0)
		postgres_arg_str(&args, job->error);
	else
		postgres_arg_null(&args);
	postgres_arg_int(&args, (int64_t)job->documents_done);
	if (job->has_result) {
		postgres_arg_int(&args, (int64_t)job->result_documents);
		postgres_arg_int(&args, (int64_t)job->result_bytes);
		postgres_arg_int(&args, job->result_expires_ms);
	} else {
		for (int i = 0; i < 3; i++)
			postgres_arg_null(&args);
	}
	return postgres_run(db, PG_JOB_END, &args, NULL, err);
}

/* The end of a job; what becomes due with it is written too. */
static int set_ended(struct postgres_db *db, struct postgres_row *row, const struct job_end *end,
                     struct err *err)
{
	struct task_job *job = &row->job;

	TRY(set_state(db, row, end->state, err));
	job->finished_ms = row->task.updated_ms;
	job->error = end->error;
	job->documents_done = end->documents;
	job->has_result = end->state == JOB_SUCCEEDED;
	job->result_documents = end->documents;
	job->result_bytes = end->bytes;
	job->result_expires_ms = end->expires_ms;
	if (!job->has_result)
		TRY(postgres_change(db, PG_PARTS_DROP, &row->seq, 1, err));
	TRY(write_end(db, row, err));
	return job->webhook_url.len == 0 ? 0 : postgres_delivery_add(db, &row->task, err);
}

/* One whose worker has not been heard of: it waits again, has failed, or was to stop anyway. */
static int reap_one(struct postgres_db *db, void *arg, struct err *err)
{
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	const struct job_end cancelled = { .state = JOB_CANCELLED, .error = { "", 0 } };
	const struct job_end lost = { .state = JOB_FAILED, .error = store_worker_lost };
	struct job_change *job = arg;
	struct postgres_row row;

	TRY(postgres_run(db, PG_JOB_LATE, NULL, &rows, err));
	job->found = postgres_rows(rows) > 0;
	if (!job->found)
		return 0;
	postgres_row_read(rows, 0, &row);
	if (row.is_cancelled)
		return set_ended(db, &row, &cancelled, err);
	if (row.job.attempts < job->attempts_max)
		return set_waiting(db, &row, row.job.attempts, err);
	return set_ended(db, &row, &lost, err);
}

/* What there may be to do: a look that locks nothing, since most looks find nothing. */
static int look(struct postgres_store *s, bool *ret_is_late, bool *ret_waits, struct err *err)
{
	CLEANUP(postgres_return) struct postgres_db *db = NULL;
	CLEANUP(postgres_clear) PGresult *rows = NULL;

	TRY(postgres_lend(&s->pool, &db, err));
	TRY(postgres_run(db, PG_JOB_DUE, NULL, &rows, err));
	*ret_is_late = postgres_bool(rows, 0, 0);
	*ret_waits = postgres_bool(rows, 0, 1);
	return 0;
}

static int take(struct postgres_store *s, int64_t lease_ms, struct job_claim *ret, struct err *err)
{
	CLEANUP(postgres_return) struct postgres_db *db = NULL;
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	struct postgres_args args = { 0 };
	struct uuid id;

	TRY(postgres_lend(&s->pool, &db, err));
	postgres_arg_int(&args, lease_ms);
	TRY(postgres_run(db, PG_JOB_TAKE, &args, &rows, err));
	if (postgres_rows(rows) == 0)
		return err_set(err, ERR_NOT_FOUND, "no job waits");
	*ret = (struct job_claim){
		.number = (uint64_t)postgres_int(rows, 0, 1),
		.attempts = (uint32_t)postgres_int(rows, 0, 2),
		.created_ms = postgres_int(rows, 0, 3),
	};
	postgres_uuid(rows, 0, 0, &id);
	uuid_format(&id, ret->id);
	return 0;
}

static int job_claim(struct store *store, int64_t lease_ms, uint32_t attempts_max,
                     struct job_claim *ret, struct err *err)
{
	struct postgres_store *s = postgres_store_of(store);
	struct job_change job = { .attempts_max = attempts_max };
	bool waits;

	TRY(look(s, &job.found, &waits, err));
	waits |= job.found;
	for (int i = 0; i < REAP_MAX && job.found; i++)
		TRY(postgres_transact_wake(s, reap_one, &job, NULL, err));
	if (!waits)
		return err_set(err, ERR_NOT_FOUND, "no job waits");
	return take(s, lease_ms, ret, err);
}

/* The job of a claim that is still good. */
static int lock_claimed(struct postgres_db *db, const struct job_claim *claim, PGresult **rows,
                        struct postgres_row *ret, struct err *err)
{
	TRY(postgres_row_lock_job(db, str_from(claim->id), rows, ret, err));
	if (!ret->job.is_running || ret->claim != claim->number)
		return store_claim_lost(err);
	return 0;
}

/* Why a lease could not be renewed. */
static int explain_renew(struct postgres_db *db, const struct job_claim *claim, struct err *err)
{
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	struct postgres_row row;

	TRY(postgres_row_find(db, str_from(claim->id), &rows, &row, err));
	return store_claim_lost(err);
}

static int job_renew(struct store *store, const struct job_claim *claim, int64_t lease_ms,
                     const struct job_progress *progress, bool *ret_is_cancelled, struct err *err)
{
	CLEANUP(postgres_return) struct postgres_db *db = NULL;
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	struct postgres_args args = { 0 };
	struct uuid id;

	if (!uuid_parse(str_from(claim->id), &id))
		return store_not_found(err);
	postgres_arg_uuid(&args, &id);
	postgres_arg_int(&args, (int64_t)claim->number);
	postgres_arg_int(&args, lease_ms);
	postgres_arg_int(&args, (int64_t)progress->documents_done);
	postgres_arg_int(&args, (int64_t)progress->documents_total);
	postgres_arg_str(&args, str_from(progress->stage));
	TRY(postgres_lend(&postgres_store_of(store)->pool, &db, err));
	TRY(postgres_run(db, PG_JOB_RENEW, &args, &rows, err));
	if (postgres_rows(rows) == 0)
		return explain_renew(db, claim, err);
	*ret_is_cancelled = postgres_bool(rows, 0, 0);
	return 0;
}

static int release_run(struct postgres_db *db, void *arg, struct err *err)
{
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	const struct job_end cancelled = { .state = JOB_CANCELLED, .error = { "", 0 } };
	struct job_change *job = arg;
	struct postgres_row row;

	TRY(lock_claimed(db, job->claim, &rows, &row, err));
	if (row.is_cancelled)
		return set_ended(db, &row, &cancelled, err);
	return set_waiting(db, &row, row.job.attempts - 1, err);
}

static int job_release(struct store *store, const struct job_claim *claim, struct err *err)
{
	struct job_change job = { .claim = claim };

	return postgres_transact_wake(postgres_store_of(store), release_run, &job, NULL, err);
}

static int finish_run(struct postgres_db *db, void *arg, struct err *err)
{
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	struct job_change *job = arg;
	struct postgres_row row;

	TRY(lock_claimed(db, job->claim, &rows, &row, err));
	return set_ended(db, &row, job->end, err);
}

static int job_finish(struct store *store, const struct job_claim *claim, const struct job_end *end,
                      struct err *err)
{
	struct job_change job = { .claim = claim, .end = end };

	return postgres_transact_wake(postgres_store_of(store), finish_run, &job, NULL, err);
}

static int answer(const struct job_change *job, const struct postgres_row *row)
{
	postgres_receipt(&row->task, job->receipt);
	task_write(&row->task, job->json);
	return 0;
}

static int cancel_run(struct postgres_db *db, void *arg, struct err *err)
{
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	const struct job_end cancelled = { .state = JOB_CANCELLED, .error = { "", 0 } };
	struct job_change *job = arg;
	struct postgres_row row;

	TRY(postgres_row_lock_job(db, job->id, &rows, &row, err));
	enum job_state state = job_state_find(row.task.status);
	switch (state) {
	case JOB_PENDING: TRY(set_ended(db, &row, &cancelled, err)); break;
	case JOB_RUNNING: TRY(postgres_change(db, PG_JOB_ASK, &row.seq, 1, err)); break;
	default: return store_wrong_state(state, "cancelled", err);
	}
	return answer(job, &row);
}

static int retry_run(struct postgres_db *db, void *arg, struct err *err)
{
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	struct job_change *job = arg;
	struct postgres_row row;

	TRY(postgres_row_lock_job(db, job->id, &rows, &row, err));
	enum job_state state = job_state_find(row.task.status);
	if (state != JOB_FAILED && state != JOB_CANCELLED)
		return store_wrong_state(state, "retried", err);
	row.job.started_ms = row.job.finished_ms = 0;
	row.job.error = (struct str){ "", 0 };
	TRY(set_waiting(db, &row, 0, err));
	TRY(postgres_change(db, PG_JOB_RESET, &row.seq, 1, err));
	return answer(job, &row);
}

/* Both answer with the job, and wake whoever works. */
static int change_by_id(struct store *store, struct str id, postgres_change_fn *run,
                        struct store_receipt *ret, struct buf *ret_json, struct err *err)
{
	struct store_receipt receipt;
	struct job_change job = { .id = id, .receipt = &receipt, .json = ret_json };

	TRY(postgres_transact_wake(postgres_store_of(store), run, &job, ret_json, err));
	*ret = receipt;
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
	CLEANUP(postgres_return) struct postgres_db *db = NULL;
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	struct postgres_args args = { 0 };
	struct uuid uuid;

	if (!uuid_parse(id, &uuid))
		return store_not_found(err);
	postgres_arg_uuid(&args, &uuid);
	postgres_arg_int(&args, which);
	postgres_arg_int(&args, (int64_t)n);
	TRY(postgres_lend(&postgres_store_of(store)->pool, &db, err));
	TRY(postgres_run(db, PG_PART_GET, &args, &rows, err));
	if (postgres_rows(rows) == 0)
		return store_not_found(err);
	if (postgres_int(rows, 0, 0) != TASK_JOB)
		return store_no_job(err);
	if (postgres_is_null(rows, 0, 2) || (which == JOB_RESULT && !postgres_bool(rows, 0, 1)))
		return err_set(err, ERR_NOT_FOUND, "there is no such part");
	buf_append_str(ret, postgres_str(rows, 0, 2));
	return 0;
}

static int write_run(struct postgres_db *db, void *arg, struct err *err)
{
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	struct job_change *job = arg;
	struct postgres_row row;

	TRY(lock_claimed(db, job->claim, &rows, &row, err));
	if (job->n == 0)
		TRY(postgres_change(db, PG_PARTS_DROP, &row.seq, 1, err));
	return put_part(db, row.seq, JOB_RESULT, (int64_t)job->n, job->bytes, err);
}

static int job_write(struct store *store, const struct job_claim *claim, uint64_t n,
                     struct str bytes, struct err *err)
{
	struct job_change job = { .claim = claim, .n = n, .bytes = bytes };

	return postgres_transact(postgres_store_of(store), write_run, &job, NULL, err);
}

int postgres_job_sweep(struct postgres_db *db, const struct store_sweep *sweep, size_t *ret_n,
                       struct err *err)
{
	CLEANUP(postgres_clear) PGresult *results = NULL, *jobs = NULL;
	struct postgres_args of_results = { 0 }, of_jobs = { 0 };

	postgres_arg_int(&of_results, (int64_t)sweep->n_max);
	TRY(postgres_run(db, PG_RESULT_SWEEP, &of_results, &results, err));
	size_t n = postgres_changed(results);
	postgres_arg_int(&of_jobs, sweep->jobs_before_ms);
	postgres_arg_int(&of_jobs, (int64_t)(sweep->n_max - n));
	TRY(postgres_run(db, PG_JOB_SWEEP, &of_jobs, &jobs, err));
	*ret_n = n + postgres_changed(jobs);
	return 0;
}

const struct job_ops postgres_job_ops = {
	.claim = job_claim,
	.renew = job_renew,
	.release = job_release,
	.finish = job_finish,
	.cancel = job_cancel,
	.retry = job_retry,
	.read = job_read,
	.write = job_write,
};
