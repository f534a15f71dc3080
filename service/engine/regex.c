/* Regular expressions: compiling with PCRE2, and matching within limits. */
#include "engine/regex.h"

#include <stdio.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "engine/stage/stage.h"

#define PATTERN_LEN_MAX 32764              /* bytes, as in MongoDB */
#define PARENS_MAX 200                     /* nested: bounds the stack that compiling takes */
#define JIT_STACK_START ((size_t)64 << 10) /* bytes */
#define JIT_STACK_MAX ((size_t)1 << 20)
#define HEAP_KIB_MAX 16384 /* of the interpreter, for what has no machine code */
#define WINDOW 4096        /* places where a match may begin, between ticks */
#define CACHE_SLOTS 8
#define JIT_AFTER_USES 2 /* machine code costs as much as a few hundred matches */

struct regex {
	pcre2_code *code;
	struct budget *budget; /* that jit_bytes are charged to */
	size_t jit_bytes;
	uint32_t n_pairs;
	bool sees_start; /* it has \G, which tells where a search began: no windows */
};

struct cached_regex {
	struct arena arena;
	struct regex *regex; /* NULL: free */
	struct str pattern, options;
	uint64_t used_at;
	uint32_t n_uses;
};

struct regex_run {
	pcre2_match_context *match_context;
	pcre2_match_data *match_data;
	pcre2_jit_stack *jit_stack;
	pcre2_general_context *general;
	uint32_t n_pairs; /* room in match_data */
	uint64_t clock;
	struct cached_regex cache[CACHE_SLOTS];
};

/* PCRE2's memory comes from an arena, and so is charged and goes with it. */
static void *memory_take(size_t size, void *arena)
{
	return arena_alloc(arena, size);
}

static void memory_give(void *p, void *arena)
{
	(void)p;
	(void)arena;
}

static void regex_free(void *arg)
{
	struct regex *re = arg;

	budget_give(re->budget, re->jit_bytes);
	pcre2_code_free(re->code);
}

/* ---- compiling ---- */

static bool parse_options(struct str options, uint32_t *ret_flags, struct regex_problem *problem)
{
	uint32_t flags = 0;

	for (size_t i = 0; i < options.len; i++) {
		switch (options.data[i]) {
		case 'i': flags |= PCRE2_CASELESS; break;
		case 'm': flags |= PCRE2_MULTILINE; break;
		case 's': flags |= PCRE2_DOTALL; break;
		case 'x': flags |= PCRE2_EXTENDED; break;
		case 'u': break; /* always */
		default:
			problem->fault = REGEX_FAULT_OPTION;
			snprintf(problem->message, sizeof problem->message,
			         "invalid flag in regex options: %.*s",
			         (int)MIN(options.len - i, 8), options.data + i);
			return false;
		}
	}
	*ret_flags = flags;
	return true;
}

static bool fail_pattern(struct regex_problem *problem, int error)
{
	problem->fault = REGEX_FAULT_PATTERN;
	if (pcre2_get_error_message(error, (PCRE2_UCHAR *)problem->message,
	                            sizeof problem->message) < 0)
		snprintf(problem->message, sizeof problem->message, "error %d", error);
	return false;
}

static bool fail_nomem(struct arena *a, struct regex_problem *problem)
{
	arena_fail(a, ERR_NOMEM);
	problem->fault = REGEX_FAULT_NOMEM;
	snprintf(problem->message, sizeof problem->message, "out of memory");
	return false;
}

static pcre2_code *code_create(struct arena *a, struct str pattern, uint32_t flags,
                               struct regex_problem *problem)
{
	pcre2_general_context *general = pcre2_general_context_create(memory_take, memory_give, a);
	pcre2_compile_context *context = NULL;
	pcre2_code *code = NULL;
	PCRE2_SIZE error_at;
	int error = 0;

	if (general != NULL)
		context = pcre2_compile_context_create(general);
	if (context != NULL) {
		pcre2_set_newline(context, PCRE2_NEWLINE_LF);
		pcre2_set_parens_nest_limit(context, PARENS_MAX);
		pcre2_set_max_pattern_length(context, PATTERN_LEN_MAX);
		code = pcre2_compile((PCRE2_SPTR)pattern.data, pattern.len,
		                     flags | PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C |
		                             PCRE2_USE_OFFSET_LIMIT,
		                     &error, &error_at, context);
	}
	if (code == NULL && (context == NULL || arena_failed(a)))
		fail_nomem(a, problem);
	else if (code == NULL)
		fail_pattern(problem, error);
	return code;
}

