/* A connection to a PostgreSQL server. */
#include "store/postgres_db.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/outcome.h"

#define MS_NS UINT64_C(1000000)

static int lost(struct postgres_db *db, bool decides, const char *why, struct err *err)
{
	db->is_broken = db->is_lost = true;
	if (decides) {
		(void)store_unknown(err);
		err_cause(err, why);
		return ERR_UNAVAILABLE;
	}
	(void)err_set(err, ERR_UNAVAILABLE, "the database is out of reach");
	err_cause(err, why);
	return ERR_UNAVAILABLE;
}

/* What libpq says, without the line ends; it never says a password. */
static int lost_as_said(struct postgres_db *db, bool decides, struct err *err)
{
	char why[300];
	size_t n = 0;

	for (const char *at = libpq.errorMessage(db->handle); *at != 0 && n < sizeof why - 1; at++)
		why[n++] = *at == '\n' || *at == '\t' ? ' ' : *at;
	while (n > 0 && why[n - 1] == ' ')
		n--;
	why[n] = 0;
	return lost(db, decides, n == 0 ? "the connection was closed" : why, err);
}

/* The first of the classes of SQLSTATEs that are not of our making, and may pass. */
static const char *const passing[] = {
	"08",    /* connection exceptions */
	"25006", /* read-only: a standby, or a disk that is nearly full */
	"25P03", /* idle in a transaction for too long */
	"28",    /* authentication */
	"3D000", /* no such database */
	"40",    /* a deadlock or a serialization failure */
	"42501", /* no privilege for it */
	"53",    /* no memory, disk or connections left */
	"55P03", /* a lock that was not to be had */
	"57",    /* an operator has intervened, or the statement took too long */
	"58",    /* the server's system */
};

static bool starts_with(const char *state, const char *prefix)
{
	return strncmp(state, prefix, strlen(prefix)) == 0;
}

/* What the server has answered is an error. */
static int refused(struct postgres_db *db, const PGresult *result, bool decides, struct err *err)
{
	const char *state = libpq.resultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = libpq.resultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (state == NULL || message == NULL)
		return lost_as_said(db, decides, err);
	/* A server that is being stopped may have committed before it says so. */
	if (starts_with(state, "57P"))
		return lost(db, decides, message, err);
	db->is_retryable = starts_with(state, "40");
	/* Statements may be out of date, the session read-only: the next connection is as new. */
	db->is_broken = !db->is_retryable;
	enum err_code code = ERR_INTERNAL;
	for (size_t i = 0; i < ARRAY_LEN(passing); i++)
		if (starts_with(state, passing[i]))
			code = ERR_UNAVAILABLE;
	(void)err_set(err, code, "the database cannot do it: %s", state);
	err_cause(err, message);
	return (int)code;
}

/* Milliseconds that are left, rounded up; 0: none. */
static int left_ms(const struct postgres_db *db)
{
	uint64_t now_ns = clock_monotonic_ns();

	if (now_ns >= db->deadline_ns)
		return 0;
	return (int)MIN((db->deadline_ns - now_ns + MS_NS - 1) / MS_NS, 3600000);
}

/* False: the time is up. */
static bool wait_for(const struct postgres_db *db, short events, int other_fd)
{
	struct pollfd fds[] = {
		{ .fd = libpq.socket(db->handle), .events = events },
		{ .fd = other_fd, .events = POLLIN },
	};
	int n;

	do
		n = poll(fds, 2, left_ms(db));
	while (n < 0 && errno == EINTR);
	return n > 0;
}

static int too_late(struct postgres_db *db, bool decides, struct err *err)
{
	return lost(db, decides, "it has not answered in time", err);
}

int postgres_db_wait(struct postgres_db *db, int other_fd, struct err *err)
{
	(void)wait_for(db, POLLIN, other_fd);
	return libpq.consumeInput(db->handle) ? 0 : lost_as_said(db, false, err);
}

/* All that was asked is on its way.  Reading too: the server may have to say something first. */
static int flush(struct postgres_db *db, bool decides, struct err *err)
{
	int rc;

	while ((rc = libpq.flush(db->handle)) > 0) {
		if (!wait_for(db, POLLIN | POLLOUT, -1))
			return too_late(db, decides, err);
		if (!libpq.consumeInput(db->handle))
			return lost_as_said(db, decides, err);
	}
	return rc == 0 ? 0 : lost_as_said(db, decides, err);
}

