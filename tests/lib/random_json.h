/* Random JSON: arrays of objects with all that the grammar allows, and damage to them. */
#ifndef TESTS_LIB_RANDOM_JSON_H
#define TESTS_LIB_RANDOM_JSON_H

#include <string.h>

#include "base/buf.h"
#include "tests/lib/random.h"

static inline void random_space(struct random *r, struct buf *out)
{
	static const char *const spaces[] = { " ", "\n", "\t", "\r\n", "   " };

	if (random_below(r, 12) == 0)
		buf_append_cstr(out, spaces[random_below(r, ARRAY_LEN(spaces))]);
}

static inline void random_string(struct random *r, struct buf *out)
{
	static const char *const parts[] = {
		"a",
		"b",
		"word",
		" ",
		"{",
		"}",
		"[",
		"]",
		":",
		",",
		"\\\"",
		"\\\\",
		"\\/",
		"\\n",
		"\\u0041",
		"\\ud83d\\ude00",
		"\\u00e9",
		"\xc3\xa9",
		"\xe2\x82\xac",
		"\xf0\x9f\x98\x80",
		"0123456789012345678901234567890123456789012345678901234567890123456789",
	};

	buf_append_char(out, '"');
	for (size_t n = random_below(r, 6); n > 0; n--)
		buf_append_cstr(out, parts[random_below(r, ARRAY_LEN(parts))]);
	buf_append_char(out, '"');
}

static inline void random_key(struct random *r, struct buf *out)
{
	static const char *const keys[] = {
		"\"a\"",        "\"b\"",       "\"c\"", "\"_id\"",
		"\"name\"",     "\"\\u0061\"", "\"\"",  "\"a key of more than sixteen bytes\"",
		"\"\xc3\xa9\"",
	};

	if (random_below(r, 20) == 0)
		random_string(r, out);
	else
		buf_append_cstr(out, keys[random_below(r, ARRAY_LEN(keys))]);
}

static inline void random_value(struct random *r, struct buf *out, unsigned depth);

static inline void random_object(struct random *r, struct buf *out, unsigned depth)
{
	buf_append_char(out, '{');
	for (size_t i = 0, n = random_below(r, 7); i < n; i++) {
		if (i > 0)
			buf_append_char(out, ',');
		random_space(r, out);
		random_key(r, out);
		random_space(r, out);
		buf_append_char(out, ':');
		random_value(r, out, depth);
	}
	random_space(r, out);
	buf_append_char(out, '}');
}

static inline void random_array(struct random *r, struct buf *out, unsigned depth)
{
	buf_append_char(out, '[');
	for (size_t i = 0, n = random_below(r, 5); i < n; i++) {
		if (i > 0)
			buf_append_char(out, ',');
		random_value(r, out, depth);
	}
	random_space(r, out);
	buf_append_char(out, ']');
}

static inline void random_value(struct random *r, struct buf *out, unsigned depth)
{
	static const char *const scalars[] = {
		"0",
		"-0",
		"1",
		"-12",
		"1234567",
		"12345678",
		"123456789012345678",
		"0.5",
		"-1.25",
		"3.141592653589793",
		"1e5",
		"1E-7",
		"-2.5e+10",
		"12345678901234567890.123456789e300",
		"true",
		"false",
		"null",
	};

	random_space(r, out);
	switch (depth == 0 ? 2 : random_below(r, 5)) {
	case 0: random_object(r, out, depth - 1); break;
	case 1: random_array(r, out, depth - 1); break;
	case 2: random_string(r, out); break;
	default: buf_append_cstr(out, scalars[random_below(r, ARRAY_LEN(scalars))]); break;
	}
	random_space(r, out);
}

static inline void random_documents(struct random *r, struct buf *out)
{
	buf_append_char(out, '[');
	for (size_t i = 0, n = random_below(r, 8); i < n; i++) {
		if (i > 0)
			buf_append_char(out, ',');
		random_space(r, out);
		random_object(r, out, 3);
		random_space(r, out);
	}
	buf_append_char(out, ']');
}

/* A byte changed, removed, doubled or put in, of those that matter. */
static inline void random_damage(struct random *r, struct buf *b)
{
	static const char bytes[] =
		"{}[]:,\"\\ \n\t0-.eEtfnu\x01\x1f\x0c\x1a\x7f\x80\xbf\xc3\xe2\xed\xf0\xff";
	size_t at = random_below(r, b->len);
	char c = bytes[random_below(r, sizeof bytes - 1)];

	switch (random_below(r, 4)) {
	case 0: b->data[at] = c; break;
	case 1:
		memmove(b->data + at, b->data + at + 1, b->len - at - 1);
		b->len--;
		break;
	case 2: b->len = at; break;
	default:
		buf_append_char(b, c);
		memmove(b->data + at + 1, b->data + at, b->len - at - 1);
		b->data[at] = c;
		break;
	}
}

#endif
