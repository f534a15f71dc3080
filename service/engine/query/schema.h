/*
 * Schemas: what $jsonSchema asks of a value, MongoDB's dialect of JSON Schema draft 4.
 *
 * A keyword says something about values of one type and nothing about others; a keyword about a
 * property says nothing when there is none.  "bsonType" knows MongoDB's types; "type" knows
 * those of JSON.
 */
#ifndef ENGINE_QUERY_SCHEMA_H
#define ENGINE_QUERY_SCHEMA_H

#include "doc/object.h"
#include "engine/compile.h"
#include "engine/eval.h"
#include "engine/regex.h"
#include "engine/value_set.h"

struct schema;

/* A list of schemas, or one for each of a list of names. */
struct schema_list {
	struct schema **schemas;
	uint32_t n;
};

/* A property and what its presence asks of the object. */
struct schema_dependency {
	struct str name;
	struct str *required; /* either these properties, … */
	uint32_t n_required;
	struct schema *schema; /* … or this of the whole object */
};

struct schema_pattern {
	struct regex *regex;
	struct schema *schema;
};

struct schema {
	uint32_t types;           /* a bit for each enum value_type; 0: any */
	struct value_set *values; /* of enum, as schema_value() makes them; or NULL */

	bool has_minimum, has_maximum, is_minimum_excluded, is_maximum_excluded;
	struct value minimum, maximum;
	struct value multiple_of; /* missing: none */

	uint64_t length_min, length_max;
	struct regex *pattern;

	uint64_t items_min, items_max;
	bool are_items_unique;
	struct schema *item;        /* of every item, … */
	struct schema_list items;   /* … or of the first ones, … */
	struct schema *item_beyond; /* … and of those that follow */
	bool no_item_beyond;

	uint64_t properties_min, properties_max;
	struct str *required;
	uint32_t n_required;
	const struct shape *names; /* of properties */
	struct schema_list properties;
	struct schema_pattern *patterns;
	uint32_t n_patterns;
	struct schema *property_beyond; /* of those that neither a name nor a pattern covers */
	bool no_property_beyond;
	struct schema_dependency *dependencies;
	uint32_t n_dependencies;

	struct schema_list all_of, any_of, one_of;
	struct schema * not ;
};

/*
 * A value to be compared with others: the fields of its objects, and of those inside, in the order
 * of their names.  Null after lack of memory.  As deep as documents may be.
 */
struct value schema_value(struct arena *a, struct value v);

int schema_compile(struct compiler *c, struct value spec, struct schema **ret) MUST_CHECK;

/* The value is decoded and not missing. */
int schema_match(const struct schema *s, struct eval *ev, struct value v, bool *ret) MUST_CHECK;

#endif
