/* Operands and results of set operators. */
#include "engine/expr/set_operands.h"

#include "engine/stable_sort.h"

int set_of_array(struct eval *ev, struct array *arr, struct value_set *ret)
{
	uint32_t n = array_n(ev->arena, arr);

	value_set_init(ret, ev->arena, n);
	for (uint32_t i = 0; i < n; i++) {
		TRY(eval_tick(ev));
		(void)value_set_add(ret, array_get(ev->arena, arr, i)); /* twice is once */
	}
	return eval_check(ev);
}

int set_copy_items(struct eval *ev, struct array *arr, struct value **ret, uint32_t *ret_n)
{
	uint32_t n = array_n(ev->arena, arr);
	struct value *items = arena_array(ev->arena, n, sizeof *items);

	if (items == NULL)
		return eval_check(ev);
	if (n > 0)
		memcpy(items, arr->items, n * sizeof *items);
	*ret = items;
	*ret_n = n;
	return 0;
}

struct row {
	struct value item, decoded;
};

static int cmp_rows(void *scratch, const void *x, const void *y)
{
	return value_cmp(scratch, ((const struct row *)x)->decoded,
	                 ((const struct row *)y)->decoded);
}

int set_from_items(struct eval *ev, struct value *items, uint32_t n, struct value *ret)
{
	struct row *rows = arena_array(ev->arena, n, sizeof *rows);
	const void **sorted = arena_array(ev->arena, n, sizeof *sorted);
	uint32_t n_kept = 0;

	if (rows == NULL || sorted == NULL)
		return eval_check(ev);
	for (uint32_t i = 0; i < n; i++) {
		rows[i] = (struct row){ .item = items[i],
			                .decoded = value_decode(ev->arena, items[i]) };
		sorted[i] = &rows[i];
	}
	TRY(stable_sort(ev, sorted, n, cmp_rows, ev->arena));
	for (uint32_t i = 0; i < n; i++)
		if (i == 0 || cmp_rows(ev->arena, sorted[i - 1], sorted[i]) != 0)
			items[n_kept++] = ((const struct row *)sorted[i])->item;
	*ret = array_take(ev->arena, items, n_kept);
	return 0;
}
