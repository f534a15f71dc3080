/* Pieces of a date in free form: characters, words, times of day. */
#include "engine/date_scan.h"

bool scan_is_digit(char c)
{
	return (unsigned char)(c - '0') <= 9;
}

bool scan_is_letter(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

char scan_peek(const struct date_scan *scan, size_t i)
{
	return i < scan->rest.len ? scan->rest.data[i] : '\0';
}

void scan_skip(struct date_scan *scan, size_t n)
{
	scan->rest = (struct str){ scan->rest.data + n, scan->rest.len - n };
}

bool scan_take(struct date_scan *scan, char c)
{
	if (scan_peek(scan, 0) != c || scan->rest.len == 0)
		return false;
	scan_skip(scan, 1);
	return true;
}

void scan_skip_any(struct date_scan *scan, const char *chars)
{
	while (scan->rest.len > 0 && scan_peek(scan, 0) != '\0' &&
	       strchr(chars, scan_peek(scan, 0)) != NULL)
		scan_skip(scan, 1);
}

size_t scan_count_digits(const struct date_scan *scan, size_t from)
{
	size_t n = MIN(from, scan->rest.len);
	size_t start = n;

	while (n < scan->rest.len && scan_is_digit(scan->rest.data[n]))
		n++;
	return n - start;
}

bool scan_take_number(struct date_scan *scan, size_t min, size_t max, int *ret)
{
	size_t n = MIN(scan_count_digits(scan, 0), max);
	int number = 0;

	if (n < min)
		return false;
	for (size_t i = 0; i < n; i++)
		number = number * 10 + (scan->rest.data[i] - '0');
	scan_skip(scan, n);
	*ret = number;
	return true;
}

bool scan_take_word(struct str *s, const char *word, size_t len)
{
	if (s->len < len || !str_eq_fold((struct str){ s->data, len }, (struct str){ word, len }) ||
	    (s->len > len && scan_is_letter(s->data[len])))
		return false;
	*s = (struct str){ s->data + len, s->len - len };
	return true;
}

/* ---- times ---- */

/* .123 or ,123, cut to milliseconds; 0 when there is none. */
static int take_fraction(struct date_scan *scan)
{
	char c = scan_peek(scan, 0);
	size_t n = scan_count_digits(scan, 1);
	int ms = 0;

	if ((c != '.' && c != ',') || n == 0)
		return 0;
	for (size_t i = 1; i <= 3; i++)
		ms = ms * 10 + (i <= n ? scan->rest.data[i] - '0' : 0);
	scan_skip(scan, n + 1);
	return ms;
}

/* "am" or "p.m.": turns a 12-hour time into one of 24 hours. */
bool scan_take_meridian(struct date_scan *scan, struct date_found *found)
{
	struct date_scan ahead = *scan;

	scan_skip_any(&ahead, " \t");
	char c = (char)(scan_peek(&ahead, 0) | 0x20);
	if (c != 'a' && c != 'p')
		return false;
	scan_skip(&ahead, 1);
	bool has_dot = scan_take(&ahead, '.');
	if ((scan_peek(&ahead, 0) | 0x20) != 'm')
		return false;
	scan_skip(&ahead, 1);
	if ((has_dot && !scan_take(&ahead, '.')) || scan_is_letter(scan_peek(&ahead, 0)))
		return false;
	if (found->hour < 1 || found->hour > 12)
		found->hour = 99; /* 13pm: refused when the time is checked */
	else
		found->hour = found->hour % 12 + (c == 'p' ? 12 : 0);
	scan->rest = ahead.rest;
	return true;
}

bool scan_time(struct date_scan *scan)
{
	struct date_found *f = &scan->found;

	if (f->has_time || !scan_take_number(scan, 1, 2, &f->hour))
		return false;
	f->has_time = true;
	if (scan_take_meridian(scan, f))
		return true;
	if (!scan_take(scan, ':') || !scan_take_number(scan, 1, 2, &f->minute))
		return false;
	char c = scan_peek(scan, 0);
	if ((c == ':' || c == '.') && scan_is_digit(scan_peek(scan, 1))) {
		scan_skip(scan, 1);
		if (!scan_take_number(scan, 1, 2, &f->second))
			return false;
		f->ms = take_fraction(scan);
	}
	(void)scan_take_meridian(scan, f); /* it may be there */
	return true;
}

bool scan_time_after_t(struct date_scan *scan)
{
	struct date_found *f = &scan->found;
	size_t n = scan_count_digits(scan, 0);

	if (n <= 2 && scan_peek(scan, n) == ':')
		return scan_time(scan);
	if (f->has_time || (n != 2 && n != 4 && n != 6))
		return false;
	f->has_time = true;
	if (!scan_take_number(scan, 2, 2, &f->hour) ||
	    (n >= 4 && !scan_take_number(scan, 2, 2, &f->minute)) ||
	    (n >= 6 && !scan_take_number(scan, 2, 2, &f->second)))
		return false;
	if (n == 6)
		f->ms = take_fraction(scan);
	return true;
}
