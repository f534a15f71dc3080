/*
 * A JSON checker as plain as can be, byte by byte along the grammar of RFC 8259: what the fast one
 * is compared with.
 */
#ifndef TESTS_LIB_PLAIN_JSON_H
#define TESTS_LIB_PLAIN_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct plain_json {
	const unsigned char *at, *end;
	unsigned depth_max;
};

static inline int plain_peek(const struct plain_json *p)
{
	return p->at < p->end ? *p->at : -1;
}

static inline bool plain_take(struct plain_json *p, int c)
{
	if (plain_peek(p) != c)
		return false;
	p->at++;
	return true;
}

static inline void plain_space(struct plain_json *p)
{
	while (plain_peek(p) == ' ' || plain_peek(p) == '\n' || plain_peek(p) == '\r' ||
	       plain_peek(p) == '\t')
		p->at++;
}

static inline int plain_hex4(struct plain_json *p)
{
	int code = 0;

	for (int i = 0; i < 4; i++) {
		int c = plain_peek(p);

		if (c >= '0' && c <= '9')
			code = code * 16 + c - '0';
		else if (c >= 'a' && c <= 'f')
			code = code * 16 + c - 'a' + 10;
		else if (c >= 'A' && c <= 'F')
			code = code * 16 + c - 'A' + 10;
		else
			return -1;
		p->at++;
	}
	return code;
}

static inline bool plain_escape(struct plain_json *p)
{
	int c = plain_peek(p);

	if (c <= 0 || strchr("\"\\/bfnrtu", c) == NULL)
		return false;
	p->at++;
	if (c != 'u')
		return true;
	int code = plain_hex4(p);
	if (code < 0 || (code >= 0xdc00 && code < 0xe000))
		return false;
	if (code < 0xd800 || code >= 0xdc00)
		return true;
	if (!plain_take(p, '\\') || !plain_take(p, 'u'))
		return false;
	code = plain_hex4(p);
	return code >= 0xdc00 && code < 0xe000;
}

static inline bool plain_utf8(struct plain_json *p)
{
	int c = plain_peek(p);
	unsigned n = c < 0x80                ? 0
	             : c >= 0xc0 && c < 0xe0 ? 1
	             : c >= 0xe0 && c < 0xf0 ? 2
	             : c >= 0xf0 && c < 0xf8 ? 3
	                                     : 9;
	unsigned long code = n == 0 ? (unsigned)c : (unsigned)c & (0x3fu >> n);
	static const unsigned long least[] = { 0, 0x80, 0x800, 0x10000 };

	if (n > 3)
		return false;
	p->at++;
	for (unsigned i = 0; i < n; i++, p->at++) {
		if (plain_peek(p) < 0x80 || plain_peek(p) > 0xbf)
			return false;
		code = code << 6 | (*p->at & 0x3fu);
	}
	return code >= least[n] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

static inline bool plain_string(struct plain_json *p)
{
	if (!plain_take(p, '"'))
		return false;
	while (!plain_take(p, '"')) {
		if (plain_peek(p) < 0x20)
			return false;
		if (plain_take(p, '\\') ? !plain_escape(p) : !plain_utf8(p))
			return false;
	}
	return true;
}

static inline bool plain_digits(struct plain_json *p)
{
	const unsigned char *start = p->at;

	while (plain_peek(p) >= '0' && plain_peek(p) <= '9')
		p->at++;
	return p->at > start;
}

static inline bool plain_number(struct plain_json *p)
{
	(void)plain_take(p, '-');
	if (!plain_take(p, '0') && !plain_digits(p))
		return false;
	if (plain_take(p, '.') && !plain_digits(p))
		return false;
	if (plain_take(p, 'e') || plain_take(p, 'E')) {
		if (!plain_take(p, '+'))
			(void)plain_take(p, '-');
		return plain_digits(p);
	}
	return true;
}

static inline bool plain_word(struct plain_json *p, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(p->end - p->at) < len || memcmp(p->at, word, len) != 0)
		return false;
	p->at += len;
	return true;
}

static inline bool plain_value(struct plain_json *p, unsigned depth);

static inline bool plain_items(struct plain_json *p, unsigned depth, bool is_object)
{
	int close = is_object ? '}' : ']';

	p->at++;
	plain_space(p);
	if (depth > p->depth_max)
		return false;
	if (plain_take(p, close))
		return true;
	do {
		if (is_object) {
			plain_space(p);
			if (!plain_string(p))
				return false;
			plain_space(p);
			if (!plain_take(p, ':'))
				return false;
		}
		if (!plain_value(p, depth))
			return false;
	} while (plain_take(p, ','));
	return plain_take(p, close);
}

/* A value with the white space around it. */
static inline bool plain_value(struct plain_json *p, unsigned depth)
{
	bool is_good;

	plain_space(p);
	switch (plain_peek(p)) {
	case '{': is_good = plain_items(p, depth + 1, true); break;
	case '[': is_good = plain_items(p, depth + 1, false); break;
	case '"': is_good = plain_string(p); break;
	case 't': is_good = plain_word(p, "true"); break;
	case 'f': is_good = plain_word(p, "false"); break;
	case 'n': is_good = plain_word(p, "null"); break;
	default: is_good = plain_number(p); break;
	}
	plain_space(p);
	return is_good;
}

static inline bool plain_json_is_value(const char *text, size_t len, unsigned depth_max)
{
	const unsigned char *start = (const unsigned char *)text;
	struct plain_json p = { start, start + len, depth_max };

	return plain_value(&p, 0) && p.at == p.end;
}

/* Is it an array of objects?  The objects are level 1. */
static inline bool plain_json_is_documents(const char *text, size_t len, unsigned depth_max)
{
	const unsigned char *start = (const unsigned char *)text;
	struct plain_json p = { start, start + len, depth_max };

	plain_space(&p);
	if (!plain_take(&p, '['))
		return false;
	plain_space(&p);
	if (!plain_take(&p, ']')) {
		do {
			plain_space(&p);
			if (plain_peek(&p) != '{' || !plain_value(&p, 0))
				return false;
		} while (plain_take(&p, ','));
		if (!plain_take(&p, ']'))
			return false;
	}
	plain_space(&p);
	return p.at == p.end;
}

#endif
