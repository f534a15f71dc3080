/* compute/pool: helpers of a large job, and jobs that nobody waits for. */
#include "tests/lib/pool_callers.h"

/* What helpers share: who comes counts himself and waits until all are there. */
struct shared {
	atomic_uint n_here, n_wanted;
};

static void gather(void *arg)
{
	struct shared *shared = arg;
	struct timespec pause = { .tv_nsec = 1000000 };

	atomic_fetch_add(&shared->n_here, 1);
	while (atomic_load(&shared->n_here) < atomic_load(&shared->n_wanted))
		nanosleep(&pause, NULL);
}

struct gathering {
	struct work work;
	struct pool *pool;
	struct shared shared;
	unsigned n_most; /* threads that helped at a time */
};

static void work_with_helpers(struct work *work)
{
	struct gathering *g = work->arg;
	struct team *team = pool_team(g->pool);

	team->run(team, team->n_max, gather, &g->shared);
	g->n_most = pool_stats(g->pool).n_helping;
}

TEST(idle_threads_help_a_large_job) {
	struct pool *pool = make_pool((struct pool_options){ .n_threads = 3 });
	struct gathering g = {
		.work = { .run = work_with_helpers, .class = WORK_LARGE },
		.pool = pool,
	};

	(void)state;
	g.work.arg = &g;
	atomic_store(&g.shared.n_wanted, 3);
	assert_int_equal(pool_run(pool, &g.work), ADMIT_OK);
	assert_true(g.shared.n_here >= 3);
	assert_int_equal(g.n_most, 0); /* all have left when run() returns */
	pool_destroy(pool);
}

TEST(nobody_helps_where_all_are_busy_and_nobody_is_waited_for) {
	struct pool *pool = make_pool((struct pool_options){ .n_threads = 2 });
	struct caller other;
	struct gathering g = {
		.work = { .run = work_with_helpers, .class = WORK_LARGE },
		.pool = pool,
	};

	(void)state;
	g.work.arg = &g;
	atomic_store(&g.shared.n_wanted, 1);
	start_new(&other, pool, WORK_LARGE);
	sem_wait(&other.has_begun);
	assert_int_equal(pool_run(pool, &g.work), ADMIT_OK);
	assert_int_equal(g.shared.n_here, 1);
	finish(&other);
	pool_destroy(pool);
}

TEST(background_jobs_run_beside_the_others_and_can_be_cancelled) {
	struct pool *pool = make_pool((struct pool_options){ .n_threads = 1, .n_background = 1 });
	struct caller running, waiting, large;

	(void)state;
	assert_int_equal(pool_background_room(pool), 1);
	prepare(&running, pool, WORK_BACKGROUND);
	prepare(&waiting, pool, WORK_BACKGROUND);
	running.heeds_stop = true;
	assert_int_equal(pool_submit(pool, &running.work), ADMIT_OK);
	sem_wait(&running.has_begun);
	assert_int_equal(pool_background_room(pool), 0);
	assert_int_equal(pool_submit(pool, &waiting.work), ADMIT_OK);

	start_new(&large, pool, WORK_LARGE);
	sem_wait(&large.has_begun);
	finish(&large);

	pool_cancel(pool, &waiting.work);
	sem_wait(&waiting.has_ended);
	assert_false(waiting.is_done);
	assert_int_equal(waiting.work.stop, WORK_CANCELLED);
	pool_cancel(pool, &running.work);
	sem_wait(&running.has_ended);
	assert_true(running.is_done);
	assert_int_equal(running.work.stop, WORK_CANCELLED);
	pool_destroy(pool);
}

TEST(a_stop_gives_background_jobs_back) {
	struct pool *pool = make_pool((struct pool_options){ .n_threads = 1, .n_background = 1 });
	struct caller running, waiting, late;

	(void)state;
	prepare(&running, pool, WORK_BACKGROUND);
	prepare(&waiting, pool, WORK_BACKGROUND);
	prepare(&late, pool, WORK_BACKGROUND);
	running.heeds_stop = true;
	assert_int_equal(pool_submit(pool, &running.work), ADMIT_OK);
	sem_wait(&running.has_begun);
	assert_int_equal(pool_submit(pool, &waiting.work), ADMIT_OK);
	pool_stop(pool);
	sem_wait(&waiting.has_ended);
	sem_wait(&running.has_ended);
	assert_int_equal(waiting.work.stop, WORK_DRAINED);
	assert_int_equal(running.work.stop, WORK_DRAINED);
	assert_int_equal(pool_submit(pool, &late.work), ADMIT_DRAINING);
	pool_destroy(pool);
}

TEST(progress_can_be_read_from_elsewhere) {
	struct work work = { .arg = NULL };

	(void)state;
	work_progress(&work, 3, 1000);
	assert_int_equal(work.documents_done, 3);
	assert_int_equal(work.bytes_done, 1000);
}
int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(idle_threads_help_a_large_job),
		RUN(nobody_helps_where_all_are_busy_and_nobody_is_waited_for),
		RUN(background_jobs_run_beside_the_others_and_can_be_cancelled),
		RUN(a_stop_gives_background_jobs_back),
		RUN(progress_can_be_read_from_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, forget_metrics);
}
