/* Reading {input: …, unit: …}. */
#include "engine/accum/over_time.h"

#include <string.h>

static int read_unit(struct compiler *c, const char *name, struct value v, struct over_time *args)
{
	enum time_unit unit;

	if (v.type != VALUE_STRING)
		return compile_fail(c, 9, name, "'unit' must be a string, but got %s",
		                    value_type_name(v.type));
	unit = time_unit_parse(value_str(v));
	if (unit == TIME_UNIT_NONE)
		return compile_fail(c, 9, name, "unknown time unit value: %.*s",
		                    STR_ARG(value_str(v)));
	args->unit_ms = time_unit_ms(unit);
	if (args->unit_ms == 0)
		return compile_fail(c, 5490710, name, "unit must be 'week' or smaller");
	return 0;
}

int over_time_compile(struct compiler *c, struct accum *a, struct value spec)
{
	static const char *const known[] = { "input", "unit" };
	struct over_time *args = compile_alloc(c, 1, sizeof *args);
	const char *name = a->op->name;

	if (args == NULL)
		return compile_nomem(c);
	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 9, name, "%s expects an object, but got a %s: %s", name,
		                    value_type_name(spec.type), compile_text(c, spec));
	for (uint32_t i = 0; i < object_n(c->arena, spec.object); i++) {
		struct str key = object_key(spec.object, i);
		struct value v = object_at(c->arena, spec.object, i);
		int rc;

		compile_enter(c, key);
		if (str_is(key, "input"))
			rc = expr_compile(c, v, &a->input);
		else if (str_is(key, "unit"))
			rc = read_unit(c, name, v, args);
		else
			rc = compile_fail_unknown(c, 9, key, known, ARRAY_LEN(known),
			                          "%s got unexpected argument: %.*s", name,
			                          STR_ARG(key));
		compile_leave(c);
		TRY(rc);
	}
	if (a->input == NULL)
		return compile_fail(c, 9, name, "%s requires an 'input' expression", name);
	a->data = args;
	return 0;
}

/* "$a.b" again, of a sort key's parts. */
static int compile_key(struct compiler *c, const struct sort_key *key, struct expr **ret)
{
	size_t len = 0;
	char *path;

	for (uint32_t i = 0; i < key->n_parts; i++)
		len += key->parts[i].len + 1;
	path = compile_alloc(c, 1, len);
	if (path == NULL)
		return compile_nomem(c);
	len = 0;
	for (uint32_t i = 0; i < key->n_parts; i++) {
		path[len++] = i == 0 ? '$' : '.';
		memcpy(path + len, key->parts[i].data, key->parts[i].len);
		len += key->parts[i].len;
	}
	return expr_compile_path(c, (struct str){ path, len }, ret);
}

int over_time_check(struct compiler *c, struct window_fn *f)
{
	struct over_time *args = f->accum->data;
	const char *name = f->accum->op->name;

	if (f->sort_by == NULL)
		return compile_fail(c, 9, name, "%s requires a sortBy", name);
	if (f->sort_by->n_keys != 1)
		return compile_fail(c, 9, name, "%s requires a non-compound sortBy", name);
	TRY(compile_key(c, &f->sort_by->keys[0], &args->time));
	f->accum->extra[0] = args->time;
	return 0;
}
