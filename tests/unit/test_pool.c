/* compute/pool: who is let in, who waits, and who is told to stop. */
#include "tests/lib/pool_callers.h"

#define MS_NS UINT64_C(1000000)

static enum admission check(struct pool *pool, size_t bytes)
{
	struct work work = { .bytes = bytes, .asked_ns = clock_monotonic_ns() };

	return pool_check(pool, &work);
}

TEST(a_large_crowd_leaves_a_thread_to_the_others) {
	struct pool *pool = make_pool((struct pool_options){ .n_threads = 1 });
	struct caller large, next, medium;

	(void)state;
	start_new(&large, pool, WORK_LARGE);
	sem_wait(&large.has_begun);
	start_new(&next, pool, WORK_LARGE);
	wait_until_waiting(pool, 1);
	start_new(&medium, pool, WORK_MEDIUM);
	sem_wait(&medium.has_begun);
	assert_int_equal(pool_stats(pool).n_running, 2);
	assert_int_equal(pool_stats(pool).n_waiting, 1);
	finish(&medium);
	finish(&large);
	sem_wait(&next.has_begun);
	finish(&next);
	pool_destroy(pool);
}

TEST(small_jobs_run_on_their_callers_threads_while_there_are_places) {
	struct pool *pool = make_pool((struct pool_options){ .n_threads = 1, .n_inline = 1 });
	struct caller callers[4];

	(void)state;
	start_new(&callers[0], pool, WORK_SMALL);
	sem_wait(&callers[0].has_begun);
	assert_true(callers[0].work.is_inline);
	for (int i = 1; i < 3; i++) { /* on the compute threads */
		start_new(&callers[i], pool, WORK_SMALL);
		sem_wait(&callers[i].has_begun);
		assert_false(callers[i].work.is_inline);
	}
	start_new(&callers[3], pool, WORK_SMALL);
	wait_until_waiting(pool, 1);
	for (int i = 0; i < 4; i++)
		finish(&callers[i]);
	pool_destroy(pool);
}

TEST(a_full_queue_refuses_at_once_and_says_why) {
	struct pool *pool = make_pool((struct pool_options){
		.n_threads = 1, .queue_length_max = 2, .queue_bytes_max = 25 });
	struct caller running[2], waiting[2], late;

	(void)state;
	for (int i = 0; i < 2; i++) {
		start_new(&running[i], pool, WORK_MEDIUM);
		sem_wait(&running[i].has_begun);
	}
	start_new(&waiting[0], pool, WORK_MEDIUM);
	wait_until_waiting(pool, 1);
	assert_int_equal(check(pool, 16), ADMIT_QUEUE_BYTES);
	assert_int_equal(check(pool, 15), ADMIT_OK);
	start_new(&waiting[1], pool, WORK_MEDIUM);
	wait_until_waiting(pool, 2);
	assert_int_equal(check(pool, 1), ADMIT_QUEUE_LENGTH);
	start_new(&late, pool, WORK_LARGE);
	expect(&late, ADMIT_QUEUE_LENGTH);
	for (int i = 0; i < 2; i++)
		finish(&running[i]);
	for (int i = 0; i < 2; i++)
		finish(&waiting[i]);
	pool_destroy(pool);
}

TEST(what_is_only_worth_doing_now_begins_when_a_thread_is_idle) {
	struct pool *pool = make_pool((struct pool_options){ .n_threads = 1 });
	struct caller idle, busy;

	(void)state;
	prepare(&idle, pool, WORK_LARGE);
	assert_true(pool_begin(pool, &idle.work));
	sem_wait(&idle.has_begun);
	prepare(&busy, pool, WORK_MEDIUM); /* the other thread is left to those who wait */
	assert_false(pool_begin(pool, &busy.work));
	assert_int_equal(pool_stats(pool).n_waiting, 0);
	sem_post(&idle.gate);
	assert_int_equal(pool_await(pool, &idle.work), ADMIT_OK);
	assert_true(idle.is_done);
	assert_true(pool_begin(pool, &busy.work)); /* the same work may be tried again */
	sem_post(&busy.gate);
	assert_int_equal(pool_await(pool, &busy.work), ADMIT_OK);
	pool_close(pool);
	prepare(&idle, pool, WORK_LARGE);
	assert_false(pool_begin(pool, &idle.work));
	pool_destroy(pool);
}

TEST(who_waits_past_the_deadline_is_refused) {
	struct pool *pool = make_pool((struct pool_options){ .n_threads = 1 });
	struct caller running, late;

	(void)state;
	start_new(&running, pool, WORK_LARGE);
	sem_wait(&running.has_begun);
	prepare(&late, pool, WORK_LARGE);
	late.work.deadline_ns = clock_monotonic_ns() + 20 * MS_NS;
	start(&late);
	expect(&late, ADMIT_TIME);
	assert_int_equal(pool_stats(pool).n_waiting, 0);
	finish(&running);
	pool_destroy(pool);
}

TEST(a_caller_who_left_is_taken_out_of_the_queue_soon) {
	struct pool *pool = make_pool((struct pool_options){ .n_threads = 1 });
	struct caller running, gone;

	(void)state;
	start_new(&running, pool, WORK_LARGE);
	sem_wait(&running.has_begun);
	start_new(&gone, pool, WORK_LARGE);
	wait_until_waiting(pool, 1);
	uint64_t start_ns = clock_monotonic_ns();
	atomic_store(&gone.has_gone, true);
	expect(&gone, ADMIT_ABANDONED);
	assert_true(clock_monotonic_ns() - start_ns < 1000 * MS_NS);
	finish(&running);
	pool_destroy(pool);
}