/* Machine code lies outside the arena and is charged by hand.  Without it there is the interpreter. */
static bool jit_make(struct regex *re)
{
	size_t bytes = 0;

	if (pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE) != 0)
		return true;
	(void)pcre2_pattern_info(re->code, PCRE2_INFO_JITSIZE, &bytes);
	if (!budget_take(re->budget, bytes))
		return false;
	re->jit_bytes = bytes;
	return true;
}

static struct regex *regex_create(struct arena *a, struct str pattern, struct str options,
                                  struct regex_problem *problem)
{
	struct regex *re = arena_zalloc(a, 1, sizeof *re);
	uint32_t flags = 0, n_groups = 0;

	problem->fault = REGEX_FAULT_NONE;
	if (!parse_options(options, &flags, problem))
		return NULL;
	if (re == NULL) {
		fail_nomem(a, problem);
		return NULL;
	}
	re->code = code_create(a, pattern.data != NULL ? pattern : STR(""), flags, problem);
	if (re->code == NULL)
		return NULL;
	re->budget = a->budget;
	if (!arena_on_free(a, regex_free, re)) {
		regex_free(re);
		fail_nomem(a, problem);
		return NULL;
	}
	(void)pcre2_pattern_info(re->code, PCRE2_INFO_CAPTURECOUNT, &n_groups);
	re->n_pairs = n_groups + 1;
	re->sees_start = memmem(pattern.data, pattern.len, "\\G", 2) != NULL;
	return re;
}

struct regex *regex_compile(struct arena *a, struct str pattern, struct str options,
                            struct regex_problem *problem)
{
	struct regex *re = regex_create(a, pattern, options, problem);

	if (re != NULL && !jit_make(re)) {
		fail_nomem(a, problem);
		return NULL;
	}
	return re;
}

uint32_t regex_n_pairs(const struct regex *re)
{
	return re->n_pairs;
}

/* ---- the run's part ---- */

static void run_free(void *arg)
{
	struct regex_run *run = arg;

	for (size_t i = 0; i < CACHE_SLOTS; i++)
		arena_deinit(&run->cache[i].arena);
	pcre2_jit_stack_free(run->jit_stack);
}

static struct regex_run *run_get(struct eval *ev)
{
	struct regex_run *run = ev->regex_run;

	if (LIKELY(run != NULL))
		return run;
	run = arena_zalloc(ev->keep, 1, sizeof *run);
	if (run == NULL || !arena_on_free(ev->keep, run_free, run))
		return NULL;
	for (size_t i = 0; i < CACHE_SLOTS; i++)
		arena_init(&run->cache[i].arena, ev->keep->budget);
	run->general = pcre2_general_context_create(memory_take, memory_give, ev->keep);
	if (run->general == NULL)
		return NULL;
	run->jit_stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, run->general);
	run->match_context = pcre2_match_context_create(run->general);
	if (run->match_context == NULL)
		return NULL;
	pcre2_set_depth_limit(run->match_context, ev->limits->regex_steps_max);
	pcre2_set_heap_limit(run->match_context, HEAP_KIB_MAX);
	if (run->jit_stack != NULL)
		pcre2_jit_stack_assign(run->match_context, NULL, run->jit_stack);
	ev->regex_run = run;
	return run;
}

static bool reserve_pairs(struct regex_run *run, uint32_t n_pairs)
{
	if (LIKELY(n_pairs <= run->n_pairs))
		return true;
	n_pairs = MAX(n_pairs, 8u);
	run->match_data = pcre2_match_data_create(n_pairs, run->general);
	run->n_pairs = run->match_data != NULL ? n_pairs : 0;
	return run->match_data != NULL;
}

/* ---- the cache ---- */

static struct cached_regex *cache_find(struct regex_run *run, struct str pattern, struct str options)
{
	for (size_t i = 0; i < CACHE_SLOTS; i++) {
		struct cached_regex *slot = &run->cache[i];

		if (slot->regex != NULL && str_eq(slot->pattern, pattern) &&
		    str_eq(slot->options, options))
			return slot;
	}
	return NULL;
}

/* The one that has not been used for longest makes room. */
static struct cached_regex *cache_evict(struct regex_run *run)
{
	struct cached_regex *oldest = &run->cache[0];

	for (size_t i = 1; i < CACHE_SLOTS; i++)
		if (run->cache[i].used_at < oldest->used_at)
			oldest = &run->cache[i];
	oldest->regex = NULL;
	oldest->n_uses = 0;
	arena_reset(&oldest->arena);
	return oldest;
}

static bool cache_fill(struct cached_regex *slot, struct str pattern, struct str options,
                       struct regex_problem *problem)
{
	struct arena *a = &slot->arena;

