/* The parts of reading a date that follows no format: what was found, and how a piece is taken. */
#ifndef ENGINE_DATE_SCAN_H
#define ENGINE_DATE_SCAN_H

#include "engine/date_text.h"

/* What was found so far. */
struct date_found {
	int64_t year;
	int month, day;
	int hour, minute, second, ms;
	int weekday; /* 0 is Sunday */
	int32_t offset_s;
	bool has_year, has_month, has_day, has_time, has_offset, has_weekday;
};

struct date_scan {
	struct str rest;
	struct date_found found;
};

/* A letter of the alphabet without accents, or a digit. */
bool scan_is_letter(char c);
bool scan_is_digit(char c);

/* The character i from here, or NUL behind the end. */
char scan_peek(const struct date_scan *scan, size_t i);

void scan_skip(struct date_scan *scan, size_t n);
void scan_skip_any(struct date_scan *scan, const char *chars);
bool scan_take(struct date_scan *scan, char c);

/* A whole word, whatever its case. */
bool scan_take_word(struct str *s, const char *word, size_t len);

/* Digits in a row, from the character given on. */
size_t scan_count_digits(const struct date_scan *scan, size_t from);

/* At least min and at most max digits, as many as there are. */
bool scan_take_number(struct date_scan *scan, size_t min, size_t max, int *ret);

/* hh:mm[:ss[.fraction]], 3pm; behind a T also hh, hhmm, hhmmss; "am" alone for a look ahead. */
bool scan_time(struct date_scan *scan);
bool scan_time_after_t(struct date_scan *scan);
bool scan_take_meridian(struct date_scan *scan, struct date_found *found);

/* A date that begins with so many digits, or with a month's name that was taken. */
bool scan_compact(struct date_scan *scan, size_t n_digits);
bool scan_year_first(struct date_scan *scan);
bool scan_american(struct date_scan *scan);
bool scan_day_first(struct date_scan *scan);
bool scan_day_and_month(struct date_scan *scan);
bool scan_month_first(struct date_scan *scan, int month);

/* false when there is a date already. */
bool date_found_set(struct date_found *found, int64_t year, int month, int day);
void date_found_set_days(struct date_found *found, int64_t days);

#endif
