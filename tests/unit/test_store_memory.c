/* The memory store's limits. */
#include "tests/lib/test.h"

#include <string.h>

#include "store/store.h"

#define TEXT_MAX 100000

struct fixture {
	struct store *store;
	struct err err;
	struct store_receipt receipt;
	struct buf json;
};

static struct fixture opened(struct store_limits limits)
{
	struct fixture f = { .err = ERR_INIT };

	buf_init(&f.json, TEXT_MAX);
	assert_int_equal(store_open(STR("memory"), &limits, &f.store, &f.err), 0);
	return f;
}

static void fixture_deinit(struct fixture *f)
{
	store_close(f->store);
	buf_deinit(&f->json);
}

#define OPENED(limits) \
	CLEANUP(fixture_deinit) struct fixture f = opened(limits); \
	(void)state

static int create(struct fixture *f, const char *title)
{
	struct store_new new_task = { .fields.title = str_from(title) };

	buf_reset(&f->json);
	return f->store->ops->create(f->store, &new_task, &f->receipt, &f->json, &f->err);
}

static int update(struct fixture *f, const char *id, struct task_fields fields)
{
	buf_reset(&f->json);
	return f->store->ops->update(f->store, str_from(id), 0, &fields, &f->receipt, &f->json,
	                             &f->err);
}

static int remove_task(struct fixture *f, const char *id)
{
	return f->store->ops->remove(f->store, str_from(id), 0, &f->err);
}

TEST(a_store_with_all_the_tasks_it_may_have_says_so_and_recovers) {
	OPENED(((struct store_limits){ .tasks_max = 2, .bytes_max = SIZE_MAX }));
	assert_int_equal(create(&f, "a"), 0);
	assert_int_equal(create(&f, "b"), 0);

	char id[UUID_TEXT_SIZE];
	memcpy(id, f.receipt.id, sizeof id);
	assert_int_equal(create(&f, "c"), ERR_UNAVAILABLE);
	assert_string_equal(f.err.limit, "max-tasks");
	assert_int_equal(f.json.len, 0);
	assert_int_equal(remove_task(&f, id), 0);
	assert_int_equal(create(&f, "c"), 0);
}

TEST(a_store_with_all_the_bytes_it_may_have_says_so_and_keeps_what_it_has) {
	static char description[1000];

	memset(description, 'x', sizeof description);
	OPENED(((struct store_limits){ .tasks_max = 100, .bytes_max = 2000 }));
	assert_int_equal(create(&f, "a"), 0);

	char id[UUID_TEXT_SIZE];
	memcpy(id, f.receipt.id, sizeof id);
	struct task_fields fields = { .description = { description, sizeof description } };
	assert_int_equal(update(&f, id, fields), ERR_UNAVAILABLE);
	assert_string_equal(f.err.limit, "max-tasks-bytes");
	assert_int_equal(f.json.len, 0);
	assert_int_equal(f.store->ops->get(f.store, str_from(id), &f.receipt, &f.json, &f.err), 0);
	assert_int_equal(f.receipt.version, 1);
}

TEST(what_is_removed_or_replaced_is_given_back) {
	struct store_stats stats;

	OPENED(STORE_LIMITS_DEFAULT);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(create(&f, "a"), 0);

		char id[UUID_TEXT_SIZE];
		memcpy(id, f.receipt.id, sizeof id);
		assert_int_equal(update(&f, id, (struct task_fields){ .title = STR("longer") }), 0);
		assert_int_equal(f.store->ops->stats(f.store, &stats, &f.err), 0);
		assert_int_equal(stats.n_plain, 1);
		assert_int_equal(remove_task(&f, id), 0);
	}
	assert_int_equal(f.store->ops->stats(f.store, &stats, &f.err), 0);
	assert_int_equal(stats.n_plain, 0);
	assert_int_equal(stats.n_bytes, 0);
	assert_int_equal(f.store->ops->health(f.store, &f.err), 0);
}

TEST(keys_count_as_bytes_too) {
	struct store_new new_task = { .fields.title = STR("a") };
	struct store_sweep sweep = { .keys_before_ms = INT64_MAX, .n_max = 1000 };
	char key[] = "a";
	size_t n;

	OPENED(((struct store_limits){ .tasks_max = 100, .bytes_max = 1500 }));
	int rc = 0;
	for (; rc == 0; key[0]++) {
		new_task.key.key = str_from(key);
		rc = f.store->ops->create(f.store, &new_task, &f.receipt, &f.json, &f.err);
		if (rc == 0)
			assert_int_equal(remove_task(&f, f.receipt.id), 0);
	}
	assert_int_equal(rc, ERR_UNAVAILABLE);
	assert_string_equal(f.err.limit, "max-tasks-bytes");
	assert_int_equal(f.store->ops->sweep(f.store, &sweep, &n, &f.err), 0);
	assert_true(n > 1);
	assert_int_equal(create(&f, "b"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_store_with_all_the_tasks_it_may_have_says_so_and_recovers),
		RUN(a_store_with_all_the_bytes_it_may_have_says_so_and_keeps_what_it_has),
		RUN(what_is_removed_or_replaced_is_given_back),
		RUN(keys_count_as_bytes_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
