/* docmill: picks the subcommand. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/macros.h"
#include "base/str.h"
#include "cli/command.h"

static const struct command commands[] = {
	{ "serve", serve_run, "answer HTTP requests" },
	{ "run", run_run, "run a pipeline over documents from a file or standard input" },
	{ "check", check_run, "compile a pipeline and print every problem with its place" },
	{ "health", health_run, "ask a running service whether it is ready" },
	{ "key", key_run, "make a key for callers of a service that asks for keys" },
	{ "operators", operators_run, "print every stage and operator that is implemented" },
	{ "version", version_run, "say what was built" },
};

static void print_usage(FILE *file)
{
	fprintf(file, "usage: docmill COMMAND [OPTION]...\n\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(file, "  %-10s %s\n", commands[i].name, commands[i].doc);
	fprintf(file, "\ndocmill COMMAND --help says more.\n");
}

static int help(void)
{
	print_usage(stdout);
	return fflush(stdout) == 0 ? 0 : EX_IOERR;
}

static int unknown_command(const char *name)
{
	const char *names[ARRAY_LEN(commands)];

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		names[i] = commands[i].name;
	const char *meant = str_suggest(str_from(name), names, ARRAY_LEN(names));
	fprintf(stderr, "docmill: there is no command \"%s\"", name);
	if (meant != NULL)
		fprintf(stderr, "; did you mean %s?", meant);
	fprintf(stderr, "\n");
	return EX_USAGE;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_usage(stderr);
		return EX_USAGE;
	}
	const char *name = argv[1];
	if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		return help();
	if (strcmp(name, "--version") == 0)
		name = "version";
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(argc - 2, argv + 2);
	return unknown_command(name);
}
