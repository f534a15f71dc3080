/* The table of accumulators, made from the list of files in meson.build. */
#include "engine/accum/accum.h"

#define ACCUM_FILE(name) extern const struct accum_op accum_##name##_ops[];
#include "accum_files.inc"
#undef ACCUM_FILE

static const struct accum_op *const tables[] = {
#define ACCUM_FILE(name) accum_##name##_ops,
#include "accum_files.inc"
#undef ACCUM_FILE
};

const struct accum_op *accum_op_find(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (const struct accum_op *op = tables[i]; op->name != NULL; op++)
			if (str_is(name, op->name))
				return op;
	return NULL;
}

void accum_op_each(void (*fn)(const struct accum_op *op, void *arg), void *arg)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (const struct accum_op *op = tables[i]; op->name != NULL; op++)
			fn(op, arg);
}
