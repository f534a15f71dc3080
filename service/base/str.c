/* Borrowed text: comparison, search and the nearest name. */
#include "base/str.h"

#include <strings.h>

#include "base/macros.h"

#define SUGGEST_LEN_MAX 40
#define SUGGEST_DISTANCE_MAX 3

int str_cmp(struct str a, struct str b)
{
	size_t len = MIN(a.len, b.len);
	int order = len == 0 ? 0 : memcmp(a.data, b.data, len);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

bool str_starts_with(struct str s, struct str prefix)
{
	return s.len >= prefix.len && str_eq((struct str){ s.data, prefix.len }, prefix);
}

bool str_ends_with(struct str s, struct str suffix)
{
	return s.len >= suffix.len &&
	       str_eq((struct str){ s.data + (s.len - suffix.len), suffix.len }, suffix);
}

size_t str_find(struct str s, char c)
{
	const char *at = s.len == 0 ? NULL : memchr(s.data, c, s.len);

	return at == NULL ? s.len : (size_t)(at - s.data);
}

size_t str_search(struct str s, struct str part, size_t from)
{
	if (part.len == 0)
		return from;
	if (part.len > s.len - from)
		return SIZE_MAX;
	const char *at = memmem(s.data + from, s.len - from, part.data, part.len);

	return at != NULL ? (size_t)(at - s.data) : SIZE_MAX;
}

bool str_eq_fold(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || strncasecmp(a.data, b.data, a.len) == 0);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
	while (s.len > 0 && is_space(s.data[0]))
		s = (struct str){ s.data + 1, s.len - 1 };
	while (s.len > 0 && is_space(s.data[s.len - 1]))
		s.len--;
	return s;
}

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. */
static size_t distance(struct str a, struct str b)
{
	size_t rows[3][SUGGEST_LEN_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b.len; j++)
		above[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t cost = a.data[i - 1] != b.data[j - 1];
			size_t best = MIN(above[j] + 1, row[j - 1] + 1);

			best = MIN(best, above[j - 1] + cost);
			if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] &&
			    a.data[i - 2] == b.data[j - 1])
				best = MIN(best, before[j - 2] + 1);
			row[j] = best;
		}
		size_t *oldest = before;
		before = above;
		above = row;
		row = oldest;
	}
	return above[b.len];
}

const char *str_suggest(struct str s, const char *const *names, size_t n_names)
{
	const char *nearest = NULL;
	size_t least = SUGGEST_DISTANCE_MAX + 1;

	if (s.len == 0 || s.len > SUGGEST_LEN_MAX)
		return NULL;
	for (size_t i = 0; i < n_names; i++) {
		struct str name = str_from(names[i]);

		if (name.len > SUGGEST_LEN_MAX)
			continue;
		size_t d = distance(s, name);
		if (d < least && d * 3 <= name.len) {
			least = d;
			nearest = names[i];
		}
	}
	return nearest;
}
