/* W3C trace context. */
#include "obs/trace.h"

#include <string.h>

enum {
	TRACE_ID_AT = 3,
	PARENT_ID_AT = 36,
	FLAGS_AT = 53,
	TRACEPARENT_LEN = 55,
};

/* n lower-case hexadecimal digits, as the standard demands. */
static bool is_hex(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f')))
			return false;
	return true;
}

static bool is_zero(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] != '0')
			return false;
	return true;
}

bool trace_parse(struct str s, char ret_id[TRACE_ID_SIZE], char ret_flags[TRACE_FLAGS_SIZE])
{
	if (s.len < TRACEPARENT_LEN || s.data[2] != '-' || s.data[PARENT_ID_AT - 1] != '-' ||
	    s.data[FLAGS_AT - 1] != '-')
		return false;
	if (!is_hex(s.data, 2) || !is_hex(s.data + TRACE_ID_AT, 32) ||
	    !is_hex(s.data + PARENT_ID_AT, 16) || !is_hex(s.data + FLAGS_AT, 2))
		return false;
	/* Version ff is forbidden; later versions than 00 may say more after another dash. */
	if (memcmp(s.data, "ff", 2) == 0)
		return false;
	if (s.len > TRACEPARENT_LEN &&
	    (memcmp(s.data, "00", 2) == 0 || s.data[TRACEPARENT_LEN] != '-'))
		return false;
	if (is_zero(s.data + TRACE_ID_AT, 32) || is_zero(s.data + PARENT_ID_AT, 16))
		return false;
	memcpy(ret_id, s.data + TRACE_ID_AT, 32);
	ret_id[32] = 0;
	memcpy(ret_flags, s.data + FLAGS_AT, 2);
	ret_flags[2] = 0;
	return true;
}
