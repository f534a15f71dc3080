/* The statements, but for those of lists. */
#include "store/postgres_sql.h"

/* A task, its place and id given by the server.  $1 to $5: what is given of it. */
#define CREATE_NEW \
	"WITH place AS MATERIALIZED (SELECT docmill_next_place() AS seq)," \
	" new AS MATERIALIZED (SELECT seq, docmill_id(seq) AS id FROM place)"
#define CREATE_FROM \
	"INSERT INTO tasks (seq, id, kind, title, description, status, priority, created_ms," \
	" updated_ms, version) SELECT seq, id, $1::bigint, $2::text, $3::text, $4::text," \
	" $5::bigint, seq >> 18, seq >> 18, 1 FROM new"
#define CREATE_ANSWER " RETURNING seq, id"

/*
 * $6 to $9: its key, and how long that counts.  Of those who send a key at once one writes its row,
 * the others wait until that one's transaction has ended and find the row.
 */
#define CREATE_KEY \
	", key AS (INSERT INTO keys AS k (scope, key, digest, task, created_ms)" \
	" SELECT $6::text, $7::text, $8::bytea, id, seq >> 18 FROM new" \
	" ON CONFLICT (scope, key) DO UPDATE SET digest = excluded.digest," \
	" task = excluded.task, created_ms = excluded.created_ms" \
	" WHERE k.created_ms < excluded.created_ms - $9::bigint RETURNING 1)"

