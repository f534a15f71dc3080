/*
 * Runs case files: what an operator answers, as data.
 *
 * A case is three lines: an expression or a pipeline; the input (one document, an array of them,
 * or {"documents": […], "collections": {name: […]}}); and what is expected: a value for an expression, an array of documents for a pipeline,
 * the word missing, or !CODE and the beginning of a message for an error.  # begins a comment.
 * Types count: 2 is not 2.0.  Every case runs with all plan rules and with none, and must give
 * the same bytes.
 *
 * With --threads each pipeline runs in two and in three threads as well, in pieces so small that
 * nearly every document is a piece of its own, and must give what one thread gives: the same
 * bytes, and the same error.  And where the plan allows it the documents come as lines, one by
 * one, each in memory that is freed when the next one is asked for.
 *
 * With --sweep each case that gives a value runs again and again, with a little more memory each
 * time, until it has enough: before that, every run must end with ERR_NOMEM and leave nothing
 * behind (the sanitizer looks).
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doc/write.h"
#include "engine/engine.h"
#include "tests/engine/case_input.h"
#include "tests/engine/case_run.h"

#define MEMORY_ENOUGH ((size_t)256 << 20)

static const struct sharing alone = { .n_threads = 1 };
static const struct sharing sharings[] = {
	{ 2, 1, false, false },  { 2, 1, true, false },   { 3, 1, false, false },
	{ 3, 1, true, false },   { 2, 64, false, false }, { 2, 64, true, false },
	{ 3, 40, false, false }, { 3, 40, true, false },  { 1, 0, false, true },
};

static int n_passed, n_failed;
static bool is_sweep, is_threads;

static void fail(const char *file, int line, struct str spec, const char *fmt, ...)
{
	va_list ap;

	n_failed++;
	printf("%s:%d: %.*s\n    ", file, line, STR_ARG(spec));
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static int run_case(struct arena *a, struct str spec, struct str input, unsigned rules,
                    struct sharing sharing, struct answer *ret)
{
	int rc = case_run(a, spec, input, rules, sharing, ret);

	if (ret->n_lost != 0) {
		printf("%zu bytes were not given back\n", ret->n_lost);
		n_failed++;
	}
	return rc;
}

static bool is_expected_error(const struct answer *got, struct str want)
{
	char *end;
	long code = strtol(want.data + 1, &end, 10);
	struct str message = str_trim((struct str){ end, (size_t)(want.data + want.len - end) });

	return got->rc != 0 && got->err.mongo_code == code &&
	       str_starts_with(str_from(got->err.message), message);
}

static bool is_expected_value(struct arena *a, const struct answer *got, struct str want)
{
	struct err err;
	struct buf text;
	struct value v;

	if (got->rc != 0)
		return false;
	if (str_is(want, "missing"))
		return str_is((struct str){ got->text.data, got->text.len }, "missing");
	if (case_parse(a, want, &v, &err) != 0)
		return false;
	buf_init(&text, 64 << 20);
	write_value(&text, a, v, WRITE_CANONICAL);
	bool is_equal = str_eq((struct str){ text.data, text.len },
	                       (struct str){ got->text.data, got->text.len });
	buf_deinit(&text);
	return is_equal;
}

static void check(const char *file, int line, struct str spec, struct str input, struct str want)
{
	struct budget budget = BUDGET((size_t)1 << 30);
	struct answer with, without;
	struct arena a;

	arena_init(&a, &budget);
	answer_init(&with, MEMORY_ENOUGH);
	answer_init(&without, MEMORY_ENOUGH);
	with.rc = run_case(&a, spec, input, (unsigned)PLAN_RULES_ALL, alone, &with);
	without.rc = run_case(&a, spec, input, 0, alone, &without);

	bool is_right = want.data[0] == '!' ? is_expected_error(&with, want)
	                                    : is_expected_value(&a, &with, want);
	if (!is_right && with.rc != 0)
		fail(file, line, spec, "expected %.*s, got error %d %s", STR_ARG(want),
		     with.err.mongo_code, with.err.message);
	else if (!is_right)
		fail(file, line, spec, "expected %.*s, got %.*s", STR_ARG(want), (int)with.text.len,
		     with.text.data);
	else if (with.rc != without.rc ||
	         !str_eq((struct str){ with.plain.data, with.plain.len },
	                 (struct str){ without.plain.data, without.plain.len }))
		fail(file, line, spec, "without rules another answer: %.*s %s",
		     (int)without.plain.len, without.plain.data,
		     without.rc != 0 ? without.err.message : "");
	else
		n_passed++;
	answer_deinit(&with);
	answer_deinit(&without);
	arena_deinit(&a);
}

static bool is_same(const struct answer *x, const struct answer *y)
{
	if (x->rc != y->rc)
		return false;
	if (x->rc != 0)
		return x->err.mongo_code == y->err.mongo_code && x->err.stage == y->err.stage &&
		       x->err.document == y->err.document && x->err.offset == y->err.offset &&
		       strcmp(x->err.message, y->err.message) == 0 &&
		       strcmp(x->err.pointer, y->err.pointer) == 0;
	return str_eq((struct str){ x->plain.data, x->plain.len },
	              (struct str){ y->plain.data, y->plain.len });
}

static void check_threads(const char *file, int line, struct str spec, struct str input,
                          struct str want)
{
	struct budget budget = BUDGET((size_t)1 << 30);
	struct answer one, several;
	struct arena a;

	(void)want;
	arena_init(&a, &budget);
	answer_init(&one, MEMORY_ENOUGH);
	one.rc = run_case(&a, spec, input, (unsigned)PLAN_RULES_ALL, alone, &one);
	for (size_t i = 0; i < ARRAY_LEN(sharings); i++) {
		const struct sharing *sharing = &sharings[i];

		answer_init(&several, MEMORY_ENOUGH);
		several.rc = run_case(&a, spec, input, (unsigned)PLAN_RULES_ALL, *sharing, &several);
		if (is_same(&one, &several))
			n_passed++;
		else
			fail(file, line, spec,
			     "in %u threads, pieces of %zu, %s: another answer: %.*s %s",
			     sharing->n_threads, sharing->piece_size,
			     sharing->is_stream ? "lines"
			     : sharing->is_text ? "text"
			                        : "documents",
			     (int)several.plain.len, several.plain.data,
			     several.rc != 0 ? several.err.message : "");
		answer_deinit(&several);
	}
	answer_deinit(&one);
	arena_deinit(&a);
}

/* More and more memory until it is enough. */
static void sweep(const char *file, int line, struct str spec, struct str input, struct str want)
{
	int rc = ERR_NOMEM;

	if (want.data[0] == '!')
		return;
	for (size_t memory = 0; rc == ERR_NOMEM && memory < MEMORY_ENOUGH;
	     memory += 16 + memory / 32) {
		struct budget budget = BUDGET(MEMORY_ENOUGH);
		struct answer answer;
		struct arena a;

		arena_init(&a, &budget);
		answer_init(&answer, memory);
		rc = answer.rc = run_case(&a, spec, input, (unsigned)PLAN_RULES_ALL, alone, &answer);
		if (rc != 0 && rc != ERR_NOMEM)
			fail(file, line, spec, "with %zu bytes: error %d %s", memory, rc,
			     answer.err.message);
		else if (rc == 0 && !is_expected_value(&a, &answer, want))
			fail(file, line, spec, "with %zu bytes another answer: %.*s", memory,
			     (int)answer.text.len, answer.text.data);
		answer_deinit(&answer);
		arena_deinit(&a);
	}
	if (rc == 0)
		n_passed++;
}

