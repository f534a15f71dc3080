/* Evaluating: time, errors, random numbers. */
#include "engine/eval.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "doc/write.h"
#include "engine/stage/stage.h"

#define TEXT_MAX 120

int eval_tick_slow(struct eval *ev)
{
	if (ev->deadline_ns != 0 && clock_monotonic_ns() > ev->deadline_ns)
		return err_limit(ev->err, ERR_TIME, "max-time",
		                 "the transform took longer than %llu ms",
		                 (unsigned long long)ev->limits->time_ms_max);
	if (ev->is_cancelled != NULL && ev->is_cancelled(ev->cancel_arg))
		return err_set(ev->err, ERR_CANCELLED, "the caller has gone");
	return eval_check(ev);
}

int eval_tick_n(struct eval *ev, size_t n)
{
	uint32_t before = ev->ticks / 1024;

	ev->ticks += (uint32_t)n;
	return n >= 1024 || ev->ticks / 1024 != before ? eval_tick_slow(ev) : 0;
}

int eval_fail(struct eval *ev, int mongo_code, const char *operator_name, const char *pointer,
              const char *fmt, ...)
{
	char message[sizeof ev->err->message];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	err_set(ev->err, ERR_FAILED, "%s", message);
	ev->err->mongo_code = mongo_code;
	ev->err->document = ev->document;
	if (ev->stage != NULL)
		ev->err->stage = ev->stage->index;
	if (pointer == NULL && ev->stage != NULL)
		pointer = ev->stage->pointer;
	if (pointer != NULL)
		snprintf(ev->err->pointer, sizeof ev->err->pointer, "%s", pointer);
	if (operator_name != NULL)
		snprintf(ev->err->operator_name, sizeof ev->err->operator_name, "%s", operator_name);
	return ERR_FAILED;
}

int eval_check(struct eval *ev)
{
	enum err_code code = arena_failed(ev->arena) ? ev->arena->failed : ev->keep->failed;

	if (code == 0)
		return 0;
	if (code == ERR_DEPTH)
		err_limit(ev->err, ERR_DEPTH, "max-depth",
		          "a value was built that is nested deeper than %d", VALUE_DEPTH_MAX);
	else
		err_limit(ev->err, ERR_NOMEM, "max-memory",
		          "the transform needs more memory than max-memory allows");
	if (ev->stage != NULL) {
		ev->err->stage = ev->stage->index;
		snprintf(ev->err->pointer, sizeof ev->err->pointer, "%s", ev->stage->pointer);
	}
	return code;
}

const char *eval_text(struct eval *ev, struct value v)
{
	struct buf out;
	const char *text = NULL;

	buf_init(&out, TEXT_MAX);
	write_value(&out, ev->arena, v, WRITE_PLAIN);
	if (out.data != NULL)
		text = arena_printf(ev->arena, "%.*s%s", (int)out.len, out.data,
		                    out.failed == BUF_OK ? "" : "…");
	buf_deinit(&out);
	return text != NULL ? text : "…";
}

struct eval_memo {
	const void *key;
	void *data;
	struct eval_memo *next;
};

struct eval_memos {
	struct arena *keep;
	struct eval_memo *first; /* one a stage that asks: a list will do */
};

int eval_share_memos(struct eval *ev)
{
	if (ev->memos != NULL)
		return 0;
	ev->memos = arena_zalloc(ev->keep, 1, sizeof *ev->memos);
	if (ev->memos == NULL)
		return eval_check(ev);
	ev->memos->keep = ev->keep;
	return 0;
}

struct arena *eval_run_keep(const struct eval *ev)
{
	return ev->memos->keep;
}

void **eval_memo(struct eval *ev, const void *key, struct arena **ret_keep)
{
	struct eval_memo *memo;

	if (eval_share_memos(ev) != 0)
		return NULL;
	*ret_keep = ev->memos->keep;
	for (memo = ev->memos->first; memo != NULL; memo = memo->next)
		if (memo->key == key)
			return &memo->data;
	memo = arena_zalloc(ev->memos->keep, 1, sizeof *memo);
	if (memo == NULL) {
		arena_fail(ev->keep, ERR_NOMEM); /* the one that is looked at */
		return NULL;
	}
	memo->key = key;
	memo->next = ev->memos->first;
	ev->memos->first = memo;
	return &memo->data;
}

/* splitmix64: each state gives one well-mixed number, and any seed is as good as another. */
uint64_t eval_random(struct eval *ev)
{
	uint64_t z = ev->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}