const struct postgres_statement postgres_statements[PG_LIST] = {
	[PG_BEGIN] = { "BEGIN", false },
	[PG_BEGIN_VIEW] = { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", false },
	[PG_COMMIT] = { "COMMIT", true },
	[PG_ROLLBACK] = { "ROLLBACK", false },
	[PG_NOTIFY] = { "SELECT pg_notify('docmill_' || (SELECT oid FROM pg_namespace"
	                " WHERE nspname = current_schema()), $1::text)",
	                false },
	[PG_HEALTH] = { "SELECT 1", false },

	[PG_TASK_GET] = { "SELECT " PG_TASK_COLUMNS " FROM " PG_TASK_TABLES " WHERE id = $1::uuid",
	                  false },
	[PG_TASK_CREATE] = { CREATE_NEW " " CREATE_FROM CREATE_ANSWER, true },
	[PG_TASK_CREATE_KEYED] = { CREATE_NEW CREATE_KEY
	                           " " CREATE_FROM " WHERE EXISTS (SELECT FROM key)" CREATE_ANSWER,
	                           true },
	[PG_TASK_UPDATE] = { "WITH changed AS (UPDATE tasks SET title = coalesce($3::text, title),"
	                     " description = coalesce($4::text, description),"
	                     " status = coalesce($5::text, status), priority = coalesce($6::bigint, priority),"
	                     " updated_ms = greatest(updated_ms, docmill_now_ms()), version = version + 1"
	                     " WHERE id = $1::uuid AND ($2::bigint = 0 OR version = $2::bigint)"
	                     " AND (kind = 1 OR $5::text IS NULL) RETURNING *)"
	                     " SELECT " PG_TASK_COLUMNS " FROM changed LEFT JOIN jobs USING (seq)",
	                     true },
	[PG_TASK_DELETE] = { "DELETE FROM tasks WHERE id = $1::uuid AND ($2::bigint = 0 OR version = $2::bigint)"
	                     " AND NOT (kind = 2 AND status = 'running')",
	                     true },
	/* All of them by an index alone, with no look at the rows; jobs by that of jobs. */
	[PG_TASK_COUNT] = { "SELECT '', count(*) FROM tasks"
	                    " UNION ALL SELECT status, count(*) FROM tasks WHERE kind = 2 GROUP BY status",
	                    false },
	[PG_SIZE] = { "SELECT coalesce(sum(pg_total_relation_size(name::regclass)), 0)::bigint"
	              " FROM unnest(ARRAY['tasks', 'keys', 'jobs', 'parts', 'deliveries',"
	              " 'attempts']) AS name",
	              false },
	[PG_KEY_GET] = { "SELECT digest, task FROM keys WHERE scope = $1::text AND key = $2::text",
	                 false },
	[PG_KEY_SWEEP] = { "DELETE FROM keys WHERE (scope, key) IN (SELECT scope, key FROM keys"
	                   " WHERE created_ms < $1::bigint ORDER BY created_ms LIMIT $2::bigint"
	                   " FOR UPDATE SKIP LOCKED)",
	                   true },

	[PG_JOB_INSERT] = { "INSERT INTO jobs (seq, webhook_url) VALUES ($1::bigint, $2::text)",
	                    true },
	[PG_JOB_DUE] = { "SELECT EXISTS (SELECT FROM jobs WHERE lease_until_ms <= docmill_now_ms()),"
	                 " EXISTS (SELECT FROM tasks WHERE kind = 2 AND status = 'pending')",
	                 false },
	[PG_JOB_LATE] = { "SELECT " PG_TASK_COLUMNS " FROM tasks JOIN jobs USING (seq)"
	                  " WHERE lease_until_ms <= docmill_now_ms() ORDER BY lease_until_ms"
	                  " LIMIT 1 FOR UPDATE SKIP LOCKED",
	                  false },
	[PG_JOB_TAKE] = { "WITH next AS (SELECT seq FROM tasks JOIN jobs USING (seq) WHERE kind = 2"
	                  " AND status = 'pending' ORDER BY priority DESC, seq LIMIT 1"
	                  " FOR UPDATE SKIP LOCKED),"
	                  " task AS (UPDATE tasks t SET status = 'running', version = version + 1,"
	                  " updated_ms = greatest(updated_ms, docmill_now_ms()) FROM next"
	                  " WHERE t.seq = next.seq RETURNING t.seq, t.id, t.created_ms)"
	                  " UPDATE jobs j SET claim = claim + 1, attempts = attempts + 1,"
	                  " lease_until_ms = docmill_now_ms() + $1::bigint, is_cancelled = false,"
	                  " started_ms = docmill_now_ms(), documents_done = 0, documents_total = 0,"
	                  " stage = '' FROM task WHERE j.seq = task.seq"
	                  " RETURNING task.id, j.claim, j.attempts, task.created_ms",
	                  true },
	[PG_JOB_FIND] = { "SELECT " PG_TASK_COLUMNS " FROM tasks JOIN jobs USING (seq)"
	                  " WHERE id = $1::uuid FOR UPDATE",
	                  false },
	[PG_JOB_STATUS] = { "UPDATE tasks SET status = $2::text, version = version + 1,"
	                    " updated_ms = greatest(updated_ms, docmill_now_ms())"
	                    " WHERE seq = $1::bigint RETURNING updated_ms, version",
	                    true },
	[PG_JOB_RENEW] = { "UPDATE jobs SET lease_until_ms = docmill_now_ms() + $3::bigint,"
	                   " documents_done = $4::bigint, documents_total = $5::bigint, stage = $6::text"
	                   " WHERE seq = (SELECT seq FROM tasks WHERE id = $1::uuid) AND claim = $2::bigint"
	                   " AND lease_until_ms IS NOT NULL RETURNING is_cancelled",
	                   true },
	[PG_JOB_WAIT] = { "UPDATE jobs SET lease_until_ms = NULL, attempts = $2::bigint"
	                  " WHERE seq = $1::bigint",
	                  true },
	[PG_JOB_RESET] = { "UPDATE jobs SET attempts = 0, started_ms = NULL, finished_ms = NULL,"
	                   " error = NULL WHERE seq = $1::bigint",
	                   true },
	[PG_JOB_ASK] = { "UPDATE jobs SET is_cancelled = true WHERE seq = $1::bigint", true },
	[PG_JOB_END] = { "UPDATE jobs SET lease_until_ms = NULL, finished_ms = $2::bigint,"
	                 " error = $3::text, documents_done = $4::bigint,"
	                 " result_documents = $5::bigint, result_bytes = $6::bigint,"
	                 " result_expires_ms = $7::bigint, result_kept = $7::bigint IS NOT NULL"
	                 " WHERE seq = $1::bigint",
	                 true },
	[PG_PART_GET] = { "SELECT kind, result_documents IS NOT NULL, bytes FROM " PG_TASK_TABLES
	                  " LEFT JOIN parts ON parts.seq = tasks.seq AND which = $2::bigint"
	                  " AND n = $3::bigint WHERE id = $1::uuid",
	                  false },
	[PG_PART_PUT] = { "INSERT INTO parts (seq, which, n, bytes)"
	                  " VALUES ($1::bigint, $2::bigint, $3::bigint, $4::bytea)"
	                  " ON CONFLICT (seq, which, n) DO UPDATE SET bytes = excluded.bytes",
	                  true },
	[PG_PARTS_DROP] = { "DELETE FROM parts WHERE seq = $1::bigint AND which = 1", true },
	[PG_RESULT_SWEEP] = { "WITH old AS (SELECT seq FROM tasks JOIN jobs USING (seq) WHERE result_kept"
	                      " AND result_expires_ms <= docmill_now_ms() ORDER BY result_expires_ms"
	                      " LIMIT $1::bigint FOR UPDATE SKIP LOCKED),"
	                      " gone AS (DELETE FROM parts USING old WHERE parts.seq = old.seq AND which = 1)"
	                      " UPDATE jobs SET result_kept = false FROM old WHERE jobs.seq = old.seq",
	                      true },
	[PG_JOB_SWEEP] = { "DELETE FROM tasks WHERE seq IN (SELECT seq FROM tasks"
	                   " JOIN jobs USING (seq) WHERE finished_ms < $1::bigint"
	                   " ORDER BY finished_ms LIMIT $2::bigint FOR UPDATE SKIP LOCKED)",
	                   true },

	[PG_DELIVERY_INSERT] = { "INSERT INTO deliveries (task, webhook_id, url, body, next_ms) VALUES ($1::uuid,"
	                         " docmill_id(docmill_next_place()), $2::text, $3::text, docmill_now_ms())",
	                         true },
	[PG_DELIVERY_TAKE] = { "UPDATE deliveries SET claim = claim + 1, next_ms = docmill_now_ms() + $1::bigint"
	                       " WHERE number = (SELECT number FROM deliveries WHERE next_ms <= docmill_now_ms()"
	                       " ORDER BY next_ms LIMIT 1 FOR UPDATE SKIP LOCKED)"
	                       " RETURNING number, webhook_id, url, body, attempts, claim",
	                       true },
	[PG_DELIVERY_NEXT] = { "SELECT min(next_ms) - docmill_now_ms() FROM deliveries"
	                       " WHERE next_ms IS NOT NULL",
	                       false },
	/* The job, if it is still there, before the delivery: as who deletes the job does. */
	[PG_DELIVERY_LOCK_TASK] = { "SELECT FROM tasks WHERE id ="
	                            " (SELECT task FROM deliveries WHERE number = $1::bigint)"
	                            " FOR UPDATE",
	                            false },
	[PG_DELIVERY_GET] = { "SELECT claim, task FROM deliveries WHERE number = $1::bigint"
	                      " AND next_ms IS NOT NULL FOR UPDATE",
	                      false },
	/* Claimed no more: who says so twice is too late. */
	[PG_DELIVERY_END] = { "UPDATE deliveries SET attempts = attempts + 1, claim = claim + 1,"
	                      " next_ms = docmill_now_ms() + $2::bigint WHERE number = $1::bigint",
	                      true },
	[PG_DELIVERY_ORPHAN] = { "DELETE FROM deliveries WHERE number = $1::bigint"
	                         " AND next_ms IS NULL AND NOT EXISTS"
	                         " (SELECT FROM tasks WHERE id = deliveries.task)",
	                         true },
	[PG_DELIVERY_MOVE] = { "UPDATE deliveries SET next_ms = docmill_now_ms() + $2::bigint"
	                       " WHERE number = $1::bigint",
	                       true },
	[PG_DELIVERY_LIST] = { "SELECT a.n, d.webhook_id, a.at_ms, a.status, a.outcome, a.detail, a.next_ms"
	                       " FROM deliveries d JOIN attempts a ON a.delivery = d.number"
	                       " WHERE d.task = $1::uuid ORDER BY a.n",
	                       false },
	[PG_DELIVERY_AGAIN] = { "UPDATE deliveries SET attempts = 0, claim = claim + 1, next_ms = docmill_now_ms()"
	                        " WHERE number IN (SELECT a.delivery FROM deliveries d"
	                        " JOIN attempts a ON a.delivery = d.number"
	                        " WHERE d.task = $1::uuid AND a.n = $2::bigint)",
	                        true },
	[PG_ATTEMPT_INSERT] = { "INSERT INTO attempts (delivery, n, at_ms, status, outcome, detail, next_ms)"
	                        " SELECT $1::bigint, 1 + coalesce(max(a.n), 0), docmill_now_ms(),"
	                        " nullif($3::bigint, 0), $4::text, $5::text, docmill_now_ms() + $6::bigint"
	                        " FROM deliveries d JOIN attempts a ON a.delivery = d.number"
	                        " WHERE d.task = $2::uuid",
	                        true },
	[PG_ATTEMPTS_DROP] = { "DELETE FROM attempts WHERE delivery = $1::bigint AND n <= (SELECT n"
	                       " FROM attempts WHERE delivery = $1::bigint ORDER BY n DESC LIMIT 1"
	                       " OFFSET $2::bigint)",
	                       true },
};
