/* Config: defaults, then the file, then the environment, then the arguments. */
#include "config/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "config/options.h"

#define ENVIRONMENT_PREFIX "DOCMILL_"
#define FILE_SIZE_MAX ((size_t)1 << 20)

static int unknown(const char *where, const char *prefix, const char *meant, struct err *err)
{
	if (meant != NULL)
		return err_set(err, ERR_INVALID, "%s: there is no such option; did you mean %s%s?",
		               where, prefix, meant);
	return err_set(err, ERR_INVALID, "%s: there is no such option", where);
}

static int set_defaults(struct config *config, struct err *err)
{
	const struct option *option;

	for (size_t i = 0; (option = option_at(i)) != NULL; i++)
		TRY(option_set(option, option->value, option->name, config, err));
	return 0;
}

/* --name value, --name=value; flags take no value unless after the equals sign. */
struct argument {
	struct str name;
	const char *value; /* NULL: none */
	int n_used;        /* arguments */
};

static int read_argument(int argc, char *const *argv, struct argument *ret,
                         const struct option **ret_option, struct err *err)
{
	const char *arg = argv[0];
	char where[OPTION_NAME_MAX + 64];

	if (strncmp(arg, "--", 2) != 0 || arg[2] == 0)
		return err_set(err, ERR_NOT_FOUND, "\"%.100s\" is not an option", arg);
	struct str name = str_from(arg + 2);
	name.len = str_find(name, '=');
	ret->name = name;
	ret->value = arg[2 + name.len] == '=' ? arg + 2 + name.len + 1 : NULL;
	ret->n_used = 1;
	*ret_option = option_find(name);
	if (*ret_option == NULL) {
		snprintf(where, sizeof where, "--%.*s", (int)MIN(name.len, (size_t)60), name.data);
		return unknown(where, "--", option_suggest(name), err);
	}
	if (ret->value != NULL)
		return 0;
	if ((*ret_option)->type == OPTION_FLAG) {
		ret->value = "true";
		return 0;
	}
	if (argc < 2)
		return err_set(err, ERR_NOT_FOUND, "%s needs a value", arg);
	ret->value = argv[1];
	ret->n_used = 2;
	return 0;
}

static int set_arguments(struct config *config, int argc, char *const *argv, struct err *err)
{
	for (int i = 0; i < argc;) {
		struct argument argument;
		const struct option *option;
		char where[OPTION_NAME_MAX + 4];

		TRY(read_argument(argc - i, argv + i, &argument, &option, err));
		snprintf(where, sizeof where, "--%s", option->name);
		TRY(option_set(option, argument.value, where, config, err));
		i += argument.n_used;
	}
	return 0;
}

/* MAX_BODY -> max-body; false when it is longer than any option. */
static bool name_of_variable(struct str variable, char ret[OPTION_NAME_MAX])
{
	if (variable.len >= OPTION_NAME_MAX)
		return false;
	for (size_t i = 0; i < variable.len; i++) {
		char c = variable.data[i];

		ret[i] = (char)(c == '_' ? '-' : c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : '?');
	}
	ret[variable.len] = 0;
	return true;
}

static int set_variable(struct config *config, const char *variable, struct err *err)
{
	struct str rest = str_from(variable + strlen(ENVIRONMENT_PREFIX));
	size_t name_len = str_find(rest, '=');
	char name[OPTION_NAME_MAX], where[OPTION_NAME_MAX + 16];

	if (name_len == rest.len || !name_of_variable((struct str){ rest.data, name_len }, name))
		return 0;
	snprintf(where, sizeof where, ENVIRONMENT_PREFIX "%.*s", (int)name_len, rest.data);
	const struct option *option = option_find(str_from(name));
	if (option != NULL)
		return option_set(option, rest.data + name_len + 1, where, config, err);
	const char *meant = option_suggest(str_from(name));
	return meant == NULL ? 0 : unknown(where, "the variable of --", meant, err);
}

