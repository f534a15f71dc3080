/* Operators of MongoDB's query language that docmill does not have, and why. */
#include "engine/query/node.h"

static const struct {
	const char *name;
	const char *reason;
} refused[] = {
	{ "$where", "it runs JavaScript" },
	{ "$text", "it needs a text index" },
	{ "$near", "it needs a geospatial index" },
	{ "$nearSphere", "it needs a geospatial index" },
	{ "$geoIntersects", "geometry is not supported" },
	{ "$geoWithin", "geometry is not supported" },
	{ "$geoNear", "it needs a geospatial index" },
	{ "$within", "geometry is not supported" },
	{ "$rand", "it is an expression: use {$expr: {$lt: [p, {$rand: {}}]}}" },
};

const char *query_refused(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (str_is(name, refused[i].name))
			return refused[i].reason;
	return NULL;
}
