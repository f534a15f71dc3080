/* The worker with the memory store and a pool; what runs are functions of this file. */
#include "tests/lib/test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "tasks/worker.h"
#include "tests/lib/stores.h"

#define SECOND_NS UINT64_C(1000000000)

struct fixture {
	struct scratch_store scratch;
	struct store *store;
	struct pool *pool;
	struct worker *worker;
	struct err err;
	struct store_receipt receipt;
	struct buf json;
	atomic_uint n_started, n_failures_left;
};

/* Does what the input says. */
static int run(void *arg, struct worker_job *job, struct err *err)
{
	struct fixture *f = arg;

	atomic_fetch_add(&f->n_started, 1);
	worker_job_progress(job, 3, 30);
	if (str_is(job->input, "succeed")) {
		job->documents = 1;
		return worker_job_write(job, STR("done"), err);
	}
	if (str_is(job->input, "much")) {
		char chunk[1000];

		memset(chunk, 'x', sizeof chunk);
		for (int i = 0; i < 3000; i++)
			TRY(worker_job_write(job, (struct str){ chunk, sizeof chunk }, err));
		return 0;
	}
	if (str_is(job->input, "hang")) {
		while (!worker_job_should_stop(job))
			nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
		return err_set(err, ERR_CANCELLED, "stopped");
	}
	if (str_is(job->input, "later") && atomic_load(&f->n_failures_left) > 0) {
		atomic_fetch_sub(&f->n_failures_left, 1);
		return err_set(err, ERR_UNAVAILABLE, "not now");
	}
	if (str_is(job->input, "later"))
		return 0;
	buf_append_cstr(&job->error, "{\"code\":\"pipeline_failed\"}");
	return err_set(err, ERR_FAILED, "it cannot be done");
}

static void start(struct fixture *f)
{
	const struct worker_options options = {
		.store = f->store,
		.pool = f->pool,
		.run = run,
		.arg = f,
		.lease_ms = 30000,
		.result_ttl_ms = 60000,
		.attempts_max = 3,
	};

	assert_int_equal(worker_start(&options, &f->worker, &f->err), 0);
	f->store->ops->watch(f->store, worker_wake, f->worker);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	const struct pool_options options = {
		.n_threads = 1,
		.n_background = 2,
		.queue_length_max = 10,
		.queue_bytes_max = 1 << 20,
	};

	f->scratch = scratch_create(STORE_LIMITS_DEFAULT);
	f->store = f->scratch.store;
	buf_init(&f->json, SIZE_MAX / 2);
	assert_int_equal(pool_create(&options, &f->pool, &f->err), 0);
	start(f);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	f->store->ops->watch(f->store, NULL, NULL);
	worker_stop(f->worker);
	pool_destroy(f->pool);
	scratch_destroy(&f->scratch);
	buf_deinit(&f->json);
	free(f);
	return 0;
}

static void create(struct fixture *f, const char *input, char ret_id[UUID_TEXT_SIZE])
{
	const struct job_new job = { .input = str_from(input), .webhook_url = { "", 0 } };
	const struct store_new new_task = { .fields.title = STR("job"), .job = &job };

	buf_reset(&f->json);
	assert_int_equal(f->store->ops->create(f->store, &new_task, &f->receipt, &f->json, &f->err),
	                 0);
	memcpy(ret_id, f->receipt.id, UUID_TEXT_SIZE);
}

static const char *get(struct fixture *f, const char *id)
{
	buf_reset(&f->json);
	assert_int_equal(f->store->ops->get(f->store, str_from(id), &f->receipt, &f->json, &f->err),
	                 0);
	buf_append_char(&f->json, 0);
	return f->json.data;
}

