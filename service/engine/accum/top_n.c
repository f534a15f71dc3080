/* The first or last n: a binary heap, and a sort when they are asked for. */
#include "engine/accum/top_n.h"

#include "engine/stable_sort.h"

struct ordering {
	const struct top_order *order;
	struct eval *ev;
};

/* In the order of the specification, equals as they came. */
static int cmp_items(void *arg, const void *x_arg, const void *y_arg)
{
	const struct ordering *o = arg;
	const struct top_item *x = x_arg, *y = y_arg;
	int order = sort_spec_cmp(o->order->spec, o->ev->arena, x->keys, y->keys);

	return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

/*
 * Has x to go before y?  Of equals the later one has, at either end, so that it does not matter
 * whether values came one by one or in parts that were merged.
 */
static bool goes_before(const struct ordering *o, const struct top_item *x, const struct top_item *y)
{
	int order = sort_spec_cmp(o->order->spec, o->ev->arena, x->keys, y->keys);

	if (order == 0)
		return x->number > y->number;
	return o->order->is_last ? order < 0 : order > 0;
}

static void sift_up(const struct ordering *o, struct top_item *items, size_t i)
{
	struct top_item item = items[i];

	for (; i > 0 && goes_before(o, &item, &items[(i - 1) / 2]); i = (i - 1) / 2)
		items[i] = items[(i - 1) / 2];
	items[i] = item;
}

static void sift_down(const struct ordering *o, struct top_item *items, size_t n)
{
	struct top_item item = items[0];
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < n && goes_before(o, &items[child + 1], &items[child]))
			child++;
		if (child >= n || !goes_before(o, &items[child], &item))
			break;
		items[i] = items[child];
		i = child;
	}
	items[i] = item;
}

bool top_n_wants(const struct top_n *top, const struct top_order *order, struct eval *ev,
                 const struct value *keys)
{
	if (top->n < top->n_max)
		return true;
	int cmp = sort_spec_cmp(order->spec, ev->arena, keys, top->items[0].keys);

	return order->is_last ? cmp > 0 : cmp < 0;
}

static int put(struct top_n *top, const struct top_order *order, struct eval *ev,
               const struct top_item *item)
{
	const struct ordering o = { order, ev };

	if (top->n == top->n_max) {
		top->items[0] = *item;
		sift_down(&o, top->items, top->n);
		return 0;
	}
	struct top_item *items = arena_extend(eval_states(ev), top->items, top->n, &top->cap,
	                                      sizeof *items);
	if (items == NULL)
		return eval_check(ev);
	top->items = items;
	items[top->n++] = *item;
	sift_up(&o, items, top->n - 1);
	return 0;
}

int top_n_add(struct top_n *top, const struct top_order *order, struct eval *ev,
              const struct value *keys, struct value output)
{
	struct top_item item = { .output = output, .number = top->n_seen++ };

	/* The keys of the one that goes make room for those that come. */
	item.keys = top->n == top->n_max
	                    ? top->items[0].keys
	                    : arena_array(eval_states(ev), order->spec->n_keys, sizeof *keys);
	if (item.keys == NULL)
		return eval_check(ev);
	for (uint32_t k = 0; k < order->spec->n_keys; k++)
		item.keys[k] = value_copy(eval_states(ev), keys[k]);
	return put(top, order, ev, &item);
}

int top_n_merge(struct top_n *top, const struct top_order *order, struct eval *ev,
                const struct top_n *other)
{
	const void **items = arena_array(ev->arena, other->n, sizeof *items);
	struct ordering o = { order, ev };

	if (items == NULL)
		return eval_check(ev);
	for (size_t i = 0; i < other->n; i++)
		items[i] = &other->items[i];
	TRY(stable_sort(ev, items, other->n, cmp_items, &o));
	for (size_t i = 0; i < other->n; i++) {
		struct top_item item = *(const struct top_item *)items[i];

		if (!top_n_wants(top, order, ev, item.keys))
			continue;
		/* Keys are written over when an item goes, so no two states may share them. */
		item.keys = arena_memdup(eval_states(ev), item.keys,
		                         order->spec->n_keys * sizeof *item.keys);
		if (item.keys == NULL)
			return eval_check(ev);
		item.number += top->n_seen;
		TRY(put(top, order, ev, &item));
	}
	top->n_seen += other->n_seen;
	return 0;
}

int top_n_result(const struct top_n *top, const struct top_order *order, struct eval *ev,
                 struct value **ret_items)
{
	const void **items = arena_array(ev->arena, top->n, sizeof *items);
	struct value *outputs = arena_array(ev->arena, top->n, sizeof *outputs);
	struct ordering o = { order, ev };

	if (items == NULL || outputs == NULL)
		return eval_check(ev);
	for (size_t i = 0; i < top->n; i++)
		items[i] = &top->items[i];
	TRY(stable_sort(ev, items, top->n, cmp_items, &o));
	for (size_t i = 0; i < top->n; i++)
		outputs[i] = ((const struct top_item *)items[i])->output;
	*ret_items = outputs;
	return 0;
}

int top_n_parse(struct eval *ev, const char *name, struct value v, uint64_t *ret)
{
	int64_t n;

	if (!value_is_number(v))
		return eval_fail(ev, 5787902, name, NULL,
		                 "Value for 'n' must be of integral type, but found %s",
		                 eval_text(ev, v));
	if (!value_as_i64(v, &n))
		return eval_fail(ev, 5787903, name, NULL,
		                 "Value for 'n' must be of integral type, but found %s",
		                 eval_text(ev, v));
	if (n <= 0)
		return eval_fail(ev, 5787908, name, NULL, "'n' must be greater than 0, found %lld",
		                 (long long)n);
	*ret = (uint64_t)n;
	return 0;
}
