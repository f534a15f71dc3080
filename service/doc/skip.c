/* Pass two over what nobody looks into: nested containers, checked in full, in constant stack. */
#include "doc/skip.h"

int cursor_init(struct cursor *c, struct arena *a, const struct index_isa *isa, size_t chunk_size,
                struct str text, const char *text_start, const struct read_limits *limits,
                struct err *err)
{
	*c = (struct cursor){
		.base = text.data,
		.text_start = text_start,
		.depth_max = limits->depth_max,
		.key_len_max = limits->key_len_max,
		.is_object = arena_zalloc(a, (size_t)limits->depth_max / 64 + 1, sizeof(uint64_t)),
	};
	if (c->is_object == NULL ||
	    !index_init(&c->index, a, isa, text.data, text.len, chunk_size))
		return err_nomem(err, "the index of a JSON text");
	return 0;
}

bool cursor_refill(struct cursor *c)
{
	bool has_more = index_next(&c->index);

	c->base = c->index.base;
	c->at = c->index.positions;
	c->end = c->at + c->index.n;
	return has_more;
}

static void push(struct cursor *c, uint32_t level, bool is_object)
{
	uint64_t bit = UINT64_C(1) << (level % 64);

	if (is_object)
		c->is_object[level / 64] |= bit;
	else
		c->is_object[level / 64] &= ~bit;
}

static bool is_object(const struct cursor *c, uint32_t level)
{
	return c->is_object[level / 64] >> (level % 64) & 1;
}

/* From op, which ends a value, over the ends of containers to the comma before the next value. */
static int skip_ends(struct cursor *c, const char **op, uint32_t *level, uint32_t outside,
                     struct err *err)
{
	for (;;) {
		bool in_object = is_object(c, *level);
		const char *end = *op;

		if (*end == ',')
			return 0;
		if (*end != (in_object ? '}' : ']'))
			return skip_fail(c, end, in_object ? "',' or '}'" : "',' or ']'", err);
		if (--*level == outside)
			return 0;
		*op = cursor_next(c);
		if (*op == NULL)
			return skip_fail_end(c, end + 1, "the end of an array or object", err);
		if (!skip_is_blank(end + 1, *op))
			return skip_fail(c, end + 1, "',' or the end of an array or object", err);
	}
}

int skip_container(struct cursor *c, const char *open, uint32_t depth, const char **ret_end,
                   struct err *err)
{
	const char *before = open, *op = open;   /* neighbours; a value is between them or at op */
	uint32_t level = depth - 1;

	for (;;) {
		if (*op == '{' || *op == '[') {
			if (++level > c->depth_max)
				return skip_fail_depth(c, op, err);
			push(c, level, *op == '{');
		} else {
			TRY(skip_ends(c, &op, &level, depth - 1, err));
			if (level < depth) {
				*ret_end = op + 1;
				return 0;
			}
		}
		/* op is a bracket that opens or a comma: what follows is a member, an item or an end. */
		before = op;
		op = cursor_next(c);
		if (op == NULL)
			return skip_fail_cut(c, before + 1, "a value", err);
		if (is_object(c, level)) {
			if (*op == '}' && *before == '{' && skip_is_blank(before + 1, op))
				continue;
			if (skip_key(c, before + 1, op).len == 0)
				return skip_fail_member(c, before + 1, op, err);
			before = op;
			op = cursor_next(c);
			if (op == NULL)
				return skip_fail_cut(c, before + 1, "a value", err);
		} else if (*op == ']' && *before == '[' && skip_is_blank(before + 1, op)) {
			continue;
		}
		if (*op == '{' || *op == '[') {
			if (!skip_is_blank(before + 1, op))
				return skip_fail(c, before + 1, "a value", err);
		} else if (!skip_is_scalar_between(before + 1, op)) {
			return skip_fail(c, before + 1, "a value", err);
		}
	}
}
