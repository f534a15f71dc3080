/* Content negotiation by quality and by how closely a range names a type. */
#include "api/accept.h"

#include <stdbool.h>

#include "http/quality.h"

/* How closely a range names a type: the closest one decides about it. */
enum closeness { CLOSE_NOT, CLOSE_ANY, CLOSE_TYPE, CLOSE_SUBTYPE, CLOSE_PARAMETER };

static enum closeness closeness(const struct quality_item *range, struct str name)
{
	struct str wanted;
	struct str type = quality_cut(name, ';', &wanted);
	struct str major = { type.data, str_find(type, '/') };

	if (wanted.len > 0)
		return str_eq_fold(range->name, type) && str_eq_fold(range->parameter, wanted)
		               ? CLOSE_PARAMETER
		               : CLOSE_NOT;
	if (str_eq_fold(range->name, type))
		return CLOSE_SUBTYPE;
	if (range->name.len == major.len + 2 && str_ends_with(range->name, STR("/*")) &&
	    str_eq_fold((struct str){ range->name.data, major.len }, major))
		return CLOSE_TYPE;
	return str_is(range->name, "*/*") ? CLOSE_ANY : CLOSE_NOT;
}

static unsigned quality_of(const struct request *req, struct str type)
{
	enum closeness best = CLOSE_NOT;
	struct quality_item range;
	unsigned quality = 0;
	struct str line;

	for (size_t n = 0; (line = request_header_nth(req, "Accept", n)).data != NULL; n++) {
		while (quality_next(&line, &range)) {
			enum closeness close = closeness(&range, type);

			if (close > best) {
				best = close;
				quality = range.quality;
			}
		}
	}
	return quality;
}

size_t accept_choose(const struct request *req, const char *const *types, size_t n_types)
{
	size_t best = n_types;
	unsigned best_quality = 0;

	if (request_header(req, "Accept").len == 0)
		return 0;
	for (size_t i = 0; i < n_types; i++) {
		unsigned quality = quality_of(req, str_from(types[i]));

		if (quality > best_quality) {
			best = i;
			best_quality = quality;
		}
	}
	return best;
}
