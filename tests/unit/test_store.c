/* store/: what every store promises, shown on the one that the argument names. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/stores.h"

#define TEXT_MAX 100000

/* A store, and the last answer of it as a C string. */
struct fixture {
	struct scratch_store scratch;
	struct store *store;
	struct err err;
	struct store_receipt receipt;
	struct store_page page;
	struct buf json;
};

static struct fixture opened(void)
{
	struct fixture f = { .scratch = scratch_create(STORE_LIMITS_DEFAULT), .err = ERR_INIT };

	f.store = f.scratch.store;
	buf_init(&f.json, TEXT_MAX);
	return f;
}

static void fixture_deinit(struct fixture *f)
{
	scratch_destroy(&f->scratch);
	buf_deinit(&f->json);
}

#define OPENED \
	CLEANUP(fixture_deinit) struct fixture f = opened(); \
	(void)state

static const char *text(struct fixture *f)
{
	buf_append_char(&f->json, 0);
	f->json.len--;
	return f->json.data;
}

static int create_new(struct fixture *f, struct store_new new_task)
{
	buf_reset(&f->json);
	return f->store->ops->create(f->store, &new_task, &f->receipt, &f->json, &f->err);
}

static int create(struct fixture *f, const char *title)
{
	return create_new(f, (struct store_new){ .fields.title = str_from(title) });
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
	OPENED;
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

	OPENED;
	assert_int_equal(create(&f, "a"), 0);
	snprintf(created, sizeof created, "%s", text(&f));

	char id[UUID_TEXT_SIZE];
	memcpy(id, f.receipt.id, sizeof id);
	assert_int_equal(get(&f, id), 0);
	assert_string_equal(text(&f), created);
	assert_int_equal(f.receipt.version, 1);
}

TEST(what_is_not_there_is_not_found_whatever_its_id_looks_like) {
	OPENED;
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
	OPENED;
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
	OPENED;
	assert_int_equal(create(&f, "a"), 0);

	char id[UUID_TEXT_SIZE];
	memcpy(id, f.receipt.id, sizeof id);
	assert_int_equal(update(&f, id, 0, (struct task_fields){ .description = STR("x") }), 0);
	assert_int_equal(update(&f, id, 0, (struct task_fields){ .description = STR("") }), 0);
	assert_has(&f, "\"description\":\"\"");
}

