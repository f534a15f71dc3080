/* Days in free form: 2017-07-04, 7/4/17, 4.7.2017, July 4th, 2017, 2017-W27-2 and their kin. */
#include "engine/calendar.h"
#include "engine/date_scan.h"

bool date_found_set(struct date_found *f, int64_t year, int month, int day)
{
	if (f->has_year || f->has_month || f->has_day)
		return false;
	f->year = year;
	f->month = month;
	f->day = day;
	f->has_year = f->has_month = f->has_day = true;
	return true;
}

void date_found_set_days(struct date_found *f, int64_t days)
{
	struct date_parts parts = date_split(days * DATE_MS_PER_DAY);

	f->year = parts.year;
	f->month = parts.month;
	f->day = parts.day;
}

/* Behind a year of four digits: a week (2017-W06-3, 2017W063). */
static bool scan_iso_week(struct date_scan *scan, int year, bool has_dash)
{
	int week, weekday = 1;

	if (!scan_take_number(scan, 2, 2, &week) || !date_found_set(&scan->found, year, 1, 1))
		return false;
	if (has_dash && scan_peek(scan, 0) == '-' && scan_is_digit(scan_peek(scan, 1)))
		scan_skip(scan, 1);
	if (scan_is_digit(scan_peek(scan, 0)) && !scan_take_number(scan, 1, 1, &weekday))
		return false;
	if (week < 1 || week > 53 || weekday < 1 || weekday > 7)
		return false;
	date_found_set_days(&scan->found, calendar_iso_days(year, week, weekday));
	return true;
}

/* Two digits of a year are of the years from 1970 to 2069. */
static int64_t full_year(int year, size_t n_digits)
{
	return n_digits > 2 ? year : year < 70 ? year + 2000 : year + 1900;
}

/* yyyy-mm-dd, yyyy-mm, yyyy-ddd, yyyy-Mon-dd, yyyy/mm/dd, yyyyWww. */
bool scan_year_first(struct date_scan *scan)
{
	struct date_found *f = &scan->found;
	int year, month, day = 1;

	if (!scan_take_number(scan, 4, 4, &year))
		return false;
	if (scan_take(scan, 'W'))
		return scan_iso_week(scan, year, false);
	char separator = scan_peek(scan, 0);
	scan_skip(scan, 1);
	if (separator == '-' && scan_take(scan, 'W'))
		return scan_iso_week(scan, year, true);
	if (separator == '-' && scan_count_digits(scan, 0) == 3) {
		if (!scan_take_number(scan, 3, 3, &day) || !date_found_set(f, year, 1, 1))
			return false;
		date_found_set_days(f, date_days(year, 1, day));
		return day >= 1 && f->year == year;
	}
	if (scan_is_letter(scan_peek(scan, 0)))
		month = date_text_take_month(&scan->rest);
	else if (!scan_take_number(scan, 1, 2, &month))
		return false;
	if (month == 0 || (separator == '/' && scan_peek(scan, 0) != '/'))
		return false;
	if (scan_peek(scan, 0) == separator && scan_is_digit(scan_peek(scan, 1))) {
		scan_skip(scan, 1);
		if (!scan_take_number(scan, 1, 2, &day))
			return false;
	}
	return date_found_set(f, year, month, day);
}

/* m/d, m/d/yy, m/d/yyyy. */
bool scan_american(struct date_scan *scan)
{
	struct date_found *f = &scan->found;
	int month, day, year;

	if (!scan_take_number(scan, 1, 2, &month) || !scan_take(scan, '/') ||
	    !scan_take_number(scan, 1, 2, &day))
		return false;
	if (!scan_take(scan, '/')) {
		if (f->has_month || f->has_day)
			return false;
		f->month = month;
		f->day = day;
		f->has_month = f->has_day = true;
		return true;
	}
	size_t n = scan_count_digits(scan, 0);
	return scan_take_number(scan, 2, 4, &year) && n != 3 &&
	       date_found_set(f, full_year(year, n), month, day);
}

/* d-m-yyyy, d.m.yyyy, d.m.yy, d-Mon-yyyy. */
bool scan_day_first(struct date_scan *scan)
{
	struct date_found *f = &scan->found;
	char separator;
	int day, month, year;

	if (!scan_take_number(scan, 1, 2, &day))
		return false;
	separator = scan_peek(scan, 0);
	scan_skip(scan, 1);
	if (scan_is_letter(scan_peek(scan, 0)))
		month = date_text_take_month(&scan->rest);
	else if (!scan_take_number(scan, 1, 2, &month))
		return false;
	size_t n = scan_count_digits(scan, 1);
	if (month == 0 || !scan_take(scan, separator) || (n != 2 && n != 4))
		return false;
	return scan_take_number(scan, 2, 4, &year) &&
	       date_found_set(f, full_year(year, n), month, day);
}

static void skip_ordinal(struct date_scan *scan)
{
	static const char *const suffixes[] = { "st", "nd", "rd", "th" };

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (scan_take_word(&scan->rest, suffixes[i], 2))
			return;
}

/* A year behind a month's name; a time may stand there too. */
static void scan_year_after(struct date_scan *scan)
{
	struct date_scan ahead = *scan;
	int year;

	scan_skip_any(&ahead, " \t,.-");
	if (scan_count_digits(&ahead, 0) != 4 || scan_peek(&ahead, 4) == ':' ||
	    !scan_take_number(&ahead, 4, 4, &year))
		return;
	ahead.found.year = year;
	ahead.found.has_year = true;
	*scan = ahead;
}

/* July 4th, 2017; July 4; July 2017. */
bool scan_month_first(struct date_scan *scan, int month)
{
	struct date_found *f = &scan->found;
	struct date_scan ahead = *scan;

	if (f->has_month)
		return false;
	f->month = month;
	f->has_month = true;
	scan_skip_any(&ahead, " \t.-");
	size_t n = scan_count_digits(&ahead, 0);
	if ((n == 1 || n == 2) && scan_peek(&ahead, n) != ':') {
		ahead.found = *f;
		if (ahead.found.has_day || !scan_take_number(&ahead, 1, 2, &ahead.found.day))
			return false;
		ahead.found.has_day = true;
		skip_ordinal(&ahead);
		*scan = ahead;
	}
	scan_year_after(scan);
	if (f->has_year && !f->has_day) {
		f->day = 1;
		f->has_day = true;
	}
	return true;
}

/* 4 July 2017, 4th of July. */
bool scan_day_and_month(struct date_scan *scan)
{
	struct date_found *f = &scan->found;
	int day, month;

	if (f->has_day || f->has_month || !scan_take_number(scan, 1, 2, &day))
		return false;
	skip_ordinal(scan);
	scan_skip_any(scan, " \t.-");
	(void)scan_take_word(&scan->rest, "of", 2); /* it may be there */
	scan_skip_any(scan, " \t");
	month = date_text_take_month(&scan->rest);
	if (month == 0)
		return false;
	f->day = day;
	f->month = month;
	f->has_day = f->has_month = true;
	scan_year_after(scan);
	return true;
}

/* yyyymmdd, yyyymmddhhmmss. */
bool scan_compact(struct date_scan *scan, size_t n_digits)
{
	struct date_found *f = &scan->found;
	int year, month, day;

	if (!scan_take_number(scan, 4, 4, &year) || !scan_take_number(scan, 2, 2, &month) ||
	    !scan_take_number(scan, 2, 2, &day) || !date_found_set(f, year, month, day))
		return false;
	return n_digits == 8 || scan_time_after_t(scan);
}
