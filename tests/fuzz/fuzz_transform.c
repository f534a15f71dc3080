/*
 * Fuzzes a whole transform: the first line is the pipeline, the rest the documents, one a line.
 * With all plan rules and with none the outcome must be the same bytes, or the same error.
 *
 *   CC=clang CXX=clang++ meson setup build-fuzz -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false
 *   build-fuzz/tests/fuzz/fuzz_transform -max_total_time=60 CORPUS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"

#define MEMORY_MAX ((size_t)64 << 20)
#define OUTPUT_MAX ((size_t)4 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
	int rc;
	int mongo_code;
	struct buf out;
};

static struct limits limits(void)
{
	struct limits l = LIMITS_DEFAULT;

	l.memory_max = MEMORY_MAX;
	l.output_max = OUTPUT_MAX;
	l.time_ms_max = 2000;
	l.regex_steps_max = 10000;
	return l;
}

static int compile(struct arena *a, struct str text, unsigned rules, struct plan **ret,
                   struct err *err)
{
	const struct read_limits read_limits = READ_LIMITS_DEFAULT;
	struct plan_input input = { .let = MISSING, .limits = limits(), .rules = rules };
	struct value raw;

	TRY(read_check(a, text, text.data, &read_limits, &raw, err));
	input.pipeline = value_decode(a, raw);
	return plan_compile(a, &input, ret, NULL, err);
}

static int transform(struct str pipeline, struct str documents, unsigned rules, struct buf *out,
                     struct err *err)
{
	struct budget plan_budget = BUDGET(MEMORY_MAX), budget = BUDGET(MEMORY_MAX);
	struct run_writer writer = { .out = out, .is_ndjson = true };
	struct arena a;
	struct plan *plan;

	arena_init(&a, &plan_budget);
	int rc = compile(&a, pipeline, rules, &plan, err);
	if (rc == 0) {
		const struct run_input input = {
			.plan = plan,
			.documents = {
				.text = documents.data, .len = documents.len, .format = READ_NDJSON,
			},
			.limits = limits(),
			.now_ms = INT64_C(1709251198123),
			.seed = 42,
			.sink = run_write,
			.sink_arg = &writer,
		};
		rc = run_transform(&a, &budget, &input, NULL, err);
	}
	arena_deinit(&a);
	return rc;
}

static struct outcome outcome_of(struct str pipeline, struct str documents, unsigned rules)
{
	struct err err = ERR_INIT;
	struct outcome o;

	buf_init(&o.out, OUTPUT_MAX);
	o.rc = transform(pipeline, documents, rules, &o.out, &err);
	o.mongo_code = o.rc != 0 ? err.mongo_code : 0;
	return o;
}

/* What depends on how much of a resource the run used may differ between the two ways. */
static int is_about_resources(int rc)
{
	return rc == ERR_NOMEM || rc == ERR_TIME || rc == ERR_OUTPUT;
}

static int is_same(const struct outcome *x, const struct outcome *y)
{
	if (is_about_resources(x->rc) || is_about_resources(y->rc))
		return 1;
	if (x->rc != y->rc || x->mongo_code != y->mongo_code)
		return 0;
	return x->rc != 0 || str_eq((struct str){ x->out.data, x->out.len },
	                            (struct str){ y->out.data, y->out.len });
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Two copies, each with its padding: the sanitizer sees a step beyond. */
	size_t at = str_find((struct str){ (const char *)data, size }, '\n');
	size_t rest = at < size ? size - at - 1 : 0;
	char *pipeline = calloc(1, at + READ_PADDING), *documents = calloc(1, rest + READ_PADDING);

	if (pipeline == NULL || documents == NULL)
		abort();
	memcpy(pipeline, data, at);
	if (rest > 0)
		memcpy(documents, data + at + 1, rest);
	struct str p = { pipeline, at }, d = { documents, rest };
	struct outcome with = outcome_of(p, d, (unsigned)PLAN_RULES_ALL);
	struct outcome without = outcome_of(p, d, 0);
	if (!is_same(&with, &without)) {
		fprintf(stderr, "with rules %d (%d), without %d (%d)\n%.*s\n%.*s\n", with.rc,
		        with.mongo_code, without.rc, without.mongo_code, (int)with.out.len,
		        with.out.data, (int)without.out.len, without.out.data);
		abort();
	}
	buf_deinit(&with.out);
	buf_deinit(&without.out);
	free(pipeline);
	free(documents);
	return 0;
}
