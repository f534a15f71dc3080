/* $count: one document with the number of documents. */
#include <string.h>

#include "engine/stage/stage.h"

struct count_stage {
	struct stage stage;
	struct str name;
};

static int count_push(struct node *n, struct value *docs, size_t n_docs)
{
	(void)n;
	(void)docs;
	(void)n_docs;
	return 0; /* the node counts what comes in */
}

static int count_finish(struct node *n)
{
	const struct count_stage *s = (const struct count_stage *)n->stage;
	struct value count = value_whole((int64_t)n->documents_in);

	if (n->documents_in == 0)
		return 0;
	struct value doc = object_build(n->ev->arena, &s->name, &count, 1);
	if (doc.type != VALUE_OBJECT)
		return eval_check(n->ev);
	return node_emit(n, &doc, 1);
}

static int count_merge(struct node *n, struct node *other)
{
	(void)n;
	(void)other;
	return 0; /* and the flow adds up what its nodes have counted */
}

static const struct stage_ops count_ops = {
	.effect = STAGE_REPLACES,
	.push = count_push,
	.finish = count_finish,
	.merge = count_merge,
	.keeps_copies = true,
};

static int count_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct count_stage *s = stage_create(c, sizeof *s, &count_ops);

	if (s == NULL)
		return ERR_PIPELINE;
	if (spec.type != VALUE_STRING || spec.len == 0)
		return compile_fail(c, 40156, "$count",
		                    "the count field must be a non-empty string");
	s->name = value_str(spec);
	if (s->name.data[0] == '$')
		return compile_fail(c, 40158, "$count",
		                    "the count field cannot be a $-prefixed path");
	if (memchr(s->name.data, '\0', s->name.len) != NULL)
		return compile_fail(c, 40159, "$count",
		                    "the count field cannot contain a null byte");
	if (str_find(s->name, '.') < s->name.len)
		return compile_fail(c, 40160, "$count", "the count field cannot contain '.'");
	*ret = &s->stage;
	return 0;
}

const struct stage_op stage_count_ops[] = {
	{
		.name = "$count",
		.doc = "One document that says how many there were; none when there were none.",
		.usage = "{$count: field}",
		.compile = count_compile,
	},
	{ 0 }
};
