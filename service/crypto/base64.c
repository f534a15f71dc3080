/* Base64 with the usual alphabet and padding. */
#include "crypto/base64.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const void *data, size_t len, char *ret)
{
	const unsigned char *p = data;

	for (; len >= 3; p += 3, len -= 3) {
		uint32_t bits = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];

		for (int shift = 18; shift >= 0; shift -= 6)
			*ret++ = alphabet[bits >> shift & 63];
	}
	if (len > 0) {
		uint32_t bits = (uint32_t)p[0] << 16 | (len == 2 ? (uint32_t)p[1] << 8 : 0);

		*ret++ = alphabet[bits >> 18];
		*ret++ = alphabet[bits >> 12 & 63];
		*ret++ = len == 2 ? alphabet[bits >> 6 & 63] : '=';
		*ret++ = '=';
	}
	*ret = 0;
}

/* What a character stands for, or -1. */
static int bits_of(char c)
{
	const char *found = c == 0 ? NULL : strchr(alphabet, c);

	return found == NULL ? -1 : (int)(found - alphabet);
}

bool base64_decode(struct str text, unsigned char *ret, size_t *ret_len)
{
	size_t n_padding = 0, n = 0;

	if (text.len % 4 != 0)
		return false;
	while (n_padding < 2 && n_padding < text.len && text.data[text.len - n_padding - 1] == '=')
		n_padding++;

	uint32_t bits = 0;
	for (size_t i = 0; i < text.len - n_padding; i++) {
		int value = bits_of(text.data[i]);

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		if (i % 4 != 0)
			ret[n++] = (unsigned char)(bits >> (6 - 2 * (i % 4)));
	}
	/* Two characters hold a byte and 4 bits, three hold two bytes and 2 bits: these are zero. */
	if ((n_padding == 2 && (bits & 15) != 0) || (n_padding == 1 && (bits & 3) != 0))
		return false;
	*ret_len = n;
	return true;
}