TEST(a_change_for_another_version_does_nothing) {
	OPENED;
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
	OPENED;
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
	OPENED;
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
	OPENED;
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

/* The last id in the last answer. */
static void last_id(struct fixture *f, char ret[UUID_TEXT_SIZE])
{
	for (const char *at = text(f); (at = strstr(at, "{\"id\":\"")) != NULL;) {
		at += strlen("{\"id\":\"");
		memcpy(ret, at, UUID_TEXT_SIZE - 1);
	}
	ret[UUID_TEXT_SIZE - 1] = 0;
}

/* Titles of all pages, one letter each, read with removals between the pages when asked. */
static void read_all(struct fixture *f, struct store_query query, bool remove_last, char *ret)
{
	char after[STORE_CURSOR_SIZE] = "", id[UUID_TEXT_SIZE];
	size_t n = 0;

	do {
		query.after = str_from(after);
		assert_int_equal(list(f, query), 0);
		for (const char *at = text(f); (at = strstr(at, "\"title\":\"")) != NULL; at += 10)
			ret[n++] = at[9];
		memcpy(after, f->page.next, sizeof after);
		last_id(f, id);
		if (remove_last && after[0] != 0)
			assert_int_equal(remove_task(f, id, 0), 0);
	} while (after[0] != 0);
	ret[n] = 0;
}

static void read_pages(struct fixture *f, size_t limit, bool remove_last, char *ret)
{
	read_all(f, (struct store_query){ .limit = limit }, remove_last, ret);
}

TEST(pages_follow_each_other_without_a_gap) {
	char titles[100];

	OPENED;
	for (char title[] = "a"; title[0] <= 'g'; title[0]++)
		assert_int_equal(create(&f, title), 0);
	for (size_t limit = 1; limit <= 8; limit++) {
		read_pages(&f, limit, false, titles);
		assert_string_equal(titles, "abcdefg");
	}
}

TEST(a_page_continues_where_the_task_of_its_cursor_was_removed) {
	char titles[100];

	OPENED;
	for (char title[] = "a"; title[0] <= 'g'; title[0]++)
		assert_int_equal(create(&f, title), 0);
	read_pages(&f, 2, true, titles);
	assert_string_equal(titles, "abcdefg");
	read_pages(&f, 2, false, titles);
	assert_string_equal(titles, "aceg");
}

TEST(a_cursor_of_nobody_is_refused) {
	static const char *const wrong[] = {
		"12", "c", "c-1", "c 1", "c1x", "C1", "p1.1", "x1", "c99999999999999999999",
	};

	OPENED;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(list(&f, (struct store_query){ .limit = 1,
		                                                .after = str_from(wrong[i]) }),
		                 ERR_INVALID);
	assert_int_equal(list(&f, (struct store_query){ .limit = 1,
	                                                .sort = STORE_SORT_PRIORITY,
	                                                .after = STR("p6.1") }),
	                 ERR_INVALID);
}

/* Tasks a to h, of the priorities and with the status "odd" for every second one. */
static void create_sorted(struct fixture *f)
{
	static const int priorities[] = { 3, 1, 5, 3, 1, 4, 5, 3 };
	char title[] = "a";

	for (size_t i = 0; i < ARRAY_LEN(priorities); i++, title[0]++) {
		struct task_fields fields = { .title = str_from(title), .priority = priorities[i] };

		if (i % 2 == 1)
			fields.status = STR("odd");
		assert_int_equal(create_new(f, (struct store_new){ .fields = fields }), 0);
	}
}

TEST(a_list_is_in_the_order_asked_for_whatever_the_page) {
	const struct {
		struct store_query query;
		const char *titles;
	} cases[] = {
		{ { .sort = STORE_SORT_CREATED }, "abcdefgh" },
		{ { .sort = STORE_SORT_CREATED_DOWN }, "hgfedcba" },
		{ { .sort = STORE_SORT_PRIORITY }, "beadhfcg" },
		{ { .sort = STORE_SORT_PRIORITY_DOWN }, "cgfadhbe" },
		{ { .priority = 3 }, "adh" },
		{ { .priority = 3, .sort = STORE_SORT_CREATED_DOWN }, "hda" },
		{ { .priority = 3, .sort = STORE_SORT_PRIORITY_DOWN }, "adh" },
		{ { .priority = 2, .sort = STORE_SORT_PRIORITY }, "" },
		{ { .status = STR("odd"), .sort = STORE_SORT_CREATED_DOWN }, "hfdb" },
		{ { .status = STR("odd"), .sort = STORE_SORT_PRIORITY_DOWN }, "fdhb" },
		{ { .status = STR("odd"), .priority = 3 }, "dh" },
		{ { .kind = TASK_PLAIN, .sort = STORE_SORT_PRIORITY }, "beadhfcg" },
		{ { .kind = TASK_PLAIN, .status = STR("odd"), .priority = 1 }, "b" },
		{ { .kind = TASK_JOB }, "" },
	};
	char titles[100];

	OPENED;
	create_sorted(&f);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (size_t limit = 1; limit <= 9; limit++) {
			struct store_query query = cases[i].query;

			query.limit = limit;
			read_all(&f, query, false, titles);
			assert_string_equal(titles, cases[i].titles);
		}
	}
}

