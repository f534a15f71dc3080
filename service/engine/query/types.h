/* Types by MongoDB's names and numbers, for $type and $jsonSchema. */
#ifndef ENGINE_QUERY_TYPES_H
#define ENGINE_QUERY_TYPES_H

#include "engine/compile.h"

/* Sets of types: a bit for each enum value_type. */
#define QUERY_TYPE_BIT(type) (UINT32_C(1) << (type))

/* One of JSON's types that BSON has, but no document of ours: asked for, and never found. */
#define QUERY_TYPE_NONE (UINT32_C(1) << 31)

/* The argument of $type: a name or number, or a list of them. */
int query_types_parse(struct compiler *c, struct value spec, uint32_t *ret) MUST_CHECK;

/* The argument of $jsonSchema's bsonType, or of its type, which has the names of JSON alone. */
int query_types_parse_schema(struct compiler *c, const char *keyword, struct value spec,
                             bool is_bson, uint32_t *ret) MUST_CHECK;

#endif
