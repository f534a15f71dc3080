/* $sampleRate: each document with the same probability. */
#include "engine/query/node.h"

struct sample_rate {
	struct query query;
	double rate;
};

static int sample_rate_match(const struct query *q, struct eval *ev, struct value doc, bool *ret)
{
	(void)doc;
	/* 53 random bits are all that a double between 0 and 1 can tell apart. */
	*ret = (double)(eval_random(ev) >> 11) * 0x1p-53 < ((const struct sample_rate *)q)->rate;
	return 0;
}

static int sample_rate_compile(struct compiler *c, const struct query_op *op,
                               const struct query_site *site, struct value spec, struct query **ret)
{
	struct sample_rate *q = query_create(c, sizeof *q);

	(void)site;
	if (q == NULL)
		return ERR_PIPELINE;
	if (!value_is_number(spec))
		return compile_fail(c, 2, op->info.name, "argument to $sampleRate must be a number");
	q->rate = value_f64(spec);
	if (!(q->rate >= 0 && q->rate <= 1))
		return compile_fail(c, 2, op->info.name,
		                    "numeric argument to $sampleRate must be in [0, 1]");
	q->query.match = q->query.test = sample_rate_match;
	q->query.may_fail = true; /* asked elsewhere, it answers something else */
	c->n_random++;
	*ret = &q->query;
	return 0;
}

const struct query_op query_sample_rate_ops[] = {
	{
		.info = {
			.name = "$sampleRate",
			.doc = "Each document with this probability.",
			.usage = "{$sampleRate: number from 0 to 1}",
		},
		.places = QUERY_TOP,
		.needs_document = true,
		.compile = sample_rate_compile,
	},
	{ 0 }
};
