/* Config: the options as --help and the manual show them. */
#include "config/config.h"

#include <string.h>

#include "base/quantity.h"
#include "config/options.h"

#define DOC_COLUMN 34

static void write_argument(const struct option *option, struct buf *ret)
{
	static const char *const names[] = {
		[OPTION_TEXT] = "TEXT", [OPTION_ADDRESS] = "HOST:PORT", [OPTION_COUNT] = "N",
		[OPTION_SIZE] = "SIZE", [OPTION_DURATION] = "TIME",     [OPTION_RATE] = "SIZE/s",
	};
	size_t start = ret->len;

	if (option->type == OPTION_FLAG)
		return;
	buf_append_char(ret, ' ');
	if (option->argument != NULL) {
		buf_append_cstr(ret, option->argument);
	} else if (option->type != OPTION_CHOICE) {
		buf_append_cstr(ret, names[option->type]);
	} else {
		for (size_t i = 0; option->choices[i] != NULL; i++)
			if (option->choices[i][0] != 0)
				buf_printf(ret, "%s%s", ret->len == start + 1 ? "" : "|",
				           option->choices[i]);
	}
}

static void write_option(const struct option *option, struct buf *ret)
{
	size_t start = ret->len;

	buf_printf(ret, "  --%s", option->name);
	write_argument(option, ret);
	if (ret->len - start + 2 > DOC_COLUMN)
		buf_printf(ret, "\n%*s", DOC_COLUMN, "");
	else
		buf_printf(ret, "%*s", (int)(DOC_COLUMN - (ret->len - start)), "");
	buf_append_cstr(ret, option->doc);
	if (option->value[0] != 0 && option->type != OPTION_FLAG)
		buf_printf(ret, " [%s]", option->value);
	buf_append_char(ret, '\n');
}

void config_write_help(struct buf *ret)
{
	const struct option *option;
	const char *group = "";

	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		if (strcmp(group, option->group) != 0) {
			group = option->group;
			buf_printf(ret, "\n%s\n", group);
		}
		write_option(option, ret);
	}
	buf_append_cstr(ret,
	                "\nEach is an environment variable too (DOCMILL_MAX_BODY), and a line in the"
	                " file that\n--config names (max-body = 64MiB).  A flag wins over the"
	                " environment, which wins over\nthe file.  SIZE takes KiB, MiB, GiB;"
	                " TIME takes ms, s, min, h.\n");
}

static void write_range(const struct option *option, struct buf *ret)
{
	char min[QUANTITY_TEXT_SIZE], max[QUANTITY_TEXT_SIZE];

	if (option->max == 0) { /* no amount */
		write_argument(option, ret);
		return;
	}
	option_format(option, option->min, min, sizeof min);
	option_format(option, option->max, max, sizeof max);
	buf_printf(ret, " %s to %s", min, max);
}

void config_write_markdown(struct buf *ret)
{
	const struct option *option;

	buf_append_cstr(ret,
	                "| option | environment | values | default | |\n|---|---|---|---|---|\n");
	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		buf_printf(ret, "| `--%s` | `DOCMILL_", option->name);
		for (const char *p = option->name; *p != 0; p++)
			buf_append_char(ret, (char)(*p == '-' ? '_' : *p - 'a' + 'A'));
		buf_append_cstr(ret, "` |");
		size_t start = ret->len;
		write_range(option, ret);
		/* A bar would end the cell. */
		for (size_t at = start; at < ret->len; at++)
			if (ret->data[at] == '|')
				ret->data[at] = ',';
		buf_printf(ret, " | %s%s%s | %s |\n", option->value[0] != 0 ? "`" : "",
		           option->value, option->value[0] != 0 ? "`" : "", option->doc);
	}
}
