/*
 * Fuzzes the pipeline compiler alone: the input is a pipeline, and, behind a line end, constants
 * for it ("let").  Whatever it says, it says it always: with every plan rule and with none, asked
 * for the first problem or, as /transform/validate does, for all of them.
 *
 *   CC=clang CXX=clang++ meson setup build-fuzz -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false
 *   build-fuzz/tests/fuzz/fuzz_compile -max_total_time=60 CORPUS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"

#define MEMORY_MAX ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition, err) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "not so: %s (%d, %d at %s: %s)\n", #condition, \
			        (err)->code, (err)->mongo_code, (err)->pointer, (err)->message); \
			abort(); \
		} \
	} while (0)

struct verdict {
	int rc;
	struct err err;
	size_t n_problems;
	uint64_t hash; /* of all problems: codes, places, messages */
};

static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash * 31 + 1;
}

static void look_at_problems(const struct problem *p, struct verdict *v)
{
	for (; p != NULL; p = p->next) {
		REQUIRE(p->err.code == ERR_PIPELINE || p->err.limit != NULL, &p->err);
		REQUIRE(p->err.message[0] != '\0', &p->err);
		REQUIRE(p->err.pointer[0] == '/', &p->err);
		v->n_problems++;
		v->hash = hash_text(v->hash, p->err.pointer);
		v->hash = hash_text(v->hash, p->err.message) + (uint64_t)p->err.mongo_code;
	}
}

/* A plan says what its stages are called. */
static void look_at_plan(const struct plan *plan, const struct err *err)
{
	for (size_t i = 0; i < plan_n_stages(plan); i++)
		REQUIRE(plan_stage_name(plan, i)[0] == '$', err);
	(void)plan_has_documents(plan);
}

static int compile(struct arena *a, struct str pipeline, struct str let, unsigned rules,
                   struct problem **ret_problems, struct plan **ret, struct err *err)
{
	const struct read_limits read_limits = READ_LIMITS_DEFAULT;
	struct plan_input input = { .let = MISSING, .limits = LIMITS_DEFAULT, .rules = rules };
	struct value raw;

	TRY(read_check(a, pipeline, pipeline.data, &read_limits, &raw, err));
	input.pipeline = value_decode(a, raw);
	if (let.len > 0) {
		TRY(read_check(a, let, let.data, &read_limits, &raw, err));
		input.let = value_decode(a, raw);
	}
	return plan_compile(a, &input, ret, ret_problems, err);
}

static struct verdict verdict_of(struct str pipeline, struct str let, unsigned rules, bool has_all)
{
	struct verdict v = { .err = ERR_INIT };
	struct budget budget = BUDGET(MEMORY_MAX);
	struct problem *problems = NULL;
	struct plan *plan = NULL;
	struct arena a;

	arena_init(&a, &budget);
	v.rc = compile(&a, pipeline, let, rules, has_all ? &problems : NULL, &plan, &v.err);
	if (v.rc == 0)
		look_at_plan(plan, &v.err);
	look_at_problems(problems, &v);
	if (has_all && v.rc == ERR_PIPELINE) {
		REQUIRE(v.n_problems > 0 && v.n_problems <= COMPILE_PROBLEMS_MAX, &v.err);
		REQUIRE(problems->err.mongo_code == v.err.mongo_code, &v.err);
		REQUIRE(strcmp(problems->err.message, v.err.message) == 0, &v.err);
	}
	REQUIRE(v.rc != 0 || problems == NULL, &v.err);
	arena_deinit(&a);
	REQUIRE(budget.used == 0, &v.err);
	return v;
}

static void require_same(const struct verdict *x, const struct verdict *y)
{
	if (x->rc == ERR_NOMEM || y->rc == ERR_NOMEM)
		return; /* folding takes memory of its own */
	REQUIRE(x->rc == y->rc, &y->err);
	REQUIRE(x->rc == 0 || x->err.mongo_code == y->err.mongo_code, &y->err);
	REQUIRE(x->rc == 0 || strcmp(x->err.pointer, y->err.pointer) == 0, &y->err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Two copies, each with its padding: the sanitizer sees a step beyond. */
	size_t at = str_find((struct str){ (const char *)data, size }, '\n');
	size_t rest = at < size ? size - at - 1 : 0;
	char *pipeline = calloc(1, at + READ_PADDING), *let = calloc(1, rest + READ_PADDING);

	if (pipeline == NULL || let == NULL)
		abort();
	memcpy(pipeline, data, at);
	if (rest > 0)
		memcpy(let, data + at + 1, rest);
	struct str p = { pipeline, at }, l = { let, rest };
	struct verdict with = verdict_of(p, l, (unsigned)PLAN_RULES_ALL, true);
	struct verdict again = verdict_of(p, l, (unsigned)PLAN_RULES_ALL, true);
	struct verdict without = verdict_of(p, l, 0, true);
	struct verdict first = verdict_of(p, l, 0, false);
	REQUIRE(with.hash == again.hash && with.n_problems == again.n_problems, &again.err);
	require_same(&with, &without);
	require_same(&without, &first);
	free(pipeline);
	free(let);
	return 0;
}
