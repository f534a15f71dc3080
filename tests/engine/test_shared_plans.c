/*
 * Every case of the case files, by several threads at the same time with one plan of a cache: each
 * gets the bytes that it gets with a plan of its own.  Built with TSan it also shows that running
 * a plan changes nothing in it.
 *
 * An expression runs as {$replaceWith: {r: EXPRESSION}}.  What cases expect is not looked at here:
 * test_cases does that.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "engine/plan_cache.h"

#define NOW_MS INT64_C(1709251198123)
#define THREADS 3
#define CACHE_BYTES ((size_t)256 << 10) /* too little for all: plans come and go */
#define MEMORY ((size_t)256 << 20)
#define COLLECTIONS_MAX 8

struct shared_case {
	char *pipeline, *input;
};

static struct shared_case *cases;
static size_t n_cases, n_cases_max;
static struct plan_cache *cache;
static pthread_barrier_t barrier;
static atomic_int n_found, n_compared, n_failed;

struct answer {
	struct buf text;
	struct err err;
	int rc;
};

static struct str padded(struct arena *a, struct str s)
{
	char *copy = arena_alloc(a, s.len + READ_PADDING);

	memcpy(copy, s.data, s.len);
	memset(copy + s.len, ' ', READ_PADDING);
	return (struct str){ copy, s.len };
}

static struct run_text text_of(struct str s)
{
	return (struct run_text){ .text = s.data, .len = s.len, .format = READ_ARRAY };
}

static bool parse(struct arena *a, struct str text, struct value *ret)
{
	const struct read_limits limits = READ_LIMITS_DEFAULT;
	struct value raw;
	struct err err;

	if (read_check(a, text, text.data, &limits, &raw, &err) != 0)
		return false;
	*ret = value_decode(a, raw);
	return true;
}

/* Documents, and collections where the case has some. */
static void take_input(struct arena *a, const char *input, struct run_collection *collections,
                       struct run_input *ret)
{
	struct str text = padded(a, str_from(input));
	struct value body;

	ret->documents = text_of(text);
	if (!parse(a, text, &body) || body.type != VALUE_OBJECT ||
	    object_find(a, body.object, STR("collections")) < 0)
		return;
	struct value documents = object_get_raw(a, body.object, STR("documents"));
	struct object *from = object_get(a, body.object, STR("collections")).object;
	ret->documents = text_of(padded(a, (struct str){ documents.text, documents.len }));
	ret->collections = collections;
	ret->n_collections = object_n(a, from);
	for (uint32_t i = 0; i < ret->n_collections; i++) {
		struct value raw = object_at_raw(from, i);
		struct str list = padded(a, (struct str){ raw.text, raw.len });

		collections[i] = (struct run_collection){ object_key(from, i), text_of(list) };
	}
}

static int write_written(void *writer, struct arena *scratch, struct str name,
                         const struct value *docs, size_t n_docs, struct err *err)
{
	(void)name;
	return run_write(writer, scratch, docs, n_docs, err);
}

static void run_plan(struct arena *a, const struct plan *plan, const char *input, struct answer *ret)
{
	struct run_collection collections[COLLECTIONS_MAX];
	struct budget budget = BUDGET(MEMORY);
	struct run_writer writer = { .out = &ret->text };
	struct run_input run_input = {
		.plan = plan,
		.limits = LIMITS_DEFAULT,
		.now_ms = NOW_MS,
		.seed = 42,
		.sink = run_write,
		.sink_arg = &writer,
		.written = write_written,
		.written_arg = &writer,
	};

	*ret = (struct answer){ .err = ERR_INIT };
	buf_init(&ret->text, 64 << 20);
	take_input(a, input, collections, &run_input);
	ret->rc = run_transform(a, &budget, &run_input, NULL, &ret->err);
}

static void compare(const struct shared_case *item, const struct answer *own,
                    const struct answer *shared)
{
	if (own->rc == shared->rc && own->text.len == shared->text.len &&
	    (own->text.len == 0 || memcmp(own->text.data, shared->text.data, own->text.len) == 0)) {
		atomic_fetch_add(&n_compared, 1);
		return;
	}
	atomic_fetch_add(&n_failed, 1);
	printf("%s\nalone: %d %.*s\nshared: %d %.*s\n", item->pipeline, own->rc, (int)own->text.len,
	       own->text.data, shared->rc, (int)shared->text.len, shared->text.data);
}

