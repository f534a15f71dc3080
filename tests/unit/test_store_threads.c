/* store/: many threads at once.  Built with TSan it also shows that nothing is raced for. */
#include "tests/lib/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/stores.h"

#define THREADS 4
#define ROUNDS 500
#define TEXT_MAX ((size_t)16 << 20)

struct crowd {
	struct scratch_store scratch;
	struct store *store;
	char shared_id[UUID_TEXT_SIZE];
	atomic_uint n_lost; /* changes refused because another one came first; tasks that were created */
	atomic_uint n_wrong; /* answers that may never be */
};

struct worker {
	struct crowd *crowd;
	pthread_t thread;
	struct buf json;
	struct err err;
};

static void expect(struct worker *w, bool holds)
{
	if (!holds)
		atomic_fetch_add(&w->crowd->n_wrong, 1);
}

static struct store_receipt get(struct worker *w, const char *id)
{
	struct store *store = w->crowd->store;
	struct store_receipt receipt = { .version = 0 };

	buf_reset(&w->json);
	expect(w, store->ops->get(store, str_from(id), &receipt, &w->json, &w->err) == 0);
	return receipt;
}

/* Read, change, write back if nobody was faster: the way clients use ETags. */
static void *raise_version(void *arg)
{
	struct worker *w = arg;
	struct store *store = w->crowd->store;
	struct task_fields fields = { .status = STR("moved") };

	for (int i = 0; i < ROUNDS; i++) {
		struct store_receipt seen = get(w, w->crowd->shared_id), now;
		int rc = store->ops->update(store, str_from(seen.id), seen.version, &fields, &now,
		                            &w->json, &w->err);

		expect(w, rc == 0 || rc == ERR_PRECONDITION);
		expect(w, rc != 0 || now.version == seen.version + 1);
		if (rc != 0)
			atomic_fetch_add(&w->crowd->n_lost, 1);
	}
	return NULL;
}

static void *create_and_remove(void *arg)
{
	struct worker *w = arg;
	struct store *store = w->crowd->store;
	struct store_new new_task = { .fields.title = STR("short-lived") };

	for (int i = 0; i < ROUNDS; i++) {
		struct store_receipt receipt;

		buf_reset(&w->json);
		expect(w, store->ops->create(store, &new_task, &receipt, &w->json, &w->err) == 0);
		get(w, receipt.id);
		expect(w, store->ops->remove(store, str_from(receipt.id), 0, &w->err) == 0);
	}
	return NULL;
}

/* Every page is in order and whole, whatever happens to the store meanwhile. */
static void *read_lists(void *arg)
{
	struct worker *w = arg;
	struct store *store = w->crowd->store;
	struct store_query query = { .limit = 100 };

	for (int i = 0; i < ROUNDS; i++) {
		struct store_page page;
		char last[UUID_TEXT_SIZE] = "";
		size_t n = 0;

		buf_reset(&w->json);
		expect(w, store->ops->list(store, &query, &page, &w->json, &w->err) == 0);
		buf_append_char(&w->json, 0);
		for (char *at = w->json.data; (at = strstr(at, "{\"id\":\"")) != NULL; n++) {
			at += strlen("{\"id\":\"");
			expect(w, strncmp(last, at, UUID_TEXT_SIZE - 1) < 0);
			memcpy(last, at, UUID_TEXT_SIZE - 1);
		}
		expect(w, n == page.n_tasks);
	}
	return NULL;
}

