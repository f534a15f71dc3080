/* What other replicas say. */
#include "store/postgres_listener.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/postgres_migrate.h"

#define MS_NS UINT64_C(1000000)
#define PING_MS 10000 /* of silence, before the server is asked whether it is there */
#define PAUSE_FIRST_MS 100
#define PAUSE_MAX_MS 2000

/* False: it is time to end. */
static bool pause_ms(const struct postgres_listener *l, int ms)
{
	struct pollfd stop = { .fd = l->stop_fd, .events = POLLIN };

	return poll(&stop, 1, ms) <= 0;
}

static void set_deadline(struct postgres_db *db, uint64_t ms)
{
	db->deadline_ns = clock_monotonic_ns() + ms * MS_NS;
}

static int listen_at(struct postgres_listener *l, struct postgres_db *db, struct err *err)
{
	int64_t schema;
	char sql[64];

	set_deadline(db, l->pool->timeout_ms);
	TRY(postgres_db_open(db, l->pool->url, l->pool->timeout_ms, err));
	TRY(postgres_schema(db, &schema, err));
	snprintf(sql, sizeof sql, "LISTEN docmill_%" PRId64, schema);
	return postgres_exec(db, sql, NULL, err);
}

static void take_notices(const struct postgres_listener *l, struct postgres_db *db)
{
	bool is_news = false;
	PGnotify *notice;

	while ((notice = libpq.notifies(db->handle)) != NULL) {
		is_news |= strcmp(notice->extra, l->name) != 0;
		libpq.freemem(notice);
	}
	if (is_news)
		store_wake_call(l->wake);
}

/* Until the connection is lost (an error), or it is time to end (0). */
static int hear(struct postgres_listener *l, struct postgres_db *db, struct err *err)
{
	for (;;) {
		set_deadline(db, PING_MS);
		TRY(postgres_db_wait(db, l->stop_fd, err));
		if (!pause_ms(l, 0))
			return 0;
		if (clock_monotonic_ns() >= db->deadline_ns) {
			set_deadline(db, l->pool->timeout_ms);
			TRY(postgres_run(db, PG_HEALTH, NULL, NULL, err));
		}
		take_notices(l, db);
	}
}

static void *run(void *arg)
{
	struct postgres_listener *l = arg;
	int wait_ms = PAUSE_FIRST_MS;

	do {
		struct postgres_db db = { 0 };
		struct err unheard; /* who asks for something is told */

		int rc = listen_at(l, &db, &unheard);
		if (rc == 0) {
			wait_ms = PAUSE_FIRST_MS;
			postgres_pool_retry(l->pool);
			store_wake_call(l->wake);
			rc = hear(l, &db, &unheard);
		}
		postgres_db_close(&db);
		if (rc == 0)
			break;
		wait_ms = MIN(2 * wait_ms, PAUSE_MAX_MS);
	} while (pause_ms(l, wait_ms));
	return NULL;
}

int postgres_listener_start(struct postgres_listener *l, struct err *err)
{
	l->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (l->stop_fd < 0)
		return err_set(err, ERR_UNAVAILABLE, "no descriptor for the store");
	if (pthread_create(&l->thread, NULL, run, l) != 0) {
		close(l->stop_fd);
		return err_set(err, ERR_UNAVAILABLE, "no thread for the store");
	}
	l->is_started = true;
	return 0;
}

void postgres_listener_stop(struct postgres_listener *l)
{
	const uint64_t one = 1;

	if (!l->is_started)
		return;
	ssize_t n = write(l->stop_fd, &one, sizeof one);
	(void)n; /* the counter is at 0: it can be raised */
	pthread_join(l->thread, NULL);
	close(l->stop_fd);
	l->is_started = false;
}

int postgres_notify(struct postgres_db *db, const char *name, struct err *err)
{
	struct postgres_args args = { 0 };

	postgres_arg_str(&args, str_from(name));
	return postgres_run(db, PG_NOTIFY, &args, NULL, err);
}
