/*
 * Commands: the subcommands of the program, one file each.
 *
 * A command gets its own arguments, without the program's name and its own, and returns the exit
 * code: 0 or one of <sysexits.h>.  It writes results to stdout, and to stderr one line for a person
 * when it fails.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *doc; /* one line of the program's help */
};

int serve_run(int argc, char **argv);
int run_run(int argc, char **argv);
int check_run(int argc, char **argv);
int health_run(int argc, char **argv);
int key_run(int argc, char **argv);
int operators_run(int argc, char **argv);
int version_run(int argc, char **argv);

#endif
