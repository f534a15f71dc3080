/* $mod: a number that leaves a remainder; all three are cut to whole numbers. */
#include <math.h>

#include "engine/query/node.h"

struct mod {
	struct query query;
	int64_t divisor, remainder;
};

/* Towards zero; false for what is no number or beyond 64 bits. */
static bool truncated(struct value v, int64_t *ret)
{
	return value_is_number(v) &&
	       value_as_i64(v.type == VALUE_DOUBLE ? value_double(trunc(v.f64)) : v, ret);
}

static int mod_test(const struct query *q, struct eval *ev, struct value v, bool *ret)
{
	const struct mod *mod = (const struct mod *)q;
	int64_t n;

	(void)ev;
	*ret = false;
	if (truncated(v, &n)) /* INT64_MIN % -1 is 0, but traps */
		*ret = (mod->divisor == -1 ? 0 : n % mod->divisor) == mod->remainder;
	return 0;
}

static int compile_number(struct compiler *c, const struct query_op *op, struct value v,
                          const char *what, int64_t *ret)
{
	if (!value_is_number(v))
		return compile_fail(c, 2, op->info.name, "malformed mod, %s not a number", what);
	if (!truncated(v, ret))
		return compile_fail(c, 2, op->info.name,
		                    "malformed mod, %s value is invalid :: caused "
		                    "by :: Unable to coerce %s to long",
		                    what, compile_text(c, v));
	return 0;
}

static int mod_compile(struct compiler *c, const struct query_op *op, const struct query_site *site,
                       struct value spec, struct query **ret)
{
	struct mod *q = query_create_leaf(c, sizeof *q, site, mod_test);

	if (q == NULL)
		return ERR_PIPELINE;
	if (spec.type != VALUE_ARRAY)
		return compile_fail(c, 2, op->info.name, "malformed mod, needs to be an array");
	uint32_t n = array_n(c->arena, spec.array);
	if (n != 2)
		return compile_fail(c, 2, op->info.name, "malformed mod, %s elements",
		                    n < 2 ? "not enough" : "too many");
	TRY(compile_number(c, op, array_get(c->arena, spec.array, 0), "divisor", &q->divisor));
	TRY(compile_number(c, op, array_get(c->arena, spec.array, 1), "remainder", &q->remainder));
	if (q->divisor == 0)
		return compile_fail(c, 2, op->info.name, "divisor cannot be 0");
	*ret = &q->query;
	return 0;
}

const struct query_op query_mod_ops[] = {
	{
		.info = {
			.name = "$mod",
			.doc = "The number, cut to a whole one, leaves this remainder.",
			.usage = "{field: {$mod: [divisor, remainder]}}",
		},
		.places = QUERY_FIELD,
		.compile = mod_compile,
	},
	{ 0 }
};