TEST(pages_in_any_order_go_on_where_tasks_were_removed) {
	static const struct {
		enum store_sort sort;
		const char *titles, *left;
	} cases[] = {
		{ STORE_SORT_CREATED, "abcdefgh",
		  "aceg"
		  "h" },
		{ STORE_SORT_CREATED_DOWN, "hgfedcba",
		  "hfdb"
		  "a" },
		{ STORE_SORT_PRIORITY, "beadhfcg", "bahcg" },
		{ STORE_SORT_PRIORITY_DOWN, "cgfadhbe", "cfdbe" },
	};
	char titles[100];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OPENED;
		struct store_query query = { .sort = cases[i].sort, .limit = 2 };

		create_sorted(&f);
		read_all(&f, query, true, titles);
		assert_string_equal(titles, cases[i].titles);
		read_all(&f, query, false, titles);
		assert_string_equal(titles, cases[i].left);
	}
}

TEST(a_changed_priority_or_status_counts_in_lists) {
	OPENED;
	assert_int_equal(create(&f, "a"), 0);

	char id[UUID_TEXT_SIZE];
	memcpy(id, f.receipt.id, sizeof id);
	assert_int_equal(create(&f, "b"), 0);
	assert_int_equal(update(&f, id, 0, (struct task_fields){ .priority = 4 }), 0);

	char titles[10];
	read_all(&f, (struct store_query){ .limit = 1, .sort = STORE_SORT_PRIORITY }, false, titles);
	assert_string_equal(titles, "ba");
	read_all(&f, (struct store_query){ .limit = 1, .priority = 4 }, false, titles);
	assert_string_equal(titles, "a");
}

static struct store_new keyed(const char *title, const char *key, unsigned char body)
{
	struct store_new new_task = { .fields.title = str_from(title) };

	new_task.key.key = str_from(key);
	new_task.key.digest[31] = body;
	return new_task;
}

TEST(the_same_key_and_body_is_answered_as_at_first) {
	char first[1000], id[UUID_TEXT_SIZE];

	OPENED;
	assert_int_equal(create_new(&f, keyed("once", "k", 1)), 0);
	assert_false(f.receipt.is_replay);
	memcpy(id, f.receipt.id, sizeof id);
	snprintf(first, sizeof first, "%s", text(&f));

	/* The answer is the first one even when the task has changed, or gone. */
	assert_int_equal(update(&f, id, 0, (struct task_fields){ .title = STR("changed") }), 0);
	assert_int_equal(create_new(&f, keyed("once", "k", 1)), 0);
	assert_true(f.receipt.is_replay);
	assert_int_equal(f.receipt.version, 1);
	assert_string_equal(f.receipt.id, id);
	assert_string_equal(text(&f), first);
	assert_int_equal(remove_task(&f, id, 0), 0);
	assert_int_equal(create_new(&f, keyed("once", "k", 1)), 0);
	assert_string_equal(text(&f), first);
	assert_int_equal(list(&f, (struct store_query){ .limit = 10 }), 0);
	assert_int_equal(f.page.n_tasks, 0);
}

TEST(the_same_key_with_another_body_is_refused) {
	OPENED;
	assert_int_equal(create_new(&f, keyed("once", "k", 1)), 0);
	assert_int_equal(create_new(&f, keyed("twice", "k", 2)), ERR_MISMATCH);
	assert_int_equal(f.json.len, 0);
	assert_int_equal(list(&f, (struct store_query){ .limit = 10 }), 0);
	assert_int_equal(f.page.n_tasks, 1);
}

TEST(keys_of_two_callers_never_meet) {
	struct store_new of_one = keyed("one", "k", 1), of_other = keyed("other", "k", 2);

	OPENED;
	of_one.key.scope = STR("one");
	of_other.key.scope = STR("other");
	assert_int_equal(create_new(&f, of_one), 0);
	assert_int_equal(create_new(&f, of_other), 0);
	assert_int_equal(create_new(&f, keyed("nobody's", "k", 3)), 0);
	assert_int_equal(create_new(&f, of_one), 0);
	assert_true(f.receipt.is_replay);
	assert_has(&f, "\"one\"");
}

