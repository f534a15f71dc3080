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

#include "base/buf.h"
#include "base/team.h"
#include "doc/read.h"
#include "engine/engine.h"
#include "engine/expr/expr.h"
#include "engine/stage/stage.h"

#define NOW_MS INT64_C(1709251198123) /* 2024-02-29T23:59:58.123Z */

struct answer {
	struct buf text; /* canonical Extended JSON, or "missing" */
	struct buf plain;
	struct err err;
	int rc;
	size_t memory; /* bytes that compiling, and running, may take */
};

#define MEMORY_ENOUGH ((size_t)256 << 20)

/* In how many threads, in pieces of how many bytes, and whether they write what comes of those. */
struct sharing {
	unsigned n_threads;
	size_t piece_size;
	bool is_text;
	bool is_stream; /* a line at a time */
};

static const struct sharing alone = { .n_threads = 1 };
static const struct sharing sharings[] = {
	{ 2, 1, false, false },  { 2, 1, true, false },   { 3, 1, false, false },
	{ 3, 1, true, false },   { 2, 64, false, false }, { 2, 64, true, false },
	{ 3, 40, false, false }, { 3, 40, true, false },  { 1, 0, false, true },
};

static int n_passed, n_failed;
static bool is_sweep, is_threads;

static void answer_init(struct answer *a, size_t memory)
{
	*a = (struct answer){ .err = ERR_INIT, .memory = memory };
	buf_init(&a->text, 64 << 20);
	buf_init(&a->plain, 64 << 20);
}

static void answer_deinit(struct answer *a)
{
	buf_deinit(&a->text);
	buf_deinit(&a->plain);
}

/* A copy with the padding that the reader wants. */
static struct str padded(struct arena *a, struct str s)
{
	char *copy = arena_alloc(a, s.len + READ_PADDING);

	memcpy(copy, s.data, s.len);
	memset(copy + s.len, ' ', READ_PADDING);
	return (struct str){ copy, s.len };
}

static int parse(struct arena *a, struct str text, struct value *ret, struct err *err)
{
	const struct read_limits limits = READ_LIMITS_DEFAULT;
	struct value raw;

	text = padded(a, text);
	TRY(read_check(a, text, text.data, &limits, &raw, err));
	*ret = value_decode(a, raw);
	return 0;
}

static bool is_pipeline(struct arena *a, struct value v)
{
	if (v.type != VALUE_ARRAY)
		return false;
	for (uint32_t i = 0; i < array_n(a, v.array); i++) {
		struct value stage = array_get(a, v.array, i);

		if (stage.type != VALUE_OBJECT || object_n(a, stage.object) != 1 ||
		    stage_op_find(object_key(stage.object, 0)) == NULL)
			return false;
	}
	return array_n(a, v.array) > 0;
}

static void answer_value(struct answer *ret, struct arena *a, struct value v)
{
	if (v.type == VALUE_MISSING) {
		buf_append_cstr(&ret->text, "missing");
		return;
	}
	write_value(&ret->text, a, v, WRITE_CANONICAL);
	write_value(&ret->plain, a, v, WRITE_PLAIN);
}

static int eval_expression(struct arena *a, struct value spec, struct value doc, unsigned rules,
                           struct answer *ret)
{
	const struct limits limits = LIMITS_DEFAULT;
	struct compiler c;
	struct expr *e;
	struct value v;

	compile_init(&c, a, &limits);
	c.rules = rules;
	int rc = expr_compile(&c, spec, &e);
	if (arena_failed(a))
		return ERR_NOMEM;
	if (rc != 0) {
		ret->err = c.problems->err;
		return ret->err.code;
	}
	struct eval ev = {
		.arena = a,
		.keep = a,
		.err = &ret->err,
		.vars = arena_zalloc(a, c.n_vars, sizeof(struct value)),
		.caches = arena_zalloc(a, c.n_caches, sizeof(struct path_cache)),
		.limits = &limits,
		.now_ms = NOW_MS,
		.document = 0,
	};
	if (arena_failed(a))
		return ERR_NOMEM;
	eval_set_root(&ev, doc);
	rc = expr_eval(e, &ev, &v);
	TRY(eval_check(&ev));
	TRY(rc);
	answer_value(ret, a, v);
	return arena_failed(a) ? ERR_NOMEM : 0;
}

