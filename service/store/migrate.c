/* Numbers of migrations. */
#include "store/migrate.h"

#include <inttypes.h>
#include <stddef.h>

int64_t migration_last(const struct migration *migrations)
{
	int64_t n = 0;

	while (migrations[n].name != NULL)
		n++;
	return n;
}

int migration_check(const struct migration *migrations, int64_t version, const char *database,
                    struct err *err)
{
	int64_t last = migration_last(migrations);

	if (version <= last)
		return 0;
	return err_set(err, ERR_UNAVAILABLE,
	               "%s was written by a newer docmill: it is at version %" PRId64
	               ", and this one knows up to %" PRId64,
	               database, version, last);
}
