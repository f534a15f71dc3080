/* store/: what every store promises, shown on the memory store; and that one's limits. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "store/store.h"

#define TEXT_MAX 100000

/* A store, and the last answer of it as a C string. */
struct fixture {
	struct store *store;
	struct err err;
	struct store_receipt receipt;
	struct store_page page;
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

static const char *text(struct fixture *f)
{
	buf_append_char(&f->json, 0);
	f->json.len--;
	return f->json.data;
}

static int create(struct fixture *f, const char *title)
{
	struct task_fields fields = { .title = str_from(title) };

	buf_reset(&f->json);
	return f->store->ops->create(f->store, &fields, &f->receipt, &f->json, &f->err);
}

static int get(struct fixture *f, const char *id)
{
	buf_reset(&f->json);
	return f->store->ops->get(f->store, str_from(id), &f->receipt, &f->json, &f->err);
}

static int list(struct fixture *f, struct store_query query)
{
	buf_reset(&f->json);
	return f->store->ops->list(f->store, &query, &f->page, &f->json, &f->err);
}

static int update(struct fixture *f, const char *id, uint64_t version, struct task_fields fields)
{
	buf_reset(&f->json);
	return f->store->ops->update(f->store, str_from(id), version, &fields, &f->receipt,
	                             &f->json, &f->err);
}

static int remove_task(struct fixture *f, const char *id, uint64_t version)
{
	return f->store->ops->remove(f->store, str_from(id), version, &f->err);
}

static void assert_has(struct fixture *f, const char *part)
{
	if (strstr(text(f), part) == NULL)
		fail_msg("%s is not in %s", part, text(f));
}

static void assert_has_not(struct fixture *f, const char *part)
{
	if (strstr(text(f), part) != NULL)
		fail_msg("%s is in %s", part, text(f));
}

TEST(a_new_task_is_pending_and_has_every_field) {
	OPENED(STORE_LIMITS_DEFAULT);
	assert_int_equal(create(&f, "Write \"it\" down"), 0);
	assert_int_equal(f.receipt.version, 1);
	assert_int_equal(strlen(f.receipt.id), 36);

	char start[100];
	snprintf(start, sizeof start, "{\"id\":\"%s\",", f.receipt.id);
	assert_memory_equal(text(&f), start, strlen(start));
	assert_has(&f,
	           "\"title\":\"Write \\\"it\\\" down\",\"description\":\"\",\"status\":\"pending\","
	           "\"priority\":1,\"created_at\":\"2");
	assert_has(&f, "Z\",\"version\":1}");
}

TEST(a_task_is_read_back_as_it_was_answered) {
	char created[1000];

	OPENED(STORE_LIMITS_DEFAULT);
	assert_int_equal(create(&f, "a"), 0);
	snprintf(created, sizeof created, "%s", text(&f));

	char id[UUID_TEXT_SIZE];
	memcpy(id, f.receipt.id, sizeof id);
	assert_int_equal(get(&f, id), 0);
	assert_string_equal(text(&f), created);
	assert_int_equal(f.receipt.version, 1);
}

TEST(what_is_not_there_is_not_found_whatever_its_id_looks_like) {
	OPENED(STORE_LIMITS_DEFAULT);
	assert_int_equal(get(&f, "0190b1c2-9b7a-7def-8123-456789abcdef"), ERR_NOT_FOUND);
	assert_int_equal(create(&f, "a"), 0);
	assert_int_equal(get(&f, "0190b1c2-9b7a-7def-8123-456789abcdef"), ERR_NOT_FOUND);
	assert_int_equal(get(&f, ""), ERR_NOT_FOUND);
	assert_int_equal(get(&f, "no uuid"), ERR_NOT_FOUND);
	assert_int_equal(update(&f, "no uuid", 0, (struct task_fields){ 0 }), ERR_NOT_FOUND);
	assert_int_equal(remove_task(&f, "no uuid", 0), ERR_NOT_FOUND);
	assert_string_equal(f.err.message, "Task not found");
	assert_int_equal(f.json.len, 0);
}

TEST(a_change_leaves_the_rest_and_raises_the_version) {
	OPENED(STORE_LIMITS_DEFAULT);
	assert_int_equal(create(&f, "before"), 0);

	char id[UUID_TEXT_SIZE];
	memcpy(id, f.receipt.id, sizeof id);
	assert_int_equal(update(&f, id, 0, (struct task_fields){ .status = STR("done") }), 0);
	assert_int_equal(f.receipt.version, 2);
	assert_has(&f, "\"title\":\"before\"");
	assert_has(&f, "\"status\":\"done\"");
	assert_int_equal(update(&f, id, 0,
	                        (struct task_fields){ .title = STR("after"),
	                                              .description = STR("long"),
	                                              .priority = 5 }),
	                 0);
	assert_int_equal(get(&f, id), 0);
	assert_has(&f,
	           "\"title\":\"after\",\"description\":\"long\",\"status\":\"done\",\"priority\":5");
	assert_has(&f, "\"version\":3}");
}

TEST(an_empty_description_is_given_not_left_out) {
	OPENED(STORE_LIMITS_DEFAULT);
	assert_int_equal(create(&f, "a"), 0);

	char id[UUID_TEXT_SIZE];
	memcpy(id, f.receipt.id, sizeof id);
	assert_int_equal(update(&f, id, 0, (struct task_fields){ .description = STR("x") }), 0);
	assert_int_equal(update(&f, id, 0, (struct task_fields){ .description = STR("") }), 0);
	assert_has(&f, "\"description\":\"\"");
}

TEST(a_change_for_another_version_does_nothing) {
	OPENED(STORE_LIMITS_DEFAULT);
	assert_int_equal(create(&f, "a"), 0);

	char id[UUID_TEXT_SIZE];
	memcpy(id, f.receipt.id, sizeof id);
	assert_int_equal(update(&f, id, 2, (struct task_fields){ .title = STR("b") }),
	                 ERR_PRECONDITION);
	assert_int_equal(remove_task(&f, id, 2), ERR_PRECONDITION);
	assert_int_equal(update(&f, id, 1, (struct task_fields){ .title = STR("c") }), 0);
	assert_int_equal(get(&f, id), 0);
	assert_has(&f, "\"title\":\"c\"");
	assert_int_equal(remove_task(&f, id, 2), 0);
}

TEST(what_was_removed_is_gone) {
	OPENED(STORE_LIMITS_DEFAULT);
	assert_int_equal(create(&f, "a"), 0);

	char id[UUID_TEXT_SIZE];
	memcpy(id, f.receipt.id, sizeof id);
	assert_int_equal(remove_task(&f, id, 0), 0);
	assert_int_equal(get(&f, id), ERR_NOT_FOUND);
	assert_int_equal(remove_task(&f, id, 0), ERR_NOT_FOUND);
	assert_int_equal(list(&f, (struct store_query){ .limit = 10 }), 0);
	assert_int_equal(f.page.n_tasks, 0);
	assert_int_equal(f.json.len, 0);
}

TEST(a_list_is_in_order_of_creation) {
	OPENED(STORE_LIMITS_DEFAULT);
	assert_int_equal(create(&f, "first"), 0);
	assert_int_equal(create(&f, "second"), 0);
	assert_int_equal(create(&f, "third"), 0);
	assert_int_equal(list(&f, (struct store_query){ .limit = 10 }), 0);
	assert_int_equal(f.page.n_tasks, 3);
	assert_string_equal(f.page.next, "");

	const char *first = strstr(text(&f), "first"), *second = strstr(text(&f), "second");
	assert_true(first < second);
	assert_true(second < strstr(text(&f), "third"));
	assert_has(&f, "},{");
}

TEST(a_list_may_be_of_one_status) {
	OPENED(STORE_LIMITS_DEFAULT);
	assert_int_equal(create(&f, "one"), 0);
	assert_int_equal(create(&f, "two"), 0);

	char id[UUID_TEXT_SIZE];
	memcpy(id, f.receipt.id, sizeof id);
	assert_int_equal(update(&f, id, 0, (struct task_fields){ .status = STR("done") }), 0);
	assert_int_equal(list(&f, (struct store_query){ .limit = 10, .status = STR("done") }), 0);
	assert_int_equal(f.page.n_tasks, 1);
	assert_has(&f, "\"two\"");
	assert_has_not(&f, "\"one\"");
	assert_int_equal(list(&f, (struct store_query){ .limit = 10, .status = STR("Done") }), 0);
	assert_int_equal(f.page.n_tasks, 0);
}

/* Titles of all pages, one letter each, read with removals between the pages when asked. */
static void read_pages(struct fixture *f, size_t limit, bool remove_last, char *ret)
{
	struct store_query query = { .limit = limit };
	char after[STORE_CURSOR_SIZE] = "";
	size_t n = 0;

	do {
		query.after = str_from(after);
		assert_int_equal(list(f, query), 0);
		for (const char *at = text(f); (at = strstr(at, "\"title\":\"")) != NULL; at += 10)
			ret[n++] = at[9];
		memcpy(after, f->page.next, sizeof after);
		if (remove_last && after[0] != 0)
			assert_int_equal(remove_task(f, after, 0), 0);
	} while (after[0] != 0);
	ret[n] = 0;
}

TEST(pages_follow_each_other_without_a_gap) {
	char titles[100];

	OPENED(STORE_LIMITS_DEFAULT);
	for (char title[] = "a"; title[0] <= 'g'; title[0]++)
		assert_int_equal(create(&f, title), 0);
	for (size_t limit = 1; limit <= 8; limit++) {
		read_pages(&f, limit, false, titles);
		assert_string_equal(titles, "abcdefg");
	}
}

TEST(a_page_continues_where_the_task_of_its_cursor_was_removed) {
	char titles[100];

	OPENED(STORE_LIMITS_DEFAULT);
	for (char title[] = "a"; title[0] <= 'g'; title[0]++)
		assert_int_equal(create(&f, title), 0);
	read_pages(&f, 2, true, titles);
	assert_string_equal(titles, "abcdefg");
	read_pages(&f, 2, false, titles);
	assert_string_equal(titles, "aceg");
}

TEST(a_cursor_of_nobody_is_refused) {
	OPENED(STORE_LIMITS_DEFAULT);
	assert_int_equal(list(&f, (struct store_query){ .limit = 1, .after = STR("12") }),
	                 ERR_INVALID);
}

TEST(order_and_index_survive_many_removals) {
	static char ids[5000][UUID_TEXT_SIZE];

	OPENED(STORE_LIMITS_DEFAULT);
	for (int i = 0; i < 5000; i++) {
		assert_int_equal(create(&f, "x"), 0);
		memcpy(ids[i], f.receipt.id, sizeof ids[i]);
	}
	for (int i = 0; i < 5000; i++)
		if (i % 10 != 3)
			assert_int_equal(remove_task(&f, ids[i], 0), 0);
	f.json.max = SIZE_MAX;
	assert_int_equal(list(&f, (struct store_query){ .limit = 1000 }), 0);
	assert_int_equal(f.page.n_tasks, 500);

	const char *at = text(&f);
	for (int i = 3; i < 5000; i += 10) {
		at = strstr(at, ids[i]);
		assert_non_null(at);
	}
	assert_int_equal(get(&f, ids[4993]), 0);
	assert_int_equal(get(&f, ids[4994]), ERR_NOT_FOUND);
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
	assert_int_equal(remove_task(&f, id, 0), 0);
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
	assert_int_equal(update(&f, id, 0, fields), ERR_UNAVAILABLE);
	assert_string_equal(f.err.limit, "max-tasks-bytes");
	assert_int_equal(get(&f, id), 0);
	assert_has(&f, "\"description\":\"\"");
	assert_has(&f, "\"version\":1}");
}

TEST(what_is_removed_or_replaced_is_given_back) {
	struct store_stats stats;

	OPENED(STORE_LIMITS_DEFAULT);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(create(&f, "a"), 0);

		char id[UUID_TEXT_SIZE];
		memcpy(id, f.receipt.id, sizeof id);
		assert_int_equal(update(&f, id, 0, (struct task_fields){ .title = STR("longer") }),
		                 0);
		assert_int_equal(f.store->ops->stats(f.store, &stats, &f.err), 0);
		assert_int_equal(stats.n_tasks, 1);
		assert_int_equal(remove_task(&f, id, 0), 0);
	}
	assert_int_equal(f.store->ops->stats(f.store, &stats, &f.err), 0);
	assert_int_equal(stats.n_tasks, 0);
	assert_int_equal(stats.n_bytes, 0);
	assert_int_equal(f.store->ops->health(f.store, &f.err), 0);
}

