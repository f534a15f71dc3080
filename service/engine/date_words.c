/* Words in dates: months and zones. */
#include "engine/date_scan.h"

int date_text_take_name(struct str *s, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
		if (scan_take_word(s, names[i], strlen(names[i])) || scan_take_word(s, names[i], 3))
			return i + 1;
	return 0;
}

int date_text_take_month(struct str *s)
{
	static const char *const names[] = {
		"january", "february", "march",     "april",   "may",      "june",
		"july",    "august",   "september", "october", "november", "december",
	};

	if (scan_take_word(s, "sept", 4))
		return 9;
	return date_text_take_name(s, names, ARRAY_LEN(names));
}

static const struct {
	const char *name;
	int minutes;
} abbreviations[] = {
	{ "UTC", 0 },     { "GMT", 0 },     { "WET", 0 },    { "WEST", 60 },  { "BST", 60 },
	{ "CET", 60 },    { "CEST", 120 },  { "EET", 120 },  { "EEST", 180 }, { "MSK", 180 },
	{ "IST", 330 },   { "HKT", 480 },   { "JST", 540 },  { "KST", 540 },  { "AEST", 600 },
	{ "AEDT", 660 },  { "NZST", 720 },  { "NZDT", 780 }, { "NST", -210 }, { "NDT", -150 },
	{ "AST", -240 },  { "ADT", -180 },  { "EST", -300 }, { "EDT", -240 }, { "CST", -360 },
	{ "CDT", -300 },  { "MST", -420 },  { "MDT", -360 }, { "PST", -480 }, { "PDT", -420 },
	{ "AKST", -540 }, { "AKDT", -480 }, { "HST", -600 },
};

/* The letters of the military: A to M without J count eastward, N to Y westward, Z is UTC. */
static bool find_letter(char c, int *ret_minutes)
{
	c = (char)(c & ~0x20);
	if (c == 'J')
		return false;
	*ret_minutes = c == 'Z'   ? 0
	               : c >= 'N' ? -60 * (c - 'N' + 1)
	                          : 60 * (c - 'A' + 1 - (c > 'J'));
	return true;
}

static bool take_abbreviation(struct str *s, int *ret_minutes)
{
	if (s->len > 0 && scan_is_letter(s->data[0]) &&
	    (s->len == 1 || !scan_is_letter(s->data[1]))) {
		if (!find_letter(s->data[0], ret_minutes))
			return false;
		*s = (struct str){ s->data + 1, s->len - 1 };
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(abbreviations); i++)
		if (scan_take_word(s, abbreviations[i].name, strlen(abbreviations[i].name))) {
			*ret_minutes = abbreviations[i].minutes;
			return true;
		}
	return false;
}

/* ±h, ±hh, ±hmm, ±hhmm, ±hh:mm. */
static bool take_offset(struct str *s, int *ret_minutes)
{
	struct date_scan scan = { .rest = *s };
	bool is_west = scan_take(&scan, '-');
	int hours, minutes = 0;

	if (!is_west && !scan_take(&scan, '+'))
		return false;
	size_t n = scan_count_digits(&scan, 0);
	if (n > 4 || !scan_take_number(&scan, 1, n < 3 ? n : n - 2, &hours))
		return false;
	if (n >= 3 && !scan_take_number(&scan, 2, 2, &minutes))
		return false;
	if (n < 3 && scan_take(&scan, ':') && !scan_take_number(&scan, 2, 2, &minutes))
		return false;
	*s = scan.rest;
	*ret_minutes = (hours * 60 + minutes) * (is_west ? -1 : 1);
	return true;
}

bool date_text_take_zone(struct str *s, int32_t *ret_s)
{
	struct str rest = *s;
	int minutes = 0, more;

	while (rest.len > 0 && (rest.data[0] == ' ' || rest.data[0] == '\t'))
		rest = (struct str){ rest.data + 1, rest.len - 1 };
	if (take_abbreviation(&rest, &minutes)) {
		if (minutes == 0 && take_offset(&rest, &more)) /* GMT+02:00 */
			minutes = more;
	} else if (!take_offset(&rest, &minutes)) {
		return false;
	}
	*s = rest;
	*ret_s = minutes * 60;
	return true;
}
