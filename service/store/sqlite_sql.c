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
	[SQL_TASK_GET] = "SELECT " TASK_COLUMNS " FROM tasks WHERE id = ?1",
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
};
