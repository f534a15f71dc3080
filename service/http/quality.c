/* Quality: lists whose items carry a q. */
#include "http/quality.h"

#include "base/macros.h"

struct str quality_cut(struct str s, char separator, struct str *rest)
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

static struct quality_item item_parse(struct str text)
{
	struct quality_item item = { .quality = QUALITY_ONE };

	item.name = quality_cut(text, ';', &text);
	while (text.len > 0) {
		struct str parameter = quality_cut(text, ';', &text);

		if (parameter.len >= 2 && str_eq_fold((struct str){ parameter.data, 2 }, STR("q=")))
			item.quality = quality_parse(
				(struct str){ parameter.data + 2, parameter.len - 2 });
		else if (item.parameter.len == 0)
			item.parameter = parameter;
	}
	return item;
}

bool quality_next(struct str *list, struct quality_item *ret)
{
	while (list->len > 0) {
		struct str text = quality_cut(*list, ',', list);

		if (text.len == 0)
			continue;
		*ret = item_parse(text);
		return true;
	}
	return false;
}
