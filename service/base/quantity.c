/* Sizes and durations as people write them. */
#include "base/quantity.h"

#include "base/num.h"

struct unit {
	const char *name;
	uint64_t factor;
};

static bool parse(struct str s, const struct unit *units, size_t n_units, uint64_t *ret)
{
	size_t n_digits = 0;
	uint64_t n;

	while (n_digits < s.len && s.data[n_digits] >= '0' && s.data[n_digits] <= '9')
		n_digits++;
	if (!num_parse_u64((struct str){ s.data, n_digits }, &n))
		return false;

	struct str unit = { s.data + n_digits, s.len - n_digits };
	for (size_t i = 0; i < n_units; i++)
		if (str_is(unit, units[i].name))
			return !__builtin_mul_overflow(n, units[i].factor, ret);
	return false;
}

bool quantity_parse_bytes(struct str s, uint64_t *ret)
{
	static const struct unit units[] = {
		{ "", 1 },
		{ "KiB", UINT64_C(1) << 10 },
		{ "MiB", UINT64_C(1) << 20 },
		{ "GiB", UINT64_C(1) << 30 },
	};

	return parse(s, units, ARRAY_LEN(units), ret);
}

bool quantity_parse_ms(struct str s, uint64_t *ret_ms)
{
	static const struct unit units[] = {
		{ "ms", 1 },
		{ "s", 1000 },
		{ "min", 60000 },
		{ "h", 3600000 },
	};

	if (str_is(s, "0")) {
		*ret_ms = 0;
		return true;
	}
	return parse(s, units, ARRAY_LEN(units), ret_ms);
}
