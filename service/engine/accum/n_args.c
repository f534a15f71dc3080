/* Reading {input: …, n: …}. */
#include "engine/accum/n_args.h"

#include "engine/accum/top_n.h"

int n_args_compile(struct compiler *c, struct accum *a, int no_object_code, struct value spec)
{
	static const char *const known[] = { "input", "n" };
	int rc = 0;

	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, no_object_code, a->op->name,
		                    "specification must be an object; found %s",
		                    compile_text(c, spec));
	for (uint32_t i = 0; i < object_n(c->arena, spec.object); i++) {
		struct str key = object_key(spec.object, i);
		struct value v = object_at(c->arena, spec.object, i);

		compile_enter(c, key);
		if (str_is(key, "input") || str_is(key, "n"))
			rc |= expr_compile(c, v, str_is(key, "n") ? &a->n : &a->input);
		else
			rc |= compile_fail_unknown(c, 5787901, key, known, ARRAY_LEN(known),
			                           "Unknown argument for 'n' operator: %.*s",
			                           STR_ARG(key));
		compile_leave(c);
	}
	if (rc != 0)
		return ERR_PIPELINE;
	if (a->n == NULL)
		return compile_fail(c, 5787906, a->op->name, "Missing value for 'n'");
	if (a->input == NULL)
		return compile_fail(c, 5787907, a->op->name, "Missing value for 'input'");
	return 0;
}

int n_args_eval(const struct accum *a, struct eval *ev, uint64_t *ret)
{
	struct value v;

	TRY(expr_eval(a->n, ev, &v));
	return top_n_parse(ev, a->op->name, v, ret);
}
