/* Reading specifications by a table of their fields. */
#include "engine/spec_fields.h"

#define KNOWN_MAX 16

static const struct spec_field *find(const struct spec_field *fields, size_t n_fields,
                                     struct str name)
{
	for (size_t i = 0; i < n_fields; i++)
		if (str_is(name, fields[i].name))
			return &fields[i];
	return NULL;
}

static size_t names_of(const struct spec_field *fields, size_t n_fields, const char **ret)
{
	size_t n = MIN(n_fields, (size_t)KNOWN_MAX);

	for (size_t i = 0; i < n; i++)
		ret[i] = fields[i].name;
	return n;
}

static int fail_unknown(struct compiler *c, const char *what, const struct spec_field *fields,
                        size_t n_fields, struct str name)
{
	const char *known[KNOWN_MAX];
	size_t n_known = names_of(fields, n_fields, known);

	return compile_fail_unknown(c, 40415, name, known, n_known,
	                            "BSON field '%s.%.*s' is an unknown field.", what,
	                            STR_ARG(name));
}

static int read_field(struct compiler *c, const char *what, const struct spec_field *field,
                      struct value v)
{
	if (field->type != VALUE_MISSING && v.type != field->type)
		return compile_fail(c, 14, NULL,
		                    "BSON field '%s.%s' is the wrong type '%s', expected type '%s'",
		                    what, field->name, value_type_name(v.type),
		                    value_type_name(field->type));
	*field->ret = v;
	return 0;
}

int spec_fields_read(struct compiler *c, const char *what, struct value spec,
                     const struct spec_field *fields, size_t n_fields)
{
	uint32_t n = object_n(c->arena, spec.object);
	int rc = 0;

	for (size_t i = 0; i < n_fields; i++)
		*fields[i].ret = MISSING;
	for (uint32_t i = 0; i < n; i++) {
		struct str name = object_key(spec.object, i);
		const struct spec_field *field = find(fields, n_fields, name);

		compile_enter(c, name);
		if (field == NULL)
			rc = fail_unknown(c, what, fields, n_fields, name);
		else if (read_field(c, what, field, object_at(c->arena, spec.object, i)) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < n_fields; i++)
		if (fields[i].is_required && fields[i].ret->type == VALUE_MISSING)
			return compile_fail(c, 40414, NULL,
			                    "BSON field '%s.%s' is missing but a required field",
			                    what, fields[i].name);
	return 0;
}

int spec_options_read(struct compiler *c, const char *stage, int unknown_code, struct object *spec,
                      const struct spec_field *fields, size_t n_fields)
{
	for (size_t i = 0; i < n_fields; i++)
		*fields[i].ret = MISSING;
	for (uint32_t i = 0; i < object_n(c->arena, spec); i++) {
		struct str name = object_key(spec, i);
		const struct spec_field *field = find(fields, n_fields, name);
		const char *known[KNOWN_MAX];

		if (field == NULL)
			return compile_fail_unknown(c, unknown_code, name, known,
			                            names_of(fields, n_fields, known),
			                            "Unrecognized option to %s: %.*s.", stage,
			                            STR_ARG(name));
		*field->ret = object_at(c->arena, spec, i);
	}
	return 0;
}
