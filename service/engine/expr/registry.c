/* The table of expression operators, made from the list of files in meson.build. */
#include "engine/expr/expr.h"

#define EXPR_FILE(name) extern const struct expr_op expr_##name##_ops[];
#include "expr_files.inc"
#undef EXPR_FILE

static const struct expr_op *const tables[] = {
#define EXPR_FILE(name) expr_##name##_ops,
#include "expr_files.inc"
#undef EXPR_FILE
};

/* Looked up once an operator when a pipeline is compiled, so a scan will do. */
const struct expr_op *expr_op_find(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (const struct expr_op *op = tables[i]; op->name != NULL; op++)
			if (str_is(name, op->name))
				return op;
	return NULL;
}

void expr_op_each(void (*fn)(const struct expr_op *op, void *arg), void *arg)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (const struct expr_op *op = tables[i]; op->name != NULL; op++)
			fn(op, arg);
}
