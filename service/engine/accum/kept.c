/* Kept values: text stays where it came in, all else is copied. */
#include "engine/accum/kept.h"

#include <string.h>

struct value kept_from(struct eval *ev, struct value found, struct value v)
{
	if (found.type == VALUE_RAW) {
		bool is_plain_text = v.type == VALUE_STRING && v.text == found.text + 1;

		found.flags = 0;
		return is_plain_text || value_is_number(v) ? found
		                                           : value_decode(eval_states(ev), found);
	}
	return value_copy(eval_states(ev), v);
}

bool kept_eq(struct eval *ev, struct value kept, struct value v)
{
	if (kept.type != VALUE_RAW)
		return value_eq(ev->arena, kept, v);
	if (kept.text[0] != '"')
		return value_is_number(v) && value_eq(ev->arena, value_decode(ev->arena, kept), v);
	/* Only text without escapes is kept raw, so its bytes can be compared. */
	return v.type == VALUE_STRING && v.len + 2 == kept.len &&
	       memcmp(kept.text + 1, v.text, v.len) == 0;
}

struct value kept_blind(struct eval *ev, struct value found)
{
	if (found.type == VALUE_OBJECT && object_is_text(found.object))
		found = value_raw(found.object->raw, found.object->raw_len);
	else if (found.type == VALUE_ARRAY && found.array->raw != NULL)
		found = value_raw(found.array->raw, found.array->raw_len);
	found.flags = 0;
	return value_copy(eval_states(ev), found);
}

struct value kept_document(struct arena *a, struct value doc)
{
	const struct object *o = doc.object;

	if (o->raw == NULL || o->shape == NULL ||
	    !(o->shape->is_lasting || o->shape->has_lasting_keys))
		return value_copy(a, doc);

	struct object *copy = arena_memdup(a, o, sizeof *o);
	struct value *values = arena_array(a, o->shape->n, sizeof *values);
	if (copy == NULL || values == NULL)
		return NUL_VALUE;
	for (uint32_t i = 0; i < o->shape->n; i++)
		values[i] = value_copy(a, o->values[i]);
	copy->values = values;
	copy->home = a;
	if (!o->shape->is_lasting) {
		copy->shape = shape_borrow(a, o->shape);
		if (copy->shape == NULL)
			return NUL_VALUE;
	}
	return value_object(copy);
}
