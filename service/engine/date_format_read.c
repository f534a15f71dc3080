/* Reading a date after a format with % specifiers. */
#include "engine/calendar.h"
#include "engine/date_scan.h"

/* Of the date, -1 is "not said"; a field that is said twice counts the last time. */
struct fields {
	int year, month, day, day_of_year;
	int iso_year, iso_week, iso_weekday;
	int hour, minute, second, ms;
	int32_t offset_s;
	bool has_offset;
};

static bool take_ms(struct date_scan *scan, int *ret)
{
	size_t n = MIN(scan_count_digits(scan, 0), 3);

	if (!scan_take_number(scan, 1, 3, ret))
		return false;
	for (; n < 3; n++)
		*ret *= 10;
	return true;
}

static bool take_month_name(struct date_scan *scan, int *ret)
{
	*ret = date_text_take_month(&scan->rest);
	return *ret > 0;
}

static bool take_zone(struct date_scan *scan, struct fields *f)
{
	f->has_offset = true;
	return date_text_take_zone(&scan->rest, &f->offset_s);
}

/* ±nnn minutes. */
static bool take_minutes(struct date_scan *scan, struct fields *f)
{
	bool is_west = scan_take(scan, '-');
	int minutes;

	if (!is_west)
		(void)scan_take(scan, '+'); /* it may be there */
	if (!scan_take_number(scan, 1, 4, &minutes))
		return false;
	f->offset_s = minutes * (is_west ? -60 : 60);
	f->has_offset = true;
	return true;
}

static bool take_specifier(struct date_scan *scan, char c, struct fields *f)
{
	switch (c) {
	case 'Y': return scan_take_number(scan, 4, 4, &f->year);
	case 'm': return scan_take_number(scan, 1, 2, &f->month);
	case 'd': return scan_take_number(scan, 1, 2, &f->day);
	case 'j': return scan_take_number(scan, 1, 3, &f->day_of_year);
	case 'G': return scan_take_number(scan, 1, 4, &f->iso_year);
	case 'V': return scan_take_number(scan, 1, 2, &f->iso_week);
	case 'u': return scan_take_number(scan, 1, 1, &f->iso_weekday);
	case 'H': return scan_take_number(scan, 1, 2, &f->hour);
	case 'M': return scan_take_number(scan, 1, 2, &f->minute);
	case 'S': return scan_take_number(scan, 1, 2, &f->second);
	case 'L': return take_ms(scan, &f->ms);
	case 'b':
	case 'B': return take_month_name(scan, &f->month);
	case 'z': return take_zone(scan, f);
	case 'Z': return take_minutes(scan, f);
	default: return scan_take(scan, c); /* %% */
	}
}

static bool take_fields(struct str s, struct str format, struct fields *f, const char **ret_why)
{
	struct date_scan scan = { .rest = s };

	for (size_t i = 0; i < format.len; i++) {
		char c = format.data[i];

		if (c != '%') {
			*ret_why = scan.rest.len == 0 ? "Data missing" : "Format literal not found";
			if (!scan_take(&scan, c))
				return false;
			continue;
		}
		*ret_why = scan.rest.len == 0 ? "Data missing"
		                              : "the text does not match the format";
		if (!take_specifier(&scan, format.data[++i], f))
			return false;
	}
	*ret_why = "Trailing data";
	return scan.rest.len == 0;
}

/* By week, by day of the year, or by month and day; the ways do not mix. */
static bool set_day(const struct fields *f, struct date_parts *ret, const char **ret_why)
{
	bool is_iso = f->iso_year >= 0 || f->iso_week >= 0 || f->iso_weekday >= 0;
	bool is_natural = f->year >= 0 || f->month >= 0 || f->day >= 0 || f->day_of_year >= 0;
	int64_t days;

	*ret_why = "Mixing of ISO dates with natural dates is not allowed";
	if (is_iso && is_natural)
		return false;
	*ret_why = "The parsed date was invalid";
	if (is_iso) {
		if (f->iso_year < 0 || f->iso_week == 0 || f->iso_week > 53 ||
		    f->iso_weekday == 0 || f->iso_weekday > 7)
			return false;
		days = calendar_iso_days(f->iso_year, f->iso_week < 0 ? 1 : f->iso_week,
		                         f->iso_weekday < 0 ? 1 : f->iso_weekday);
		*ret = date_split(days * DATE_MS_PER_DAY);
		return true;
	}
	if (f->day_of_year >= 0 && f->year >= 0 && f->month < 0 && f->day < 0) {
		*ret = date_split(date_days(f->year, 1, f->day_of_year) * DATE_MS_PER_DAY);
		return f->day_of_year >= 1 && ret->year == f->year;
	}
	*ret_why = "an incomplete date/time string has been found, with elements missing";
	if (f->year < 0 || f->month < 0 || f->day < 0)
		return false;
	*ret_why = "The parsed date was invalid";
	*ret = (struct date_parts){ .year = f->year, .month = f->month, .day = f->day };
	return f->month >= 1 && f->month <= 12 && f->day >= 1 &&
	       f->day <= calendar_days_in_month(f->year, f->month);
}

bool date_text_parse_format(struct str s, struct str format, struct date_text *ret,
                            const char **ret_why)
{
	struct fields f = {
		.year = -1,
		.month = -1,
		.day = -1,
		.day_of_year = -1,
		.iso_year = -1,
		.iso_week = -1,
		.iso_weekday = -1,
	};
	struct date_parts parts;

	if (!take_fields(s, format, &f, ret_why) || !set_day(&f, &parts, ret_why))
		return false;
	*ret_why = "The parsed time was invalid";
	if (f.hour > 23 || f.minute > 59 || f.second > 59)
		return false;
	parts.hour = f.hour;
	parts.minute = f.minute;
	parts.second = f.second;
	parts.ms = f.ms;
	*ret = (struct date_text){ parts, f.offset_s, f.has_offset };
	return true;
}
