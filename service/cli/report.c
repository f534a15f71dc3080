/* How subcommands speak of errors. */
#include "cli/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/buf.h"
#include "engine/engine.h"

#define PROBLEM_SIZE_MAX 16384

int report_exit_code(const struct err *err)
{
	switch (err->code) {
	case ERR_IO: return EX_IOERR;
	case ERR_INVALID: return EX_USAGE;
	case ERR_NOT_FOUND: return EX_NOINPUT;
	case ERR_UNAVAILABLE: return EX_UNAVAILABLE;
	case ERR_INTERNAL: return EX_SOFTWARE;
	default: return EX_DATAERR;
	}
}

static void member(struct buf *b, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	if (b->len > 1)
		buf_append_char(b, ',');
	buf_append_json_string(b, str_from(name));
	buf_append_char(b, ':');
	buf_append_json_string(b, str_from(value));
}

static void member_number(struct buf *b, const char *name, int64_t n)
{
	if (n >= 0)
		buf_printf(b, ",\"%s\":%lld", name, (long long)n);
}

/* The members of the service's problem documents that mean something without a request. */
static void print_json(const struct err *err)
{
	char name[32];
	struct buf b;

	buf_init(&b, PROBLEM_SIZE_MAX);
	buf_append_char(&b, '{');
	member(&b, "type", "about:blank");
	member(&b, "code", err_code_name(err->code));
	member(&b, "detail", err->message);
	member(&b, "operator", err->operator_name);
	member(&b, "pointer", err->pointer);
	member(&b, "limit", err->limit);
	member_number(&b, "stage", err->stage);
	member_number(&b, "document", err->document);
	if (err->mongo_code != 0) {
		buf_printf(&b, ",\"mongo\":{\"code\":%d,\"codeName\":\"%s\"}", err->mongo_code,
		           mongo_code_name(err->mongo_code, name, sizeof name));
	}
	if (err->has_place) {
		member_number(&b, "offset", (int64_t)err->offset);
		member_number(&b, "line", (int64_t)err->line);
		member_number(&b, "column", (int64_t)err->column);
	}
	buf_append_char(&b, '}');
	fprintf(stderr, "%.*s\n", (int)b.len, b.data);
	buf_deinit(&b);
}

int report_err(const char *command, const char *input, const struct err *err, bool is_json)
{
	if (is_json) {
		print_json(err);
		return report_exit_code(err);
	}
	fprintf(stderr, "%s: ", command);
	if (err->has_place)
		fprintf(stderr, "%s:%llu:%llu: ", input, (unsigned long long)err->line,
		        (unsigned long long)err->column);
	if (err->pointer[0] != '\0')
		fprintf(stderr, "%s: ", err->pointer);
	fputs(err->message, stderr);
	if (err->mongo_code != 0)
		fprintf(stderr, " (code %d)", err->mongo_code);
	if (err->document >= 0)
		fprintf(stderr, ", at document %lld", (long long)err->document);
	if (err->limit != NULL)
		fprintf(stderr, " [--%s]", err->limit);
	fputc('\n', stderr);
	return report_exit_code(err);
}

int report_usage(const char *command, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", command);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, " (try %s --help)\n", command);
	return EX_USAGE;
}
