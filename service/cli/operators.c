/* docmill operators: the table of what is implemented, and of what is refused. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/report.h"
#include "engine/accum/accum.h"
#include "engine/query/query.h"
#include "engine/refused.h"
#include "engine/stage/stage.h"

#define COMMAND "docmill operators"
#define TABLE_SIZE_MAX ((size_t)1 << 20)

struct table {
	struct buf out;
	bool is_json;
	size_t n_rows; /* of the family that is printed now */
};

static void member(struct table *t, const char *key, const char *text)
{
	buf_printf(&t->out, ", \"%s\": ", key);
	buf_append_json_string(&t->out, str_from(text));
}

static void row_begin(struct table *t, const char *name)
{
	buf_append_cstr(&t->out, t->n_rows++ > 0 ? ",\n    {\"name\": " : "\n    {\"name\": ");
	buf_append_json_string(&t->out, str_from(name));
}

static void row(struct table *t, const char *name, const char *usage, const char *doc)
{
	if (!t->is_json) {
		buf_printf(&t->out, "  %-20s %s\n  %-20s   %s\n", name, doc, "", usage);
		return;
	}
	row_begin(t, name);
	member(t, "usage", usage);
	member(t, "doc", doc);
	buf_append_char(&t->out, '}');
}

static void stage_row(const struct stage_op *op, void *arg)
{
	row(arg, op->name, op->usage, op->doc);
}

static void expr_row(const struct expr_op *op, void *arg)
{
	row(arg, op->name, op->usage, op->doc);
}

static void accum_row(const struct accum_op *op, void *arg)
{
	if (!(op->flags & ACCUM_WINDOW_ONLY))
		row(arg, op->name, op->usage, op->doc);
}

static void window_row(const struct accum_op *op, void *arg)
{
	if (op->flags & ACCUM_WINDOW_ONLY)
		row(arg, op->name, op->usage, op->doc);
}

static void query_row(const struct query_op_info *op, void *arg)
{
	row(arg, op->name, op->usage, op->doc);
}

static void refused_row(const struct refused *refused, void *arg)
{
	struct table *t = arg;

	if (!t->is_json) {
		buf_printf(&t->out, "  %-30s %s\n", refused->name, refused->reason);
		return;
	}
	row_begin(t, refused->name);
	member(t, "reason", refused->reason);
	buf_append_char(&t->out, '}');
}

static void family_begin(struct table *t, const char *key, const char *title)
{
	bool is_first = t->out.len == 0;

	t->n_rows = 0;
	if (t->is_json)
		buf_printf(&t->out, "%s\n  \"%s\": [", is_first ? "{" : ",", key);
	else
		buf_printf(&t->out, "%s%s\n", is_first ? "" : "\n", title);
}

static void family_end(struct table *t)
{
	if (t->is_json)
		buf_append_cstr(&t->out, "\n  ]");
}

static void print_refused(struct table *t, enum refused_family family, const char *key,
                          const char *title)
{
	family_begin(t, key, title);
	refused_each(family, refused_row, t);
	family_end(t);
}

static void print_all(struct table *t)
{
	family_begin(t, "stages", "Stages");
	stage_op_each(stage_row, t);
	family_end(t);
	family_begin(t, "expressions", "Expression operators");
	expr_op_each(expr_row, t);
	family_end(t);
	family_begin(t, "accumulators", "Accumulators");
	accum_op_each(accum_row, t);
	family_end(t);
	family_begin(t, "windows", "Window operators");
	accum_op_each(window_row, t);
	family_end(t);
	family_begin(t, "query", "Query operators");
	query_op_each(query_row, t);
	family_end(t);
	print_refused(t, REFUSED_STAGE, "refused_stages", "Refused stages");
	print_refused(t, REFUSED_EXPR, "refused_expressions", "Refused expression operators");
	print_refused(t, REFUSED_ACCUM, "refused_accumulators", "Refused accumulators");
	print_refused(t, REFUSED_QUERY, "refused_query", "Refused query operators");
	if (t->is_json)
		buf_append_cstr(&t->out, "\n}\n");
}

int operators_run(int argc, char **argv)
{
	struct table t = { .is_json = false };
	int rc = EX_OK;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			puts("usage: docmill operators [--json]\n\n"
			     "Prints every stage and operator that is implemented, and what is refused and why.");
			return EX_OK;
		}
		if (strcmp(argv[i], "--json") != 0)
			return report_usage(COMMAND, "unknown argument %s", argv[i]);
		t.is_json = true;
	}
	buf_init(&t.out, TABLE_SIZE_MAX);
	print_all(&t);
	if (t.out.failed != BUF_OK || fwrite(t.out.data, 1, t.out.len, stdout) != t.out.len ||
	    fflush(stdout) != 0) {
		perror(COMMAND);
		rc = EX_IOERR;
	}
	buf_deinit(&t.out);
	return rc;
}