/* On a compute thread, then on the caller's own. */
TEST(work_for_a_caller_who_left_is_told_to_stop) {
	static const enum work_class classes[] = { WORK_LARGE, WORK_SMALL };
	struct pool *pool = make_pool((struct pool_options){ .n_threads = 1, .n_inline = 1 });

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
		struct caller gone;

		prepare(&gone, pool, classes[i]);
		gone.heeds_stop = true;
		start(&gone);
		sem_wait(&gone.has_begun);
		uint64_t start_ns = clock_monotonic_ns();
		atomic_store(&gone.has_gone, true);
		expect(&gone, ADMIT_OK);
		assert_true(clock_monotonic_ns() - start_ns < 1000 * MS_NS);
		assert_int_equal(gone.work.stop, WORK_ABANDONED);
	}
	pool_destroy(pool);
}

TEST(a_closed_pool_ends_what_it_has_and_refuses_what_is_new) {
	struct pool *pool = make_pool((struct pool_options){ .n_threads = 1 });
	struct caller running, waiting, announced, late;

	(void)state;
	start_new(&running, pool, WORK_LARGE);
	sem_wait(&running.has_begun);
	start_new(&waiting, pool, WORK_LARGE);
	wait_until_waiting(pool, 1);
	prepare(&announced, pool, WORK_SMALL);
	pool_close(pool);
	start_new(&late, pool, WORK_SMALL);
	expect(&late, ADMIT_DRAINING);
	assert_int_equal(check(pool, 1), ADMIT_DRAINING);
	start(&announced);
	finish(&announced);
	finish(&running);
	finish(&waiting);
	pool_destroy(pool);
}

TEST(a_stopped_pool_tells_everyone) {
	struct pool *pool = make_pool((struct pool_options){ .n_threads = 1, .n_inline = 1 });
	struct caller running, inline_one, waiting;

	(void)state;
	prepare(&running, pool, WORK_LARGE);
	prepare(&inline_one, pool, WORK_SMALL);
	running.heeds_stop = inline_one.heeds_stop = true;
	start(&running);
	start(&inline_one);
	sem_wait(&running.has_begun);
	sem_wait(&inline_one.has_begun);
	start_new(&waiting, pool, WORK_LARGE);
	wait_until_waiting(pool, 1);
	pool_stop(pool);
	expect(&waiting, ADMIT_DRAINING);
	expect(&running, ADMIT_OK);
	expect(&inline_one, ADMIT_OK);
	assert_int_equal(running.work.stop, WORK_DRAINED);
	assert_int_equal(inline_one.work.stop, WORK_DRAINED);
	pool_destroy(pool);
}

/* Many callers of every class, some of whom leave: for the sanitizer. */
struct crowd_member {
	struct pool *pool;
	pthread_t thread;
	unsigned number, n_ran, n_refused, n_left;
};

static void count(struct work *work)
{
	struct crowd_member *m = work->arg;

	m->n_ran++;
	(void)work_should_stop(work);
}

static bool sometimes(void *arg)
{
	return ((struct crowd_member *)arg)->number % 2 == 1;
}

static void *call_often(void *arg)
{
	struct crowd_member *m = arg;

	for (unsigned i = 0; i < 500; i++) {
		struct work work = {
			.run = count,
			.arg = m,
			.class = (enum work_class)((m->number + i) % WORK_BACKGROUND),
			.bytes = 10,
			.arrived_ns = clock_monotonic_ns(),
			.deadline_ns = clock_monotonic_ns() + (i % 7 == 0 ? 1 : 1000 * MS_NS),
			.is_abandoned = sometimes,
		};
		enum admission how = pool_run(m->pool, &work);

		m->n_refused += how != ADMIT_OK && how != ADMIT_ABANDONED;
		m->n_left += how == ADMIT_ABANDONED;
	}
	return NULL;
}

TEST(everyone_of_a_crowd_gets_exactly_one_answer) {
	struct pool *pool = make_pool(
		(struct pool_options){ .n_threads = 2, .n_inline = 1, .queue_length_max = 4 });
	struct crowd_member crowd[8];

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(crowd); i++) {
		crowd[i] = (struct crowd_member){ .pool = pool, .number = i };
		assert_int_equal(pthread_create(&crowd[i].thread, NULL, call_often, &crowd[i]), 0);
	}
	for (unsigned i = 0; i < ARRAY_LEN(crowd); i++) {
		pthread_join(crowd[i].thread, NULL);
		assert_int_equal(crowd[i].n_ran + crowd[i].n_refused + crowd[i].n_left, 500);
	}
	assert_int_equal(pool_stats(pool).n_waiting, 0);
	assert_int_equal(pool_stats(pool).n_waiting_bytes, 0);
	assert_int_equal(pool_stats(pool).n_running, 0);
	pool_destroy(pool);
}
int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_large_crowd_leaves_a_thread_to_the_others),
		RUN(small_jobs_run_on_their_callers_threads_while_there_are_places),
		RUN(a_full_queue_refuses_at_once_and_says_why),
		RUN(what_is_only_worth_doing_now_begins_when_a_thread_is_idle),
		RUN(who_waits_past_the_deadline_is_refused),
		RUN(a_caller_who_left_is_taken_out_of_the_queue_soon),
		RUN(work_for_a_caller_who_left_is_told_to_stop),
		RUN(a_closed_pool_ends_what_it_has_and_refuses_what_is_new),
		RUN(a_stopped_pool_tells_everyone),
		RUN(everyone_of_a_crowd_gets_exactly_one_answer),
	};

	return cmocka_run_group_tests(tests, NULL, forget_metrics);
}
