-- Tasks.  seq is the order of creation and is never given twice, so that a cursor stays a place in
-- it whatever is deleted; id is a UUIDv7 in its 16 bytes; moments are milliseconds since 1970.
CREATE TABLE tasks (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	id BLOB NOT NULL UNIQUE,
	kind INTEGER NOT NULL, -- 1 plain, 2 job
	title TEXT NOT NULL,
	description TEXT NOT NULL,
	status TEXT NOT NULL,
	priority INTEGER NOT NULL,
	created_ms INTEGER NOT NULL,
	updated_ms INTEGER NOT NULL,
	version INTEGER NOT NULL
) STRICT;

-- Lists: of one status, by priority, and both.  Each index ends with seq by itself.
CREATE INDEX tasks_by_status ON tasks (status);
CREATE INDEX tasks_by_priority ON tasks (priority);
CREATE INDEX tasks_by_status_and_priority ON tasks (status, priority);

-- Idempotency keys, written in the transaction that creates the task.  What was answered first
-- follows from the task's id and the request, which is the same one.
CREATE TABLE keys (
	scope TEXT NOT NULL,
	key TEXT NOT NULL,
	digest BLOB NOT NULL, -- SHA-256 of the request's body
	task BLOB NOT NULL,
	created_ms INTEGER NOT NULL,
	PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX keys_by_age ON keys (created_ms);