static int run_expression(struct value spec, struct value doc, unsigned rules, struct answer *ret)
{
	struct budget budget = BUDGET(ret->memory);
	struct arena a;

	arena_init(&a, &budget);
	int rc = eval_expression(&a, spec, doc, rules, ret);
	arena_deinit(&a);
	return rc;
}

struct collected {
	struct answer *answer;
	uint64_t n;
};

static int collect(void *arg, struct arena *scratch, const struct value *docs, size_t n_docs,
                   struct err *err)
{
	struct collected *c = arg;

	(void)err;
	for (size_t i = 0; i < n_docs; i++) {
		if (c->n++ > 0) {
			buf_append_char(&c->answer->text, ',');
			buf_append_char(&c->answer->plain, ',');
		}
		answer_value(c->answer, scratch, docs[i]);
	}
	return 0;
}

/* Only the plain form: there is one text. */
static int collect_text(void *arg, struct str text, uint64_t n_docs, struct err *err)
{
	struct collected *c = arg;
	struct run_writer writer = { .out = &c->answer->plain, .n_written = c->n };
	int rc = run_write_text(&writer, text, n_docs, err);

	c->n = writer.n_written;
	return rc;
}

/* What $out and $merge leave behind is the answer of their cases. */
static int collect_written(void *arg, struct arena *scratch, struct str name,
                           const struct value *docs, size_t n_docs, struct err *err)
{
	(void)name;
	return collect(arg, scratch, docs, n_docs, err);
}

#define COLLECTIONS_MAX 8

struct given {
	struct str documents;
	struct run_collection collections[COLLECTIONS_MAX];
	size_t n_collections;
};

static struct run_text text_of(struct str s)
{
	return (struct run_text){ .text = s.data, .len = s.len, .format = READ_ARRAY };
}

static struct str raw_text(struct arena *a, struct value raw)
{
	return padded(a, (struct str){ raw.text, raw.len });
}

/* The body of a request; an object that is anything else is a document. */
static void take_body(struct arena *a, struct str input, struct given *ret)
{
	struct err err;
	struct value body;

	if (input.data[0] != '{' || parse(a, input, &body, &err) != 0 ||
	    object_n(a, body.object) != 2 || object_find(a, body.object, STR("collections")) < 0)
		return;
	ret->documents = raw_text(a, object_get_raw(a, body.object, STR("documents")));
	struct object *from = object_get(a, body.object, STR("collections")).object;
	ret->n_collections = object_n(a, from);
	for (uint32_t i = 0; i < ret->n_collections; i++)
		ret->collections[i] = (struct run_collection){
			.name = object_key(from, i),
			.text = text_of(raw_text(a, object_at_raw(from, i))),
		};
}

static struct given take_input(struct arena *a, struct str input)
{
	struct given given = { .n_collections = 0 };

	take_body(a, input, &given);
	if (given.documents.data != NULL)
		return given;
	if (input.data[0] == '{') {
		char *array = arena_alloc(a, input.len + 2);

		array[0] = '[';
		memcpy(array + 1, input.data, input.len);
		array[input.len + 1] = ']';
		input = (struct str){ array, input.len + 2 };
	}
	given.documents = padded(a, input);
	return given;
}

/* Documents as lines, of which one is in memory. */
struct lines {
	struct reader *reader;
	struct arena *arena;
	char *line;
};

static int next_line(void *arg, struct str *ret_lines, struct err *err)
{
	struct lines *lines = arg;
	struct value doc;
	size_t n;

	free(lines->line);
	lines->line = NULL;
	*ret_lines = STR("");
	TRY(reader_next(lines->reader, lines->arena, &doc, 1, &n, err));
	if (n == 0)
		return 0;
	size_t len = doc.object->raw_len;
	lines->line = malloc(len + 1 + READ_PADDING);
	memcpy(lines->line, doc.object->raw, len);
	lines->line[len] = '\n';
	memset(lines->line + len + 1, ' ', READ_PADDING);
	*ret_lines = (struct str){ lines->line, len + 1 };
	return 0;
}

