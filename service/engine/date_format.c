/* Dates after a format with % specifiers: what a format may hold, and writing after one. */
#include "engine/calendar.h"
#include "engine/date_text.h"

#define PART_MAX 9999

static const char *const month_names[] = {
	"January", "February", "March",     "April",   "May",      "June",
	"July",    "August",   "September", "October", "November", "December",
};

int date_format_check(struct str format, enum date_format_use use, char *ret_char)
{
	const char *known = use == DATE_FORMAT_READ ? "bBdGHjLmMSuVYzZ%" : "bBdGHjLmMSwuUVYzZ%";

	for (size_t i = 0; i < format.len; i++) {
		if (format.data[i] != '%')
			continue;
		if (++i == format.len)
			return 18535;
		if (format.data[i] == '\0' || strchr(known, format.data[i]) == NULL) {
			*ret_char = format.data[i];
			return 18536;
		}
	}
	return 0;
}

/* A moment taken apart, once for all specifiers. */
struct written {
	char *to;
	struct date_parts parts;
	int64_t days;
	int32_t offset_s;
	int64_t *part; /* one that cannot be written */
};

static void put_text(struct written *w, const char *text, size_t len)
{
	memcpy(w->to, text, len);
	w->to += len;
}

static void put_part(struct written *w, int64_t part, int width)
{
	char digits[4];
	int n = 0;

	if (part < 0 || part > PART_MAX) {
		*w->part = part;
		return;
	}
	for (; part > 0 || n < width; part /= 10)
		digits[n++] = (char)('0' + part % 10);
	while (n > 0)
		*w->to++ = digits[--n];
}

static void put_offset(struct written *w)
{
	int minutes = (w->offset_s < 0 ? -w->offset_s : w->offset_s) / 60;

	*w->to++ = w->offset_s < 0 ? '-' : '+';
	put_part(w, minutes / 60, 2);
	put_part(w, minutes % 60, 2);
}

static void put_minutes(struct written *w)
{
	if (w->offset_s <= -60)
		*w->to++ = '-';
	put_part(w, (w->offset_s < 0 ? -w->offset_s : w->offset_s) / 60, 1);
}

static void put_specifier(struct written *w, char c)
{
	const struct date_parts *p = &w->parts;

	switch (c) {
	case 'Y': put_part(w, p->year, 4); break;
	case 'm': put_part(w, p->month, 2); break;
	case 'd': put_part(w, p->day, 2); break;
	case 'H': put_part(w, p->hour, 2); break;
	case 'M': put_part(w, p->minute, 2); break;
	case 'S': put_part(w, p->second, 2); break;
	case 'L': put_part(w, p->ms, 3); break;
	case 'j': put_part(w, calendar_day_of_year(p), 3); break;
	case 'w': put_part(w, date_weekday(w->days) + 1, 1); break;
	case 'U': put_part(w, calendar_week(p), 2); break;
	case 'G': put_part(w, calendar_iso_week(p).year, 4); break;
	case 'V': put_part(w, calendar_iso_week(p).week, 2); break;
	case 'u': put_part(w, calendar_iso_week(p).weekday, 1); break;
	case 'b': put_text(w, month_names[p->month - 1], 3); break;
	case 'B': put_text(w, month_names[p->month - 1], strlen(month_names[p->month - 1])); break;
	case 'z': put_offset(w); break;
	case 'Z': put_minutes(w); break;
	default: *w->to++ = c; break; /* %% */
	}
}

size_t date_format_write(char *to, struct str format, const struct zone *zone, int64_t ms,
                         int64_t *ret_part)
{
	struct written w = {
		.to = to,
		.parts = zone_split(zone, ms),
		.offset_s = zone_at(zone, ms).seconds,
		.part = ret_part,
	};

	w.days = date_days(w.parts.year, w.parts.month, w.parts.day);
	for (size_t i = 0; i < format.len; i++)
		if (format.data[i] == '%')
			put_specifier(&w, format.data[++i]);
		else
			*w.to++ = format.data[i];
	return (size_t)(w.to - to);
}
