/* The SQLite store's file: what outlives the process, and whose it is. */
#include "tests/lib/test.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include "store/migrate.h"
#include "tests/lib/stores.h"

#define TEXT_MAX 100000

struct fixture {
	struct scratch_store scratch;
	struct err err;
	struct store_receipt receipt;
	struct buf json;
	char path[128];
};

static struct fixture opened(void)
{
	struct fixture f = { .scratch = scratch_create(STORE_LIMITS_DEFAULT), .err = ERR_INIT };

	snprintf(f.path, sizeof f.path, "%s", strchr(f.scratch.spec, ':') + 1);
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

static void close_it(struct fixture *f)
{
	store_close(f->scratch.store);
	f->scratch.store = NULL;
}

static int open_again(struct fixture *f)
{
	return scratch_open(&f->scratch, STORE_LIMITS_DEFAULT, &f->err);
}

static int create(struct fixture *f, const char *title, const char *key)
{
	struct store_new new_task = { .fields.title = str_from(title) };

	if (key != NULL)
		new_task.key.key = str_from(key);
	buf_reset(&f->json);
	return f->scratch.store->ops->create(f->scratch.store, &new_task, &f->receipt, &f->json,
	                                     &f->err);
}

/* What another program does to the file. */
static void meddle(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void assert_says(const struct fixture *f, const char *part)
{
	if (strstr(f->err.message, part) == NULL)
		fail_msg("%s is not in %s", part, f->err.message);
}

TEST(tasks_and_keys_outlive_the_process) {
	struct store *store;
	char first[1000], id[UUID_TEXT_SIZE];

	OPENED;
	assert_int_equal(create(&f, "kept", "k"), 0);
	memcpy(id, f.receipt.id, sizeof id);
	snprintf(first, sizeof first, "%.*s", (int)f.json.len, f.json.data);
	close_it(&f);
	assert_int_equal(open_again(&f), 0);

	store = f.scratch.store;
	buf_reset(&f.json);
	assert_int_equal(store->ops->get(store, str_from(id), &f.receipt, &f.json, &f.err), 0);
	assert_int_equal(f.json.len, strlen(first));
	assert_memory_equal(f.json.data, first, f.json.len);
	assert_int_equal(create(&f, "kept", "k"), 0);
	assert_true(f.receipt.is_replay);
	assert_string_equal(f.receipt.id, id);
}

TEST(ids_and_moments_go_on_even_when_the_clock_was_set_back) {
	char before[UUID_TEXT_SIZE];

	OPENED;
	assert_int_equal(create(&f, "a", NULL), 0);
	close_it(&f);
	meddle(f.path, "UPDATE tasks SET id = x'7fffffffffff7000800000000000ffff'");
	assert_int_equal(open_again(&f), 0);
	snprintf(before, sizeof before, "7fffffff-ffff-7000-8000-00000000ffff");
	assert_int_equal(create(&f, "b", NULL), 0);
	assert_true(strcmp(f.receipt.id, before) > 0);
	assert_memory_equal(f.receipt.id, before, 13);
}

TEST(a_cursor_is_a_place_even_behind_the_last_task_and_a_restart) {
	struct store_query query = { .limit = 1 };
	struct store_page page;

	OPENED;
	assert_int_equal(create(&f, "a", NULL), 0);
	assert_int_equal(create(&f, "b", NULL), 0);
	struct store *store = f.scratch.store;
	assert_int_equal(store->ops->remove(store, str_from(f.receipt.id), 0, &f.err), 0);
	close_it(&f);
	assert_int_equal(open_again(&f), 0);
	assert_int_equal(create(&f, "c", NULL), 0);
	store = f.scratch.store;
	query.after = STR("c2"); /* after b, which is gone */
	buf_reset(&f.json);
	assert_int_equal(store->ops->list(store, &query, &page, &f.json, &f.err), 0);
	assert_int_equal(page.n_tasks, 1);
}

TEST(a_file_is_one_process_s_at_a_time) {
	struct store_limits limits = STORE_LIMITS_DEFAULT;
	struct store *second = NULL;

	OPENED;
	assert_int_equal(store_open(str_from(f.scratch.spec), &limits, &second, &f.err),
	                 ERR_UNAVAILABLE);
	assert_says(&f, "another process has the store /tmp/docmill-store-");
	assert_null(second);
	assert_int_equal(create(&f, "the first goes on", NULL), 0);
}

TEST(a_file_of_a_newer_program_is_refused_untouched) {
	char sql[100];

	OPENED;
	close_it(&f);
	snprintf(sql, sizeof sql, "PRAGMA user_version = %d",
	         (int)migration_last(sqlite_migrations) + 1);
	meddle(f.path, sql);
	assert_int_equal(open_again(&f), ERR_UNAVAILABLE);
	assert_says(&f, "was written by a newer docmill");
}

TEST(a_file_of_another_program_is_refused_untouched) {
	OPENED;
	close_it(&f);
	assert_int_equal(unlink(f.path), 0);
	meddle(f.path, "CREATE TABLE contacts (name)");
	assert_int_equal(open_again(&f), ERR_UNAVAILABLE);
	assert_says(&f, "is a database of another program");
	meddle(f.path, "INSERT INTO contacts VALUES ('x')");
}

TEST(what_is_no_database_is_refused_untouched) {
	struct stat status;

	OPENED;
	close_it(&f);

	FILE *file = fopen(f.path, "w");
	assert_non_null(file);
	for (int i = 0; i < 1000; i++)
		fputs("not a database\n", file);
	fclose(file);
	assert_int_equal(open_again(&f), ERR_UNAVAILABLE);
	assert_int_equal(stat(f.path, &status), 0);
	assert_int_equal(status.st_size, 15000);
}

TEST(a_file_that_stopped_at_an_earlier_migration_goes_on_from_there) {
	sqlite3 *db;

	OPENED;
	close_it(&f);
	assert_int_equal(unlink(f.path), 0);
	assert_int_equal(sqlite3_open(f.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sqlite_migrations[0].sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
	                              "PRAGMA user_version = 1;"
	                              "PRAGMA application_id = 0x646d696c;"
	                              "INSERT INTO tasks VALUES (7, x'00000000000070008000000000000001',"
	                              " 1, 'old', '', 'done', 2, 1000, 1000, 3)",
	                              NULL, NULL, NULL),
	                 SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(open_again(&f), 0);

	struct store *store = f.scratch.store;
	struct str id = STR("00000000-0000-7000-8000-000000000001");
	assert_int_equal(store->ops->get(store, id, &f.receipt, &f.json, &f.err), 0);
	assert_int_equal(f.receipt.version, 3);
	close_it(&f);
	meddle(f.path, "INSERT INTO jobs (seq) VALUES (7)");
}

TEST(a_folder_that_is_not_there_is_an_error_with_its_name) {
	struct store_limits limits = STORE_LIMITS_DEFAULT;
	struct store *store = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(store_open(STR("sqlite:/nowhere/at/all.db"), &limits, &store, &err),
	                 ERR_UNAVAILABLE);
	assert_string_equal(err.message,
	                    "cannot open the store /nowhere/at/all.db: No such file or directory");
}

TEST(paths_are_read_as_sqlalchemy_does) {
	struct store_limits limits = STORE_LIMITS_DEFAULT;
	struct store *store = NULL;
	char spec[200], name[] = "docmill-test-relative.db";

	OPENED;
	close_it(&f);
	snprintf(spec, sizeof spec, "sqlite:///%s", f.path); /* absolute: four slashes */
	assert_int_equal(store_open(str_from(spec), &limits, &store, &f.err), 0);
	store_close(store);
	assert_int_equal(chdir(f.scratch.folder), 0);
	for (size_t i = 0; i < 2; i++) {
		snprintf(spec, sizeof spec, "sqlite:%s%s", i == 0 ? "" : "///", name);
		assert_int_equal(store_open(str_from(spec), &limits, &store, &f.err), 0);
		store_close(store);
		assert_int_equal(unlink(name), 0);
	}
	/* No name that means something to SQLite means it here. */
	assert_int_equal(store_open(STR("sqlite::memory:"), &limits, &store, &f.err), 0);
	store_close(store);
	assert_int_equal(unlink(":memory:"), 0);
	assert_int_equal(chdir("/"), 0);
}

TEST(a_file_that_may_only_be_read_is_refused) {
	OPENED;
	close_it(&f);
	if (geteuid() == 0)
		skip(); /* for root every file may be written */
	assert_int_equal(chmod(f.path, 0400), 0);
	assert_int_equal(open_again(&f), ERR_UNAVAILABLE);
	assert_says(&f, "Permission denied");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(tasks_and_keys_outlive_the_process),
		RUN(ids_and_moments_go_on_even_when_the_clock_was_set_back),
		RUN(a_cursor_is_a_place_even_behind_the_last_task_and_a_restart),
		RUN(a_file_is_one_process_s_at_a_time),
		RUN(a_file_of_a_newer_program_is_refused_untouched),
		RUN(a_file_of_another_program_is_refused_untouched),
		RUN(what_is_no_database_is_refused_untouched),
		RUN(a_file_that_stopped_at_an_earlier_migration_goes_on_from_there),
		RUN(a_folder_that_is_not_there_is_an_error_with_its_name),
		RUN(paths_are_read_as_sqlalchemy_does),
		RUN(a_file_that_may_only_be_read_is_refused),
	};

	store_kind = "sqlite";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
