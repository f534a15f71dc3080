/* Cursors: "c12" is after task 12 in order of creation, "P4.12" after it among those of priority 4. */
#include "store/cursor.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/num.h"

static const char letters[] = {
	[STORE_SORT_CREATED] = 'c',
	[STORE_SORT_CREATED_DOWN] = 'C',
	[STORE_SORT_PRIORITY] = 'p',
	[STORE_SORT_PRIORITY_DOWN] = 'P',
};

bool sort_is_down(enum store_sort sort)
{
	return sort == STORE_SORT_CREATED_DOWN;
}

int sort_priority_step(enum store_sort sort)
{
	switch (sort) {
	case STORE_SORT_PRIORITY: return 1;
	case STORE_SORT_PRIORITY_DOWN: return -1;
	case STORE_SORT_CREATED:
	case STORE_SORT_CREATED_DOWN: break;
	}
	return 0;
}

void cursor_format(enum store_sort sort, struct cursor cursor, char ret[STORE_CURSOR_SIZE])
{
	if (sort_priority_step(sort) == 0)
		snprintf(ret, STORE_CURSOR_SIZE, "%c%" PRId64, letters[sort], cursor.place);
	else
		snprintf(ret, STORE_CURSOR_SIZE, "%c%d.%" PRId64, letters[sort], cursor.priority,
		         cursor.place);
}

static struct cursor first_place(enum store_sort sort)
{
	struct cursor cursor = { .place = sort_is_down(sort) ? INT64_MAX : 0 };
	int step = sort_priority_step(sort);

	if (step != 0)
		cursor.priority = step > 0 ? TASK_PRIORITY_MIN : TASK_PRIORITY_MAX;
	return cursor;
}

static bool parse(enum store_sort sort, struct str text, struct cursor *ret)
{
	uint64_t place;

	if (text.len < 2 || text.data[0] != letters[sort])
		return false;
	text = (struct str){ text.data + 1, text.len - 1 };
	if (sort_priority_step(sort) != 0) {
		int priority = text.data[0] - '0';

		if (text.len < 3 || priority < TASK_PRIORITY_MIN || priority > TASK_PRIORITY_MAX ||
		    text.data[1] != '.')
			return false;
		ret->priority = priority;
		text = (struct str){ text.data + 2, text.len - 2 };
	}
	if (!num_parse_u64(text, &place) || place > INT64_MAX)
		return false;
	ret->place = (int64_t)place;
	return true;
}

int cursor_parse(const struct store_query *query, struct cursor *ret, struct err *err)
{
	struct cursor cursor = first_place(query->sort);

	if (query->after.len > 0 && !parse(query->sort, query->after, &cursor))
		return err_set(err, ERR_INVALID, "this is not a cursor of this list");
	*ret = cursor;
	return 0;
}
