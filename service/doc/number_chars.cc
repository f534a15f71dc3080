/* libstdc++'s std::from_chars and std::to_chars: exact, and faster than strtod and snprintf. */
#include "doc/number_chars.h"

#include <charconv>
#include <cmath>
#include <limits>

bool number_chars_parse(const char *text, size_t len, double *ret)
{
	double d = 0;
	auto [end, error] = std::from_chars(text, text + len, d);

	if (end != text + len || error == std::errc::invalid_argument)
		return false;
	if (error == std::errc::result_out_of_range) {
		/* The standard leaves d alone: a negative exponent went to zero, another to infinity. */
		bool is_tiny = false;
		bool is_zero = true;
		long scale = 0;
		bool seen_point = false;

		for (size_t i = 0; i < len; i++) {
			char c = text[i];

			if (c == 'e' || c == 'E') {
				is_tiny = text[i + 1] == '-';
				break;
			}
			if (c == '.')
				seen_point = true;
			else if (c >= '1' && c <= '9')
				is_zero = false;
			else if (c == '0' && is_zero && seen_point)
				scale--;
		}
		if (scale < -300)
			is_tiny = true;
		d = is_tiny ? 0.0 : std::numeric_limits<double>::infinity();
		d = text[0] == '-' ? -d : d;
	}
	*ret = d;
	return true;
}

size_t number_chars_format(double d, char *ret)
{
	return static_cast<size_t>(
		std::to_chars(ret, ret + 32, d, std::chars_format::scientific).ptr - ret);
}