static int set_environment(struct config *config, char *const *environment, struct err *err)
{
	for (; *environment != NULL; environment++)
		if (strncmp(*environment, ENVIRONMENT_PREFIX, strlen(ENVIRONMENT_PREFIX)) == 0)
			TRY(set_variable(config, *environment, err));
	return 0;
}

static void close_file(FILE **file)
{
	if (*file != NULL)
		fclose(*file);
}

static int read_file(struct config *config, struct err *err)
{
	CLEANUP(close_file) FILE *file = fopen(config->file, "re");

	if (file == NULL)
		return err_set(err, ERR_IO, "%s: %s", config->file, strerror(errno));
	config->file_text = malloc(FILE_SIZE_MAX + 1);
	if (config->file_text == NULL)
		return err_nomem(err, "the configuration file");
	size_t len = fread(config->file_text, 1, FILE_SIZE_MAX + 1, file);
	if (ferror(file))
		return err_set(err, ERR_IO, "%s: %s", config->file, strerror(errno));
	if (len > FILE_SIZE_MAX)
		return err_set(err, ERR_INVALID, "%s: larger than 1MiB", config->file);
	config->file_text[len] = 0;
	return 0;
}

/* "name = value", "# comment", or nothing; line is cut up in place. */
static int set_line(struct config *config, char *line, size_t line_number, struct err *err)
{
	struct str text = str_trim(str_from(line));
	char where[512];

	if (text.len == 0 || text.data[0] == '#')
		return 0;
	size_t equals = str_find(text, '=');
	struct str name = str_trim((struct str){ text.data, equals });
	snprintf(where, sizeof where, "%.300s:%zu: %.*s", config->file, line_number,
	         (int)MIN(name.len, (size_t)60), name.data);
	if (equals == text.len)
		return err_set(err, ERR_INVALID, "%s: is not \"name = value\"", where);
	const struct option *option = option_find(name);
	if (option == NULL)
		return unknown(where, "", option_suggest(name), err);
	if (str_is(name, "config"))
		return err_set(err, ERR_INVALID, "%s: a file cannot name another one", where);
	struct str value = str_trim((struct str){ text.data + equals + 1, text.len - equals - 1 });
	line[value.data + value.len - line] = 0;
	return option_set(option, value.data, where, config, err);
}

static int set_file(struct config *config, struct err *err)
{
	char *line, *rest;
	size_t line_number = 0;

	TRY(read_file(config, err));
	rest = config->file_text;
	while ((line = strsep(&rest, "\n")) != NULL)
		TRY(set_line(config, line, ++line_number, err));
	return 0;
}

int config_load(struct config *ret, int argc, char *const *argv, char *const *environment,
                struct err *err)
{
	*ret = (struct config){ 0 };
	TRY(set_defaults(ret, err));
	/* Once to learn of the file, and once more to win over it. */
	TRY(set_environment(ret, environment, err));
	TRY(set_arguments(ret, argc, argv, err));
	if (ret->file[0] == 0)
		return 0;
	TRY(set_file(ret, err));
	TRY(set_environment(ret, environment, err));
	return set_arguments(ret, argc, argv, err);
}

static bool is_loopback(const char *listen)
{
	return strncmp(listen, "127.", 4) == 0 || strncmp(listen, "localhost:", 10) == 0 ||
	       strncmp(listen, "[::1]:", 6) == 0;
}

int config_check(const struct config *config, struct err *err)
{
	if (config->auth == CONFIG_AUTH_UNSET && !is_loopback(config->listen))
		return err_set(
			err, ERR_INVALID,
			"--listen %s is open to others: say --auth keys, or --auth none if that is meant",
			config->listen);
	if (config->auth == CONFIG_AUTH_KEYS && config->keys_file[0] == 0)
		return err_set(err, ERR_INVALID, "--auth keys needs --keys-file FILE");
	if (config->auth != CONFIG_AUTH_KEYS && config->keys_file[0] != 0)
		return err_set(err, ERR_INVALID, "--keys-file is for --auth keys");
	return 0;
}

void config_deinit(struct config *config)
{
	free(config->file_text);
	config->file_text = NULL;
}
