/*
 * store/ and json/ when the system has no memory left: every allocation is made to fail once.
 *
 * The linker sends what the libraries call to the functions below (--wrap); cJSON, which is a
 * library of its own, is given them as its hooks.
 */
#include "tests/lib/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "json/read.h"
#include "store/store.h"

#define NEVER SIZE_MAX

static size_t n_until_failure = NEVER;

static bool must_fail(void)
{
	return n_until_failure != NEVER && n_until_failure-- == 0;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);

void *__wrap_malloc(size_t size)
{
	return must_fail() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return must_fail() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return must_fail() ? NULL : __real_realloc(p, size);
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return must_fail() ? NULL : __real_reallocarray(p, n, size);
}

/* Room in the answer is the caller's: taken before, so that the store alone can fail. */
static struct buf answer_buf(void)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	assert_non_null(buf_reserve(&b, 1 << 16));
	return b;
}

static struct store *open_memory(void)
{
	struct store_limits limits = STORE_LIMITS_DEFAULT;
	struct err err = ERR_INIT;
	struct store *store;

	assert_int_equal(store_open(STR("memory"), &limits, &store, &err), 0);
	return store;
}

static size_t n_tasks(struct store *store)
{
	struct store_stats stats;
	struct err err = ERR_INIT;

	assert_int_equal(store->ops->stats(store, &stats, &err), 0);
	return stats.n_plain;
}

TEST(a_store_that_cannot_be_opened_leaves_nothing_behind) {
	struct store_limits limits = STORE_LIMITS_DEFAULT;
	struct store *store = NULL;
	struct err err = ERR_INIT;

	(void)state;
	n_until_failure = 0;
	int rc = store_open(STR("memory"), &limits, &store, &err);
	n_until_failure = NEVER;
	assert_int_equal(rc, ERR_UNAVAILABLE);
	assert_null(store);
}

TEST(a_task_that_cannot_be_kept_is_refused_and_not_there) {
	struct store_new new_task = { .fields.title = STR("a"), .fields.description = STR("b") };
	struct store *store = open_memory();
	struct buf json = answer_buf();
	struct store_receipt receipt;
	struct err err = ERR_INIT;
	size_t n_created = 0, n_refused = 0;
	char key[24];

	(void)state;
	/* Enough tasks for the index and the array to grow more than once, each after all failures. */
	while (n_created < 200) {
		for (size_t n = 0;; n++) {
			n_until_failure = n;
			int rc = store->ops->create(store, &new_task, &receipt, &json, &err);
			n_until_failure = NEVER;
			if (rc == 0)
				break;
			assert_int_equal(rc, ERR_UNAVAILABLE);
			assert_int_equal(json.len, 0);
			assert_int_equal(n_tasks(store), n_created);
			n_refused++;
		}
		buf_reset(&json);
		n_created++;
		snprintf(key, sizeof key, "%zu", n_created);
		new_task.key.key = n_created % 2 == 0 ? str_from(key) : (struct str){ 0 };
	}
	assert_true(n_refused > n_created);
	assert_int_equal(n_tasks(store), n_created);
	store_close(store);
	buf_deinit(&json);
}

TEST(a_change_that_cannot_be_kept_leaves_the_task_as_it_was) {
	struct store_new new_task = { .fields.title = STR("before") };
	struct task_fields change = { .title = STR("after") };
	struct store *store = open_memory();
	struct buf json = answer_buf();
	struct store_receipt receipt, now;
	struct err err = ERR_INIT;
	int rc = ERR_UNAVAILABLE;

	(void)state;
	assert_int_equal(store->ops->create(store, &new_task, &receipt, &json, &err), 0);
	for (size_t n = 0; rc != 0; n++) {
		n_until_failure = n;
		rc = store->ops->update(store, str_from(receipt.id), 0, &change, &now, &json, &err);
		n_until_failure = NEVER;
		buf_reset(&json);
		assert_int_equal(store->ops->get(store, str_from(receipt.id), &now, &json, &err), 0);
		assert_int_equal(now.version, rc == 0 ? 2 : 1);
		buf_reset(&json);
	}
	store_close(store);
	buf_deinit(&json);
}

TEST(a_message_that_cannot_be_held_is_an_error) {
	const struct str text = STR("{\"title\": \"x\", \"tags\": [1, {\"a\": null}]}");
	cJSON_Hooks failing = { .malloc_fn = __wrap_malloc, .free_fn = free };
	struct budget budget = BUDGET(1 << 20);
	struct arena arena;
	struct err err = ERR_INIT;
	int rc = ERR_INVALID;

	(void)state;
	cJSON_InitHooks(&failing);
	arena_init(&arena, &budget);
	struct json_problems problems = JSON_PROBLEMS(&arena);
	for (size_t n = 0; rc != 0; n++) {
		CLEANUP(json_reader_deinit) struct json_reader reader = { 0 };

		assert_true(n < 100);
		n_until_failure = n;
		rc = json_reader_init(&reader, text, "", &problems, &err);
		n_until_failure = NEVER;
		assert_true(rc == 0 || rc == ERR_INVALID);
		assert_true((reader.root != NULL) == (rc == 0));
	}
	arena_deinit(&arena);
	cJSON_InitHooks(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_store_that_cannot_be_opened_leaves_nothing_behind),
		RUN(a_task_that_cannot_be_kept_is_refused_and_not_there),
		RUN(a_change_that_cannot_be_kept_leaves_the_task_as_it_was),
		RUN(a_message_that_cannot_be_held_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
