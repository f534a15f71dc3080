/*
 * Arena: memory that is freed all at once, paid for from a budget.
 *
 * Everything an arena hands out lives until arena_reset() or arena_deinit(); nothing is ever freed
 * on its own.  Several arenas may share one budget: it is what a transform may use in all.  An
 * arena takes memory in blocks and charges whole blocks, so that handing out bytes is a comparison
 * and an addition.
 *
 * Failure sticks: once an allocation has been refused, failed stays set until arena_reset().
 * Readers that decode lazily may therefore answer null and leave it to their caller to look at
 * arena_failed() before anything is shown to anybody.  An arena may have a witness, one whose owner
 * does look: what is decoded later into memory that nobody watches fails there too.
 *
 * An arena belongs to one thread at a time.  A budget may be shared: those who take from it in
 * several threads each see the whole of what was taken.  A budget may also be a part of another
 * one, which is charged with it: so that what one thread takes can be told apart.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/macros.h"

struct budget {
	size_t limit; /* bytes */
	size_t used;
	size_t peak;           /* the most that was ever used */
	struct budget *parent; /* is charged too; NULL: none */
	bool is_parent_full;   /* what this one would have allowed, its parent has refused */
};

struct arena_block;
struct arena_hook;

struct arena {
	unsigned char *next, *end;      /* free part of the newest block */
	struct arena_block *head;       /* blocks in use, newest first */
	unsigned char *tail, *tail_end; /* free part behind the last arena_append() */
	struct arena_hook *hooks;       /* newest first */
	struct budget *budget;
	size_t n_bytes;        /* of the blocks in use */
	size_t block_size;     /* of the next block, unless more is asked for */
	size_t block_size_max; /* blocks double up to this; 0: every allocation is a block (tests) */
	enum err_code failed;  /* 0, ERR_NOMEM, or what arena_fail() was told first */
	bool copies_text; /* values that are kept in it bring their text along (value_copy()) */
	struct arena *witness; /* fails together with this one; NULL: none */
};

#define BUDGET(bytes) ((struct budget){ .limit = (bytes) })

/* Take bytes from, and give them back to, a budget; false when the limit would be passed. */
bool budget_take(struct budget *budget, size_t bytes) MUST_CHECK;
void budget_give(struct budget *budget, size_t bytes);

/*
 * Bytes for which the parent has been charged already, by whoever owns them: they count here alone,
 * and the parent gets them back from their owner.
 */
bool budget_take_paid(struct budget *budget, size_t bytes) MUST_CHECK;

/* These bytes are somebody else's from now on, who gives them back to the parent. */
void budget_hand_over(struct budget *budget, size_t bytes);

/* While other threads may take from it. */
size_t budget_used(const struct budget *budget);

void arena_init(struct arena *a, struct budget *budget);

/* An arena in which each allocation is charged exactly: for sweeps over every possible failure. */
void arena_init_exact(struct arena *a, struct budget *budget);

void arena_deinit(struct arena *a);

/* Forget everything handed out; keeps up to one block's worth of memory for what comes next. */
void arena_reset(struct arena *a);

void *arena_grow(struct arena *a, size_t size);

/* Memory aligned for any type, not zeroed; NULL (and failed) when budget or memory is used up. */
static inline void *arena_alloc(struct arena *a, size_t size)
{
	size_t rounded = (size + 15) & ~(size_t)15;

	/* 0 is nothing, which still is an address, or more than can be rounded. */
	if (UNLIKELY(rounded > (size_t)(a->end - a->next) || rounded == 0))
		return arena_grow(a, size);
	void *p = a->next;
	a->next += rounded;
	return p;
}

/* Zeroed memory for n things of a size each. */
void *arena_zalloc(struct arena *a, size_t n, size_t size);

/* Not zeroed memory for n things of a size each; NULL too when n * size overflows. */
void *arena_array(struct arena *a, size_t n, size_t size);

/* Copies: of len bytes followed by a NUL; of any bytes. */
char *arena_strndup(struct arena *a, const char *s, size_t len);
void *arena_memdup(struct arena *a, const void *p, size_t len);

/* A copy of text, for readers that look at up to so many bytes behind its end. */
#define ARENA_PADDING 64
char *arena_text(struct arena *a, const char *text, size_t len);

/* Formatted text, NUL-terminated. */
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/*
 * Make room for more items in a growing array: returns items, or a copy twice as large, with *cap
 * updated; NULL when there is no memory.  The old array stays in the arena, so growth costs at
 * most as much again as the array itself.
 */
void *arena_extend(struct arena *a, void *items, size_t n, size_t *cap, size_t item_size);

static inline bool arena_failed(const struct arena *a)
{
	return a->failed != 0;
}

/*
 * Memory of len + n bytes of which the first len are those at p; the caller writes the others.
 * When p is what the last call returned and there is room behind it, it is p itself, so that
 * appending again and again to the same thing costs no more than its size.  What is at p never
 * changes: it stays good as the shorter thing that it was.
 */
void *arena_append(struct arena *a, const void *p, size_t len, size_t n);

/*
 * Call fn(arg) when the arena is next reset or deinitialised, before its memory goes, newest first:
 * for what an arena's contents own outside of it.  false when there is no memory to remember it;
 * the caller then frees arg itself.
 */
typedef void arena_free_fn(void *arg);

bool arena_on_free(struct arena *a, arena_free_fn *fn, void *arg) MUST_CHECK;

/* Let an arena fail for another reason than memory: what is being built is too deep, say. */
static inline void arena_fail(struct arena *a, enum err_code code)
{
	for (; a != NULL && a->failed == 0; a = a->witness)
		a->failed = code;
}

#endif
