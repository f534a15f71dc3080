/* $jsonSchema: the document fits a schema. */
#include "engine/query/node.h"
#include "engine/query/schema.h"

struct schema_query {
	struct query query;
	struct schema *schema;
};

static int json_schema_match(const struct query *q, struct eval *ev, struct value doc, bool *ret)
{
	return schema_match(((const struct schema_query *)q)->schema, ev, doc, ret);
}

static int json_schema_compile(struct compiler *c, const struct query_op *op,
                               const struct query_site *site, struct value spec, struct query **ret)
{
	struct schema_query *q = query_create(c, sizeof *q);

	(void)op;
	(void)site;
	if (q == NULL)
		return ERR_PIPELINE;
	q->query.match = q->query.test = json_schema_match;
	q->query.reads_all = true;
	q->query.may_fail = true; /* it may hold regular expressions */
	*ret = &q->query;
	return schema_compile(c, spec, &q->schema);
}

const struct query_op query_json_schema_ops[] = {
	{
		.info = {
			.name = "$jsonSchema",
			.doc = "The document fits a JSON Schema, in MongoDB's dialect of draft 4.",
			.usage = "{$jsonSchema: {required: [name, …], properties: {name: schema, …}, …}}",
		},
		.places = QUERY_TOP,
		.compile = json_schema_compile,
	},
	{ 0 }
};
