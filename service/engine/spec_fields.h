/*
 * Specifications whose fields are known by name, read as the server's own parser generator does:
 * 40414 for one that is missing, 40415 for one that nobody knows, 14 for a wrong type.
 */
#ifndef ENGINE_SPEC_FIELDS_H
#define ENGINE_SPEC_FIELDS_H

#include "engine/compile.h"

struct spec_field {
	const char *name;
	bool is_required;
	enum value_type type; /* VALUE_MISSING: any */
	struct value *ret;    /* the value, decoded one level; missing when it is not there */
};

/* Read spec, which must be an object; `what` is its name in messages: "$densify.range". */
int spec_fields_read(struct compiler *c, const char *what, struct value spec,
                     const struct spec_field *fields, size_t n_fields) MUST_CHECK;

/*
 * The same for stages that read their own options: values only, and unknown ones with a code of
 * the stage's.
 */
int spec_options_read(struct compiler *c, const char *stage, int unknown_code, struct object *spec,
                      const struct spec_field *fields, size_t n_fields) MUST_CHECK;

#endif
