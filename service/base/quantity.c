/* Sizes and durations as people write them. */
#include "base/quantity.h"

#include <stdio.h>

#include "base/num.h"

struct unit {
	const char *name;
	uint64_t factor;
};

/* From large to small, so that formatting finds the largest that fits. */
static const struct unit byte_units[] = {
	{ "TiB", UINT64_C(1) << 40 },
	{ "GiB", UINT64_C(1) << 30 },
	{ "MiB", UINT64_C(1) << 20 },
	{ "KiB", UINT64_C(1) << 10 },
	{ "B", 1 },
	{ "", 1 },
	{ NULL, 0 },
};

static const struct unit ms_units[] = {
	{ "h", 3600000 }, { "min", 60000 }, { "s", 1000 }, { "ms", 1 }, { NULL, 0 },
};

static bool parse(struct str s, const struct unit *units, uint64_t *ret)
{
	size_t n_digits = 0;
	uint64_t n;

	while (n_digits < s.len && s.data[n_digits] >= '0' && s.data[n_digits] <= '9')
		n_digits++;
	if (!num_parse_u64((struct str){ s.data, n_digits }, &n))
		return false;

	struct str name = str_trim((struct str){ s.data + n_digits, s.len - n_digits });
	for (; units->name != NULL; units++)
		if (str_is(name, units->name))
			return !__builtin_mul_overflow(n, units->factor, ret);
	return false;
}

static void format(uint64_t n, const struct unit *units, char *ret, size_t size)
{
	while (units->factor > 1 && (n == 0 || n % units->factor != 0))
		units++;
	snprintf(ret, size, "%llu%s", (unsigned long long)(n / units->factor), units->name);
}

bool quantity_parse_bytes(struct str s, uint64_t *ret)
{
	return parse(s, byte_units, ret);
}

bool quantity_parse_ms(struct str s, uint64_t *ret_ms)
{
	if (str_is(s, "0")) {
		*ret_ms = 0;
		return true;
	}
	return parse(s, ms_units, ret_ms);
}

void quantity_format_bytes(uint64_t bytes, char *ret, size_t size)
{
	format(bytes, byte_units, ret, size);
}

void quantity_format_ms(uint64_t ms, char *ret, size_t size)
{
	format(ms, ms_units, ret, size);
}
