/* Collections that a pipeline leaves behind. */
#include "engine/stage/written.h"

static int compile_object(struct compiler *c, const char *stage, struct object *spec,
                          struct str *ret)
{
	uint32_t n = object_n(c->arena, spec);
	struct value coll = object_get(c->arena, spec, STR("coll"));

	for (uint32_t i = 0; i < n; i++) {
		static const char *const known[] = { "coll", "db" };
		struct str name = object_key(spec, i);

		if (!str_is(name, "coll") && !str_is(name, "db"))
			return compile_fail_unknown(c, 40415, name, known, ARRAY_LEN(known),
			                            "BSON field '%s.%.*s' is an unknown field.",
			                            stage, STR_ARG(name));
		if (object_at(c->arena, spec, i).type != VALUE_STRING)
			return compile_fail(c, 14, stage,
			                    "BSON field '%s.%.*s' is the wrong type, expected "
			                    "type 'string'",
			                    stage, STR_ARG(name));
	}
	if (coll.type == VALUE_MISSING)
		return compile_fail(c, 40414, stage,
		                    "BSON field '%s.coll' is missing but a required field", stage);
	*ret = value_str(coll);
	return 0;
}

int written_compile_name(struct compiler *c, const char *stage, int type_code, struct value spec,
                         struct str *ret)
{
	if (spec.type == VALUE_OBJECT)
		TRY(compile_object(c, stage, spec.object, ret));
	else if (spec.type == VALUE_STRING)
		*ret = value_str(spec);
	else
		return compile_fail(c, type_code, stage,
		                    "%s only supports a string or object argument, but found %s",
		                    stage, value_type_name(spec.type));
	if (ret->len == 0)
		return compile_fail(c, 73, stage, "Invalid %s target namespace: it is empty", stage);
	return 0;
}

int written_check(struct node *n)
{
	if (n->ev->written != NULL)
		return 0;
	return eval_fail(n->ev, 0, n->stage->op->name, n->stage->pointer,
	                 "%s has nowhere to write to: only an answer in JSON carries collections",
	                 n->stage->op->name);
}

int written_add(struct written *w, struct eval *ev, struct value doc)
{
	struct value *docs = arena_extend(ev->keep, w->docs, w->n_docs, &w->cap, sizeof *docs);

	if (docs == NULL)
		return eval_check(ev);
	w->docs = docs;
	docs[w->n_docs++] = doc;
	return 0;
}

int written_emit(const struct written *w, struct node *n, struct str name)
{
	TRY(eval_check(n->ev));
	return n->ev->written(n->ev->written_arg, n->ev->arena, name, w->docs, w->n_docs,
	                      n->ev->err);
}
