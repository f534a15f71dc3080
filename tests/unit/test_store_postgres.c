/* The PostgreSQL store: what is shared between replicas, and a server that is not as it should be. */
#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "store/migrate.h"
#include "tests/lib/stores.h"

#define TEXT_MAX 100000
#define PATIENCE_S 20
#define LEASE_MS 60000

struct fixture {
	struct scratch_store scratch;
	struct err err;
	struct store_receipt receipt;
	struct buf json;
};

static struct fixture opened_with(struct store_limits limits)
{
	struct fixture f = { .scratch = scratch_create(limits), .err = ERR_INIT };

	buf_init(&f.json, TEXT_MAX);
	return f;
}

static struct fixture opened(void)
{
	return opened_with(STORE_LIMITS_DEFAULT);
}

static void fixture_deinit(struct fixture *f)
{
	scratch_destroy(&f->scratch);
	buf_deinit(&f->json);
}

#define OPENED \
	CLEANUP(fixture_deinit) struct fixture f = opened(); \
	(void)state

static void close_it(struct fixture *f)
{
	store_close(f->scratch.store);
	f->scratch.store = NULL;
}

static int open_again(struct fixture *f)
{
	return scratch_open(&f->scratch, STORE_LIMITS_DEFAULT, &f->err);
}

static int create(struct fixture *f, const char *title)
{
	struct store_new new_task = { .fields.title = str_from(title) };

	buf_reset(&f->json);
	return f->scratch.store->ops->create(f->scratch.store, &new_task, &f->receipt, &f->json,
	                                     &f->err);
}

/* What somebody else does in the schema of the store. */
static void meddle(const struct fixture *f, const char *sql)
{
	char text[1000];

	snprintf(text, sizeof text, "SET search_path = %s; %s", f->scratch.schema, sql);
	scratch_exec(text);
}

static void assert_says(const struct fixture *f, const char *part)
{
	if (strstr(f->err.message, part) == NULL)
		fail_msg("%s is not in %s (%s)", part, f->err.message, f->err.cause);
}

/* End every session of the store's, as a server that is stopped does. */
static void cut_off(void)
{
	scratch_exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
	             " WHERE application_name = 'docmill' AND pid <> pg_backend_pid()");
}

/* A port that takes connections and never answers. */
static int listen_silently(char ret_url[100])
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 100), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	snprintf(ret_url, 100, "postgresql://u:sesame@127.0.0.1:%u/d", ntohs(address.sin_port));
	return fd;
}

TEST(a_server_that_is_out_of_reach_is_open_and_says_so) {
	struct store_limits limits = STORE_LIMITS_DEFAULT;
	struct fixture f = { .err = ERR_INIT };

	(void)state;
	buf_init(&f.json, TEXT_MAX);
	/* Port 1: nobody has it. */
	assert_int_equal(store_open(STR("postgresql://u:sesame@127.0.0.1:1/d"), &limits,
	                            &f.scratch.store, &f.err),
	                 0);
	assert_int_equal(create(&f, "a"), ERR_UNAVAILABLE);
	assert_string_equal(f.err.message, "the database is out of reach");
	assert_non_null(strstr(f.err.cause, "127.0.0.1"));
	assert_null(strstr(f.err.cause, "sesame"));
	assert_int_equal(f.scratch.store->ops->health(f.scratch.store, &f.err), ERR_UNAVAILABLE);
	fixture_deinit(&f);
}

