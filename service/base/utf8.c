/* Code points, and what is none. */
#include "base/utf8.h"

size_t utf8_count(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += !utf8_is_continuation(s.data[i]);
	return n;
}

size_t utf8_skip(struct str s, size_t n)
{
	size_t i = 0;

	while (i < s.len && n > 0) {
		i += utf8_len(s.data[i]);
		n--;
	}
	return i < s.len ? i : s.len;
}

uint32_t utf8_at(struct str s, size_t i, size_t *ret_len)
{
	static const unsigned char lead_mask[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	size_t len = utf8_len(s.data[i]);
	uint32_t cp = (unsigned char)s.data[i] & lead_mask[len];

	if (len > s.len - i)
		len = s.len - i;
	for (size_t k = 1; k < len; k++)
		cp = cp << 6 | ((unsigned char)s.data[i + k] & 0x3F);
	*ret_len = len;
	return cp;
}

/* Bytes of the whole and shortest character at the start of s, or 0. */
static size_t whole_len(struct str s)
{
	/* The least code point that needs so many bytes. */
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char lead = (unsigned char)s.data[0];
	size_t len = utf8_len(s.data[0]), seen;

	if (lead < 0x80)
		return 1;
	if (lead < 0xC2 || lead > 0xF4 || len > s.len)
		return 0;
	for (size_t i = 1; i < len; i++)
		if (!utf8_is_continuation(s.data[i]))
			return 0;
	uint32_t cp = utf8_at(s, 0, &seen);
	bool is_surrogate = cp >= 0xD800 && cp <= 0xDFFF;
	return cp >= least[len] && cp <= 0x10FFFF && !is_surrogate ? len : 0;
}

bool utf8_is_valid(struct str s)
{
	while (s.len > 0) {
		size_t whole = whole_len(s);

		if (whole == 0)
			return false;
		s = (struct str){ s.data + whole, s.len - whole };
	}
	return true;
}

void utf8_mend(char *s, size_t len)
{
	size_t i = 0;

	while (i < len) {
		size_t whole = whole_len((struct str){ s + i, len - i });

		if (whole == 0)
			s[i] = '?';
		i += whole == 0 ? 1 : whole;
	}
}
