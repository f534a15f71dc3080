-- Messages to webhooks: written in the transaction that ends the job.  The job may be deleted
-- meanwhile: what it has promised to tell is told all the same.
CREATE TABLE deliveries (
	number INTEGER PRIMARY KEY AUTOINCREMENT,
	task BLOB NOT NULL,        -- the job's id
	webhook_id BLOB NOT NULL,  -- the same for every attempt
	url TEXT NOT NULL,
	body TEXT NOT NULL,
	attempts INTEGER NOT NULL DEFAULT 0,
	claim INTEGER NOT NULL DEFAULT 0,
	next_ms INTEGER            -- when it is due, or its lease ends; NULL: never again
) STRICT;

CREATE INDEX deliveries_due ON deliveries (next_ms) WHERE next_ms IS NOT NULL;
CREATE INDEX deliveries_by_task ON deliveries (task);

-- What is settled goes with its job.
CREATE TRIGGER jobs_leave AFTER DELETE ON tasks WHEN old.kind = 2 BEGIN
	DELETE FROM deliveries WHERE task = old.id AND next_ms IS NULL;
END;

-- The log: every attempt and what came of it.
CREATE TABLE attempts (
	delivery INTEGER NOT NULL REFERENCES deliveries (number) ON DELETE CASCADE,
	n INTEGER NOT NULL,        -- from 1, over all deliveries of the job
	at_ms INTEGER NOT NULL,
	status INTEGER,            -- of the answer, if there was one
	outcome TEXT NOT NULL,     -- delivered, failed, refused
	detail TEXT NOT NULL,
	next_ms INTEGER,
	PRIMARY KEY (delivery, n)
) STRICT, WITHOUT ROWID;