TEST(a_server_that_never_answers_costs_one_timeout_and_not_one_each) {
	struct store_limits limits = STORE_LIMITS_DEFAULT;
	struct fixture f = { .err = ERR_INIT };
	char url[100];
	int fd = listen_silently(url);

	(void)state;
	limits.timeout_ms = 300;
	buf_init(&f.json, TEXT_MAX);
	uint64_t start_ns = clock_monotonic_ns();
	assert_int_equal(store_open(str_from(url), &limits, &f.scratch.store, &f.err), 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(create(&f, "a"), ERR_UNAVAILABLE);
	/* The first one of all may wait, and one more after each pause. */
	assert_true(clock_monotonic_ns() - start_ns < UINT64_C(10) * 1000000000);
	fixture_deinit(&f);
	close(fd);
}

TEST(a_url_that_cannot_be_read_is_refused_without_quoting_it) {
	static const char *const wrong[] = {
		"postgresql://u:sesame@[::1:5432/d",
		"postgresql://u:sesame@h/d?sesame=1",
		"postgresql://u:%zzsesame@h/d",
	};
	struct store_limits limits = STORE_LIMITS_DEFAULT;
	struct store *store = NULL;
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_int_equal(store_open(str_from(wrong[i]), &limits, &store, &err), ERR_INVALID);
		assert_null(strstr(err.message, "sesame"));
		assert_null(strstr(err.cause, "sesame"));
	}
	assert_null(store);
}

TEST(sessions_that_were_cut_off_are_made_again) {
	OPENED;
	assert_int_equal(create(&f, "before"), 0);
	for (int i = 0; i < 5; i++) {
		cut_off();
		/* One may be told, when the end of the session is on its way just then. */
		if (create(&f, "told") != 0)
			assert_int_equal(create(&f, "after"), 0);
	}
}

TEST(a_statement_that_hangs_ends_in_time_and_does_no_harm) {
	struct store_limits limits = STORE_LIMITS_DEFAULT;
	char sql[400];

	limits.timeout_ms = 500;
	limits.connections_max = 1;
	CLEANUP(fixture_deinit) struct fixture f = opened_with(limits);
	(void)state;
	PGconn *other = PQconnectdb(getenv("DOCMILL_TEST_POSTGRES"));
	snprintf(sql, sizeof sql, "BEGIN; LOCK TABLE %s.tasks", f.scratch.schema);
	PQclear(PQexec(other, sql));
	uint64_t start_ns = clock_monotonic_ns();
	assert_int_equal(create(&f, "a"), ERR_UNAVAILABLE);
	assert_true(clock_monotonic_ns() - start_ns < UINT64_C(5) * 1000000000);
	PQfinish(other);
	assert_int_equal(create(&f, "b"), 0);
	struct store_stats stats;
	assert_int_equal(f.scratch.store->ops->stats(f.scratch.store, &stats, &f.err), 0);
	assert_int_equal(stats.n_plain, 1);
}

/* A creation that another thread makes. */
struct creation {
	struct fixture *f;
	int rc;
};

static void *create_late(void *arg)
{
	struct creation *c = arg;

	c->rc = create(c->f, "late");
	return NULL;
}

TEST(what_nobody_can_know_is_said) {
	struct creation c;
	pthread_t thread;
	char sql[400], n[20] = "0";

	OPENED;
	c.f = &f;
	assert_int_equal(create(&f, "so that the statement is prepared"), 0);
	PGconn *other = PQconnectdb(getenv("DOCMILL_TEST_POSTGRES"));
	snprintf(sql, sizeof sql, "BEGIN; LOCK TABLE %s.tasks", f.scratch.schema);
	PQclear(PQexec(other, sql));
	assert_int_equal(pthread_create(&thread, NULL, create_late, &c), 0);
	/* When it waits for the lock, it has been asked for. */
	while (strcmp(n, "0") == 0)
		scratch_query("SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
		              " WHERE NOT l.granted AND a.application_name = 'docmill'",
		              n, sizeof n);
	cut_off();
	pthread_join(thread, NULL);
	PQfinish(other);
	assert_int_equal(c.rc, ERR_UNAVAILABLE);
	assert_says(&f, "it may have been");
}

TEST(a_database_of_a_newer_program_is_refused_untouched) {
	char sql[100];

	OPENED;
	close_it(&f);
	snprintf(sql, sizeof sql, "UPDATE docmill_version SET version = %d",
	         (int)migration_last(postgres_migrations) + 1);
	meddle(&f, sql);
	assert_int_equal(open_again(&f), ERR_UNAVAILABLE);
	assert_says(&f, "was written by a newer docmill");
}

