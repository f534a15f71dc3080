/* Options: from text to a value, and back. */
#include "config/options.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/quantity.h"
#include "config/config.h"

void option_format(const struct option *option, uint64_t n, char *ret, size_t size)
{
	if (option->type == OPTION_DURATION)
		quantity_format_ms(n, ret, size);
	else if (option->type == OPTION_COUNT)
		snprintf(ret, size, "%llu", (unsigned long long)n);
	else
		quantity_format_bytes(n, ret, size);
	if (option->type == OPTION_RATE)
		strncat(ret, "/s", size - strlen(ret) - 1);
}

/* "1KiB/s", or "0". */
static bool parse_rate(struct str text, uint64_t *ret)
{
	text = str_trim(text);
	if (str_ends_with(text, STR("/s")))
		text.len -= 2;
	else if (!str_is(text, "0"))
		return false;
	return quantity_parse_bytes(text, ret);
}

static bool parse_amount(const struct option *option, struct str text, uint64_t *ret)
{
	switch (option->type) {
	case OPTION_COUNT: return num_parse_u64(text, ret);
	case OPTION_SIZE: return quantity_parse_bytes(text, ret);
	case OPTION_RATE: return parse_rate(text, ret);
	default: return quantity_parse_ms(text, ret);
	}
}

static int set_amount(const struct option *option, const char *text, const char *where,
                      uint64_t *ret, struct err *err)
{
	static const char *const kinds[] = {
		[OPTION_COUNT] = "a whole number",
		[OPTION_SIZE] = "a size such as 64MiB",
		[OPTION_DURATION] = "a duration such as 30s (ms, s, min, h)",
		[OPTION_RATE] = "a rate such as 1KiB/s",
	};
	char min[QUANTITY_TEXT_SIZE], max[QUANTITY_TEXT_SIZE];
	uint64_t n;

	if (!parse_amount(option, str_from(text), &n))
		return err_set(err, ERR_INVALID, "%s: \"%.100s\" is not %s", where, text,
		               kinds[option->type]);
	if (n >= option->min && n <= option->max) {
		*ret = n;
		return 0;
	}
	option_format(option, option->min, min, sizeof min);
	option_format(option, option->max, max, sizeof max);
	return err_set(err, ERR_INVALID, "%s: \"%.100s\" is not between %s and %s", where, text,
	               min, max);
}

static int set_choice(const struct option *option, const char *text, const char *where,
                      unsigned *ret, struct err *err)
{
	struct buf names;
	unsigned n = 0;

	for (; option->choices[n] != NULL; n++) {
		if (strcmp(option->choices[n], text) == 0) {
			*ret = n;
			return 0;
		}
	}
	const char *meant = str_suggest(str_from(text), option->choices, n);
	if (meant != NULL && meant[0] != 0)
		return err_set(err, ERR_INVALID, "%s: there is no \"%.100s\"; did you mean \"%s\"?",
		               where, text, meant);
	buf_init(&names, 256);
	for (unsigned i = 0; i < n; i++)
		if (option->choices[i][0] != 0)
			buf_printf(&names, "%s%s", names.len == 0 ? "" : ", ", option->choices[i]);
	(void)err_set(err, ERR_INVALID, "%s: \"%.100s\" is none of %.*s", where, text,
	              (int)names.len, names.data);
	buf_deinit(&names);
	return ERR_INVALID;
}

static int set_flag(const char *text, const char *where, bool *ret, struct err *err)
{
	bool is_true = strcmp(text, "true") == 0;

	if (!is_true && strcmp(text, "false") != 0)
		return err_set(err, ERR_INVALID, "%s: \"%.100s\" is neither true nor false", where,
		               text);
	*ret = is_true;
	return 0;
}

/* One address: a host, which may be left out, and a port. */
static int check_address(const char *text, const char *where, struct err *err)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]*";
	const char *colon = strrchr(text, ':');
	struct str port = str_from(colon != NULL ? colon + 1 : text);
	uint64_t n;

	if (!num_parse_u64(port, &n) || n > UINT16_MAX || text[strspn(text, allowed)] != 0)
		return err_set(err, ERR_INVALID, "%s: \"%.100s\" is not HOST:PORT", where, text);
	return 0;
}

int option_set(const struct option *option, const char *text, const char *where,
               struct config *config, struct err *err)
{
	void *field = (char *)config + option->offset;

	switch (option->type) {
	case OPTION_ADDRESS:
		TRY(check_address(text, where, err));
		*(const char **)field = text;
		return 0;
	case OPTION_TEXT: *(const char **)field = text; return 0;
	case OPTION_CHOICE: return set_choice(option, text, where, field, err);
	case OPTION_FLAG: return set_flag(text, where, field, err);
	default: return set_amount(option, text, where, field, err);
	}
}
