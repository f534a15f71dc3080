/* Code points of text that is known to be UTF-8. */
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
