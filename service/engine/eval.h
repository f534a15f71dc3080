/*
 * Evaluating: what expressions, query operators, accumulators and stages may use while they run.
 *
 * One eval belongs to one run in one thread.  Results live in arena, which is emptied after each
 * batch; what a blocking stage wants to keep it copies (value_copy) to keep, which lasts as long
 * as the run.  Input text lasts as long as the run too.
 */
#ifndef ENGINE_EVAL_H
#define ENGINE_EVAL_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "doc/object.h"
#include "engine/compile.h"
#include "engine/limits.h"

struct stage;
struct zone_cache;
struct regex_run;
struct eval_memos;

/* Where a field was found last time: valid for that shape only. */
struct path_cache {
	const struct shape *shape;
	int32_t i;
};

/* A named side input, for $lookup, $unionWith and $graphLookup. */
struct collection {
	struct str name;
	struct value *docs;
	size_t n_docs;
};

/* Takes a collection that $out or $merge leaves behind, whole; docs are good during the call. */
typedef int eval_written_fn(void *arg, struct arena *scratch, struct str name,
                            const struct value *docs, size_t n_docs, struct err *err);

struct eval {
	struct arena *arena;
	struct arena *keep;
	struct arena *states; /* see eval_states() */
	struct err *err;
	struct value *vars; /* by slot: VAR_ROOT, VAR_CURRENT, user variables */
	struct path_cache *caches;
	const struct limits *limits;
	const struct collection *collections;
	size_t n_collections;
	int64_t now_ms;       /* $$NOW, the same for the whole run */
	uint64_t random;      /* state of $rand and $sample */
	uint64_t deadline_ns; /* on the monotonic clock; 0: none */
	uint32_t ticks;
	struct regex_run *regex_run; /* what matching needs (regex.h); NULL until then */
	eval_written_fn *written;    /* NULL: collections go nowhere */
	void *written_arg;
	bool (*is_cancelled)(void *arg); /* asked now and then; may be NULL */
	void *cancel_arg;
	struct zone_cache *zones;  /* time zones used so far (zone.h) */
	struct eval_memos *memos;  /* see eval_memo(); NULL until then */
	bool is_order_seen;        /* parts were merged that only one go would have got right */
	bool is_keep_short;        /* keep is emptied before the run ends: a flow in a flow */
	const struct stage *stage; /* whose turn it is, and which of its documents: for errors */
	int64_t document;
};

/* Bind $$ROOT and $$CURRENT to a document. */
static inline void eval_set_root(struct eval *ev, struct value doc)
{
	ev->vars[VAR_ROOT] = doc;
	ev->vars[VAR_CURRENT] = doc;
}

/*
 * A shape made in ev->keep for many objects: may it be remembered by its address?  Not where keep
 * is emptied and filled again during the run.
 */
static inline void eval_keep_shape(const struct eval *ev, struct shape *shape)
{
	shape->is_lasting = !ev->is_keep_short;
	shape_spell(ev->keep, shape);
	shape_share(shape);
}

/*
 * Where accumulators hold their state: keep, unless a stage gives them an arena that ends sooner
 * (and whose witness is keep).
 */
static inline struct arena *eval_states(const struct eval *ev)
{
	return ev->states != NULL ? ev->states : ev->keep;
}

int eval_tick_slow(struct eval *ev);

/* To be called in every loop whose length a user decides: ERR_TIME or ERR_CANCELLED ends it. */
static inline int eval_tick(struct eval *ev)
{
	return UNLIKELY(++ev->ticks % 1024 == 0) ? eval_tick_slow(ev) : 0;
}

/* The same for n steps at once. */
int eval_tick_n(struct eval *ev, size_t n);

/*
 * An operator met a value that it cannot take: MongoDB's code, operator and pointer (both may be
 * NULL), a message in the server's words.  Returns ERR_FAILED.
 */
int eval_fail(struct eval *ev, int mongo_code, const char *operator_name, const char *pointer,
              const char *fmt, ...) PRINTF_LIKE(5, 6);

/* A failed arena is the reason, whatever came of it: fills ev->err, returns the code, or 0. */
int eval_check(struct eval *ev);

/* JSON text of a value for messages, cut to a sensible length, in ev->arena; never NULL. */
const char *eval_text(struct eval *ev, struct value v);

/*
 * A place for a pointer that lasts as long as the run, NULL at first, found by the address of
 * something in the plan; *ret_keep is an arena that lasts as long.  For what a stage makes once,
 * though a flow around it is run again and again.  NULL when there is no memory.
 */
void **eval_memo(struct eval *ev, const void *key, struct arena **ret_keep);

/* Before ev is copied for a flow with a keep of its own: both then share what they remember. */
int eval_share_memos(struct eval *ev) MUST_CHECK;

/* The arena that lasts as long as the run; only after eval_share_memos(). */
struct arena *eval_run_keep(const struct eval *ev);

/* 64 random bits; repeatable when options.seed was given. */
uint64_t eval_random(struct eval *ev);

#endif
