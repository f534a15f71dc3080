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
	struct date_parts parts;
	int64_t days;
	int32_t offset_s;
};

static bool put_part(struct buf *out, int64_t part, int width, int64_t *ret_part)
{
	if (part < 0 || part > PART_MAX) {
		*ret_part = part;
		return false;
	}
	buf_printf(out, "%0*d", width, (int)part);
	return true;
}

static void put_offset(struct buf *out, int32_t seconds)
{
	int minutes = (seconds < 0 ? -seconds : seconds) / 60;

	buf_printf(out, "%c%02d%02d", seconds < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

static bool put_specifier(struct buf *out, char c, const struct written *w, int64_t *ret_part)
{
	const struct date_parts *p = &w->parts;

	switch (c) {
	case 'Y': return put_part(out, p->year, 4, ret_part);
	case 'm': return put_part(out, p->month, 2, ret_part);
	case 'd': return put_part(out, p->day, 2, ret_part);
	case 'H': return put_part(out, p->hour, 2, ret_part);
	case 'M': return put_part(out, p->minute, 2, ret_part);
	case 'S': return put_part(out, p->second, 2, ret_part);
	case 'L': return put_part(out, p->ms, 3, ret_part);
	case 'j': return put_part(out, calendar_day_of_year(p), 3, ret_part);
	case 'w': return put_part(out, date_weekday(w->days) + 1, 1, ret_part);
	case 'U': return put_part(out, calendar_week(p), 2, ret_part);
	case 'G': return put_part(out, calendar_iso_week(p).year, 4, ret_part);
	case 'V': return put_part(out, calendar_iso_week(p).week, 2, ret_part);
	case 'u': return put_part(out, calendar_iso_week(p).weekday, 1, ret_part);
	case 'b': buf_printf(out, "%.3s", month_names[p->month - 1]); return true;
	case 'B': buf_append_cstr(out, month_names[p->month - 1]); return true;
	case 'z': put_offset(out, w->offset_s); return true;
	case 'Z': buf_printf(out, "%d", w->offset_s / 60); return true;
	default:  buf_append_char(out, c); return true;   /* %% */
	}
}

bool date_format_write(struct buf *out, struct str format, const struct zone *zone, int64_t ms,
                       int64_t *ret_part)
{
	struct written w = { .parts = zone_split(zone, ms), .offset_s = zone_at(zone, ms).seconds };

	w.days = date_days(w.parts.year, w.parts.month, w.parts.day);
	while (format.len > 0) {
		size_t n = str_find(format, '%');

		buf_append(out, format.data, n);
		if (n == format.len)
			break;
		if (!put_specifier(out, format.data[n + 1], &w, ret_part))
			return false;
		format = (struct str){ format.data + n + 2, format.len - n - 2 };
	}
	return true;
}
