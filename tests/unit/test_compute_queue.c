/* compute/queue and compute/admit: turns, and what is refused. */
#include "tests/lib/test.h"

#include "base/macros.h"
#include "compute/admit.h"

#define CROWD 64

static struct work crowd[WORK_CLASS_COUNT][CROWD];

static void add(struct queue *q, enum work_class class, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		crowd[class][i] = (struct work){ .class = class, .bytes = 10 };
		queue_add(q, &crowd[class][i]);
	}
}

TEST(of_13_turns_8_are_small_4_medium_and_1_large) {
	struct queue q = { 0 };
	size_t n[WORK_CLASS_COUNT] = { 0 };

	(void)state;
	add(&q, WORK_SMALL, CROWD);
	add(&q, WORK_MEDIUM, CROWD);
	add(&q, WORK_LARGE, CROWD);
	for (int i = 0; i < 39; i++)
		n[queue_take(&q, true)->class]++;
	assert_int_equal(n[WORK_SMALL], 24);
	assert_int_equal(n[WORK_MEDIUM], 12);
	assert_int_equal(n[WORK_LARGE], 3);
}

TEST(a_class_keeps_the_order_in_which_its_jobs_came) {
	struct queue q = { 0 };

	(void)state;
	add(&q, WORK_MEDIUM, 5);
	for (size_t i = 0; i < 5; i++)
		assert_ptr_equal(queue_take(&q, true), &crowd[WORK_MEDIUM][i]);
	assert_null(queue_take(&q, true));
	assert_int_equal(q.n, 0);
	assert_int_equal(q.n_bytes, 0);
}

TEST(turns_that_were_not_used_are_lost) {
	struct queue q = { 0 };

	(void)state;
	add(&q, WORK_SMALL, CROWD);
	for (int i = 0; i < 40; i++)
		assert_non_null(queue_take(&q, true));
	add(&q, WORK_LARGE, 24);
	size_t n_large = 0;
	for (int i = 0; i < 18; i++)
		n_large += queue_take(&q, true)->class == WORK_LARGE;
	assert_int_equal(n_large, 2);
}

TEST(a_large_job_waits_while_it_may_not_run_and_nobody_else_does) {
	struct queue q = { 0 };

	(void)state;
	add(&q, WORK_LARGE, 2);
	add(&q, WORK_MEDIUM, 2);
	assert_int_equal(queue_take(&q, false)->class, WORK_MEDIUM);
	assert_int_equal(queue_take(&q, false)->class, WORK_MEDIUM);
	assert_null(queue_take(&q, false));
	assert_int_equal(queue_take(&q, true)->class, WORK_LARGE);
}

TEST(a_job_can_be_taken_out_from_the_middle) {
	struct queue q = { 0 };

	(void)state;
	add(&q, WORK_SMALL, 3);
	queue_remove(&q, &crowd[WORK_SMALL][1]);
	assert_int_equal(q.n, 2);
	assert_int_equal(q.n_bytes, 20);
	assert_ptr_equal(queue_take(&q, true), &crowd[WORK_SMALL][0]);
	assert_ptr_equal(queue_take(&q, true), &crowd[WORK_SMALL][2]);
	assert_null(queue_take(&q, true));
}

TEST(background_jobs_go_by_priority_then_by_age) {
	static const unsigned priorities[] = { 1, 5, 3, 5, 1 };
	static const size_t order[] = { 1, 3, 2, 0, 4 };
	struct work jobs[ARRAY_LEN(priorities)];
	struct queue q = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
		jobs[i] = (struct work){ .class = WORK_BACKGROUND, .priority = priorities[i] };
		queue_add(&q, &jobs[i]);
	}
	assert_null(queue_take(&q, true));
	assert_int_equal(q.n, 0);
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		assert_ptr_equal(queue_take_background(&q), &jobs[order[i]]);
	assert_null(queue_take_background(&q));
}

TEST(a_class_follows_from_the_bytes) {
	(void)state;
	assert_int_equal(work_class_of(0), WORK_SMALL);
	assert_int_equal(work_class_of(WORK_SMALL_MAX), WORK_SMALL);
	assert_int_equal(work_class_of(WORK_SMALL_MAX + 1), WORK_MEDIUM);
	assert_int_equal(work_class_of(WORK_MEDIUM_MAX), WORK_MEDIUM);
	assert_int_equal(work_class_of(WORK_MEDIUM_MAX + 1), WORK_LARGE);
}

TEST(a_queue_is_full_by_number_and_by_bytes) {
	const struct admit admit = { .queue_length_max = 3, .queue_bytes_max = 25, .n_threads = 1 };
	struct queue q = { 0 };

	(void)state;
	assert_int_equal(admit_check(&admit, &q, 1000), ADMIT_OK); /* nobody else waits */
	add(&q, WORK_MEDIUM, 2);
	assert_int_equal(admit_check(&admit, &q, 5), ADMIT_OK);
	assert_int_equal(admit_check(&admit, &q, 6), ADMIT_QUEUE_BYTES);
	add(&q, WORK_SMALL, 1);
	assert_int_equal(admit_check(&admit, &q, 0), ADMIT_QUEUE_LENGTH);
}

TEST(retry_after_is_when_half_of_the_queue_has_run) {
	struct admit admit = { .queue_length_max = CROWD, .n_threads = 2 };
	struct queue q = { 0 };

	(void)state;
	assert_int_equal(admit_retry_after_s(&admit, &q), 1);
	add(&q, WORK_LARGE, 40);
	assert_int_equal(admit_retry_after_s(&admit, &q), 1);
	for (int i = 0; i < 200; i++)
		admit_learn(&admit, 500000000);
	assert_int_equal(admit_retry_after_s(&admit, &q), 5); /* 40 / 2 / 2 threads, half a second */
	for (int i = 0; i < 200; i++)
		admit_learn(&admit, UINT64_C(100000000000));
	assert_int_equal(admit_retry_after_s(&admit, &q), 30);
}

TEST(every_refusal_has_words_and_a_limit_is_the_name_of_an_option) {
	(void)state;
	for (int why = ADMIT_QUEUE_LENGTH; why < ADMIT_COUNT; why++)
		assert_non_null(admit_detail((enum admission)why));
	assert_string_equal(admit_limit(ADMIT_QUEUE_LENGTH), "queue-length");
	assert_null(admit_limit(ADMIT_DRAINING));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(of_13_turns_8_are_small_4_medium_and_1_large),
		RUN(a_class_keeps_the_order_in_which_its_jobs_came),
		RUN(turns_that_were_not_used_are_lost),
		RUN(a_large_job_waits_while_it_may_not_run_and_nobody_else_does),
		RUN(a_job_can_be_taken_out_from_the_middle),
		RUN(background_jobs_go_by_priority_then_by_age),
		RUN(a_class_follows_from_the_bytes),
		RUN(a_queue_is_full_by_number_and_by_bytes),
		RUN(retry_after_is_when_half_of_the_queue_has_run),
		RUN(every_refusal_has_words_and_a_limit_is_the_name_of_an_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
