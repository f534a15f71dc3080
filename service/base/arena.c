/* Arena: memory in blocks, charged to a budget, freed all at once. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BLOCK_SIZE_MIN ((size_t)4096)
#define BLOCK_SIZE_MAX ((size_t)1 << 20)
#define HUGE_PAGE ((size_t)2 << 20)
#define HUGE_FROM ((size_t)1 << 20) /* bytes of an arena that is worth a huge page at a time */

struct arena_block {
	struct arena_block *next;
	size_t size; /* bytes of data */
	_Alignas(16) unsigned char data[];
};

struct arena_hook {
	struct arena_hook *next;
	arena_free_fn *fn;
	void *arg;
};

/* Counters alone: nobody concludes from them what another thread has written. */
static bool take(struct budget *budget, size_t bytes)
{
	size_t used = __atomic_load_n(&budget->used, __ATOMIC_RELAXED), peak;

	do {
		if (used > budget->limit || bytes > budget->limit - used)
			return false;
	} while (!__atomic_compare_exchange_n(&budget->used, &used, used + bytes, true,
	                                      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	used += bytes;
	peak = __atomic_load_n(&budget->peak, __ATOMIC_RELAXED);
	while (used > peak && !__atomic_compare_exchange_n(&budget->peak, &peak, used, true,
	                                                   __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	return true;
}

bool budget_take(struct budget *budget, size_t bytes)
{
	if (!take(budget, bytes))
		return false;
	if (budget->parent != NULL && !budget_take(budget->parent, bytes)) {
		__atomic_fetch_sub(&budget->used, bytes, __ATOMIC_RELAXED);
		__atomic_store_n(&budget->is_parent_full, true, __ATOMIC_RELAXED);
		return false;
	}
	return true;
}

bool budget_take_paid(struct budget *budget, size_t bytes)
{
	return take(budget, bytes);
}

void budget_hand_over(struct budget *budget, size_t bytes)
{
	__atomic_fetch_sub(&budget->used, bytes, __ATOMIC_RELAXED);
}

void budget_give(struct budget *budget, size_t bytes)
{
	__atomic_fetch_sub(&budget->used, bytes, __ATOMIC_RELAXED);
	if (budget->parent != NULL)
		budget_give(budget->parent, bytes);
}

size_t budget_used(const struct budget *budget)
{
	return __atomic_load_n(&budget->used, __ATOMIC_RELAXED);
}

void arena_init(struct arena *a, struct budget *budget)
{
	*a = (struct arena){
		.budget = budget,
		.block_size = BLOCK_SIZE_MIN,
		.block_size_max = BLOCK_SIZE_MAX,
	};
}

void arena_init_exact(struct arena *a, struct budget *budget)
{
	*a = (struct arena){ .budget = budget };
}

static void blocks_free(struct arena *a, struct arena_block *b)
{
	while (b != NULL) {
		struct arena_block *next = b->next;

		budget_give(a->budget, b->size);
		a->n_bytes -= b->size;
		free(b);
		b = next;
	}
}

static void hooks_run(struct arena *a)
{
	while (a->hooks != NULL) {
		struct arena_hook *hook = a->hooks;

		a->hooks = hook->next;
		hook->fn(hook->arg);
	}
}

void arena_deinit(struct arena *a)
{
	hooks_run(a);
	blocks_free(a, a->head);
	*a = (struct arena){ .budget = a->budget };
}

void arena_reset(struct arena *a)
{
	struct arena_block *keep = a->head;

	hooks_run(a);
	a->tail = a->tail_end = NULL;
	if (a->block_size_max == 0) { /* exact: give everything back, so that reuse is charged too */
		blocks_free(a, a->head);
		a->head = NULL;
		a->next = a->end = NULL;
		a->failed = 0;
		return;
	}
	if (keep != NULL) {
		blocks_free(a, keep->next);
		keep->next = NULL;
		a->next = keep->data;
		a->end = keep->data + keep->size;
	}
	a->failed = 0;
}

/*
 * Whole huge pages where they are to be had: memory that is used for the first time costs a fault
 * a page, and a run that holds documents back uses a lot of it.
 */
static struct arena_block *block_alloc(size_t size)
{
	if (size < HUGE_PAGE || size % HUGE_PAGE != 0)
		return malloc(size);

	void *p = aligned_alloc(HUGE_PAGE, size);
	if (p != NULL)
		(void)madvise(p, size, MADV_HUGEPAGE); /* only a hint */
	return p;
}

static struct arena_block *block_new(struct arena *a, size_t size)
{
	if (!budget_take(a->budget, size))
		return NULL;

	struct arena_block *b = block_alloc(sizeof *b + size);
	if (b == NULL) {
		budget_give(a->budget, size);
		return NULL;
	}
	b->size = size;
	a->n_bytes += size;
	return b;
}

/* With its header it takes whole huge pages; what size leaves of them is used for what comes next. */
static size_t whole_pages(size_t size)
{
	size_t header = sizeof(struct arena_block);

	return (size + header + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE - header;
}

void *arena_grow(struct arena *a, size_t size)
{
	if (size > SIZE_MAX / 2) {
		arena_fail(a, ERR_NOMEM);
		return NULL;
	}
	if (size == 0)
		return arena_alloc(a, 1);
	size = (size + 15) & ~(size_t)15;
	size_t block_size = size;

	if (a->block_size_max != 0) {
		block_size = MAX(size, a->block_size);
		a->block_size = MIN(a->block_size * 2, a->block_size_max);
		if (a->n_bytes >= HUGE_FROM || size >= HUGE_PAGE / 2)
			block_size = MAX(block_size, whole_pages(size));
	}
	struct arena_block *b = a->budget != NULL ? block_new(a, block_size) : NULL;
	if (b == NULL && block_size > size)
		b = block_new(a, size); /* the last bytes of a budget are usable too */
	if (b == NULL) {
		arena_fail(a, ERR_NOMEM);
		return NULL;
	}
	/* A block of its own for something large must not end the block that is being filled. */
	if (a->head != NULL && b->size - size < (size_t)(a->end - a->next)) {
		b->next = a->head->next;
		a->head->next = b;
		return b->data;
	}
	b->next = a->head;
	a->head = b;
	a->next = b->data + size;
	a->end = b->data + b->size;
	return b->data;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total)) {
		arena_fail(a, ERR_NOMEM);
		return NULL;
	}
	return arena_alloc(a, total);
}

void *arena_zalloc(struct arena *a, size_t n, size_t size)
{
	void *p = arena_array(a, n, size);

	if (p != NULL)
		memset(p, 0, n * size);
	return p;
}

void *arena_memdup(struct arena *a, const void *p, size_t len)
{
	void *copy = arena_alloc(a, len);

	if (copy != NULL && len > 0)
		memcpy(copy, p, len);
	return copy;
}

/* What follows may be handed out again: it is there to be read, whatever is in it. */
char *arena_text(struct arena *a, const char *text, size_t len)
{
	size_t padded;

	if (__builtin_add_overflow(len, ARENA_PADDING, &padded)) {
		arena_fail(a, ERR_NOMEM);
		return NULL;
	}
	char *copy = arena_alloc(a, padded);
	if (copy == NULL)
		return NULL;
	memcpy(copy, text, len);
	memset(copy + len, 0, ARENA_PADDING);
	if ((unsigned char *)copy + ((padded + 15) & ~(size_t)15) == a->next)
		a->next = (unsigned char *)copy + ((len + 15) & ~(size_t)15);
	return copy;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *copy = arena_alloc(a, len + 1);

	if (copy == NULL)
		return NULL;
	if (len > 0)
		memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		return NULL;

	char *text = arena_alloc(a, (size_t)len + 1);
	if (text == NULL)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(text, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return text;
}

void *arena_extend(struct arena *a, void *items, size_t n, size_t *cap, size_t item_size)
{
	if (n < *cap)
		return items;

	size_t cap_new = *cap == 0 ? 8 : *cap * 2;
	void *grown = arena_array(a, cap_new, item_size);
	if (grown == NULL)
		return NULL;
	if (n > 0)
		memcpy(grown, items, n * item_size);
	*cap = cap_new;
	return grown;
}

void *arena_append(struct arena *a, const void *p, size_t len, size_t n)
{
	bool is_again = len > 0 && (const unsigned char *)p + len == a->tail;
	size_t size, cap;

	if (is_again && n <= (size_t)(a->tail_end - a->tail)) {
		a->tail += n;
		return (void *)(uintptr_t)p;
	}
	if (__builtin_add_overflow(len, n, &size) ||
	    __builtin_mul_overflow(size, is_again ? 2 : 1, &cap)) {
		arena_fail(a, ERR_NOMEM);
		return NULL;
	}
	unsigned char *copy = arena_alloc(a, cap);
	if (copy == NULL)
		return NULL;
	if (len > 0)
		memcpy(copy, p, len);
	a->tail = copy + size;
	a->tail_end = copy + cap;
	return copy;
}

bool arena_on_free(struct arena *a, arena_free_fn *fn, void *arg)
{
	struct arena_hook *hook = arena_alloc(a, sizeof *hook);

	if (hook == NULL)
		return false;
	*hook = (struct arena_hook){ .next = a->hooks, .fn = fn, .arg = arg };
	a->hooks = hook;
	return true;
}