TEST(a_store_that_does_not_exist_is_refused_by_name) {
	struct store_limits limits = STORE_LIMITS_DEFAULT;
	struct store *store = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(store_open(STR("memroy"), &limits, &store, &err), ERR_INVALID);
	assert_string_equal(err.message, "there is no store \"memroy\", only \"memory\"");
	assert_int_equal(store_open(STR("memory:x"), &limits, &store, &err), ERR_INVALID);
	assert_int_equal(store_open(STR(""), &limits, &store, &err), ERR_INVALID);
	assert_null(store);
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_new_task_is_pending_and_has_every_field),
		RUN(a_task_is_read_back_as_it_was_answered),
		RUN(what_is_not_there_is_not_found_whatever_its_id_looks_like),
		RUN(a_change_leaves_the_rest_and_raises_the_version),
		RUN(an_empty_description_is_given_not_left_out),
		RUN(a_change_for_another_version_does_nothing),
		RUN(what_was_removed_is_gone),
		RUN(a_list_is_in_order_of_creation),
		RUN(a_list_may_be_of_one_status),
		RUN(pages_follow_each_other_without_a_gap),
		RUN(a_page_continues_where_the_task_of_its_cursor_was_removed),
		RUN(a_cursor_of_nobody_is_refused),
		RUN(order_and_index_survive_many_removals),
		RUN(a_store_with_all_the_tasks_it_may_have_says_so_and_recovers),
		RUN(a_store_with_all_the_bytes_it_may_have_says_so_and_keeps_what_it_has),
		RUN(what_is_removed_or_replaced_is_given_back),
		RUN(a_store_that_does_not_exist_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
