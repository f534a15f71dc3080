/* The store watch around a store that counts slowly. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <time.h>

#include "tasks/store_watch.h"

#define COUNTING_MS 20

struct slow_store {
	struct store base;
	size_t n_tasks;
	unsigned n_counts, n_failures_left;
};

static void slow_close(struct store *store)
{
	free(store);
}

static int slow_stats(struct store *store, struct store_stats *ret, struct err *err)
{
	struct slow_store *s = (struct slow_store *)store;

	nanosleep(&(struct timespec){ .tv_nsec = COUNTING_MS * 1000000L }, NULL);
	s->n_counts++;
	if (s->n_failures_left > 0) {
		s->n_failures_left--;
		return err_set(err, ERR_UNAVAILABLE, "not now");
	}
	*ret = (struct store_stats){ .n_plain = s->n_tasks - 1, .n_jobs[JOB_PENDING] = 1 };
	return 0;
}

static const struct store_ops slow_ops = {
	.name = "slow",
	.close = slow_close,
	.stats = slow_stats,
};

static struct store *watch(size_t n_tasks, struct slow_store **ret)
{
	struct slow_store *s = calloc(1, sizeof *s);
	struct store *store = NULL;
	struct err err = ERR_INIT;

	*s = (struct slow_store){ .base.ops = &slow_ops, .n_tasks = n_tasks };
	assert_int_equal(store_watch_open(&s->base, &store, &err), 0);
	*ret = s;
	return store;
}

static size_t count(struct store *store)
{
	struct store_stats stats;
	struct err err = ERR_INIT;

	assert_int_equal(store->ops->stats(store, &stats, &err), 0);
	assert_int_equal(stats.n_jobs[JOB_PENDING], 1);
	return stats.n_plain + 1;
}

static void few_tasks_are_counted_each_time(void **state)
{
	struct slow_store *slow;
	struct store *store = watch(99999, &slow);

	(void)state;
	assert_int_equal(count(store), 99999);
	slow->n_tasks = 5;
	assert_int_equal(count(store), 5);
	assert_int_equal(slow->n_counts, 2);
	store_close(store);
}

static void the_number_of_very_many_is_kept_for_a_while(void **state)
{
	struct slow_store *slow;
	struct store *store = watch(100000, &slow);
	struct store_stats stats;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(count(store), 100000);
	slow->n_tasks = 5;
	assert_int_equal(count(store), 100000);
	assert_int_equal(slow->n_counts, 1);

	/* For a hundred times as long as it took, two seconds at least. */
	nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
	assert_int_equal(store->ops->stats(store, &stats, &err), 0);
	assert_in_range(stats.age_ms, 1000, 60000);
	while (count(store) != 5)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	assert_int_equal(slow->n_counts, 2);
	store_close(store);
}

static void what_could_not_be_counted_is_no_number(void **state)
{
	struct slow_store *slow;
	struct store *store = watch(100000, &slow);
	struct store_stats stats;
	struct err err = ERR_INIT;

	(void)state;
	slow->n_failures_left = 1;
	assert_int_equal(store->ops->stats(store, &stats, &err), ERR_UNAVAILABLE);
	assert_int_equal(count(store), 100000);
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_tasks_are_counted_each_time),
		cmocka_unit_test(the_number_of_very_many_is_kept_for_a_while),
		cmocka_unit_test(what_could_not_be_counted_is_no_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
