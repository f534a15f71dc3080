/*
 * Lists of tasks in PostgreSQL.  Every order and every filter is a walk along one index from one
 * place on; an order by priority is a walk for each priority, one after the other.
 */
#include "store/postgres_task.h"

#include <stdio.h>

#include "store/cursor.h"

#define LIST_SQL_SIZE 800

/* A page while it is filled. */
struct filling {
	struct postgres_db *db;
	const struct store_query *query;
	struct buf *json;
	struct store_page page;
	struct cursor last;
};

/* Arguments: $1 the place, $2 how many, and then the status and the priority if they matter. */
static void write_sql(const struct store_query *query, bool has_priority, char ret[LIST_SQL_SIZE])
{
	static const char *const of_kind[] = {
		[TASK_ANY] = "",
		[TASK_PLAIN] = " AND kind = 1",
		[TASK_JOB] = " AND kind = 2",
	};
	bool is_down = sort_is_down(query->sort), has_status = query->status.len > 0;
	char priority[40] = "";

	if (has_priority)
		snprintf(priority, sizeof priority, " AND priority = $%d::bigint",
		         has_status ? 4 : 3);
	const char *beyond = is_down ? "<" : ">";
	/* Jobs from the place on too: else a join may read all that come before. */
	snprintf(ret, LIST_SQL_SIZE,
	         "SELECT " PG_TASK_COLUMNS
	         " FROM tasks LEFT JOIN (SELECT * FROM jobs WHERE seq %s $1::bigint) AS jobs"
	         " USING (seq) WHERE seq %s $1::bigint%s%s%s ORDER BY seq%s LIMIT $2::bigint",
	         beyond, beyond, has_status ? " AND status = $3::text" : "", priority,
	         of_kind[query->kind], is_down ? " DESC" : "");
}

/* Which of PG_LIST_VARIANTS texts that is. */
static size_t variant(const struct store_query *query, bool has_priority)
{
	size_t n = query->kind;

	n = n * 2 + sort_is_down(query->sort);
	n = n * 2 + (query->status.len > 0);
	return n * 2 + has_priority;
}

static bool is_full(const struct filling *f)
{
	return f->page.next[0] != 0;
}

static void fill(struct filling *f, const PGresult *rows, int i)
{
	struct postgres_row row;

	if (f->page.n_tasks == f->query->limit) {
		cursor_format(f->query->sort, f->last, f->page.next);
		return;
	}
	postgres_row_read(rows, i, &row);
	if (f->page.n_tasks++ > 0)
		buf_append_char(f->json, ',');
	task_write(&row.task, f->json);
	f->last = (struct cursor){ row.task.priority, row.seq };
}

/* Those after a place, of one priority or (0) of any; one more than there is room for. */
static int fill_from(struct filling *f, int priority, int64_t place, struct err *err)
{
	CLEANUP(postgres_clear) PGresult *rows = NULL;
	size_t n = variant(f->query, priority != 0);
	struct postgres_args args = { 0 };
	char sql[LIST_SQL_SIZE];

	write_sql(f->query, priority != 0, sql);
	postgres_arg_int(&args, place);
	postgres_arg_int(&args, (int64_t)(f->query->limit - f->page.n_tasks + 1));
	if (f->query->status.len > 0)
		postgres_arg_str(&args, f->query->status);
	if (priority != 0)
		postgres_arg_int(&args, priority);
	TRY(postgres_run_text(f->db, PG_LIST + n, sql, &args, &rows, err));
	for (int i = 0; i < postgres_rows(rows); i++)
		fill(f, rows, i);
	return 0;
}

static int fill_by_priority(struct filling *f, struct cursor at, struct err *err)
{
	int step = sort_priority_step(f->query->sort), wanted = f->query->priority;

	for (int p = at.priority; p >= TASK_PRIORITY_MIN && p <= TASK_PRIORITY_MAX && !is_full(f);
	     p += step) {
		if (wanted == 0 || wanted == p)
			TRY(fill_from(f, p, at.place, err));
		at.place = 0;
	}
	return 0;
}

/* One view of the tasks for all walks; a single walk has one anyway. */
static int fill_in_view(struct filling *f, struct cursor at, struct err *err)
{
	TRY(postgres_run(f->db, PG_BEGIN_VIEW, NULL, NULL, err));
	f->db->is_in_transaction = true;
	TRY(fill_by_priority(f, at, err)); /* the connection is closed then */
	TRY(postgres_run(f->db, PG_ROLLBACK, NULL, NULL, err));
	f->db->is_in_transaction = false;
	return 0;
}

int postgres_task_list(struct store *store, const struct store_query *query, struct store_page *ret,
                       struct buf *ret_json, struct err *err)
{
	CLEANUP(postgres_return) struct postgres_db *db = NULL;
	size_t len = ret_json->len;
	struct cursor at;

	TRY(cursor_parse(query, &at, err));
	TRY(postgres_lend(&postgres_store_of(store)->pool, &db, err));
	struct filling f = { .db = db, .query = query, .json = ret_json };
	int rc = sort_priority_step(query->sort) == 0 ? fill_from(&f, query->priority, at.place, err)
	                                              : fill_in_view(&f, at, err);
	if (rc != 0) {
		ret_json->len = len;
		return rc;
	}
	*ret = f.page;
	return 0;
}
