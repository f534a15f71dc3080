/* Content negotiation by quality and by how closely a range names a type. */
#include "api/accept.h"

#include <stdbool.h>

#include "base/macros.h"

#define QUALITY_ONE 1000

/* How closely a range names a type: the closest one decides about it. */
enum closeness { CLOSE_NOT, CLOSE_ANY, CLOSE_TYPE, CLOSE_SUBTYPE, CLOSE_PARAMETER };

struct range {
	struct str type;      /* "text/html" */
	struct str parameter; /* "mode=canonical", the first one that is not q; empty: none */
	unsigned quality;     /* of 1000 */
};

/* What stands before the separator; *rest is what stands after it. */
static struct str cut(struct str s, char separator, struct str *rest)
{
	size_t at = str_find(s, separator);
	size_t next = at + (at < s.len);

	*rest = (struct str){ s.data + next, s.len - next };
	return str_trim((struct str){ s.data, at });
}

/* "0.5" as 500; what is no quality counts as 1. */
static unsigned quality_parse(struct str s)
{
	unsigned quality = 0, unit = QUALITY_ONE;

	if (s.len == 0 || (s.data[0] != '0' && s.data[0] != '1'))
		return QUALITY_ONE;
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] == '.' && i == 1)
			continue;
		if (s.data[i] < '0' || s.data[i] > '9')
			return QUALITY_ONE;
		quality += (unsigned)(s.data[i] - '0') * unit;
		unit /= 10;
	}
	return MIN(quality, QUALITY_ONE);
}

static struct range range_parse(struct str text)
{
	struct range range = { .quality = QUALITY_ONE };

	range.type = cut(text, ';', &text);
	while (text.len > 0) {
		struct str parameter = cut(text, ';', &text);

		if (parameter.len >= 2 && str_eq_fold((struct str){ parameter.data, 2 }, STR("q=")))
			range.quality = quality_parse(
				(struct str){ parameter.data + 2, parameter.len - 2 });
		else if (range.parameter.len == 0)
			range.parameter = parameter;
	}
	return range;
}

static enum closeness closeness(const struct range *range, struct str name)
{
	struct str wanted;
	struct str type = cut(name, ';', &wanted);
	struct str major = { type.data, str_find(type, '/') };

	if (wanted.len > 0)
		return str_eq_fold(range->type, type) && str_eq_fold(range->parameter, wanted)
		               ? CLOSE_PARAMETER
		               : CLOSE_NOT;
	if (str_eq_fold(range->type, type))
		return CLOSE_SUBTYPE;
	if (range->type.len == major.len + 2 && str_ends_with(range->type, STR("/*")) &&
	    str_eq_fold((struct str){ range->type.data, major.len }, major))
		return CLOSE_TYPE;
	return str_is(range->type, "*/*") ? CLOSE_ANY : CLOSE_NOT;
}

static unsigned quality_of(const struct request *req, struct str type)
{
	enum closeness best = CLOSE_NOT;
	unsigned quality = 0;
	struct str line;

	for (size_t n = 0; (line = request_header_nth(req, "Accept", n)).data != NULL; n++) {
		while (line.len > 0) {
			struct range range = range_parse(cut(line, ',', &line));
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