static void run(struct crowd *crowd, void *(*const *jobs)(void *), size_t n_jobs)
{
	struct worker workers[THREADS] = { 0 };

	for (size_t i = 0; i < THREADS; i++) {
		workers[i].crowd = crowd;
		buf_init(&workers[i].json, TEXT_MAX);
		assert_int_equal(pthread_create(&workers[i].thread, NULL, jobs[i % n_jobs],
		                                &workers[i]),
		                 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		buf_deinit(&workers[i].json);
	}
}

static int open_crowd(void **state)
{
	struct store_new new_task = { .fields.title = STR("shared") };
	struct crowd *crowd = calloc(1, sizeof *crowd);
	struct store_receipt receipt;
	struct err err = ERR_INIT;
	struct buf json;

	assert_non_null(crowd);
	crowd->scratch = scratch_create(STORE_LIMITS_DEFAULT);
	crowd->store = crowd->scratch.store;
	buf_init(&json, TEXT_MAX);
	assert_int_equal(crowd->store->ops->create(crowd->store, &new_task, &receipt, &json, &err),
	                 0);
	memcpy(crowd->shared_id, receipt.id, sizeof crowd->shared_id);
	buf_deinit(&json);
	*state = crowd;
	return 0;
}

static int close_crowd(void **state)
{
	struct crowd *crowd = *state;

	scratch_destroy(&crowd->scratch);
	free(crowd);
	return 0;
}

TEST(of_changes_for_one_version_exactly_one_wins) {
	struct crowd *crowd = *state;
	void *(*const jobs[])(void *) = { raise_version };
	struct worker reader = { .crowd = crowd };

	run(crowd, jobs, ARRAY_LEN(jobs));
	assert_int_equal(crowd->n_wrong, 0);
	buf_init(&reader.json, TEXT_MAX);
	assert_int_equal(get(&reader, crowd->shared_id).version,
	                 1 + THREADS * ROUNDS - crowd->n_lost);
	buf_deinit(&reader.json);
}

/* Of all who send one key, one creates and the others are answered with what it has created. */
static void *create_keyed(void *arg)
{
	struct worker *w = arg;
	struct store *store = w->crowd->store;
	struct store_new new_task = { .fields.title = STR("keyed") };
	char key[20];

	new_task.key.key = (struct str){ key, 0 };
	for (int i = 0; i < ROUNDS; i++) {
		struct store_receipt receipt;

		new_task.key.key.len = (size_t)snprintf(key, sizeof key, "%d", i);
		buf_reset(&w->json);
		expect(w, store->ops->create(store, &new_task, &receipt, &w->json, &w->err) == 0);
		if (!receipt.is_replay)
			atomic_fetch_add(&w->crowd->n_lost, 1);
		get(w, receipt.id);
	}
	return NULL;
}

TEST(of_creations_with_one_key_exactly_one_creates) {
	struct crowd *crowd = *state;
	void *(*const jobs[])(void *) = { create_keyed };
	struct store_stats stats;
	struct err err = ERR_INIT;

	run(crowd, jobs, ARRAY_LEN(jobs));
	assert_int_equal(crowd->n_wrong, 0);
	assert_int_equal(crowd->n_lost, ROUNDS);
	assert_int_equal(crowd->store->ops->stats(crowd->store, &stats, &err), 0);
	assert_int_equal(stats.n_plain, 1 + ROUNDS);
}

TEST(readers_see_whole_pages_while_tasks_come_and_go) {
	struct crowd *crowd = *state;
	void *(*const jobs[])(void *) = { create_and_remove, read_lists, raise_version };
	struct store_stats stats;
	struct err err = ERR_INIT;

	run(crowd, jobs, ARRAY_LEN(jobs));
	assert_int_equal(crowd->n_wrong, 0);
	assert_int_equal(crowd->store->ops->stats(crowd->store, &stats, &err), 0);
	assert_int_equal(stats.n_plain, 1);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		store_kind = argv[1];

	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(of_changes_for_one_version_exactly_one_wins,
		                                open_crowd, close_crowd),
		cmocka_unit_test_setup_teardown(of_creations_with_one_key_exactly_one_creates,
		                                open_crowd, close_crowd),
		cmocka_unit_test_setup_teardown(readers_see_whole_pages_while_tasks_come_and_go,
		                                open_crowd, close_crowd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