/* The last result of what was asked. */
static int receive(struct postgres_db *db, bool decides, PGresult **ret, struct err *err)
{
	CLEANUP(postgres_clear) PGresult *last = NULL;

	TRY(flush(db, decides, err));
	for (;;) {
		while (libpq.isBusy(db->handle)) {
			if (!wait_for(db, POLLIN, -1))
				return too_late(db, decides, err);
			if (!libpq.consumeInput(db->handle))
				return lost_as_said(db, decides, err);
		}
		PGresult *result = libpq.getResult(db->handle);
		if (result == NULL)
			break;
		if (last != NULL && libpq.resultStatus(last) == PGRES_FATAL_ERROR) {
			libpq.clear(result); /* the error is what matters */
			continue;
		}
		postgres_clear(&last);
		last = result;
	}
	if (last == NULL)
		return lost_as_said(db, decides, err);
	switch (libpq.resultStatus(last)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK: break;
	default: return refused(db, last, decides, err);
	}
	if (ret != NULL) {
		*ret = last;
		last = NULL;
	}
	return 0;
}

static int prepare(struct postgres_db *db, size_t slot, const char *name, const char *text,
                   struct err *err)
{
	if (db->is_prepared[slot])
		return 0;
	if (!libpq.sendPrepare(db->handle, name, text, 0, NULL))
		return lost_as_said(db, false, err);
	TRY(receive(db, false, NULL, err));
	db->is_prepared[slot] = true;
	return 0;
}

static int run(struct postgres_db *db, size_t slot, const char *text, bool decides,
               const struct postgres_args *args, PGresult **ret, struct err *err)
{
	static const struct postgres_args none = { 0 };
	static const int binary[POSTGRES_ARGS_MAX] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	char name[16];

	if (args == NULL)
		args = &none;
	db->is_retryable = false;
	snprintf(name, sizeof name, "s%zu", slot);
	TRY(prepare(db, slot, name, text, err));
	if (!libpq.sendQueryPrepared(db->handle, name, args->n, args->values, args->lengths, binary,
	                             1))
		return lost_as_said(db, false, err);
	return receive(db, decides, ret, err);
}

int postgres_run(struct postgres_db *db, enum postgres_sql which, const struct postgres_args *args,
                 PGresult **ret, struct err *err)
{
	const struct postgres_statement *statement = &postgres_statements[which];
	bool decides = which == PG_COMMIT || (statement->changes && !db->is_in_transaction);

	return run(db, which, statement->text, decides, args, ret, err);
}

int postgres_run_text(struct postgres_db *db, size_t slot, const char *text,
                      const struct postgres_args *args, PGresult **ret, struct err *err)
{
	return run(db, slot, text, false, args, ret, err);
}

int postgres_exec(struct postgres_db *db, const char *sql, PGresult **ret, struct err *err)
{
	db->is_retryable = false;
	if (!libpq.sendQuery(db->handle, sql))
		return lost_as_said(db, false, err);
	return receive(db, false, ret, err);
}

/* What the server remarks on the way is nobody's; by default it would go to stderr. */
static void ignore_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

static int connect(struct postgres_db *db, const char *url, struct err *err)
{
	/* What follows the URL wins over it, what stands before it does not. */
	static const char *const keys[] = { "target_session_attrs", "fallback_application_name",
		                            "dbname", "client_encoding", NULL };
	const char *values[] = { "read-write", "docmill", url, "UTF8", NULL };
	PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;

	db->handle = libpq.connectStartParams(keys, values, 1);
	if (db->handle == NULL)
		return err_set(err, ERR_UNAVAILABLE, "no memory for a connection");
	libpq.setNoticeReceiver(db->handle, ignore_notice, NULL);
	if (libpq.status(db->handle) == CONNECTION_BAD)
		return lost_as_said(db, false, err);
	while (wanted == PGRES_POLLING_READING || wanted == PGRES_POLLING_WRITING) {
		if (!wait_for(db, wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT, -1))
			return too_late(db, false, err);
		wanted = libpq.connectPoll(db->handle);
	}
	if (wanted != PGRES_POLLING_OK)
		return lost_as_said(db, false, err);
	return libpq.setnonblocking(db->handle, 1) == 0 ? 0 : lost_as_said(db, false, err);
}

