-- Moments are milliseconds since 1970 by this server's clock, so that those of the replicas do not
-- matter.  A statement has one moment, however long it waits.
CREATE FUNCTION docmill_now_ms() RETURNS bigint LANGUAGE sql STABLE
AS $$ SELECT floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint $$;

-- The place of a new task in the order of creation: its moment and, in the lower 18 bits, a number
-- that tells those of one millisecond apart and keeps their order.  Both come from the server, so
-- that all replicas have one order, and it is that of created_at.
CREATE SEQUENCE task_numbers;

CREATE FUNCTION docmill_next_place() RETURNS bigint LANGUAGE sql VOLATILE
AS $$
	SELECT (floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint << 18)
		| (nextval('task_numbers') & 262143)
$$;

-- The UUIDv7 of a place: sorts as the place does.
CREATE FUNCTION docmill_id(place bigint) RETURNS uuid LANGUAGE sql VOLATILE
AS $$
	SELECT (lpad(to_hex(place >> 18), 12, '0')
		|| '7' || lpad(to_hex((place >> 6) & 4095), 3, '0')
		|| to_hex(128 | (place & 63))
		|| right(replace(gen_random_uuid()::text, '-', ''), 14))::uuid
$$;

-- Tasks.  seq is the place in the order of creation and is never given twice, so that a cursor stays
-- a place in it whatever is deleted.
CREATE TABLE tasks (
	seq bigint PRIMARY KEY,
	id uuid NOT NULL UNIQUE,
	kind bigint NOT NULL, -- 1 plain, 2 job
	title text NOT NULL,
	description text NOT NULL,
	status text NOT NULL,
	priority bigint NOT NULL,
	created_ms bigint NOT NULL,
	updated_ms bigint NOT NULL,
	version bigint NOT NULL
);

-- Lists: of one status, by priority, and both.
CREATE INDEX tasks_by_status ON tasks (status, seq);
CREATE INDEX tasks_by_priority ON tasks (priority, seq);
CREATE INDEX tasks_by_status_and_priority ON tasks (status, priority, seq);

-- Idempotency keys, written in the transaction that creates the task.  What was answered first
-- follows from the task's id and the request, which is the same one.
CREATE TABLE keys (
	scope text NOT NULL,
	key text NOT NULL,
	digest bytea NOT NULL, -- SHA-256 of the request's body
	task uuid NOT NULL,
	created_ms bigint NOT NULL,
	PRIMARY KEY (scope, key)
);

CREATE INDEX keys_by_age ON keys (created_ms);