static int lines_init(struct lines *lines, struct arena *a, struct str documents, struct err *err)
{
	const struct reader_input input = {
		.text = documents.data,
		.len = documents.len,
		.text_start = documents.data,
		.format = READ_ARRAY,
		.limits = READ_LIMITS_DEFAULT,
	};

	*lines = (struct lines){ .arena = a };
	return reader_create(a, &input, &lines->reader, err);
}

static int run_plan(const struct plan *plan, const struct given *given, struct sharing sharing,
                    struct answer *ret)
{
	struct team team = team_of_threads(sharing.n_threads);
	struct budget budget = BUDGET(ret->memory);
	struct collected collected = { .answer = ret };
	struct budget stats_budget = BUDGET(1 << 20);
	struct arena stats;
	struct lines lines;
	struct run_input run_input = {
		.plan = plan,
		.documents = text_of(given->documents),
		.collections = given->collections,
		.n_collections = given->n_collections,
		.limits = LIMITS_DEFAULT,
		.now_ms = NOW_MS,
		.seed = 42,
		.team = &team,
		.piece_size = sharing.piece_size,
		.sink = collect,
		.sink_arg = &collected,
		.sink_text = sharing.is_text ? collect_text : NULL,
		.written = collect_written,
		.written_arg = &collected,
	};

	arena_init(&stats, &stats_budget);
	if (sharing.is_stream && plan_keeps_copies(plan)) {
		TRY(lines_init(&lines, &stats, given->documents, &ret->err));
		run_input.documents.text = NULL;
		run_input.source = next_line;
		run_input.source_arg = &lines;
	}
	buf_append_char(&ret->text, '[');
	int rc = run_transform(&stats, &budget, &run_input, NULL, &ret->err);
	buf_append_char(&ret->text, ']');
	if (run_input.source != NULL)
		free(lines.line);
	arena_deinit(&stats);
	if (budget.used != 0) {
		printf("%zu bytes were not given back\n", budget.used);
		n_failed++;
	}
	return rc;
}

static int run_pipeline(struct arena *a, struct value pipeline, struct str input, unsigned rules,
                        struct sharing sharing, struct answer *ret)
{
	const struct plan_input plan_input = {
		.pipeline = pipeline,
		.let = MISSING,
		.limits = LIMITS_DEFAULT,
		.rules = rules,
	};
	struct given given = take_input(a, input);
	struct budget budget = BUDGET(ret->memory);
	struct arena plan_arena;
	struct plan *plan;

	arena_init(&plan_arena, &budget);
	int rc = plan_compile(&plan_arena, &plan_input, &plan, NULL, &ret->err);
	if (rc == 0)
		rc = run_plan(plan, &given, sharing, ret);
	arena_deinit(&plan_arena);
	return rc;
}

static int run_one(struct arena *a, struct str spec_text, struct str input, unsigned rules,
                   struct sharing sharing, struct answer *ret)
{
	struct value spec, doc;

	TRY(parse(a, spec_text, &spec, &ret->err));
	if (is_pipeline(a, spec))
		return run_pipeline(a, spec, input, rules, sharing, ret);
	TRY(parse(a, input, &doc, &ret->err));
	return run_expression(spec, doc, rules, ret);
}

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
	if (parse(a, want, &v, &err) != 0)
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
	with.rc = run_one(&a, spec, input, (unsigned)PLAN_RULES_ALL, alone, &with);
	without.rc = run_one(&a, spec, input, 0, alone, &without);

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
	one.rc = run_one(&a, spec, input, (unsigned)PLAN_RULES_ALL, alone, &one);
	for (size_t i = 0; i < ARRAY_LEN(sharings); i++) {
		const struct sharing *sharing = &sharings[i];

		answer_init(&several, MEMORY_ENOUGH);
		several.rc = run_one(&a, spec, input, (unsigned)PLAN_RULES_ALL, *sharing, &several);
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
		rc = answer.rc = run_one(&a, spec, input, (unsigned)PLAN_RULES_ALL, alone, &answer);
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
