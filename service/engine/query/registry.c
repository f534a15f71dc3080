/* The table of query operators, made from the list of files in meson.build. */
#include "engine/query/node.h"

#define QUERY_FILE(name) extern const struct query_op query_##name##_ops[];
#include "query_files.inc"
#undef QUERY_FILE

static const struct query_op *const tables[] = {
#define QUERY_FILE(name) query_##name##_ops,
#include "query_files.inc"
#undef QUERY_FILE
};

const struct query_op *query_op_find(struct str name, enum query_place place)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (const struct query_op *op = tables[i]; op->info.name != NULL; op++)
			if ((op->places & place) && str_is(name, op->info.name))
				return op;
	return NULL;
}

void query_op_each(void (*fn)(const struct query_op_info *op, void *arg), void *arg)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (const struct query_op *op = tables[i]; op->info.name != NULL; op++)
			fn(&op->info, arg);
}