TEST(keys_are_swept_in_steps_when_they_are_old) {
	struct store_sweep sweep = { .n_max = 2 };
	size_t n;
	char key[] = "a";

	OPENED;
	for (; key[0] <= 'e'; key[0]++)
		assert_int_equal(create_new(&f, keyed("t", key, 1)), 0);
	assert_int_equal(f.store->ops->sweep(f.store, &sweep, &n, &f.err), 0);
	assert_int_equal(n, 0);
	sweep.keys_before_ms = INT64_MAX;
	for (size_t left = 5; left > 0; left -= n) {
		assert_int_equal(f.store->ops->sweep(f.store, &sweep, &n, &f.err), 0);
		assert_int_equal(n, MIN(left, 2));
	}
	assert_int_equal(f.store->ops->sweep(f.store, &sweep, &n, &f.err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(create_new(&f, keyed("t", "a", 2)), 0);
	assert_false(f.receipt.is_replay);
}

TEST(tasks_are_counted) {
	struct store_stats stats;

	OPENED;
	assert_int_equal(create(&f, "a"), 0);
	assert_int_equal(create(&f, "b"), 0);
	assert_int_equal(f.store->ops->stats(f.store, &stats, &f.err), 0);
	assert_int_equal(stats.n_plain, 2);
	assert_int_equal(stats.n_jobs[JOB_PENDING], 0);
	assert_true(stats.n_bytes > 0);
	assert_int_equal(f.store->ops->health(f.store, &f.err), 0);
}

TEST(order_and_index_survive_many_removals) {
	static char ids[1000][UUID_TEXT_SIZE];

	OPENED;
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(create(&f, "x"), 0);
		memcpy(ids[i], f.receipt.id, sizeof ids[i]);
	}
	for (int i = 0; i < 1000; i++)
		if (i % 10 != 3)
			assert_int_equal(remove_task(&f, ids[i], 0), 0);
	f.json.max = SIZE_MAX;
	assert_int_equal(list(&f, (struct store_query){ .limit = 1000 }), 0);
	assert_int_equal(f.page.n_tasks, 100);

	const char *at = text(&f);
	for (int i = 3; i < 1000; i += 10) {
		at = strstr(at, ids[i]);
		assert_non_null(at);
	}
	assert_int_equal(get(&f, ids[993]), 0);
	assert_int_equal(get(&f, ids[994]), ERR_NOT_FOUND);
}

TEST(a_store_that_does_not_exist_is_refused_by_name) {
	struct store_limits limits = STORE_LIMITS_DEFAULT;
	struct store *store = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(store_open(STR("memroy"), &limits, &store, &err), ERR_INVALID);
	assert_string_equal(err.message,
	                    "there is no store \"memroy\", only \"memory\", \"sqlite:PATH\" and "
	                    "\"postgresql://...\"");
	assert_int_equal(store_open(STR("memory:x"), &limits, &store, &err), ERR_INVALID);
	assert_int_equal(store_open(STR(""), &limits, &store, &err), ERR_INVALID);
	assert_int_equal(store_open(STR("postgresql:x"), &limits, &store, &err), ERR_INVALID);
	assert_int_equal(store_open(STR("postgre://u:secret@h/d"), &limits, &store, &err),
	                 ERR_INVALID);
	assert_null(strstr(err.message, "secret"));
	assert_null(store);
	store_close(store);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		store_kind = argv[1];

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
		RUN(a_list_is_in_the_order_asked_for_whatever_the_page),
		RUN(pages_in_any_order_go_on_where_tasks_were_removed),
		RUN(a_changed_priority_or_status_counts_in_lists),
		RUN(the_same_key_and_body_is_answered_as_at_first),
		RUN(the_same_key_with_another_body_is_refused),
		RUN(keys_of_two_callers_never_meet),
		RUN(keys_are_swept_in_steps_when_they_are_old),
		RUN(tasks_are_counted),
		RUN(order_and_index_survive_many_removals),
		RUN(a_store_that_does_not_exist_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
