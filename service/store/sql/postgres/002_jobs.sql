-- Jobs: what a task of kind 2 has besides.  Its status stands in tasks; what changes while it runs
-- stands here, so that a heartbeat touches neither the task's row nor its version.  Whoever locks
-- both rows locks that of tasks first.
CREATE TABLE jobs (
	seq bigint PRIMARY KEY REFERENCES tasks (seq) ON DELETE CASCADE,
	claim bigint NOT NULL DEFAULT 0, -- rises with each one; what fences late workers off
	attempts bigint NOT NULL DEFAULT 0,
	lease_until_ms bigint,           -- while it runs
	is_cancelled boolean NOT NULL DEFAULT false, -- it runs and was asked to stop
	started_ms bigint,
	finished_ms bigint,
	documents_done bigint NOT NULL DEFAULT 0,
	documents_total bigint NOT NULL DEFAULT 0,
	stage text NOT NULL DEFAULT '',
	error text,                      -- the problem document of a failure
	result_documents bigint,
	result_bytes bigint,
	result_expires_ms bigint,
	result_kept boolean NOT NULL DEFAULT false, -- its parts are there
	webhook_url text
);

CREATE INDEX jobs_by_lease ON jobs (lease_until_ms) WHERE lease_until_ms IS NOT NULL;
CREATE INDEX jobs_by_expiry ON jobs (result_expires_ms) WHERE result_kept;
CREATE INDEX jobs_by_end ON jobs (finished_ms) WHERE finished_ms IS NOT NULL;

-- Those that wait, the next one first.
CREATE INDEX tasks_waiting ON tasks (priority DESC, seq) WHERE kind = 2 AND status = 'pending';

-- Jobs by state, to be listed and counted; and all of them in order.
CREATE INDEX tasks_jobs ON tasks (status, seq) WHERE kind = 2;
CREATE INDEX tasks_jobs_in_order ON tasks (seq) WHERE kind = 2;

-- Input (which 0) and result (which 1) in parts of at most 1 MiB.  They are JSON, which the server
-- may compress.
CREATE TABLE parts (
	seq bigint NOT NULL REFERENCES tasks (seq) ON DELETE CASCADE,
	which bigint NOT NULL,
	n bigint NOT NULL,
	bytes bytea NOT NULL,
	PRIMARY KEY (seq, which, n)
);
