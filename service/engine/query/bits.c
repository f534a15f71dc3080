/* $bitsAllSet $bitsAnySet $bitsAllClear $bitsAnyClear: bits of a whole number. */
#include "engine/query/node.h"

enum bits_option {
	ALL_SET,
	ANY_SET,
	ALL_CLEAR,
	ANY_CLEAR,
};

struct bits {
	struct query query;
	uint64_t mask;
	enum bits_option option;
};

static int bits_test(const struct query *q, struct eval *ev, struct value v, bool *ret)
{
	const struct bits *bits = (const struct bits *)q;
	int64_t i;

	(void)ev;
	*ret = false;
	if (!value_as_i64(v, &i))
		return 0;
	uint64_t set = (uint64_t)i & bits->mask;
	switch (bits->option) {
	case ALL_SET: *ret = set == bits->mask; break;
	case ANY_SET: *ret = set != 0; break;
	case ALL_CLEAR: *ret = set == 0; break;
	case ANY_CLEAR: *ret = set != bits->mask; break;
	}
	return 0;
}

/* Numbers go on to the left with their sign, so that bit 63 stands for all that follow. */
static int add_position(struct compiler *c, const struct query_op *op, struct value v,
                        uint64_t *mask)
{
	int64_t i;

	if (!value_as_i64(v, &i))
		return compile_fail(c, 9, op->info.name,
		                    "Failed to parse bit position. Expected an integer: %s",
		                    compile_text(c, v));
	if (i < 0)
		return compile_fail(c, 9, op->info.name,
		                    "Failed to parse bit position. Expected a "
		                    "non-negative number in: %s",
		                    compile_text(c, v));
	*mask |= UINT64_C(1) << MIN(i, 63);
	return 0;
}

static int parse_mask(struct compiler *c, const struct query_op *op, struct value spec,
                      uint64_t *mask)
{
	int64_t i;
	int rc = 0;

	if (spec.type == VALUE_ARRAY) {
		uint32_t n = array_n(c->arena, spec.array);

		for (uint32_t k = 0; k < n; k++) {
			compile_enter_index(c, k);
			if (add_position(c, op, array_get(c->arena, spec.array, k), mask) != 0)
				rc = ERR_PIPELINE;
			compile_leave(c);
		}
		return rc;
	}
	if (!value_is_number(spec))
		return compile_fail(c, 2, op->info.name,
		                    "%s takes an Array, a number, or a BinData but received: %s",
		                    op->info.name, compile_text(c, spec));
	if (!value_as_i64(spec, &i))
		return compile_fail(c, 9, op->info.name, "Expected an integer: %s: %s",
		                    op->info.name, compile_text(c, spec));
	if (i < 0)
		return compile_fail(c, 9, op->info.name, "Expected a non-negative number in: %s: %s",
		                    op->info.name, compile_text(c, spec));
	*mask = (uint64_t)i;
	return 0;
}

static int bits_compile(struct compiler *c, const struct query_op *op,
                        const struct query_site *site, struct value spec, struct query **ret)
{
	struct bits *bits = query_create_leaf(c, sizeof *bits, site, bits_test);

	if (bits == NULL)
		return ERR_PIPELINE;
	bits->option = (enum bits_option)op->option;
	*ret = &bits->query;
	return parse_mask(c, op, spec, &bits->mask);
}

const struct query_op query_bits_ops[] = {
	{
		.info = {
			.name = "$bitsAllSet",
			.doc = "All of these bits of the whole number are 1.",
			.usage = "{field: {$bitsAllSet: mask or [position, …]}}",
		},
		.places = QUERY_FIELD,
		.compile = bits_compile,
		.option = ALL_SET,
	},
	{
		.info = {
			.name = "$bitsAnySet",
			.doc = "One of these bits of the whole number is 1.",
			.usage = "{field: {$bitsAnySet: mask or [position, …]}}",
		},
		.places = QUERY_FIELD,
		.compile = bits_compile,
		.option = ANY_SET,
	},
	{
		.info = {
			.name = "$bitsAllClear",
			.doc = "All of these bits of the whole number are 0.",
			.usage = "{field: {$bitsAllClear: mask or [position, …]}}",
		},
		.places = QUERY_FIELD,
		.compile = bits_compile,
		.option = ALL_CLEAR,
	},
	{
		.info = {
			.name = "$bitsAnyClear",
			.doc = "One of these bits of the whole number is 0.",
			.usage = "{field: {$bitsAnyClear: mask or [position, …]}}",
		},
		.places = QUERY_FIELD,
		.compile = bits_compile,
		.option = ANY_CLEAR,
	},
	{ 0 }
};
