/* Lists of values. */
#include "engine/accum/value_list.h"

int value_list_add(struct value_list *list, struct eval *ev, struct value kept)
{
	struct value *items = arena_extend(eval_states(ev), list->items, list->n, &list->cap,
	                                   sizeof *items);

	if (items == NULL)
		return eval_check(ev);
	list->items = items;
	items[list->n++] = kept;
	return 0;
}

int value_list_merge(struct value_list *list, struct eval *ev, const struct value_list *other)
{
	for (size_t i = 0; i < other->n; i++)
		TRY(value_list_add(list, ev, other->items[i]));
	return eval_tick_n(ev, other->n);
}

struct value value_list_array(const struct value_list *list, struct eval *ev, size_t first,
                              size_t end)
{
	struct value *items = list->n == 0 ? NULL : list->items + first;

	return array_take(ev->arena, items, (uint32_t)(end - first));
}