TEST(tables_of_another_program_are_left_alone) {
	char sql[400];

	OPENED;
	close_it(&f);
	snprintf(sql, sizeof sql,
	         "DROP SCHEMA %s CASCADE; CREATE SCHEMA %s; CREATE TABLE %s.tasks (name text)",
	         f.scratch.schema, f.scratch.schema, f.scratch.schema);
	scratch_exec(sql);
	assert_int_equal(open_again(&f), ERR_UNAVAILABLE);
	assert_says(&f, "tables of another program");
	meddle(&f, "INSERT INTO tasks VALUES ('still theirs')");
}

TEST(a_database_that_stopped_at_an_earlier_migration_goes_on_from_there) {
	char sql[400];

	OPENED;
	close_it(&f);
	snprintf(sql, sizeof sql, "DROP SCHEMA %s CASCADE; CREATE SCHEMA %s", f.scratch.schema,
	         f.scratch.schema);
	scratch_exec(sql);

	static char all[20000];
	snprintf(all, sizeof all,
	         "SET search_path = %s; CREATE TABLE docmill_version (version bigint NOT NULL);"
	         "INSERT INTO docmill_version VALUES (1); %s;"
	         "INSERT INTO tasks VALUES (7, '00000000-0000-7000-8000-000000000001', 1, 'old', '',"
	         " 'done', 2, 1000, 1000, 3)",
	         f.scratch.schema, postgres_migrations[0].sql);
	scratch_exec(all);
	assert_int_equal(open_again(&f), 0);

	struct store *store = f.scratch.store;
	struct str id = STR("00000000-0000-7000-8000-000000000001");
	assert_int_equal(store->ops->get(store, id, &f.receipt, &f.json, &f.err), 0);
	assert_int_equal(f.receipt.version, 3);
	meddle(&f, "INSERT INTO jobs (seq) VALUES (7)");
}

#define REPLICAS 4

static void *open_replica(void *arg)
{
	struct fixture *f = arg;

	return open_again(f) == 0 ? f : NULL;
}

TEST(replicas_that_start_at_once_make_the_tables_once) {
	struct fixture replicas[REPLICAS];
	pthread_t threads[REPLICAS];
	char sql[400];

	OPENED;
	close_it(&f);
	snprintf(sql, sizeof sql, "DROP SCHEMA %s CASCADE; CREATE SCHEMA %s", f.scratch.schema,
	         f.scratch.schema);
	scratch_exec(sql);
	for (int i = 0; i < REPLICAS; i++) {
		replicas[i] = f;
		assert_int_equal(pthread_create(&threads[i], NULL, open_replica, &replicas[i]), 0);
	}
	for (int i = 0; i < REPLICAS; i++) {
		void *is_open;

		pthread_join(threads[i], &is_open);
		if (is_open == NULL)
			fail_msg("%s (%s)", replicas[i].err.message, replicas[i].err.cause);
	}
	for (int i = 0; i < REPLICAS; i++)
		store_close(replicas[i].scratch.store);
	assert_int_equal(open_again(&f), 0);
	assert_int_equal(create(&f, "a"), 0);
}

static void post(void *arg)
{
	sem_post(arg);
}

/* Wait to be woken; the time that tests have is only there to end those that hang. */
static void wait_for_wake(sem_t *woken)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_S;
	assert_int_equal(sem_timedwait(woken, &until), 0);
}

static void create_job(struct fixture *f)
{
	const struct job_new job = { .input = STR("{}"), .webhook_url = { "", 0 } };
	const struct store_new new_task = { .fields.title = STR("job"), .job = &job };

	buf_reset(&f->json);
	assert_int_equal(f->scratch.store->ops->create(f->scratch.store, &new_task, &f->receipt,
	                                               &f->json, &f->err),
	                 0);
}