/* Until the task shows this, ten seconds at most; how long that took. */
static uint64_t wait_until(struct fixture *f, const char *id, const char *part)
{
	uint64_t start_ns = clock_monotonic_ns();

	while (strstr(get(f, id), part) == NULL) {
		if (clock_monotonic_ns() - start_ns > 10 * SECOND_NS)
			fail_msg("still not %s: %s", part, f->json.data);
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	return clock_monotonic_ns() - start_ns;
}

TEST(a_job_runs_as_soon_as_it_is_there) {
	struct fixture *f = *state;
	char id[UUID_TEXT_SIZE];

	create(f, "succeed", id);
	/* Well before the worker would look by itself. */
	assert_true(wait_until(f, id, "\"status\":\"succeeded\"") < SECOND_NS);
	assert_non_null(strstr(f->json.data, "\"result\":{\"documents\":1,\"bytes\":4,"));
	buf_reset(&f->json);
	assert_int_equal(f->store->ops->jobs->read(f->store, str_from(id), JOB_RESULT, 0, &f->json,
	                                           &f->err),
	                 0);
	assert_int_equal(f->json.len, 4);
	assert_memory_equal(f->json.data, "done", 4);
}

TEST(a_long_result_is_kept_in_parts) {
	struct fixture *f = *state;
	char id[UUID_TEXT_SIZE];

	create(f, "much", id);
	wait_until(f, id, "\"status\":\"succeeded\"");
	assert_non_null(strstr(f->json.data, "\"bytes\":3000000"));
	buf_reset(&f->json);
	for (uint64_t n = 0; n < 3; n++)
		assert_int_equal(f->store->ops->jobs->read(f->store, str_from(id), JOB_RESULT, n,
		                                           &f->json, &f->err),
		                 0);
	assert_int_equal(f->json.len, 3000000);
}

TEST(a_failure_ends_it_with_its_reason) {
	struct fixture *f = *state;
	char id[UUID_TEXT_SIZE];

	create(f, "fail", id);
	wait_until(f, id, "\"status\":\"failed\"");
	assert_non_null(strstr(f->json.data, "\"error\":{\"code\":\"pipeline_failed\"}"));
}

TEST(what_is_not_the_jobs_fault_is_tried_again) {
	struct fixture *f = *state;
	char id[UUID_TEXT_SIZE];

	atomic_store(&f->n_failures_left, 2);
	create(f, "later", id);
	wait_until(f, id, "\"status\":\"succeeded\"");
	assert_int_equal(atomic_load(&f->n_started), 3);
	assert_non_null(strstr(f->json.data, "\"attempts\":1"));
}

TEST(a_cancelled_job_stops_within_a_quarter_of_a_second) {
	struct fixture *f = *state;
	char id[UUID_TEXT_SIZE];

	create(f, "hang", id);
	wait_until(f, id, "\"status\":\"running\"");
	while (atomic_load(&f->n_started) == 0)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	buf_reset(&f->json);
	assert_int_equal(f->store->ops->jobs->cancel(f->store, str_from(id), &f->receipt, &f->json,
	                                             &f->err),
	                 0);
	assert_true(wait_until(f, id, "\"status\":\"cancelled\"") < SECOND_NS / 4);
}

TEST(progress_is_shown_while_it_runs) {
	struct fixture *f = *state;
	char id[UUID_TEXT_SIZE];

	create(f, "hang", id);
	wait_until(f, id, "\"documents_done\":3");
}

TEST(a_worker_that_stops_gives_jobs_back_uncounted) {
	struct fixture *f = *state;
	char id[UUID_TEXT_SIZE];

	create(f, "hang", id);
	wait_until(f, id, "\"status\":\"running\"");
	f->store->ops->watch(f->store, NULL, NULL);
	worker_stop(f->worker);
	f->worker = NULL;
	assert_non_null(strstr(get(f, id), "\"status\":\"pending\""));
	assert_non_null(strstr(f->json.data, "\"attempts\":0"));
	start(f);
	wait_until(f, id, "\"status\":\"running\"");
}

TEST(no_more_run_than_there_are_threads) {
	struct fixture *f = *state;
	char ids[4][UUID_TEXT_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		create(f, "hang", ids[i]);
	wait_until(f, ids[1], "\"status\":\"running\"");
	assert_non_null(strstr(get(f, ids[2]), "\"status\":\"pending\""));
	assert_int_equal(f->store->ops->jobs->cancel(f->store, str_from(ids[0]), &f->receipt,
	                                             &f->json, &f->err),
	                 0);
	wait_until(f, ids[2], "\"status\":\"running\"");
	assert_non_null(strstr(get(f, ids[3]), "\"status\":\"pending\""));
}

/* A store whose worker is told to drain while it claims. */
static struct {
	const struct store_ops *inner;
	struct store_ops ops;
	struct job_ops jobs;
	struct worker *worker;
	atomic_uint n_claimed;
} draining;

static int claim_and_drain(struct store *store, int64_t lease_ms, uint32_t attempts_max,
                           struct job_claim *ret, struct err *err)
{
	TRY(draining.inner->jobs->claim(store, lease_ms, attempts_max, ret, err));
	worker_drain(draining.worker);
	atomic_fetch_add(&draining.n_claimed, 1);
	return 0;
}

TEST(a_job_that_is_claimed_while_the_worker_drains_is_given_back) {
	struct fixture *f = *state;
	char id[UUID_TEXT_SIZE];

	f->store->ops->watch(f->store, NULL, NULL);
	worker_stop(f->worker);
	draining.inner = f->store->ops;
	draining.ops = *draining.inner;
	draining.jobs = *draining.inner->jobs;
	draining.jobs.claim = claim_and_drain;
	draining.ops.jobs = &draining.jobs;
	f->store->ops = &draining.ops;
	start(f);
	draining.worker = f->worker;

	create(f, "hang", id);
	while (atomic_load(&draining.n_claimed) == 0)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	wait_until(f, id, "\"status\":\"pending\"");
	assert_non_null(strstr(f->json.data, "\"attempts\":0"));
}

#define RUN_WORKER(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_WORKER(a_job_runs_as_soon_as_it_is_there),
		RUN_WORKER(a_long_result_is_kept_in_parts),
		RUN_WORKER(a_failure_ends_it_with_its_reason),
		RUN_WORKER(what_is_not_the_jobs_fault_is_tried_again),
		RUN_WORKER(a_cancelled_job_stops_within_a_quarter_of_a_second),
		RUN_WORKER(progress_is_shown_while_it_runs),
		RUN_WORKER(a_worker_that_stops_gives_jobs_back_uncounted),
		RUN_WORKER(a_job_that_is_claimed_while_the_worker_drains_is_given_back),
		RUN_WORKER(no_more_run_than_there_are_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
