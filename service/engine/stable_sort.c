/* A merge sort of pointers. */
#include "engine/stable_sort.h"

#define RUN_MAX 12 /* insertion is quicker for so few */

struct sort {
	struct eval *ev;
	const void **scratch;
	stable_sort_fn *cmp;
	void *arg;
};

static void insert_all(const struct sort *s, const void **items, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const void *item = items[i];
		size_t at = i;

		for (; at > 0 && s->cmp(s->arg, items[at - 1], item) > 0; at--)
			items[at] = items[at - 1];
		items[at] = item;
	}
}

/* Two sorted parts of items, the second from mid on, become one. */
static void merge(const struct sort *s, const void **items, size_t mid, size_t n)
{
	const void **left = s->scratch;
	size_t l = 0, r = mid, at = 0;

	memcpy(left, items, mid * sizeof *left);
	while (l < mid && r < n)
		items[at++] = s->cmp(s->arg, left[l], items[r]) <= 0 ? left[l++] : items[r++];
	while (l < mid)
		items[at++] = left[l++];
}

/* As deep as n has binary digits. */
static int sort_part(const struct sort *s, const void **items, size_t n)
{
	size_t mid = n / 2;

	if (n <= RUN_MAX) {
		insert_all(s, items, n);
		return eval_tick_n(s->ev, n);
	}
	TRY(sort_part(s, items, mid));
	TRY(sort_part(s, items + mid, n - mid));
	if (s->cmp(s->arg, items[mid - 1], items[mid]) <= 0)
		return 0;
	merge(s, items, mid, n);
	return eval_tick_n(s->ev, n);
}

int stable_sort(struct eval *ev, const void **items, size_t n, stable_sort_fn *cmp, void *arg)
{
	struct sort s = { .ev = ev, .cmp = cmp, .arg = arg };

	s.scratch = arena_array(ev->arena, n / 2 + 1, sizeof *s.scratch);
	if (s.scratch == NULL)
		return eval_check(ev);
	return sort_part(&s, items, n);
}
