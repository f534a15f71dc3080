/* Log lines: formatting one, in JSON or text, without allocating. */
#include "obs/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/num.h"
#include "obs/log_ring.h"

/* Kept free at the end of a line for what closes it: a quote, a brace, a newline. */
#define TAIL_SIZE 4

static const char *const level_names[] = {
	[LOG_DEBUG] = "debug",
	[LOG_INFO] = "info",
	[LOG_WARNING] = "warning",
	[LOG_ERROR] = "error",
};

static size_t room(const struct log_line *line)
{
	return sizeof line->text - TAIL_SIZE - line->len;
}

/* All of s or nothing of it. */
static void put(struct log_line *line, const char *s, size_t len)
{
	if (len > room(line)) {
		line->is_cut = true;
		return;
	}
	memcpy(line->text + line->len, s, len);
	line->len += len;
}

/* Bytes of the UTF-8 sequence that s begins with; 0 when it is none. */
static size_t utf8_len(const unsigned char *s, size_t left)
{
	size_t n = s[0] < 0x80                   ? 1
	           : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
	           : (s[0] & 0xf0) == 0xe0       ? 3
	           : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
	                                         : 0;

	if (n == 0 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] >= 0x90))
		return 0;
	return n;
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* One character of a JSON string, escaped where it must be; returns the bytes of s it stands for. */
static size_t put_char(struct log_line *line, const unsigned char *s, size_t left)
{
	char escape[8];
	size_t n = utf8_len(s, left);

	if (n == 0) {
		put(line, "\\ufffd", 6);
		return 1;
	}
	if (s[0] == '"' || s[0] == '\\')
		put(line, (char[]){ '\\', (char)s[0] }, 2);
	else if (s[0] < 0x20 || s[0] == 0x7f)
		put(line, escape, (size_t)snprintf(escape, sizeof escape, "\\u%04x", s[0]));
	else
		put(line, (const char *)s, n);
	return n;
}

/* The bytes before the first that needs a closer look, as many as fit; returns how many. */
static size_t put_run(struct log_line *line, const unsigned char *s, size_t len)
{
	size_t n = 0, max = MIN(len, room(line));

	while (n < max && is_plain(s[n]))
		n++;
	put(line, (const char *)s, n);
	return n;
}

static void put_quoted(struct log_line *line, struct str value)
{
	const unsigned char *s = (const unsigned char *)value.data;

	if (room(line) < 2) {
		line->is_cut = true;
		return;
	}
	put(line, "\"", 1);
	size_t i = put_run(line, s, value.len);
	while (i < value.len && !line->is_cut) {
		i += put_char(line, s + i, value.len - i);
		i += put_run(line, s + i, value.len - i);
	}
	line->text[line->len++] = '"'; /* the tail has room for it */
}

static void put_key(struct log_line *line, const char *key)
{
	if (log_ring_format() == LOG_JSON) {
		put(line, ",\"", 2);
		put(line, key, strlen(key));
		put(line, "\":", 2);
	} else {
		put(line, " ", 1);
		put(line, key, strlen(key));
		put(line, "=", 1);
	}
}

static void put_time(struct log_line *line)
{
	char text[CLOCK_RFC3339_SIZE];

	clock_format_rfc3339(clock_wall_ms(), text, sizeof text);
	put(line, text, strlen(text));
}

void log_begin(struct log_line *line, enum log_level level, const char *message)
{
	line->len = 0;
	line->is_cut = false;
	line->is_off = !log_is_on(level);
	if (line->is_off)
		return;
	if (log_ring_format() == LOG_JSON) {
		put(line, "{\"time\":\"", 9);
		put_time(line);
		put(line, "\",\"level\":\"", 11);
		put(line, level_names[level], strlen(level_names[level]));
		put(line, "\",\"msg\":", 8);
		put_quoted(line, str_from(message));
		return;
	}
	put_time(line);
	put(line, " ", 1);
	put(line, level_names[level], strlen(level_names[level]));
	put(line, " ", 1);
	put(line, message, MIN(strlen(message), room(line)));
}

void log_str(struct log_line *line, const char *key, struct str value)
{
	if (line->is_off || line->is_cut)
		return;
	if (room(line) < strlen(key) + 8) {
		line->is_cut = true;
		return;
	}
	put_key(line, key);
	put_quoted(line, value);
}

/* A value that needs no quotes in either format. */
static void put_plain(struct log_line *line, const char *key, const char *value, size_t len)
{
	if (line->is_off || line->is_cut)
		return;
	if (room(line) < strlen(key) + len + 4) {
		line->is_cut = true;
		return;
	}
	put_key(line, key);
	put(line, value, len);
}

void log_int(struct log_line *line, const char *key, int64_t value)
{
	char text[NUM_TEXT_SIZE];

	put_plain(line, key, text, (size_t)(num_put_i64(text, value) - text));
}

void log_duration(struct log_line *line, const char *key, uint64_t ns)
{
	char text[NUM_TEXT_SIZE + 4];
	unsigned us = (unsigned)(ns / 1000 % 1000);
	char *to = num_put_u64(text, ns / 1000000);

	*to++ = '.';
	*to++ = (char)('0' + us / 100);
	*to++ = (char)('0' + us / 10 % 10);
	*to++ = (char)('0' + us % 10);
	put_plain(line, key, text, (size_t)(to - text));
}

void log_end(struct log_line *line)
{
	if (line->is_off)
		return;
	if (log_ring_format() == LOG_JSON)
		line->text[line->len++] = '}';
	line->text[line->len++] = '\n';
	log_ring_put(line->text, line->len);
}

void log_message(enum log_level level, const char *fmt, ...)
{
	struct log_line line;
	char text[512];
	va_list ap;

	if (!log_is_on(level))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	log_begin(&line, level, text);
	log_end(&line);
}