	slot->pattern = (struct str){ arena_memdup(a, pattern.data, pattern.len), pattern.len };
	slot->options = (struct str){ arena_memdup(a, options.data, options.len), options.len };
	if (slot->pattern.data == NULL || slot->options.data == NULL)
		return fail_nomem(a, problem);
	slot->regex = regex_create(a, slot->pattern, slot->options, problem);
	return slot->regex != NULL;
}

const struct regex *regex_compile_cached(struct eval *ev, struct str pattern, struct str options,
                                         struct regex_problem *problem)
{
	struct regex_run *run = run_get(ev);

	if (run == NULL) {
		fail_nomem(ev->keep, problem);
		return NULL;
	}
	struct cached_regex *slot = cache_find(run, pattern, options);
	if (slot == NULL) {
		slot = cache_evict(run);
		if (!cache_fill(slot, pattern, options, problem)) {
			if (problem->fault == REGEX_FAULT_NOMEM)
				fail_nomem(ev->keep, problem);
			return NULL;
		}
	}
	slot->used_at = ++run->clock;
	if (++slot->n_uses == JIT_AFTER_USES && !jit_make(slot->regex)) {
		fail_nomem(ev->keep, problem);
		return NULL;
	}
	return slot->regex;
}

/* ---- matching ---- */

static int fail_match(struct eval *ev, int rc)
{
	if (rc == PCRE2_ERROR_NOMEMORY)
		arena_fail(ev->keep, ERR_NOMEM);
	TRY(eval_check(ev));
	if (rc != PCRE2_ERROR_MATCHLIMIT && rc != PCRE2_ERROR_DEPTHLIMIT &&
	    rc != PCRE2_ERROR_HEAPLIMIT && rc != PCRE2_ERROR_JIT_STACKLIMIT)
		return err_set(ev->err, ERR_INTERNAL, "a regular expression failed with %d", rc);
	err_limit(ev->err, ERR_REGEX, "max-regex-steps",
	          "a regular expression took more than %u steps on one text",
	          (unsigned)ev->limits->regex_steps_max);
	ev->err->document = ev->document;
	if (ev->stage != NULL) {
		ev->err->stage = ev->stage->index;
		snprintf(ev->err->pointer, sizeof ev->err->pointer, "%s", ev->stage->pointer);
	}
	return ERR_REGEX;
}

/* Without windows the whole of a long text must do with what a window may take. */
static uint32_t steps_allowed(const struct regex *re, const struct eval *ev, size_t len)
{
	uint64_t steps = ev->limits->regex_steps_max;

	if (LIKELY(!re->sees_start || len <= WINDOW))
		return (uint32_t)steps;
	return (uint32_t)MAX(steps * WINDOW / len, (uint64_t)1);
}

/* Where the window that begins at start ends: the next one begins there, at a character. */
static size_t window_end(struct str text, size_t start)
{
	size_t end = start + WINDOW;

	while (end < text.len && ((unsigned char)text.data[end] & 0xC0) == 0x80)
		end++;
	return end;
}

/* \K sets where a match begins: callers need not expect that it lies behind its end. */
static const size_t *offsets_checked(pcre2_match_data *data, size_t start)
{
	size_t *offsets = pcre2_get_ovector_pointer(data);

	offsets[1] = MAX(offsets[1], start);
	offsets[0] = MIN(MAX(offsets[0], start), offsets[1]);
	return offsets;
}

int regex_find(const struct regex *re, struct eval *ev, struct str text, size_t start,
               const size_t **ret_offsets)
{
	struct regex_run *run = run_get(ev);
	PCRE2_SPTR subject = (PCRE2_SPTR)(text.data != NULL ? text.data : "");
	int rc;

	if (run == NULL || !reserve_pairs(run, re->n_pairs))
		return fail_match(ev, PCRE2_ERROR_NOMEMORY);
	pcre2_set_match_limit(run->match_context, steps_allowed(re, ev, text.len));
	for (;;) {
		bool is_last = re->sees_start || text.len - start <= WINDOW;
		size_t end = is_last ? text.len : window_end(text, start);

		TRY(eval_tick(ev));
		pcre2_set_offset_limit(run->match_context, is_last ? PCRE2_UNSET : end - 1);
		rc = pcre2_match(re->code, subject, text.len, start, PCRE2_NO_UTF_CHECK,
		                 run->match_data, run->match_context);
		if (rc != PCRE2_ERROR_NOMATCH || is_last)
			break;
		TRY(eval_tick_slow(ev));
		start = end;
	}
	if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
		return fail_match(ev, rc);
	*ret_offsets = rc < 0 ? NULL : offsets_checked(run->match_data, start);
	return 0;
}

int regex_matches(const struct regex *re, struct eval *ev, struct str text, bool *ret)
{
	const size_t *offsets;

	TRY(regex_find(re, ev, text, 0, &offsets));
	*ret = offsets != NULL;
	return 0;
}
