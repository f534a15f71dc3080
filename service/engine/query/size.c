/* $size: an array of so many items. */
#include "engine/query/node.h"

struct size {
	struct query query;
	int64_t n;
};

static int size_test(const struct query *q, struct eval *ev, struct value v, bool *ret)
{
	*ret = v.type == VALUE_ARRAY &&
	       (int64_t)array_n(ev->arena, v.array) == ((const struct size *)q)->n;
	return 0;
}

static int size_compile(struct compiler *c, const struct query_op *op,
                        const struct query_site *site, struct value spec, struct query **ret)
{
	struct size *q = query_create_leaf(c, sizeof *q, site, size_test);
	const char *expected = NULL;
	int64_t n = 0;

	if (q == NULL)
		return ERR_PIPELINE;
	if (!value_is_number(spec))
		expected = "Expected a number in:";
	else if (!value_as_i64(spec, &n))
		expected = "Expected an integer:";
	else if (n < 0)
		expected = "Expected a non-negative number in:";
	if (expected != NULL)
		return compile_fail(c, 2, op->info.name, "Failed to parse $size. %s $size: %s",
		                    expected, compile_text(c, spec));
	q->n = n;
	q->query.reach = PATH_ARRAY;
	*ret = &q->query;
	return 0;
}

const struct query_op query_size_ops[] = {
	{
		.info = {
			.name = "$size",
			.doc = "The field is an array of so many items.",
			.usage = "{field: {$size: whole number}}",
		},
		.places = QUERY_FIELD,
		.compile = size_compile,
	},
	{ 0 }
};