/*
 * What every session is told.  A server must not go on with what nobody waits for any more, nor
 * keep the locks of a replica whose machine has gone.
 */
static int set_up(struct postgres_db *db, uint64_t timeout_ms, struct err *err)
{
	char sql[400];

	snprintf(sql, sizeof sql,
	         "SET statement_timeout = %llu; SET idle_in_transaction_session_timeout = %llu;"
	         "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5;"
	         "SET tcp_keepalives_count = 3; SET jit = off;"
	         "SET default_transaction_isolation = 'read committed'",
	         (unsigned long long)timeout_ms, (unsigned long long)timeout_ms);
	return postgres_exec(db, sql, NULL, err);
}

int postgres_db_open(struct postgres_db *db, const char *url, uint64_t timeout_ms, struct err *err)
{
	TRY(connect(db, url, err));
	return set_up(db, timeout_ms, err);
}

void postgres_db_close(struct postgres_db *db)
{
	if (db->handle != NULL)
		libpq.finish(db->handle);
	db->handle = NULL;
}

bool postgres_db_is_stale(const struct postgres_db *db)
{
	struct pollfd fd = { .fd = libpq.socket(db->handle), .events = POLLIN };

	return fd.fd < 0 || poll(&fd, 1, 0) != 0;
}

static void put(struct postgres_args *args, const void *bytes, size_t n)
{
	assert(args->n < POSTGRES_ARGS_MAX);
	args->lengths[args->n] = (int)n;
	args->values[args->n++] = bytes;
}

void postgres_arg_null(struct postgres_args *args)
{
	put(args, NULL, 0);
}

void postgres_arg_int(struct postgres_args *args, int64_t number)
{
	unsigned char *bytes = args->numbers[args->n];

	for (int i = 0; i < 8; i++)
		bytes[i] = (unsigned char)((uint64_t)number >> (56 - 8 * i));
	put(args, bytes, 8);
}

void postgres_arg_bytes(struct postgres_args *args, const void *bytes, size_t n)
{
	put(args, n == 0 ? "" : bytes, n);
}

void postgres_arg_str(struct postgres_args *args, struct str text)
{
	if (text.data == NULL)
		postgres_arg_null(args);
	else
		postgres_arg_bytes(args, text.data, text.len);
}

void postgres_arg_uuid(struct postgres_args *args, const struct uuid *id)
{
	put(args, id->bytes, sizeof id->bytes);
}

void postgres_clear(PGresult **result)
{
	if (*result != NULL)
		libpq.clear(*result);
	*result = NULL;
}

int postgres_rows(const PGresult *rows)
{
	return libpq.ntuples(rows);
}

size_t postgres_changed(PGresult *result)
{
	return (size_t)strtoull(libpq.cmdTuples(result), NULL, 10);
}

bool postgres_is_null(const PGresult *rows, int row, int at)
{
	return libpq.getisnull(rows, row, at);
}

int64_t postgres_int(const PGresult *rows, int row, int at)
{
	const char *bytes = libpq.getvalue(rows, row, at);
	uint64_t number = 0;

	if (libpq.getisnull(rows, row, at))
		return 0;
	assert(libpq.getlength(rows, row, at) == 8);
	for (int i = 0; i < 8; i++)
		number = number << 8 | (unsigned char)bytes[i];
	return (int64_t)number;
}

bool postgres_bool(const PGresult *rows, int row, int at)
{
	return !libpq.getisnull(rows, row, at) && libpq.getvalue(rows, row, at)[0] != 0;
}

struct str postgres_str(const PGresult *rows, int row, int at)
{
	return (struct str){ libpq.getvalue(rows, row, at), (size_t)libpq.getlength(rows, row, at) };
}

void postgres_uuid(const PGresult *rows, int row, int at, struct uuid *ret)
{
	assert(libpq.getlength(rows, row, at) == (int)sizeof ret->bytes);
	memcpy(ret->bytes, libpq.getvalue(rows, row, at), sizeof ret->bytes);
}
