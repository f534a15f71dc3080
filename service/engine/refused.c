/* The table of what is refused. */
#include "engine/refused.h"

#define JAVASCRIPT "it runs JavaScript"
#define CLUSTER "it reads the metadata of a cluster"
#define SERVER "it reports the state of a running server"
#define SESSIONS "it reads a server's sessions"
#define GEO_INDEX "it needs a geospatial index"
#define GEOMETRY "geometry is not supported"
#define SEARCH "it needs a search index"
#define BSON "it depends on the bytes of BSON, which JSON does not have"
#define TIMESTAMP "JSON has no BSON timestamps"
#define KEYS "it needs the keys of encrypted collections"
#define CHANGES "it reads a replica set's log of changes"
#define VECTORS "it belongs to vector search"
#define HASHES "hash functions are left to the caller"

static const struct refused table[] = {
	{ REFUSED_STAGE, "$changeStream", CHANGES },
	{ REFUSED_STAGE, "$changeStreamSplitLargeEvent", CHANGES },
	{ REFUSED_STAGE, "$collStats", SERVER },
	{ REFUSED_STAGE, "$currentOp", SERVER },
	{ REFUSED_STAGE, "$geoNear", GEO_INDEX },
	{ REFUSED_STAGE, "$indexStats", "documents of a request have no indexes" },
	{ REFUSED_STAGE, "$listClusterCatalog", CLUSTER },
	{ REFUSED_STAGE, "$listLocalSessions", SESSIONS },
	{ REFUSED_STAGE, "$listSampledQueries", CLUSTER },
	{ REFUSED_STAGE, "$listSearchIndexes", SEARCH },
	{ REFUSED_STAGE, "$listSessions", SESSIONS },
	{ REFUSED_STAGE, "$planCacheStats", SERVER },
	{ REFUSED_STAGE, "$querySettings", CLUSTER },
	{ REFUSED_STAGE, "$queryStats", SERVER },
	{ REFUSED_STAGE, "$rankFusion", SEARCH },
	{ REFUSED_STAGE, "$score", SEARCH },
	{ REFUSED_STAGE, "$scoreFusion", SEARCH },
	{ REFUSED_STAGE, "$search", SEARCH },
	{ REFUSED_STAGE, "$searchMeta", SEARCH },
	{ REFUSED_STAGE, "$shardedDataDistribution", CLUSTER },
	{ REFUSED_STAGE, "$vectorSearch", SEARCH },

	{ REFUSED_EXPR, "$binarySize", BSON },
	{ REFUSED_EXPR, "$bsonSize", BSON },
	{ REFUSED_EXPR, "$createObjectId", "docmill makes up no ids" },
	{ REFUSED_EXPR, "$encStrContains", KEYS },
	{ REFUSED_EXPR, "$encStrEndsWith", KEYS },
	{ REFUSED_EXPR, "$encStrNormalizedEq", KEYS },
	{ REFUSED_EXPR, "$encStrStartsWith", KEYS },
	{ REFUSED_EXPR, "$function", JAVASCRIPT },
	{ REFUSED_EXPR, "$hash", HASHES },
	{ REFUSED_EXPR, "$hexHash", HASHES },
	{ REFUSED_EXPR, "$meta", "documents of a request carry no metadata of a search" },
	{ REFUSED_EXPR, "$similarityCosine", VECTORS },
	{ REFUSED_EXPR, "$similarityDotProduct", VECTORS },
	{ REFUSED_EXPR, "$similarityEuclidean", VECTORS },
	{ REFUSED_EXPR, "$subtype", BSON },
	{ REFUSED_EXPR, "$toHashedIndexKey", "there are no hashed indexes" },
	{ REFUSED_EXPR, "$tsIncrement", TIMESTAMP },
	{ REFUSED_EXPR, "$tsSecond", TIMESTAMP },

	{ REFUSED_ACCUM, "$accumulator", JAVASCRIPT },

	{ REFUSED_QUERY, "$geoIntersects", GEOMETRY },
	{ REFUSED_QUERY, "$geoNear", GEO_INDEX },
	{ REFUSED_QUERY, "$geoWithin", GEOMETRY },
	{ REFUSED_QUERY, "$near", GEO_INDEX },
	{ REFUSED_QUERY, "$nearSphere", GEO_INDEX },
	{ REFUSED_QUERY, "$rand", "it is an expression: use {$expr: {$lt: [p, {$rand: {}}]}}" },
	{ REFUSED_QUERY, "$text", "it needs a text index" },
	{ REFUSED_QUERY, "$where", JAVASCRIPT },
	{ REFUSED_QUERY, "$within", GEOMETRY },
};

const struct refused *refused_find(enum refused_family family, struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].family == family && str_is(name, table[i].name))
			return &table[i];
	return NULL;
}

int refused_fail(struct compiler *c, int mongo_code, const struct refused *refused)
{
	return compile_fail(c, mongo_code, refused->name, "%s is not supported: %s", refused->name,
	                    refused->reason);
}

void refused_each(enum refused_family family, void (*fn)(const struct refused *refused, void *arg),
                  void *arg)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].family == family)
			fn(&table[i], arg);
}
