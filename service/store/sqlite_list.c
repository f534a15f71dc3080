/*
 * Lists of tasks in SQLite.  Every order and every filter is a walk along one index from one place
 * on; an order by priority is a walk for each priority, one after the other.
 */
#include "store/sqlite_task.h"

#include <stdio.h>

#include "store/cursor.h"

#define LIST_SQL_SIZE 600

/* Arguments: ?1 the place, ?2 how many, ?3 the status, ?4 the priority. */
static void write_sql(const struct store_query *query, bool has_priority, char ret[LIST_SQL_SIZE])
{
	static const char *const of_kind[] = {
		[TASK_ANY] = "",
		[TASK_PLAIN] = " AND kind = 1",
		[TASK_JOB] = " AND kind = 2",
	};
	bool is_down = sort_is_down(query->sort);

	snprintf(ret, LIST_SQL_SIZE,
	         "SELECT " TASK_COLUMNS " FROM " TASK_TABLES
	         " WHERE seq %s ?1%s%s%s ORDER BY seq%s LIMIT ?2",
	         is_down ? "<" : ">", query->status.len > 0 ? " AND status = ?3" : "",
	         has_priority ? " AND priority = ?4" : "", of_kind[query->kind],
	         is_down ? " DESC" : "");
}

static size_t variant(const struct store_query *query, bool has_priority)
{
	size_t n = query->kind;

	n = n * 2 + sort_is_down(query->sort);
	n = n * 2 + (query->status.len > 0);
	return n * 2 + has_priority;
}

/* A page while it is filled. */
struct filling {
	struct sqlite_db *db;
	const struct store_query *query;
	struct buf *json;
	struct store_page page;
	struct cursor last;
};

static bool is_full(const struct filling *f)
{
	return f->page.next[0] != 0;
}

static int fill(struct filling *f, sqlite3_stmt *row, struct err *err)
{
	struct sqlite_row task;

	if (f->page.n_tasks == f->query->limit) {
		cursor_format(f->query->sort, f->last, f->page.next);
		return 0;
	}
	TRY(sqlite_row_read(row, &task, err));
	if (f->page.n_tasks++ > 0)
		buf_append_char(f->json, ',');
	task_write(&task.task, f->json);
	f->last = (struct cursor){ task.task.priority, task.seq };
	return 0;
}

/* Those after a place, of one priority or (0) of any. */
static int fill_from(struct filling *f, int priority, int64_t place, struct err *err)
{
	CLEANUP(sqlite_done) sqlite3_stmt *row = NULL;
	size_t n = variant(f->query, priority != 0);
	char sql[LIST_SQL_SIZE];
	bool has_row;

	write_sql(f->query, priority != 0, sql);
	TRY(sqlite_use_text(f->db, SQL_LIST + n, sql, &row, err));
	sqlite3_bind_int64(row, 1, place);
	sqlite3_bind_int64(row, 2, (int64_t)(f->query->limit - f->page.n_tasks + 1));
	if (f->query->status.len > 0)
		sqlite_bind_str(row, 3, f->query->status);
	if (priority != 0)
		sqlite3_bind_int(row, 4, priority);
	do {
		TRY(sqlite_step(f->db, row, &has_row, err));
		if (has_row)
			TRY(fill(f, row, err));
	} while (has_row && !is_full(f));
	return 0;
}

static int fill_page(struct filling *f, struct cursor at, struct err *err)
{
	int step = sort_priority_step(f->query->sort), wanted = f->query->priority;

	if (step == 0)
		return fill_from(f, wanted, at.place, err);
	for (int p = at.priority; p >= TASK_PRIORITY_MIN && p <= TASK_PRIORITY_MAX && !is_full(f);
	     p += step) {
		if (wanted == 0 || wanted == p)
			TRY(fill_from(f, p, at.place, err));
		at.place = 0;
	}
	return 0;
}

int sqlite_task_list(struct store *store, const struct store_query *query, struct store_page *ret,
                     struct buf *ret_json, struct err *err)
{
	CLEANUP(sqlite_reader_return) struct sqlite_reader *reader = NULL;
	size_t len = ret_json->len;
	struct cursor at;

	TRY(cursor_parse(query, &at, err));
	TRY(sqlite_reader_lend(&sqlite_store_of(store)->readers, &reader, err));

	/* One view of the tasks for all walks. */
	struct filling f = { .db = &reader->db, .query = query, .json = ret_json };
	TRY(sqlite_run(f.db, SQL_BEGIN_READ, err));
	int rc = fill_page(&f, at, err);
	sqlite_try(f.db, SQL_COMMIT);
	if (rc != 0) {
		ret_json->len = len;
		return rc;
	}
	*ret = f.page;
	return 0;
}
