/* Sorter: rows by prefix, a stable merge sort, and a limit that is kept by sorting now and then. */
#include "engine/sorter.h"

#include <string.h>

#include "engine/accum/kept.h"

#define RUN_MAX 12 /* insertion is quicker for so few */
#define LINE_SIZE 64
#define FETCH_ROW 24 /* rows ahead */
#define FETCH_OBJECT 16
#define FETCH_TEXT 8
#define FETCH_TEXT_MAX ((uint32_t)512) /* bytes */
#define ROWS_MIN ((size_t)1024)        /* under a limit: fewer are not worth sorting out */

struct sort_ref {
	struct sort_prefix prefix;
	struct sort_row *row;
};

struct sorting {
	struct sorter *sorter;
	struct eval *ev;
	struct sort_ref *scratch;
};

/* ---- comparing ---- */

static const struct value *keys_keep(struct sorter *s, const struct value *keys)
{
	struct value *kept = arena_array(&s->memory, s->spec->n_keys, sizeof *kept);

	if (kept != NULL)
		for (uint32_t k = 0; k < s->spec->n_keys; k++)
			kept[k] = value_copy(&s->memory, keys[k]);
	return kept;
}

const struct value *sorter_keys(struct sorter *s, struct eval *ev, struct sort_row *row)
{
	struct value *found = s->keys + s->spec->n_keys; /* what is at hand may be compared now */

	if (row->keys == NULL && sort_spec_keys(s->spec, ev, row->doc, found) == 0)
		row->keys = keys_keep(s, found);
	return row->keys;
}

static int cmp_keys(struct sorter *s, struct eval *ev, struct sort_row *x, struct sort_row *y)
{
	const struct value *x_keys = sorter_keys(s, ev, x);
	const struct value *y_keys = sorter_keys(s, ev, y);

	if (x_keys == NULL || y_keys == NULL)
		return 0; /* out of memory, as the caller will find */
	return sort_spec_cmp(s->spec, ev->arena, x_keys, y_keys);
}

int sorter_cmp(struct sorter *s, struct eval *ev, struct sort_row *x, struct sort_row *y)
{
	int order = sort_prefix_cmp(x->prefix, y->prefix);

	if (order != 0 || (x->is_whole && y->is_whole))
		return order;
	return cmp_keys(s, ev, x, y);
}

/* ---- sorting ---- */

static inline int cmp_refs(const struct sorting *s, const struct sort_ref *x,
                           const struct sort_ref *y)
{
	int order = sort_prefix_cmp(x->prefix, y->prefix);

	if (LIKELY(order != 0) || (x->row->is_whole && y->row->is_whole))
		return order;
	return cmp_keys(s->sorter, s->ev, x->row, y->row);
}

static void insert_all(const struct sorting *s, struct sort_ref *refs, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct sort_ref ref = refs[i];
		size_t at = i;

		for (; at > 0 && cmp_refs(s, &refs[at - 1], &ref) > 0; at--)
			refs[at] = refs[at - 1];
		refs[at] = ref;
	}
}

static void merge(const struct sorting *s, struct sort_ref *refs, size_t mid, size_t n)
{
	struct sort_ref *left = s->scratch;
	size_t l = 0, r = mid, at = 0;

	memcpy(left, refs, mid * sizeof *left);
	while (l < mid && r < n)
		refs[at++] = cmp_refs(s, &left[l], &refs[r]) <= 0 ? left[l++] : refs[r++];
	memcpy(&refs[at], &left[l], (mid - l) * sizeof *left);
}

/* As deep as n has binary digits. */
static int sort_part(const struct sorting *s, struct sort_ref *refs, size_t n)
{
	size_t mid = n / 2;

	if (n <= RUN_MAX) {
		insert_all(s, refs, n);
		return 0;
	}
	TRY(sort_part(s, refs, mid));
	TRY(sort_part(s, refs + mid, n - mid));
	if (cmp_refs(s, &refs[mid - 1], &refs[mid]) > 0)
		merge(s, refs, mid, n);
	return eval_tick_n(s->ev, n);
}

int sorter_sort(struct sorter *sorter, struct eval *ev, struct sort_row **rows, size_t n)
{
	struct sorting s = { .sorter = sorter, .ev = ev };

	if (sorter->spec == NULL || n < 2)
		return 0;
	struct sort_ref *refs = arena_array(ev->arena, n, sizeof *refs);
	s.scratch = arena_array(ev->arena, n / 2, sizeof *s.scratch);
	if (refs == NULL || s.scratch == NULL)
		return eval_check(ev);
	for (size_t i = 0; i < n; i++) {
		if (i + FETCH_ROW < n)
			__builtin_prefetch(rows[i + FETCH_ROW]);
		refs[i] = (struct sort_ref){ rows[i]->prefix, rows[i] };
	}
	TRY(sort_part(&s, refs, n));
	for (size_t i = 0; i < n; i++)
		rows[i] = refs[i].row;
	return eval_check(ev);
}

/* ---- rows ---- */

