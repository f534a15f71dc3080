/* Manual: one table after the other. */
#include "cli/manual.h"

#include <sysexits.h>

#include "api/keys.h"
#include "config/config.h"
#include "http/server.h"
#include "obs/metrics.h"

struct row {
	const char *name, *doc;
};

static const struct row signal_rows[] = {
	{ "SIGTERM, SIGINT",
	  "Drain: `/readyz` says 503 and answers end their connections at once; "
	  "requests are served on for `--shutdown-delay`; then what is under way "
	  "ends, for at most `--shutdown-timeout`; exit 0. A second one: at once." },
	{ "SIGHUP",
	  "Read `--keys-file` again. A file with a mistake changes nothing and is logged." },
	{ "SIGPIPE, SIGUSR1, SIGUSR2", "Ignored." },
	{ 0 },
};

struct exit_row {
	int code;
	const char *doc;
};

static const struct exit_row exit_rows[] = {
	{ 0, "The service was told to stop and has; `--check` found nothing wrong." },
	{ 1, "`docmill health`: not ready, or not to be reached." },
	{ EX_USAGE,
	  "The command was misused: an argument that is no option, or one without its value." },
	{ EX_DATAERR, "`docmill run`, `check`: the pipeline or the documents are wrong." },
	{ EX_NOINPUT, "A file that is named is not there or cannot be read." },
	{ EX_UNAVAILABLE,
	  "A port is taken, the store cannot be opened, or descriptors are too few." },
	{ EX_SOFTWARE, "A fault of the program." },
	{ EX_IOERR, "Standard output or a file could not be written." },
	{ EX_CONFIG, "An option is unknown, has a bad value, or contradicts another one." },
	{ 0 },
};

static void write_metrics(struct buf *ret)
{
	static const char *const kinds[] = {
		[METRIC_COUNTER] = "counter",
		[METRIC_GAUGE] = "gauge",
		[METRIC_HISTOGRAM] = "histogram",
	};

	buf_append_cstr(ret, "\n## Metrics\n\n| metric | kind | labels | |\n|---|---|---|---|\n");
	for (const struct metric_row *row = metrics_table; row < metrics_table + METRIC_COUNT;
	     row++) {
		buf_printf(ret, "| `%s` | %s | ", row->name, kinds[row->kind]);
		for (const char *const *label = row->labels; *label != NULL; label++)
			buf_printf(ret, "%s`%s`", label == row->labels ? "" : ", ", *label);
		buf_printf(ret, " | %s |\n", row->help);
	}
	buf_append_cstr(ret, "\nAnd `process_*`, as Prometheus' own client libraries have them.\n");
}

static void write_rows(struct buf *ret, const char *title, const char *name, const struct row *rows)
{
	buf_printf(ret, "\n## %s\n\n| %s | |\n|---|---|\n", title, name);
	for (; rows->name != NULL; rows++)
		buf_printf(ret, "| %s | %s |\n", rows->name, rows->doc);
}

static void write_log_fields(struct buf *ret)
{
	buf_append_cstr(ret, "\n## Fields of the request log\n\n| field | |\n|---|---|\n");
	for (const struct server_log_field *f = server_log_fields; f->name != NULL; f++)
		buf_printf(ret, "| `%s` | %s |\n", f->name, f->doc);
}

static void write_scopes(struct buf *ret)
{
	buf_append_cstr(ret, "\n## Scopes of keys\n\n| scope | |\n|---|---|\n");
	for (const struct scope_row *row = scope_table; row->name != NULL; row++)
		buf_printf(ret, "| `%s` | %s |\n", row->name, row->doc);
}

static void write_exit_codes(struct buf *ret)
{
	buf_append_cstr(ret, "\n## Exit codes\n\n| code | |\n|---|---|\n");
	for (const struct exit_row *row = exit_rows; row->doc != NULL; row++)
		buf_printf(ret, "| %d | %s |\n", row->code, row->doc);
}

void manual_write(struct buf *ret)
{
	buf_append_cstr(ret, "## Options\n\n");
	config_write_markdown(ret);
	write_metrics(ret);
	write_log_fields(ret);
	write_scopes(ret);
	write_rows(ret, "Signals", "signal", signal_rows);
	write_exit_codes(ret);
}
