/* If-Match and If-None-Match. */
#include "api/etag.h"

#include <inttypes.h>
#include <stdio.h>

#define TAG_SIZE 24

void etag_set(struct response *res, uint64_t version)
{
	response_header(res, "ETag", "\"%" PRIu64 "\"", version);
	res->is_exact = true;
}

void etag_set_weak(struct response *res, uint64_t version)
{
	response_header(res, "ETag", "W/\"%" PRIu64 "\"", version);
}

/*
 * Is the tag, or "*", in a comma-separated list?  Our tags hold no comma, so that commas in the
 * quotes of others' tags do no harm.  Weak tags are for reading only: they say "W/" in front.
 */
static bool list_has(struct str list, struct str tag, bool is_weak_fine)
{
	while (list.len > 0) {
		size_t comma = str_find(list, ',');
		struct str item = str_trim((struct str){ list.data, comma });

		if (is_weak_fine && str_starts_with(item, STR("W/")))
			item = (struct str){ item.data + 2, item.len - 2 };
		if (str_eq(item, tag) || str_is(item, "*"))
			return true;
		comma += comma < list.len;
		list = (struct str){ list.data + comma, list.len - comma };
	}
	return false;
}

/* The header may come in several lines, which count as one list. */
static bool header_has(const struct request *req, const char *name, uint64_t version,
                       bool is_weak_fine)
{
	char tag[TAG_SIZE];
	struct str line;

	snprintf(tag, sizeof tag, "\"%" PRIu64 "\"", version);
	for (size_t n = 0; (line = request_header_nth(req, name, n)).data != NULL; n++)
		if (list_has(line, str_from(tag), is_weak_fine))
			return true;
	return false;
}

bool etag_has_condition(const struct request *req)
{
	return request_header(req, "If-Match").data != NULL;
}

bool etag_is_outdated(const struct request *req, uint64_t version)
{
	return etag_has_condition(req) && !header_has(req, "If-Match", version, false);
}

bool etag_is_known(const struct request *req, uint64_t version)
{
	return header_has(req, "If-None-Match", version, true);
}
