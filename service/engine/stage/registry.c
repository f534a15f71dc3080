/* The table of stages, made from the list of files in meson.build. */
#include "engine/stage/stage.h"

#define STAGE_FILE(name) extern const struct stage_op stage_##name##_ops[];
#include "stage_files.inc"
#undef STAGE_FILE

static const struct stage_op *const tables[] = {
#define STAGE_FILE(name) stage_##name##_ops,
#include "stage_files.inc"
#undef STAGE_FILE
};

const struct stage_op *stage_op_find(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (const struct stage_op *op = tables[i]; op->name != NULL; op++)
			if (str_is(name, op->name))
				return op;
	return NULL;
}

void stage_op_each(void (*fn)(const struct stage_op *op, void *arg), void *arg)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (const struct stage_op *op = tables[i]; op->name != NULL; op++)
			fn(op, arg);
}
