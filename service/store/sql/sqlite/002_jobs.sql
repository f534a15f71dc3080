-- Jobs: what a task of kind 2 has besides.  Its status stands in tasks; what changes while it runs
-- stands here, so that a heartbeat touches neither the task's row nor its version.
CREATE TABLE jobs (
	seq INTEGER PRIMARY KEY REFERENCES tasks (seq) ON DELETE CASCADE,
	claim INTEGER NOT NULL DEFAULT 0, -- rises with each one; what fences late workers off
	attempts INTEGER NOT NULL DEFAULT 0,
	lease_until_ms INTEGER,    -- while it runs
	is_cancelled INTEGER NOT NULL DEFAULT 0, -- it runs and was asked to stop
	started_ms INTEGER,
	finished_ms INTEGER,
	documents_done INTEGER NOT NULL DEFAULT 0,
	documents_total INTEGER NOT NULL DEFAULT 0,
	stage TEXT NOT NULL DEFAULT '',
	error TEXT,                -- the problem document of a failure
	result_documents INTEGER,
	result_bytes INTEGER,
	result_expires_ms INTEGER,
	result_kept INTEGER NOT NULL DEFAULT 0, -- its parts are there
	webhook_url TEXT
) STRICT;

CREATE INDEX jobs_by_lease ON jobs (lease_until_ms) WHERE lease_until_ms IS NOT NULL;
CREATE INDEX jobs_by_expiry ON jobs (result_expires_ms) WHERE result_kept = 1;
CREATE INDEX jobs_by_end ON jobs (finished_ms) WHERE finished_ms IS NOT NULL;

-- Those that wait, the next one first.
CREATE INDEX tasks_waiting ON tasks (priority DESC, seq) WHERE kind = 2 AND status = 'pending';

-- Jobs by state, to be listed and counted; and all of them in order.
CREATE INDEX tasks_jobs ON tasks (status) WHERE kind = 2;
CREATE INDEX tasks_jobs_in_order ON tasks (kind) WHERE kind = 2;

-- Input (which 0) and result (which 1) in parts of at most 1 MiB.
CREATE TABLE parts (
	seq INTEGER NOT NULL REFERENCES tasks (seq) ON DELETE CASCADE,
	which INTEGER NOT NULL,
	n INTEGER NOT NULL,
	bytes BLOB NOT NULL,
	PRIMARY KEY (seq, which, n)
) STRICT;
