/* Partitions: a table of keys, and a counting sort of the documents by the rank of their key. */
#include "engine/stage/partitions.h"

#include "engine/stable_sort.h"

int partitions_init(struct partitions *p, struct eval *ev, struct expr *by,
                    const struct sort_spec *sort_by)
{
	*p = (struct partitions){ .by = by };
	TRY(sorter_init(&p->sorter, ev, sort_by, 0));
	return by == NULL ? 0 : group_table_init(&p->keys, ev, 1, 2 * sizeof(uint64_t));
}

void partitions_deinit(struct partitions *p)
{
	sorter_deinit(&p->sorter);
}

/* What the table keeps of a partition: its number as first seen, and how many documents it has. */
static uint64_t *counts_of(const struct partitions *p, struct group *g)
{
	return group_states(&p->keys, g);
}

static int find_partition(struct partitions *p, struct eval *ev, uint32_t *ret)
{
	struct group_part part;
	struct group *g;
	bool is_new;

	TRY(expr_eval_raw(p->by, ev, &part.found));
	if (part.found.type == VALUE_MISSING)
		part.found = NUL_VALUE;
	part.value = value_decode(ev->arena, part.found);
	if (part.value.type == VALUE_ARRAY)
		return eval_fail(
			ev, 14, NULL, NULL,
			"An expression used to partition cannot evaluate to value of type array");
	TRY(group_table_find(&p->keys, ev, group_key_hash(ev, &part, 1), &part, &g, &is_new));
	uint64_t *counts = counts_of(p, g);
	if (is_new)
		counts[0] = p->keys.n_groups - 1;
	counts[1]++;
	*ret = (uint32_t)counts[0];
	return 0;
}

int partitions_add(struct partitions *p, struct eval *ev, struct value doc)
{
	struct sort_row *row;

	if (p->by != NULL) {
		uint32_t *numbers = arena_extend(ev->keep, p->numbers, p->sorter.n, &p->numbers_cap,
		                                 sizeof *numbers);

		if (numbers == NULL)
			return eval_check(ev);
		p->numbers = numbers;
		TRY(find_partition(p, ev, &numbers[p->sorter.n]));
	}
	TRY(sorter_add(&p->sorter, ev, doc, &row));
	row->tag = (uint32_t)ev->document;
	return 0;
}

struct partition_order {
	struct eval *ev;
};

static int cmp_keys(void *arg, const void *x, const void *y)
{
	const struct partition_order *order = arg;
	const struct group *g = x, *h = y;

	return value_cmp(order->ev->arena, value_decode(order->ev->arena, g->key[0]),
	                 value_decode(order->ev->arena, h->key[0]));
}

static int seal_one(struct partitions *p, struct eval *ev)
{
	p->rows = p->sorter.rows;
	p->n = p->sorter.n > 0;
	p->starts = arena_zalloc(ev->keep, 2, sizeof *p->starts);
	p->key_of = arena_zalloc(ev->keep, 1, sizeof *p->key_of);
	if (p->starts == NULL || p->key_of == NULL)
		return eval_check(ev);
	p->starts[1] = p->sorter.n;
	return 0;
}

/* Where each partition, by its number, begins: in the order of the keys. */
static int find_starts(struct partitions *p, struct eval *ev, size_t *places)
{
	const void **groups = arena_array(ev->arena, p->n, sizeof *groups);
	struct partition_order order = { ev };
	size_t at = 0;

	if (groups == NULL)
		return eval_check(ev);
	for (size_t i = 0; i < p->n; i++)
		groups[i] = group_table_at(&p->keys, i);
	TRY(stable_sort(ev, groups, p->n, cmp_keys, &order));
	for (size_t i = 0; i < p->n; i++) {
		struct group *g = (struct group *)(uintptr_t)groups[i];
		const uint64_t *counts = counts_of(p, g);

		p->key_of[i] = g->key[0];
		p->starts[i] = places[counts[0]] = at;
		at += counts[1];
	}
	p->starts[p->n] = at;
	return 0;
}

int partitions_seal(struct partitions *p, struct eval *ev)
{
	size_t n_rows = p->sorter.n;
	size_t *places;

	if (p->by == NULL)
		return seal_one(p, ev);
	p->n = p->keys.n_groups;
	p->rows = arena_array(ev->keep, n_rows, sizeof *p->rows);
	p->starts = arena_array(ev->keep, p->n + 1, sizeof *p->starts);
	p->key_of = arena_array(ev->keep, p->n, sizeof *p->key_of);
	places = arena_array(ev->arena, p->n, sizeof *places);
	if (p->rows == NULL || p->starts == NULL || p->key_of == NULL || places == NULL)
		return eval_check(ev);
	TRY(find_starts(p, ev, places));
	TRY(eval_tick_n(ev, n_rows));
	for (size_t i = 0; i < n_rows; i++)
		p->rows[places[p->numbers[i]]++] = p->sorter.rows[i];
	return 0;
}

int partitions_sort(struct partitions *p, struct eval *ev, size_t i, struct sort_row ***ret_rows,
                    size_t *ret_n)
{
	*ret_rows = p->rows + p->starts[i];
	*ret_n = p->starts[i + 1] - p->starts[i];
	return sorter_sort(&p->sorter, ev, *ret_rows, *ret_n);
}
