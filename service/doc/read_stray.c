/* One record that strays from the expected layout. */
#include "doc/read_record.h"

#define PARTS_MAX 64 /* records in a row that may leave out fields of the expected layout */

/* The key between before and the colon: the slot for its value. */
static int stray_key(struct record_reader *r, struct gathering *s, const char *before,
                     const char *colon, uint32_t *ret_slot, struct err *err)
{
	if (!gatherer_reserve(&r->gather, s))
		return err_nomem(err, "a document's keys");

	const struct read_field *f = gathering_find(&r->gather, s, before + 1, colon);
	if (LIKELY(f != NULL)) {
		*ret_slot = gathering_add(&r->gather, s, f);
		return 0;
	}
	struct str key = skip_key(&r->cursor, before + 1, colon);
	if (key.len == 0)
		return skip_fail_member(&r->cursor, before + 1, colon, err);
	if (!gathering_add_new(&r->gather, s, before + 1, colon, key, ret_slot))
		return err_nomem(err, "a document's keys");
	return 0;
}

/*
 * Fields for as long as they are remembered and their values are plain scalars.  The places of
 * cursor and gathering are in local variables; *op is the last character taken, a brace or comma.
 */
static void quick_fields(struct record_reader *r, struct gathering *now, const char **op)
{
	struct cursor *c = &r->cursor;
	struct gatherer *g = &r->gather;
	struct gathering s = *now;
	const uint32_t *at = c->at, *end = c->end;
	const char *base = c->base, *before = *op;

	while (end - at >= 2 && s.n_slots < g->n_values_max && s.n_fields < g->n_fields_max) {
		const char *colon = base + at[0], *next = base + at[1], *start = colon + 1;
		const struct read_field *f = gathering_find(g, &s, before + 1, colon);

		start += *start == ' ';
		if (UNLIKELY(f == NULL || !skip_is_tight_scalar(start, next)))
			break;
		uint32_t slot = gathering_add(g, &s, f);

		if (LIKELY(slot != READ_NO_SLOT))
			record_set(&g->values[slot], start, (size_t)(next - start));
		at += 2;
		before = next;
		if (*before != ',')
			break;
	}
	c->at = at;
	*op = before;
	*now = s;
}

/* The field behind before, in full; *op is the character behind it. */
static int stray_field(struct record_reader *r, struct gathering *s, const char *before,
                       const char *colon, const char **op, struct err *err)
{
	struct cursor *c = &r->cursor;
	struct value unwanted;
	uint32_t slot = READ_NO_SLOT;

	TRY(stray_key(r, s, before, colon, &slot, err));
	*op = cursor_next(c);
	if (*op == NULL)
		return skip_fail_cut(c, colon + 1, "a value", err);
	return record_read_value(c, colon, op,
	                         slot == READ_NO_SLOT ? &unwanted : &r->gather.values[slot], err);
}

/* Fields from here on to the closing brace, which is *ret_close. */
static int stray_fields(struct record_reader *r, struct gathering *s, const char *before,
                        const char **ret_close, struct err *err)
{
	struct cursor *c = &r->cursor;
	const char *from;

	do {
		from = before;
		quick_fields(r, s, &before);
		if (before != from && *before != ',')
			break;
		const char *colon = cursor_next(c);

		if (colon == NULL)
			return skip_fail_cut(c, before + 1, "a key in double quotes", err);
		if (*colon == '}' && *before == '{' && skip_is_blank(before + 1, colon)) {
			*ret_close = colon;
			return 0;
		}
		TRY(stray_field(r, s, before, colon, &before, err));
	} while (*before == ',');
	if (*before != '}')
		return skip_fail(c, before, "',' or '}'", err);
	*ret_close = before;
	return 0;
}

/*
 * What is expected of the next record.  A layout of which this one only left fields out goes on to
 * be so, for records with optional fields: the one that has most of them predicts best.  But not
 * for long when the others do not come again.
 */
static void expect(struct record_reader *r, const struct gathering *s,
                   const struct read_layout *layout)
{
	bool is_part = s->is_predicted && s->n_fields < r->expected->n;

	if (layout == NULL || (is_part && ++r->n_parts_of < PARTS_MAX))
		return;
	r->expected = layout;
	r->n_parts_of = 0;
}

static struct object *stray_object(struct record_reader *r, const struct gathering *s)
{
	struct gatherer *g = &r->gather;

	if (s->has_strangers)
		return gathering_build(g, s);
	struct gathered found = gathering_end(g, s);

	expect(r, s, found.layout);
	if (found.shape == NULL || !record_reserve(r, s->arena, found.shape->n))
		return NULL;
	if (found.shape->n > 0)
		memcpy(r->spare->values, g->values, found.shape->n * sizeof *g->values);
	return record_take(r, s->arena, found.shape,
	                   found.layout != NULL ? found.layout->is_partial : !g->keys.wanted.all);
}

int record_read_stray(struct record_reader *r, const char *before, uint32_t n_fields,
                      struct arena *batch, struct object **ret, const char **ret_close,
                      struct err *err)
{
	struct gathering s = { .arena = batch, .has_layout = true, .is_predicted = true };

	if (!gathering_begin(&r->gather, &s, r->expected, n_fields, r->spare->values))
		return err_nomem(err, "a document's keys");
	if (*before == '}')
		*ret_close = before;
	else
		TRY(stray_fields(r, &s, before, ret_close, err));
	*ret = stray_object(r, &s);
	return 0;
}