int sorter_init(struct sorter *s, struct eval *ev, const struct sort_spec *spec, size_t limit)
{
	*s = (struct sorter){ .spec = spec, .limit = limit };
	arena_init(&s->memory, ev->keep->budget);
	arena_init(&s->spare, ev->keep->budget);
	s->memory.copies_text = s->spare.copies_text = ev->keep->copies_text;
	s->memory.witness = s->spare.witness = ev->keep;
	if (spec == NULL)
		return 0;
	s->keys = arena_array(ev->keep, spec->n_keys * (size_t)2, sizeof *s->keys);
	return s->keys == NULL ? eval_check(ev) : 0;
}

void sorter_deinit(struct sorter *s)
{
	if (s->memory.budget == NULL)
		return;
	arena_deinit(&s->memory);
	arena_deinit(&s->spare);
}

/* Of rows that are not wanted nothing may stay, so the others move to the spare arena. */
static int move_rows(struct sorter *s, struct eval *ev)
{
	struct arena from = s->memory;
	struct sort_row **rows = arena_array(&s->spare, s->n, sizeof *rows);

	s->memory = s->spare;
	s->spare = from;
	for (size_t i = 0; i < s->n && rows != NULL; i++) {
		struct sort_row *row = arena_memdup(&s->memory, s->rows[i], sizeof *row);

		if (row == NULL)
			break;
		row->doc = kept_document(&s->memory, row->doc);
		if (row->keys != NULL)
			row->keys = keys_keep(s, row->keys);
		rows[i] = row;
	}
	TRY(eval_check(ev));
	arena_reset(&s->spare);
	s->rows = rows;
	s->cap = s->n;
	return 0;
}

static int drop_unwanted(struct sorter *s, struct eval *ev)
{
	if (!s->is_sorted)
		TRY(sorter_sort(s, ev, s->rows, s->n));
	s->is_sorted = true;
	if (s->limit == 0 || s->n <= s->limit)
		return 0;
	s->n = s->limit;
	TRY(move_rows(s, ev));
	s->last = s->rows[s->n - 1];
	return 0;
}

static int row_add(struct sorter *s, struct eval *ev, const struct sort_row *found,
                   struct sort_row **ret_row)
{
	struct sort_row *row = arena_memdup(&s->memory, found, sizeof *row);
	struct sort_row **rows = arena_extend(&s->memory, s->rows, s->n, &s->cap, sizeof *rows);

	if (row != NULL && rows != NULL) {
		s->rows = rows;
		s->is_sorted = false;
		row->keys = NULL; /* most prefixes differ, and then nobody asks */
		row->doc = kept_document(&s->memory, row->doc);
		rows[s->n++] = row;
	}
	*ret_row = row;
	return eval_check(ev);
}

int sorter_add(struct sorter *s, struct eval *ev, struct value doc, struct sort_row **ret_row)
{
	struct sort_row found = { .doc = doc, .keys = s->keys, .is_whole = true };
	struct sort_row *row = NULL;

	if (s->spec != NULL) {
		TRY(sort_spec_keys(s->spec, ev, doc, s->keys));
		found.is_whole = sort_prefix_make(s->spec, s->keys, &found.prefix);
	}
	if (s->last == NULL || sorter_cmp(s, ev, &found, s->last) < 0) {
		if (s->limit > 0 && s->n >= MAX(ROWS_MIN, s->limit) && s->n / 2 >= s->limit)
			TRY(drop_unwanted(s, ev));
		TRY(row_add(s, ev, &found, &row));
	}
	if (ret_row != NULL)
		*ret_row = row;
	return 0;
}

int sorter_merge(struct sorter *s, struct eval *ev, struct sorter *other)
{
	size_t n = s->n + other->n, l = 0, r = 0;

	if (s->limit > 0)
		n = MIN(n, s->limit);
	struct sort_row **rows = arena_array(&s->memory, n, sizeof *rows);
	if (rows == NULL)
		return eval_check(ev);
	for (size_t i = 0; i < n; i++) {
		bool is_left = r == other->n ||
		               (l < s->n && (s->spec == NULL ||
		                             sorter_cmp(s, ev, s->rows[l], other->rows[r]) <= 0));

		rows[i] = is_left ? s->rows[l++] : other->rows[r++];
		TRY(eval_tick(ev));
	}
	s->rows = rows;
	s->n = s->cap = n;
	return eval_check(ev);
}

int sorter_finish(struct sorter *s, struct eval *ev)
{
	return drop_unwanted(s, ev);
}

void sorter_fetch_ahead(struct sort_row *const *rows, size_t n, size_t i)
{
	if (i + FETCH_ROW < n)
		__builtin_prefetch(rows[i + FETCH_ROW]);
	if (i + FETCH_OBJECT < n) {
		const char *object = (const char *)rows[i + FETCH_OBJECT]->doc.object;

		__builtin_prefetch(object);
		__builtin_prefetch(object + LINE_SIZE);
	}
	if (i + FETCH_TEXT < n) {
		const struct object *o = rows[i + FETCH_TEXT]->doc.object;

		for (uint32_t at = 0; at < MIN(o->raw_len, FETCH_TEXT_MAX); at += LINE_SIZE)
			__builtin_prefetch(o->raw + at);
	}
}
