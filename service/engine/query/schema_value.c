/* Values as schemas compare them: the order of an object's fields says nothing. */
#include <stdlib.h>
#include <string.h>

#include "engine/query/schema.h"

struct field {
	struct str key;
	struct value value;
};

static int cmp_fields(const void *x_arg, const void *y_arg)
{
	const struct str x = ((const struct field *)x_arg)->key;
	const struct str y = ((const struct field *)y_arg)->key;
	int order = memcmp(x.data, y.data, MIN(x.len, y.len));

	return order != 0 ? order : (x.len > y.len) - (x.len < y.len);
}

static struct value sorted_array(struct arena *a, struct array *items)
{
	uint32_t n = array_n(a, items);
	struct array_builder b;

	array_builder_init(&b, a, n);
	for (uint32_t i = 0; i < n; i++)
		array_builder_add(&b, schema_value(a, array_get(a, items, i)));
	return array_builder_finish(&b);
}

static struct value sorted_object(struct arena *a, struct object *o)
{
	uint32_t n = object_n(a, o);
	struct field *fields = arena_array(a, n, sizeof *fields);
	struct object_builder b;

	if (fields == NULL)
		return NUL_VALUE;
	for (uint32_t i = 0; i < n; i++)
		fields[i] = (struct field){ object_key(o, i), object_at(a, o, i) };
	if (n > 1)
		qsort(fields, n, sizeof *fields, cmp_fields);
	object_builder_init(&b, a, n);
	for (uint32_t i = 0; i < n; i++)
		object_builder_add(&b, fields[i].key, schema_value(a, fields[i].value));
	return object_builder_finish(&b);
}

struct value schema_value(struct arena *a, struct value v)
{
	if (v.type == VALUE_OBJECT)
		return sorted_object(a, v.object);
	return v.type == VALUE_ARRAY ? sorted_array(a, v.array) : v;
}
