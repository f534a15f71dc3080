/* One case: compiled, run, and its answer written down. */
#include "tests/engine/case_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/team.h"
#include "doc/write.h"
#include "engine/engine.h"
#include "engine/expr/expr.h"
#include "engine/stage/stage.h"
#include "tests/engine/case_input.h"

#define NOW_MS INT64_C(1709251198123) /* 2024-02-29T23:59:58.123Z */

void answer_init(struct answer *a, size_t memory)
{
	*a = (struct answer){ .err = ERR_INIT, .memory = memory };
	buf_init(&a->text, 64 << 20);
	buf_init(&a->plain, 64 << 20);
}

void answer_deinit(struct answer *a)
{
	buf_deinit(&a->text);
	buf_deinit(&a->plain);
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
		run_input.source = lines_next;
		run_input.source_arg = &lines;
	}
	buf_append_char(&ret->text, '[');
	int rc = run_transform(&stats, &budget, &run_input, NULL, &ret->err);
	buf_append_char(&ret->text, ']');
	if (run_input.source != NULL)
		free(lines.line);
	arena_deinit(&stats);
	ret->n_lost += budget.used;
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
	struct given given = case_input(a, input);
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

int case_run(struct arena *a, struct str spec_text, struct str input, unsigned rules,
             struct sharing sharing, struct answer *ret)
{
	struct value spec, doc;

	TRY(case_parse(a, spec_text, &spec, &ret->err));
	if (is_pipeline(a, spec))
		return run_pipeline(a, spec, input, rules, sharing, ret);
	TRY(case_parse(a, input, &doc, &ret->err));
	return run_expression(spec, doc, rules, ret);
}
