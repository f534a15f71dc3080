/*
 * Dates as people write them: "2024-02-29T23:59:58.123Z", "July 4th, 2017 11am", "29.2.2024",
 * or after a format with % specifiers; and dates written after one.
 *
 * Reading gives what the text says, still without a zone unless the text has one.  It is checked:
 * months have so many days, an hour 60 minutes; what the text leaves out of the time is 0.
 */
#ifndef ENGINE_DATE_TEXT_H
#define ENGINE_DATE_TEXT_H

#include "engine/zone.h"

struct date_text {
	struct date_parts parts;
	int32_t offset_s; /* east of UTC */
	bool has_offset;
};

/* Any of the usual ways; false: *ret_why says what is wrong with it (a static string). */
bool date_text_parse(struct str s, struct date_text *ret, const char **ret_why);

/* After a format that date_format_check() let through. */
bool date_text_parse_format(struct str s, struct str format, struct date_text *ret,
                            const char **ret_why);

/* The moment: in the text's own zone, or else in that of the operator. */
int64_t date_text_moment(const struct date_text *text, const struct zone *zone);

/* A zone as part of a text: Z, UTC, EST, +01:00, GMT+2; takes it off s. */
bool date_text_take_zone(struct str *s, int32_t *ret_s);

/* Number of a name, long or of three letters, taken off s; or 0. */
int date_text_take_name(struct str *s, const char *const *names, int n);
int date_text_take_month(struct str *s);

#define DATE_FORMAT_ISO "%Y-%m-%dT%H:%M:%S.%LZ"
#define DATE_FORMAT_LOCAL "%Y-%m-%dT%H:%M:%S.%L"

enum date_format_use { DATE_FORMAT_READ, DATE_FORMAT_WRITE };

/* 0, or MongoDB's code 18535 (a lone % at the end) or 18536 (*ret_char is no specifier). */
int date_format_check(struct str format, enum date_format_use use, char *ret_char);

/* A format never grows by more than this when it is written. */
#define DATE_FORMAT_GROWTH 5

/*
 * Write a moment after a format that was checked: returns its length, at most format.len times
 * DATE_FORMAT_GROWTH.  A part outside 0 to 9999 is not written, and is what *ret_part then is.
 */
size_t date_format_write(char *to, struct str format, const struct zone *zone, int64_t ms,
                         int64_t *ret_part);

#endif
