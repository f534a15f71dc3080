/* Which stores there are. */
#include "store/store.h"

#include "store/memory.h"
#include "store/postgres.h"
#include "store/sqlite.h"

struct store_kind {
	const char *scheme; /* the specification up to its first colon */
	bool has_path;      /* a colon and something follow */
	bool is_url;        /* two slashes too, and all of it is the path */
	int (*open)(struct str path, const struct store_limits *limits, struct store **ret,
	            struct err *err);
};

static const struct store_kind kinds[] = {
	{ .scheme = "memory", .has_path = false, .open = memory_store_open },
	{ .scheme = "sqlite", .has_path = true, .open = sqlite_store_open },
	{ .scheme = "postgresql", .has_path = true, .is_url = true, .open = postgres_store_open },
	{ .scheme = "postgres", .has_path = true, .is_url = true, .open = postgres_store_open },
};

int store_open(struct str spec, const struct store_limits *limits, struct store **ret,
               struct err *err)
{
	struct str scheme = { spec.data, str_find(spec, ':') };
	bool has_path = scheme.len < spec.len;
	struct str path = { spec.data + scheme.len + has_path, spec.len - scheme.len - has_path };
	bool is_url = str_starts_with(path, STR("//"));

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_is(scheme, kinds[i].scheme) && kinds[i].has_path == has_path &&
		    (is_url || !kinds[i].is_url))
			return kinds[i].open(kinds[i].is_url ? spec : path, limits, ret, err);
	/* What follows the name may hold a password. */
	return err_set(err, ERR_INVALID,
	               "there is no store \"%.*s%s\", only \"memory\", \"sqlite:PATH\" and "
	               "\"postgresql://...\"",
	               STR_ARG(scheme), has_path ? ":..." : "");
}

void store_close(struct store *store)
{
	if (store != NULL)
		store->ops->close(store);
}
