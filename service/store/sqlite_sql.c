/* The statements, but for those of lists. */
#include "store/sqlite_db.h"

#include "store/sqlite_task.h"

const char *const sql_texts[SQL_LIST] = {
	[SQL_BEGIN_READ] = "BEGIN",
	[SQL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",
	[SQL_SAVEPOINT] = "SAVEPOINT one",
	[SQL_SAVEPOINT_KEEP] = "RELEASE one",
	[SQL_SAVEPOINT_UNDO] = "ROLLBACK TO one",
	[SQL_TASK_LAST] = "SELECT id FROM tasks ORDER BY seq DESC LIMIT 1",
	[SQL_TASK_GET] = "SELECT " TASK_COLUMNS " FROM " TASK_TABLES " WHERE id = ?1",
	[SQL_TASK_INSERT] =
		"INSERT INTO tasks (id, kind, title, description, status, priority, created_ms,"
		" updated_ms, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 1)",
	[SQL_TASK_UPDATE] =
		"UPDATE tasks SET title = ?2, description = ?3, status = ?4, priority = ?5,"
		" updated_ms = ?6, version = ?7 WHERE seq = ?1",
	[SQL_TASK_DELETE] = "DELETE FROM tasks WHERE seq = ?1",
	[SQL_TASK_COUNT] = "SELECT count(*) FROM tasks",
	[SQL_JOB_COUNT] = "SELECT status, count(*) FROM tasks WHERE kind = 2 GROUP BY status",
	[SQL_KEY_GET] = "SELECT digest, task, created_ms FROM keys WHERE scope = ?1 AND key = ?2",
	[SQL_KEY_PUT] = "INSERT OR REPLACE INTO keys (scope, key, digest, task, created_ms)"
			" VALUES (?1, ?2, ?3, ?4, ?5)",
	[SQL_KEY_SWEEP] =
		"DELETE FROM keys WHERE (scope, key) IN"
		" (SELECT scope, key FROM keys WHERE created_ms < ?1 ORDER BY created_ms LIMIT ?2)",

	[SQL_JOB_INSERT] = "INSERT INTO jobs (seq, webhook_url) VALUES (?1, ?2)",
	[SQL_JOB_STATUS] =
		"UPDATE tasks SET status = ?2, updated_ms = ?3, version = ?4 WHERE seq = ?1",
	[SQL_JOB_LATE] = "SELECT " TASK_COLUMNS " FROM jobs JOIN tasks USING (seq)"
			 " WHERE lease_until_ms <= ?1 ORDER BY lease_until_ms LIMIT 1",
	[SQL_JOB_NEXT] =
		"SELECT " TASK_COLUMNS " FROM tasks INDEXED BY tasks_waiting JOIN jobs USING (seq)"
		" WHERE kind = 2 AND status = 'pending' ORDER BY priority DESC, seq LIMIT 1",
	[SQL_JOB_RUN] =
		"UPDATE jobs SET claim = claim + 1, attempts = attempts + 1, lease_until_ms = ?2,"
		" is_cancelled = 0, started_ms = ?3, documents_done = 0, documents_total = 0,"
		" stage = '' WHERE seq = ?1",
	[SQL_JOB_RENEW] = "UPDATE jobs SET lease_until_ms = ?2, documents_done = ?3,"
			  " documents_total = ?4, stage = ?5 WHERE seq = ?1",
	[SQL_JOB_WAIT] = "UPDATE jobs SET lease_until_ms = NULL, attempts = ?2 WHERE seq = ?1",
	[SQL_JOB_RESET] = "UPDATE jobs SET attempts = 0, started_ms = NULL, finished_ms = NULL,"
			  " error = NULL WHERE seq = ?1",
	[SQL_JOB_ASK] = "UPDATE jobs SET is_cancelled = 1 WHERE seq = ?1",
	[SQL_JOB_END] = "UPDATE jobs SET lease_until_ms = NULL, finished_ms = ?2, error = ?3,"
			" documents_done = ?4, result_documents = ?5, result_bytes = ?6,"
			" result_expires_ms = ?7, result_kept = ?7 IS NOT NULL WHERE seq = ?1",
	[SQL_PART_GET] = "SELECT bytes FROM parts WHERE seq = ?1 AND which = ?2 AND n = ?3",
	[SQL_PART_PUT] = "INSERT OR REPLACE INTO parts (seq, which, n, bytes)"
			 " VALUES (?1, ?2, ?3, ?4)",
	[SQL_PARTS_DROP] = "DELETE FROM parts WHERE seq = ?1 AND which = 1",
	[SQL_RESULT_OLD] = "SELECT seq FROM jobs WHERE result_kept = 1 AND result_expires_ms <= ?1"
			   " ORDER BY result_expires_ms LIMIT 1",
	[SQL_RESULT_SWEPT] = "UPDATE jobs SET result_kept = 0 WHERE seq = ?1",
	[SQL_JOB_SWEEP] = "DELETE FROM tasks WHERE seq IN (SELECT seq FROM jobs"
			  " WHERE finished_ms < ?1 ORDER BY finished_ms LIMIT ?2)",

	[SQL_DELIVERY_INSERT] = "INSERT INTO deliveries (task, webhook_id, url, body, next_ms)"
				" VALUES (?1, ?2, ?3, ?4, ?5)",
	[SQL_DELIVERY_DUE] = "SELECT number, webhook_id, url, body, attempts, claim, next_ms"
			     " FROM deliveries WHERE next_ms IS NOT NULL ORDER BY next_ms LIMIT 1",
	[SQL_DELIVERY_CLAIM] =
		"UPDATE deliveries SET claim = claim + 1, next_ms = ?2 WHERE number = ?1",
	[SQL_DELIVERY_GET] = "SELECT claim, task FROM deliveries WHERE number = ?1"
			     " AND next_ms IS NOT NULL",
	/* Claimed no more: who says so twice is too late. */
	[SQL_DELIVERY_END] = "UPDATE deliveries SET attempts = attempts + 1, claim = claim + 1,"
			     " next_ms = nullif(?2, 0) WHERE number = ?1",
	[SQL_DELIVERY_ORPHAN] = "DELETE FROM deliveries WHERE number = ?1 AND next_ms IS NULL"
				" AND NOT EXISTS (SELECT 1 FROM tasks WHERE id = deliveries.task)",
	[SQL_DELIVERY_MOVE] = "UPDATE deliveries SET next_ms = ?2 WHERE number = ?1",
	[SQL_DELIVERY_LIST] =
		"SELECT a.n, d.webhook_id, a.at_ms, a.status, a.outcome, a.detail, a.next_ms"
		" FROM deliveries d JOIN attempts a ON a.delivery = d.number"
		" WHERE d.task = ?1 ORDER BY a.n",
	[SQL_DELIVERY_AGAIN] =
		"UPDATE deliveries SET attempts = 0, claim = claim + 1, next_ms = ?3"
		" WHERE number IN (SELECT a.delivery FROM deliveries d"
		" JOIN attempts a ON a.delivery = d.number WHERE d.task = ?1 AND a.n = ?2)",
	[SQL_ATTEMPT_INSERT] =
		"INSERT INTO attempts (delivery, n, at_ms, status, outcome, detail, next_ms)"
		" SELECT ?1, 1 + coalesce(max(a.n), 0), ?3, nullif(?4, 0), ?5, ?6, nullif(?7, 0)"
		" FROM deliveries d JOIN attempts a ON a.delivery = d.number WHERE d.task = ?2",
	[SQL_ATTEMPTS_DROP] = "DELETE FROM attempts WHERE delivery = ?1 AND n <= (SELECT n FROM"
			      " attempts WHERE delivery = ?1 ORDER BY n DESC LIMIT 1 OFFSET ?2)",
};
