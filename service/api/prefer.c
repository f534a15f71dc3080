/* Prefer (RFC 7240). */
#include "api/prefer.h"

#include "base/macros.h"
#include "base/num.h"

/* One preference, without its parameters. */
static void take(struct prefer *prefer, struct str item)
{
	struct str text = str_trim((struct str){ item.data, str_find(item, ';') });
	size_t equals = str_find(text, '=');
	struct str name = str_trim((struct str){ text.data, equals });
	uint64_t seconds;

	if (str_eq_fold(name, STR("respond-async")))
		prefer->respond_async = true;
	if (!str_eq_fold(name, STR("wait")) || equals == text.len)
		return;
	struct str value = { text.data + equals + 1, text.len - equals - 1 };
	if (num_parse_u64(str_trim(value), &seconds))
		prefer->wait_s = (unsigned)MIN(seconds, (uint64_t)PREFER_WAIT_MAX_S);
}

struct prefer prefer_read(const struct request *req)
{
	struct prefer prefer = { 0 };
	struct str line;

	for (size_t n = 0; (line = request_header_nth(req, "Prefer", n)).data != NULL; n++) {
		while (line.len > 0) {
			size_t comma = str_find(line, ',');

			take(&prefer, (struct str){ line.data, comma });
			comma = MIN(comma + 1, line.len);
			line = (struct str){ line.data + comma, line.len - comma };
		}
	}
	return prefer;
}
