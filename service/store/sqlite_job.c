/* One job in SQLite: its rows and parts, and what a change of its state writes. */
#include "base/clock.h"
#include "store/sqlite_task.h"

static int insert_parts(struct sqlite_db *db, int64_t seq, struct str input, struct err *err)
{
	for (int64_t n = 0; input.len > 0; n++) {
		CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;
		struct str part = { input.data, MIN(input.len, STORE_PART_BYTES) };

		TRY(sqlite_use(db, SQL_PART_PUT, &statement, err));
		sqlite3_bind_int64(statement, 1, seq);
		sqlite3_bind_int(statement, 2, JOB_INPUT);
		sqlite3_bind_int64(statement, 3, n);
		sqlite_bind_bytes(statement, 4, part);
		TRY(sqlite_finish(db, statement, err));
		input = (struct str){ input.data + part.len, input.len - part.len };
	}
	return 0;
}

int sqlite_job_insert(struct sqlite_db *db, int64_t seq, const struct job_new *new_job,
                      struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;

	TRY(sqlite_use(db, SQL_JOB_INSERT, &statement, err));
	sqlite3_bind_int64(statement, 1, seq);
	if (new_job->webhook_url.len > 0)
		sqlite_bind_str(statement, 2, new_job->webhook_url);
	TRY(sqlite_finish(db, statement, err));
	return insert_parts(db, seq, new_job->input, err);
}

int sqlite_job_set_state(struct sqlite_db *db, struct sqlite_row *row, enum job_state state,
                         struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;

	row->task.status = str_from(job_state_name(state));
	row->task.updated_ms = MAX(clock_wall_ms(), row->task.updated_ms);
	row->task.version++;
	row->job.is_running = state == JOB_RUNNING;
	TRY(sqlite_use(db, SQL_JOB_STATUS, &statement, err));
	sqlite3_bind_int64(statement, 1, row->seq);
	sqlite_bind_str(statement, 2, row->task.status);
	sqlite3_bind_int64(statement, 3, row->task.updated_ms);
	sqlite3_bind_int64(statement, 4, (int64_t)row->task.version);
	return sqlite_finish(db, statement, err);
}

int sqlite_job_set_waiting(struct sqlite_db *db, struct sqlite_row *row, uint32_t attempts,
                           struct err *err)
{
	const int64_t numbers[] = { row->seq, attempts };

	TRY(sqlite_job_set_state(db, row, JOB_PENDING, err));
	row->job.attempts = attempts;
	TRY(sqlite_change(db, SQL_JOB_WAIT, numbers, 2, err));
	return sqlite_change(db, SQL_PARTS_DROP, &row->seq, 1, err);
}

static int write_end(struct sqlite_db *db, const struct sqlite_row *row, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;
	const struct task_job *job = &row->job;

	TRY(sqlite_use(db, SQL_JOB_END, &statement, err));
	sqlite3_bind_int64(statement, 1, row->seq);
	sqlite3_bind_int64(statement, 2, job->finished_ms);
	if (job->error.len > 0)
		sqlite_bind_str(statement, 3, job->error);
	sqlite3_bind_int64(statement, 4, (int64_t)job->documents_done);
	if (job->has_result) {
		sqlite3_bind_int64(statement, 5, (int64_t)job->result_documents);
		sqlite3_bind_int64(statement, 6, (int64_t)job->result_bytes);
		sqlite3_bind_int64(statement, 7, job->result_expires_ms);
	}
	return sqlite_finish(db, statement, err);
}

int sqlite_job_set_ended(struct sqlite_store *s, struct sqlite_row *row, const struct job_end *end,
                         struct err *err)
{
	struct sqlite_db *db = &s->writer.db;
	struct task_job *job = &row->job;

	TRY(sqlite_job_set_state(db, row, end->state, err));
	job->finished_ms = row->task.updated_ms;
	job->error = end->error;
	job->documents_done = end->documents;
	job->has_result = end->state == JOB_SUCCEEDED;
	job->result_documents = end->documents;
	job->result_bytes = end->bytes;
	job->result_expires_ms = end->expires_ms;
	if (!job->has_result)
		TRY(sqlite_change(db, SQL_PARTS_DROP, &row->seq, 1, err));
	TRY(write_end(db, row, err));
	return job->webhook_url.len == 0 ? 0 : sqlite_delivery_add(db, &s->ids, &row->task, err);
}

/* The parts of one result that is too old. */
static int sweep_result(struct sqlite_db *db, int64_t now_ms, bool *ret_found, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *statement = NULL;

	TRY(sqlite_use(db, SQL_RESULT_OLD, &statement, err));
	sqlite3_bind_int64(statement, 1, now_ms);
	TRY(sqlite_step(db, statement, ret_found, err));
	if (!*ret_found)
		return 0;

	int64_t seq = sqlite3_column_int64(statement, 0);
	TRY(sqlite_change(db, SQL_PARTS_DROP, &seq, 1, err));
	return sqlite_change(db, SQL_RESULT_SWEPT, &seq, 1, err);
}

int sqlite_job_sweep(struct sqlite_db *db, const struct store_sweep *sweep, size_t *ret_n,
                     struct err *err)
{
	int64_t now_ms = clock_wall_ms();
	bool found = true;
	size_t n = 0;

	for (; n < sweep->n_max; n++) {
		TRY(sweep_result(db, now_ms, &found, err));
		if (!found)
			break;
	}
	const int64_t old_jobs[] = { sweep->jobs_before_ms, (int64_t)(sweep->n_max - n) };
	TRY(sqlite_change(db, SQL_JOB_SWEEP, old_jobs, 2, err));
	*ret_n = n + (size_t)sqlite3_changes(db->handle);
	return 0;
}
