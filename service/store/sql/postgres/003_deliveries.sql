-- Messages to webhooks: written in the transaction that ends the job.  The job may be deleted
-- meanwhile: what it has promised to tell is told all the same.
CREATE TABLE deliveries (
	number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	task uuid NOT NULL,        -- the job's id
	webhook_id uuid NOT NULL,  -- the same for every attempt
	url text NOT NULL,
	body text NOT NULL,
	attempts bigint NOT NULL DEFAULT 0,
	claim bigint NOT NULL DEFAULT 0,
	next_ms bigint             -- when it is due, or its lease ends; NULL: never again
);

CREATE INDEX deliveries_due ON deliveries (next_ms) WHERE next_ms IS NOT NULL;
CREATE INDEX deliveries_by_task ON deliveries (task);

-- What is settled goes with its job.
CREATE FUNCTION docmill_job_leaves() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN
	DELETE FROM deliveries WHERE task = old.id AND next_ms IS NULL;
	RETURN NULL;
END $$;

CREATE TRIGGER jobs_leave AFTER DELETE ON tasks FOR EACH ROW WHEN (old.kind = 2)
	EXECUTE FUNCTION docmill_job_leaves();

-- The log: every attempt and what came of it.
CREATE TABLE attempts (
	delivery bigint NOT NULL REFERENCES deliveries (number) ON DELETE CASCADE,
	n bigint NOT NULL,         -- from 1, over all deliveries of the job
	at_ms bigint NOT NULL,
	status bigint,             -- of the answer, if there was one
	outcome text NOT NULL,     -- delivered, failed, refused
	detail text NOT NULL,
	next_ms bigint,
	PRIMARY KEY (delivery, n)
);
