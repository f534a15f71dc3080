/* Stepping over raw text that was checked when it was read. */
#include "doc/bytes16.h"
#include "doc/index.h"
#include "doc/raw.h"

#define BLOCK 16

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

const char *raw_skip_space(const char *p)
{
	while (is_space(*p))
		p++;
	return p;
}

/* The next quote or backslash, of which there is one before end. */
static inline const char *string_stop(const char *p, const char *end)
{
	for (; end - p >= BLOCK; p += BLOCK) {
		uint64_t stops = bytes16_equal(p, '"') | bytes16_equal(p, '\\');

		if (stops != 0)
			return p + __builtin_ctzll(stops);
	}
	while (*p != '"' && *p != '\\')
		p++;
	return p;
}

/* From the opening quote to the byte after the closing one. */
static inline const char *skip_string(const char *p, const char *end)
{
	p = string_stop(p + 1, end);
	while (*p == '\\')
		p = string_stop(p + 2, end);
	return p + 1;
}

const char *raw_skip_value(const char *p, const char *end)
{
	if (*p == '"')
		return skip_string(p, end);
	if (*p == '{' || *p == '[')
		return p + index_skip(index_isa_best(), p, (size_t)(end - p), 0);
	while (p < end && *p != ',' && *p != '}' && *p != ']' && !is_space(*p))
		p++;
	return p;
}
