/* Buf: a growing run of bytes for output. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define BUF_SIZE_MIN ((size_t)256)

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void buf_deinit(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ .max = b->max };
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->failed = BUF_OK;
}

char *buf_reserve_slow(struct buf *b, size_t n)
{
	if (b->failed != BUF_OK)
		return NULL;
	if (n > b->max - b->len) {
		b->failed = BUF_FULL;
		return NULL;
	}
	if (n <= b->cap - b->len && b->data != NULL)
		return b->data + b->len;
	size_t cap = MIN(MAX(b->cap, BUF_SIZE_MIN), b->max);
	while (cap < b->len + n)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	char *grown = realloc(b->data, cap);
	if (grown == NULL) {
		b->failed = BUF_NOMEM;
		return NULL;
	}
	b->data = grown;
	b->cap = cap;
	return b->data + b->len;
}

void buf_append_cstr(struct buf *b, const char *s)
{
	buf_append(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		return;

	char *to = buf_reserve(b, (size_t)len + 1);
	if (to == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(to, (size_t)len + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)len;
}

/* The letter after the backslash, 'u' for a code in hexadecimal, 0 for a byte that stands as it is. */
static char escape_of(unsigned char c)
{
	switch (c) {
	case '"':
	case '\\': return (char)c;
	case '\b': return 'b';
	case '\f': return 'f';
	case '\n': return 'n';
	case '\r': return 'r';
	case '\t': return 't';
	default: return c < 0x20 ? 'u' : 0;
	}
}

#define EACH_BYTE UINT64_C(0x0101010101010101)

/* Is one of eight bytes a quote, a backslash or a control character? */
static bool has_escape(const char *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof x);
	uint64_t quote = x ^ EACH_BYTE * '"', backslash = x ^ EACH_BYTE * '\\';

	return (((quote - EACH_BYTE) & ~quote) | ((backslash - EACH_BYTE) & ~backslash) |
	        ((x - EACH_BYTE * 0x20) & ~x)) &
	       EACH_BYTE * 0x80;
}

size_t buf_json_plain(struct str s)
{
	const char *p = s.data;
	size_t len = s.len, i = 0;

	while (len - i >= 8 && !has_escape(p + i))
		i += 8;
	if (len - i < 8 && len >= 8 && !has_escape(p + len - 8))
		return len;
	while (i < len && escape_of((unsigned char)p[i]) == 0)
		i++;
	return i;
}

void buf_append_json_string(struct buf *b, struct str s)
{
	size_t run = buf_json_plain(s);

	buf_append_char(b, '"');
	buf_append(b, s.data, run);
	while (UNLIKELY(run < s.len)) {
		unsigned char c = (unsigned char)s.data[run++];
		char escape = escape_of(c);

		buf_append_char(b, '\\');
		buf_append_char(b, escape);
		if (escape == 'u')
			buf_printf(b, "%04x", c);
		s = (struct str){ s.data + run, s.len - run };
		run = buf_json_plain(s);
		buf_append(b, s.data, run);
	}
	buf_append_char(b, '"');
}
