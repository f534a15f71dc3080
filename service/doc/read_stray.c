/* One record that strays from the expected layout. */
#include "doc/read_record.h"

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

/* Fields from here on to the closing brace, which is *ret_close. */
static int stray_fields(struct record_reader *r, struct gathering *s, const char *before,
                        const char **ret_close, struct err *err)
{
	struct cursor *c = &r->cursor;
	struct value unwanted;

	do {
		const char *colon = cursor_next(c);
		uint32_t slot = READ_NO_SLOT;

		if (colon == NULL)
			return skip_fail_cut(c, before + 1, "a key in double quotes", err);
		if (*colon == '}' && *before == '{' && skip_is_blank(before + 1, colon)) {
			*ret_close = colon;
			return 0;
		}
		TRY(stray_key(r, s, before, colon, &slot, err));
		before = cursor_next(c);
		if (before == NULL)
			return skip_fail_cut(c, colon + 1, "a value", err);
		struct value *to = slot == READ_NO_SLOT ? &unwanted : &r->gather.values[slot];
		if (LIKELY(skip_is_tight_scalar(colon + 1, before)))
			record_set(to, colon + 1, (size_t)(before - colon - 1));
		else
			TRY(record_read_value(c, colon, &before, to, err));
	} while (*before == ',');
	if (*before != '}')
		return skip_fail(c, before, "',' or '}'", err);
	*ret_close = before;
	return 0;
}

static struct object *stray_object(struct record_reader *r, const struct gathering *s)
{
	struct gatherer *g = &r->gather;

	if (s->has_strangers)
		return gathering_build(g, s);
	struct gathered found = gathering_end(g, s);

	if (found.layout != NULL)
		r->expected = found.layout;
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
	struct gathering s = { .arena = batch, .has_layout = true };

	if (!gathering_begin(&r->gather, &s, r->expected, n_fields, r->spare->values))
		return err_nomem(err, "a document's keys");
	if (*before == '}')
		*ret_close = before;
	else
		TRY(stray_fields(r, &s, before, ret_close, err));
	*ret = stray_object(r, &s);
	return 0;
}
