/* Reading dates that follow no format, but what people usually write. */
#include "engine/calendar.h"
#include "engine/date_scan.h"

#define WHY_FORM "Error parsing date string"
#define WHY_INCOMPLETE "an incomplete date/time string has been found, with elements missing"
#define WHY_DATE "the parsed date was invalid"
#define WHY_TIME "the parsed time was invalid"

static int take_weekday(struct str *s)
{
	static const char *const names[] = {
		"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
	};

	return date_text_take_name(s, names, ARRAY_LEN(names));
}

static size_t count_letters(const struct date_scan *scan)
{
	size_t n = 0;

	while (n < scan->rest.len && scan_is_letter(scan->rest.data[n]))
		n++;
	return n;
}

static bool scan_digits(struct date_scan *scan)
{
	size_t n = scan_count_digits(scan, 0);
	char after = scan_peek(scan, n);

	if (n == 8 || n == 14)
		return scan_compact(scan, n);
	if (n == 4 && (after == '-' || after == '/' || after == 'W'))
		return scan_year_first(scan);
	if (n > 2)
		return false;
	if (after == ':')
		return scan_time(scan);
	if (after == '/')
		return scan_american(scan);
	if ((after == '-' || after == '.') &&
	    (scan_is_digit(scan_peek(scan, n + 1)) || scan_is_letter(scan_peek(scan, n + 1))))
		return scan_day_first(scan);

	struct date_scan ahead = *scan;
	scan_skip(&ahead, n);
	struct date_found hour = { .hour = 1 };
	if (scan_take_meridian(&ahead, &hour))
		return scan_time(scan);
	return scan_day_and_month(scan);
}

static bool scan_noon(struct date_scan *scan)
{
	struct date_found *f = &scan->found;
	bool is_noon = scan_take_word(&scan->rest, "noon", 4);

	if (f->has_time || (!is_noon && !scan_take_word(&scan->rest, "midnight", 8)))
		return false;
	f->hour = is_noon ? 12 : 0;
	f->has_time = true;
	return true;
}

static bool scan_zone(struct date_scan *scan)
{
	struct date_found *f = &scan->found;

	if (f->has_offset || !date_text_take_zone(&scan->rest, &f->offset_s))
		return false;
	f->has_offset = true;
	return true;
}

static bool scan_letters(struct date_scan *scan)
{
	struct date_found *f = &scan->found;
	size_t n = count_letters(scan);
	int number;

	if (n == 1 && (scan_peek(scan, 0) | 0x20) == 't' && f->has_day &&
	    scan_is_digit(scan_peek(scan, 1))) {
		scan_skip(scan, 1);
		return scan_time_after_t(scan);
	}
	number = date_text_take_month(&scan->rest);
	if (number > 0)
		return scan_month_first(scan, number);
	number = take_weekday(&scan->rest);
	if (number > 0) {
		bool is_first = !f->has_weekday;

		f->weekday = number - 1;
		f->has_weekday = true;
		scan_skip_any(scan, ".");
		return is_first;
	}
	return scan_noon(scan) || scan_zone(scan);
}

/* @1499999999: seconds since 1970. */
static bool scan_unix(struct date_scan *scan)
{
	struct date_found *f = &scan->found;
	bool is_negative;
	int64_t seconds = 0;

	scan_skip(scan, 1);
	is_negative = scan_take(scan, '-');
	size_t n = scan_count_digits(scan, 0);
	if (n == 0 || n > 12 || f->has_time || f->has_offset)
		return false;
	for (size_t i = 0; i < n; i++)
		seconds = seconds * 10 + (scan->rest.data[i] - '0');
	scan_skip(scan, n);
	struct date_parts parts = date_split((is_negative ? -seconds : seconds) * 1000);
	f->hour = parts.hour;
	f->minute = parts.minute;
	f->second = parts.second;
	f->has_time = f->has_offset = true;
	return date_found_set(f, parts.year, parts.month, parts.day);
}

static bool scan_part(struct date_scan *scan)
{
	char c = scan_peek(scan, 0);

	if (scan_is_digit(c))
		return scan_digits(scan);
	if (scan_is_letter(c))
		return scan_letters(scan);
	if (c == '@')
		return scan_unix(scan);
	return (c == '+' || c == '-') && scan->found.has_time && scan_zone(scan);
}

static bool check_found(const struct date_found *f, const char **ret_why)
{
	*ret_why = WHY_INCOMPLETE;
	if (!f->has_year || !f->has_month || !f->has_day)
		return false;
	*ret_why = WHY_DATE;
	if (f->month < 1 || f->month > 12 || f->day < 1 ||
	    f->day > calendar_days_in_month(f->year, f->month))
		return false;
	*ret_why = WHY_TIME;
	return f->hour <= 23 && f->minute <= 59 && f->second <= 59;
}

/* A weekday that is not the date's own means the next such day. */
static void follow_weekday(struct date_found *f)
{
	int64_t days = date_days(f->year, f->month, f->day);

	if (f->has_weekday)
		date_found_set_days(f, days + (f->weekday - date_weekday(days) + 7) % 7);
}

bool date_text_parse(struct str s, struct date_text *ret, const char **ret_why)
{
	struct date_scan scan = { .rest = s };
	struct date_found *f = &scan.found;

	*ret_why = WHY_FORM;
	for (scan_skip_any(&scan, " \t\n,"); scan.rest.len > 0; scan_skip_any(&scan, " \t\n,"))
		if (!scan_part(&scan))
			return false;
	if (!check_found(f, ret_why))
		return false;
	follow_weekday(f);
	*ret = (struct date_text){
		.parts = { f->year, f->month, f->day, f->hour, f->minute, f->second, f->ms },
		.offset_s = f->offset_s,
		.has_offset = f->has_offset,
	};
	return true;
}

int64_t date_text_moment(const struct date_text *text, const struct zone *zone)
{
	int64_t local = date_join(&text->parts);

	if (text->has_offset)
		return local - text->offset_s * INT64_C(1000);
	return zone_utc(zone, local, false);
}
