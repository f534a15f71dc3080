/* The argument of $limit and $skip. */
#include "engine/stage/count_arg.h"

int count_arg_compile(struct compiler *c, const char *stage, int mongo_code, struct value spec,
                      int64_t *ret)
{
	int64_t n;

	if (!value_is_number(spec))
		return compile_fail(c, mongo_code, stage,
		                    "invalid argument to %s stage: Expected a number in: %s: %s",
		                    stage, stage, compile_text(c, spec));
	if (!value_as_i64(spec, &n))
		return compile_fail(c, mongo_code, stage,
		                    "invalid argument to %s stage: Expected an integer: %s: %s",
		                    stage, stage, compile_text(c, spec));
	if (n < 0)
		return compile_fail(c, mongo_code, stage,
		                    "invalid argument to %s stage: Expected a non-negative number in: "
		                    "%s: %s",
		                    stage, stage, compile_text(c, spec));
	*ret = n;
	return 0;
}
