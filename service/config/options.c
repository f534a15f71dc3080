/* Options: one row each, in tables by subject. */
#include "config/options.h"

#include "config/options_rows.h"

/* In the order of --help: a group stands in one of them. */
static const struct option *const tables[] = { options_requests, options_tasks };

const struct option *option_at(size_t i)
{
	for (size_t t = 0; t < ARRAY_LEN(tables); t++)
		for (const struct option *row = tables[t]; row->name != NULL; row++)
			if (i-- == 0)
				return row;
	return NULL;
}

const struct option *option_find(struct str name)
{
	const struct option *option;

	for (size_t i = 0; (option = option_at(i)) != NULL; i++)
		if (str_is(name, option->name))
			return option;
	return NULL;
}

const char *option_suggest(struct str name)
{
	const char *names[OPTIONS_MAX];
	const struct option *option;
	size_t n = 0;

	while (n < OPTIONS_MAX && (option = option_at(n)) != NULL)
		names[n++] = option->name;
	return str_suggest(name, names, n);
}
