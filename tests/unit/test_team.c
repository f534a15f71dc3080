/* base/team.h and budgets that threads share: under ThreadSanitizer too. */
#include "tests/lib/test.h"

#include <stdatomic.h>

#include "base/arena.h"
#include "base/team.h"

#define STEPS 10000

struct shared {
	struct budget budget;
	atomic_uint next; /* of the steps that are left */
	atomic_uint n_calls, n_running;
	atomic_uint done[STEPS];
};

static void take_steps(void *arg)
{
	struct shared *shared = arg;
	struct budget own = { .limit = SIZE_MAX, .parent = &shared->budget };
	struct arena a;
	unsigned i;

	atomic_fetch_add(&shared->n_calls, 1);
	atomic_fetch_add(&shared->n_running, 1);
	arena_init(&a, &own);
	while ((i = atomic_fetch_add(&shared->next, 1)) < STEPS) {
		atomic_fetch_add(&shared->done[i], 1);
		assert_non_null(arena_alloc(&a, 1000));
		if (i % 64 == 0)
			arena_reset(&a);
	}
	arena_deinit(&a);
	assert_int_equal(own.used, 0);
	atomic_fetch_sub(&shared->n_running, 1);
}

static struct shared shared;

static void assert_all_is_done_by(unsigned n_max, unsigned n)
{
	struct team team = team_of_threads(n_max);

	shared = (struct shared){ .budget = BUDGET((size_t)1 << 30) };
	team.run(&team, n, take_steps, &shared);
	for (unsigned i = 0; i < STEPS; i++)
		assert_int_equal(atomic_load(&shared.done[i]), 1);
	assert_true(atomic_load(&shared.n_calls) >= 1);
	assert_true(atomic_load(&shared.n_calls) <= MAX(MIN(n, n_max), 1U));
	assert_int_equal(atomic_load(&shared.n_running), 0);
	assert_int_equal(budget_used(&shared.budget), 0);
	assert_true(shared.budget.peak >= 64 * 1000);
}

TEST(each_step_is_taken_once_however_many_threads_there_are) {
	(void)state;
	assert_all_is_done_by(1, 1);
	assert_all_is_done_by(1, 5);
	assert_all_is_done_by(2, 2);
	assert_all_is_done_by(4, 3);
	assert_all_is_done_by(8, 8);
	assert_all_is_done_by(0, 0);
}

TEST(a_part_knows_whether_it_or_the_whole_was_at_its_end) {
	struct budget whole = BUDGET(1000);
	struct budget part = { .limit = 600, .parent = &whole };

	(void)state;
	assert_false(budget_take(&part, 601));
	assert_false(part.is_parent_full);
	assert_true(budget_take(&whole, 500));
	assert_false(budget_take(&part, 501));
	assert_true(part.is_parent_full);
	assert_int_equal(budget_used(&part), 0);
	assert_int_equal(budget_used(&whole), 500);
}

TEST(memory_is_paid_for_once_and_handed_over_once) {
	struct budget whole = BUDGET(1000);
	struct budget part = { .limit = 700, .parent = &whole };

	(void)state;
	assert_true(budget_take(&whole, 400)); /* by the owner of the body, say */
	assert_true(budget_take_paid(&part, 400));
	assert_int_equal(budget_used(&whole), 400);
	assert_false(budget_take(&part, 301));
	assert_true(budget_take(&part, 300)); /* the answer, which outlives the part */
	budget_hand_over(&part, 300);
	assert_int_equal(budget_used(&part), 400);
	assert_int_equal(budget_used(&whole), 700);
}

TEST(a_part_of_a_budget_ends_where_the_whole_does) {
	struct budget whole = BUDGET(1000);
	struct budget parts[2] = { { .limit = SIZE_MAX, .parent = &whole },
		                   { .limit = 500, .parent = &whole } };

	(void)state;
	assert_true(budget_take(&parts[0], 600));
	assert_false(budget_take(&parts[1], 401));
	assert_int_equal(parts[1].used, 0);
	assert_true(budget_take(&parts[1], 400));
	budget_give(&parts[0], 600);
	assert_false(budget_take(&parts[1], 101));
	assert_true(budget_take(&parts[1], 100));
	assert_int_equal(whole.used, 500);
	assert_int_equal(whole.peak, 1000);
	assert_int_equal(parts[0].peak, 600);
	budget_give(&parts[1], 500);
	assert_int_equal(whole.used, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(each_step_is_taken_once_however_many_threads_there_are),
		RUN(a_part_knows_whether_it_or_the_whole_was_at_its_end),
		RUN(memory_is_paid_for_once_and_handed_over_once),
		RUN(a_part_of_a_budget_ends_where_the_whole_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