static void run_case(struct arena *a, const struct shared_case *item)
{
	struct plan_source source = {
		.text = padded(a, str_from(item->pipeline)),
		.let = MISSING,
		.limits = LIMITS_DEFAULT,
		.rules = (unsigned)PLAN_RULES_ALL,
	};
	struct plan_input input = {
		.let = MISSING,
		.limits = source.limits,
		.rules = source.rules,
	};
	struct held_plan held;
	struct answer own, shared;
	struct plan *plan;
	struct err err;

	if (!parse(a, source.text, &input.pipeline) ||
	    plan_compile(a, &input, &plan, NULL, &err) != 0)
		return; /* no pipeline, or not one in this place: the same for all threads */
	if (plan_cache_hold(cache, a, &source, &held, NULL, &err) != 0) {
		printf("%s: %s\n", item->pipeline, err.message);
		atomic_fetch_add(&n_failed, 1);
		return;
	}
	atomic_fetch_add(&n_found, held.is_found);
	run_plan(a, held.plan, item->input, &shared);
	run_plan(a, plan, item->input, &own);
	compare(item, &own, &shared);
	buf_deinit(&own.text);
	buf_deinit(&shared.text);
	plan_release(&held);
}

static void *run_cases(void *arg)
{
	struct budget budget = BUDGET((size_t)1 << 30);
	struct arena a;

	arena_init(&a, &budget);
	for (size_t i = 0; i < n_cases; i++) {
		arena_reset(&a);
		pthread_barrier_wait(&barrier);
		run_case(&a, &cases[i]);
	}
	arena_deinit(&a);
	return arg;
}

/* ---- the files ---- */

static char *joined(const char *before, struct str s, const char *after)
{
	char *text = NULL;

	if (asprintf(&text, "%s%.*s%s", before, STR_ARG(s), after) < 0)
		abort();
	return text;
}

static bool is_stages(struct str spec)
{
	return spec.len > 3 && spec.data[0] == '[' && memmem(spec.data, 4, "$", 1) != NULL &&
	       memmem(spec.data, 4, "{", 1) != NULL;
}

static void add_case(struct str spec, struct str input)
{
	if (n_cases == n_cases_max) {
		n_cases_max = n_cases_max * 2 + 64;
		cases = realloc(cases, n_cases_max * sizeof *cases);
		if (cases == NULL)
			abort();
	}
	cases[n_cases++] = (struct shared_case){
		.pipeline = is_stages(spec) ? joined("", spec, "")
		                            : joined("[{\"$replaceWith\":{\"r\":", spec, "}}]"),
		.input = input.data[0] == '[' || memmem(input.data, input.len, "\"collections\"", 13)
		                 ? joined("", input, "")
		                 : joined("[", input, "]"),
	};
}

static void read_file(const char *file)
{
	FILE *in = fopen(file, "r");
	char *lines[3] = { NULL, NULL, NULL };
	size_t caps[3] = { 0, 0, 0 };
	struct str parts[3];
	int n = 0;
	ssize_t len;

	if (in == NULL)
		abort();
	while ((len = getline(&lines[n], &caps[n], in)) >= 0) {
		parts[n] = str_trim((struct str){ lines[n], (size_t)len });
		if (parts[n].len > 0 && parts[n].data[0] != '#' && ++n == 3) {
			add_case(parts[0], parts[1]);
			n = 0;
		}
	}
	for (int i = 0; i < 3; i++)
		free(lines[i]);
	fclose(in);
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	struct err err = ERR_INIT;

	for (int i = 1; i < argc; i++)
		read_file(argv[i]);
	if (plan_cache_create(CACHE_BYTES, &cache, &err) != 0)
		return 1;
	pthread_barrier_init(&barrier, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, run_cases, NULL) != 0)
			abort();
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	plan_cache_destroy(cache);
	for (size_t i = 0; i < n_cases; i++) {
		free(cases[i].pipeline);
		free(cases[i].input);
	}
	free(cases);
	printf("%d compared, %d plans shared, %d failed\n", n_compared, n_found, n_failed);
	/* Nearly all cases run; were it few, this would test nothing. */
	return n_failed == 0 && n_compared > 2 * (int)n_cases && n_found > 0 ? 0 : 1;
}
