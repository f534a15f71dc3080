/* Code points of text that is known to be UTF-8; and text that may not be. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

static inline bool utf8_is_continuation(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

/* Bytes of the code point that begins with c. */
static inline size_t utf8_len(char c)
{
	unsigned char lead = (unsigned char)c;

	return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/* Code points in s. */
size_t utf8_count(struct str s);

/* Bytes of the first n code points of s; s.len when it has no more. */
size_t utf8_skip(struct str s, size_t n);

/* The code point at byte i of s; *ret_len is how many bytes it takes. */
uint32_t utf8_at(struct str s, size_t i, size_t *ret_len);

/* Is s UTF-8, whole and in its shortest form? */
bool utf8_is_valid(struct str s);

/*
 * Any bytes to UTF-8: each that is no part of a whole character becomes a question mark.  For text
 * that came from elsewhere or was cut anywhere.
 */
void utf8_mend(char *s, size_t len);

#endif
