/* Kept values: text stays where it came in while it lasts, all else is copied. */
#include "engine/accum/kept.h"

#include <string.h>

/* Would it be written as it came in?  Not "-0", and not {"$numberLong": "1"}. */
static bool is_plain_integer(struct value found, struct value v)
{
	return (v.type == VALUE_INT || v.type == VALUE_LONG) && found.text[0] != '{' &&
	       (v.i64 != 0 || found.text[0] != '-');
}

struct value kept_from(struct eval *ev, struct value found, struct value v)
{
	if (found.type == VALUE_RAW && is_plain_integer(found, v))
		return v;
	if (found.type == VALUE_RAW) {
		bool is_plain_text = v.type == VALUE_STRING && v.text == found.text + 1;

		found.flags = 0;
		found = value_copy(eval_states(ev), found);
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

	struct object *copy = object_copy_spans(a, o);
	if (copy == NULL)
		return NUL_VALUE;
	if (!o->shape->is_lasting) {
		copy->shape = shape_borrow(a, o->shape);
		if (copy->shape == NULL)
			return NUL_VALUE;
	}
	return value_object(copy);
}