TEST(a_job_of_one_replica_wakes_the_other_which_takes_it_alone) {
	struct store_limits limits = STORE_LIMITS_DEFAULT;
	struct job_claim claim, second;
	struct store *other;
	sem_t woken;

	OPENED;
	assert_int_equal(store_open(str_from(f.scratch.spec), &limits, &other, &f.err), 0);
	sem_init(&woken, 0, 0);
	other->ops->watch(other, post, &woken);
	wait_for_wake(&woken); /* that it listens now */
	create_job(&f);
	wait_for_wake(&woken);
	assert_int_equal(other->ops->jobs->claim(other, LEASE_MS, 3, &claim, &f.err), 0);
	assert_string_equal(claim.id, f.receipt.id);

	struct store *store = f.scratch.store;
	assert_int_equal(store->ops->jobs->claim(store, LEASE_MS, 3, &second, &f.err),
	                 ERR_NOT_FOUND);
	other->ops->watch(other, NULL, NULL);
	store_close(other);
	sem_destroy(&woken);
}

TEST(a_listener_that_was_cut_off_listens_again) {
	sem_t woken;

	OPENED;
	sem_init(&woken, 0, 0);
	f.scratch.store->ops->watch(f.scratch.store, post, &woken);
	for (int i = 0; i < 3; i++) {
		wait_for_wake(&woken); /* whenever it begins to */
		cut_off();
	}
	wait_for_wake(&woken);
	f.scratch.store->ops->watch(f.scratch.store, NULL, NULL);
	sem_destroy(&woken);
}

/* Jobs that two replicas and their threads claim until none is left. */
struct claimer {
	struct store *store;
	pthread_t thread;
	unsigned n_claimed;
};

#define JOBS 60

static void *claim_all(void *arg)
{
	struct claimer *c = arg;
	struct job_claim claim;
	struct err err = ERR_INIT;

	while (c->store->ops->jobs->claim(c->store, LEASE_MS, 3, &claim, &err) == 0)
		c->n_claimed++;
	return NULL;
}

TEST(every_job_is_claimed_once_whoever_asks) {
	struct store_limits limits = STORE_LIMITS_DEFAULT;
	struct claimer claimers[4] = { 0 };
	struct store *other;
	unsigned n = 0;

	OPENED;
	assert_int_equal(store_open(str_from(f.scratch.spec), &limits, &other, &f.err), 0);
	for (int i = 0; i < JOBS; i++)
		create_job(&f);
	for (size_t i = 0; i < ARRAY_LEN(claimers); i++) {
		claimers[i].store = i % 2 == 0 ? f.scratch.store : other;
		assert_int_equal(pthread_create(&claimers[i].thread, NULL, claim_all, &claimers[i]),
		                 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(claimers); i++) {
		pthread_join(claimers[i].thread, NULL);
		n += claimers[i].n_claimed;
	}
	store_close(other);
	assert_int_equal(n, JOBS);

	struct store_stats stats;
	assert_int_equal(f.scratch.store->ops->stats(f.scratch.store, &stats, &f.err), 0);
	assert_int_equal(stats.n_jobs[JOB_RUNNING], JOBS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_server_that_is_out_of_reach_is_open_and_says_so),
		RUN(a_server_that_never_answers_costs_one_timeout_and_not_one_each),
		RUN(a_url_that_cannot_be_read_is_refused_without_quoting_it),
		RUN(sessions_that_were_cut_off_are_made_again),
		RUN(a_statement_that_hangs_ends_in_time_and_does_no_harm),
		RUN(what_nobody_can_know_is_said),
		RUN(a_database_of_a_newer_program_is_refused_untouched),
		RUN(tables_of_another_program_are_left_alone),
		RUN(a_database_that_stopped_at_an_earlier_migration_goes_on_from_there),
		RUN(replicas_that_start_at_once_make_the_tables_once),
		RUN(a_job_of_one_replica_wakes_the_other_which_takes_it_alone),
		RUN(a_listener_that_was_cut_off_listens_again),
		RUN(every_job_is_claimed_once_whoever_asks),
	};

	store_kind = "postgresql";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
