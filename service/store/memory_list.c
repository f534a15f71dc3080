/* Tasks in memory, in order of creation: the array of slots, and pages of it. */
#include <stdlib.h>

#include "store/cursor.h"
#include "store/memory_private.h"

#define SLOTS_MIN ((size_t)64)

size_t memory_slot_search(const struct memory_store *m, int64_t place)
{
	size_t low = 0, high = m->n_slots;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->slots[middle].place < place)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int memory_slots_grow(struct memory_store *m, struct err *err)
{
	if (m->n_slots < m->n_slots_max)
		return 0;

	size_t max = MAX(m->n_slots_max * 2, SLOTS_MIN);
	struct slot *grown = reallocarray(m->slots, max, sizeof *grown);
	if (grown == NULL)
		return memory_no_memory(err);
	m->slots = grown;
	m->n_slots_max = max;
	return 0;
}

void memory_slots_compact(struct memory_store *m)
{
	size_t n = 0;

	if (m->n_slots < SLOTS_MIN || m->n_slots / 2 < m->by_id.n_items)
		return;
	for (size_t i = 0; i < m->n_slots; i++)
		if (m->slots[i].entry != NULL)
			m->slots[n++] = m->slots[i];
	m->n_slots = n;
}

static bool is_wanted(const struct slot *slot, const struct store_query *query, int priority)
{
	return slot->entry != NULL && (priority == 0 || slot->priority == priority) &&
	       (query->kind == TASK_ANY || slot->kind == query->kind) &&
	       (query->status.len == 0 || str_eq(slot->entry->task.status, query->status));
}

/* A page while it is filled. */
struct filling {
	struct store_page page;
	struct cursor last;
	bool is_full; /* and there is one more */
};

static void fill(struct filling *f, const struct store_query *query, const struct slot *slot,
                 struct buf *ret_json)
{
	if (f->page.n_tasks == query->limit) {
		cursor_format(query->sort, f->last, f->page.next);
		f->is_full = true;
		return;
	}
	if (f->page.n_tasks++ > 0)
		buf_append_char(ret_json, ',');
	memory_write(slot->entry, ret_json);
	f->last = (struct cursor){ slot->priority, slot->place };
}

/* Those after a place, of one priority or (0) of any. */
static void fill_from(struct filling *f, const struct memory_store *m,
                      const struct store_query *query, int priority, int64_t place,
                      struct buf *ret_json)
{
	bool is_down = sort_is_down(query->sort);
	size_t i = memory_slot_search(m, is_down || place == INT64_MAX ? place : place + 1);

	while (!f->is_full && (is_down ? i > 0 : i < m->n_slots)) {
		const struct slot *slot = &m->slots[is_down ? --i : i++];

		if (is_wanted(slot, query, priority))
			fill(f, query, slot, ret_json);
	}
}

int memory_list(struct store *store, const struct store_query *query, struct store_page *ret,
                struct buf *ret_json, struct err *err)
{
	struct memory_store *m = (struct memory_store *)store;
	int step = sort_priority_step(query->sort);
	struct filling f = { 0 };
	struct cursor at;

	TRY(cursor_parse(query, &at, err));
	READ_LOCKED(m);
	if (step == 0)
		fill_from(&f, m, query, query->priority, at.place, ret_json);
	for (int p = at.priority; step != 0 && p >= TASK_PRIORITY_MIN && p <= TASK_PRIORITY_MAX;
	     p += step) {
		if (query->priority == 0 || query->priority == p)
			fill_from(&f, m, query, p, at.place, ret_json);
		at.place = 0;
	}
	*ret = f.page;
	return 0;
}
