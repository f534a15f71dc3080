/* Doubles in order: byte by byte, so that the time does not depend on what they are. */
#include "engine/accum/doubles.h"

#include <math.h>
#include <string.h>

#define INSERTION_MAX 64 /* so few are quicker sorted by insertion */

int doubles_add(struct doubles *list, struct eval *ev, double d)
{
	double *items = arena_extend(eval_states(ev), list->items, list->n, &list->cap,
	                             sizeof *items);

	if (items == NULL)
		return eval_check(ev);
	list->items = items;
	items[list->n++] = d;
	return 0;
}

int doubles_merge(struct doubles *list, struct eval *ev, const struct doubles *other)
{
	for (size_t i = 0; i < other->n; i++)
		TRY(doubles_add(list, ev, other->items[i]));
	return eval_tick_n(ev, other->n);
}

static void sort_few(double *items, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		double d = items[i];
		size_t at = i;

		for (; at > 0 && items[at - 1] > d; at--)
			items[at] = items[at - 1];
		items[at] = d;
	}
}

/* The bits as a whole number that orders as the doubles do; and back. */
static uint64_t order_bits(double d)
{
	uint64_t bits;

	memcpy(&bits, &d, sizeof bits);
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double from_order_bits(uint64_t bits)
{
	double d;

	bits = bits >> 63 ? bits & ~(UINT64_C(1) << 63) : ~bits;
	memcpy(&d, &bits, sizeof d);
	return d;
}

/* false: all have the same byte there, so that nothing was moved. */
static bool sort_by_byte(const uint64_t *from, uint64_t *to, size_t n, int shift)
{
	size_t starts[256] = { 0 }, total = 0;

	for (size_t i = 0; i < n; i++)
		starts[from[i] >> shift & 255]++;
	if (starts[from[0] >> shift & 255] == n)
		return false;
	for (size_t byte = 0; byte < 256; byte++) {
		size_t count = starts[byte];

		starts[byte] = total;
		total += count;
	}
	for (size_t i = 0; i < n; i++)
		to[starts[from[i] >> shift & 255]++] = from[i];
	return true;
}

static int sort_many(struct eval *ev, double *items, size_t n)
{
	uint64_t *from = arena_array(ev->arena, n, sizeof *from);
	uint64_t *to = arena_array(ev->arena, n, sizeof *to);

	if (from == NULL || to == NULL)
		return eval_check(ev);
	for (size_t i = 0; i < n; i++)
		from[i] = order_bits(items[i]);
	for (int shift = 0; shift < 64; shift += 8) {
		TRY(eval_tick_n(ev, n));
		if (sort_by_byte(from, to, n, shift)) {
			uint64_t *sorted = to;

			to = from;
			from = sorted;
		}
	}
	for (size_t i = 0; i < n; i++)
		items[i] = from_order_bits(from[i]);
	return 0;
}

int doubles_sorted(const struct doubles *list, struct eval *ev, double **ret)
{
	double *items = arena_memdup(ev->arena, list->items, list->n * sizeof *items);

	if (items == NULL)
		return eval_check(ev);
	if (list->n <= INSERTION_MAX)
		sort_few(items, list->n);
	else
		TRY(sort_many(ev, items, list->n));
	*ret = items;
	return 0;
}

size_t doubles_rank(double p, size_t n)
{
	double rank = ceil((double)n * p);

	if (rank <= 1)
		return 0;
	return MIN((size_t)rank, n) - 1;
}