static void check_file(const char *file)
{
	FILE *in = fopen(file, "r");
	char *lines[3] = { NULL, NULL, NULL };
	size_t caps[3] = { 0, 0, 0 };
	struct str parts[3];
	int n = 0, line = 0;
	ssize_t len;

	if (in == NULL) {
		printf("%s: cannot be opened\n", file);
		n_failed++;
		return;
	}
	while ((len = getline(&lines[n], &caps[n], in)) >= 0) {
		line++;
		parts[n] = str_trim((struct str){ lines[n], (size_t)len });
		if (parts[n].len == 0 || parts[n].data[0] == '#')
			continue;
		if (++n == 3) {
			(is_sweep     ? sweep
			 : is_threads ? check_threads
			              : check)(file, line, parts[0], parts[1], parts[2]);
			n = 0;
		}
	}
	if (n != 0) {
		printf("%s:%d: a case of %d lines, not 3\n", file, line, n);
		n_failed++;
	}
	for (int i = 0; i < 3; i++)
		free(lines[i]);
	fclose(in);
}

int main(int argc, char **argv)
{
	is_sweep = argc > 1 && strcmp(argv[1], "--sweep") == 0;
	is_threads = argc > 1 && strcmp(argv[1], "--threads") == 0;
	for (int i = is_sweep || is_threads ? 2 : 1; i < argc; i++)
		check_file(argv[i]);
	printf("%d passed, %d failed\n", n_passed, n_failed);
	return n_failed == 0 && n_passed > 0 ? 0 : 1;
}
