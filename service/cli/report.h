/* How subcommands speak of errors: one line for a person, or a problem document. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Print err on stderr.  command is "docmill run"; input names what offset, line and column of a
 * malformed text count in.  Returns the exit code that goes with it.
 */
int report_err(const char *command, const char *input, const struct err *err, bool is_json);

/* Wrong use of a command, with a hint at --help: exit code 64. */
int report_usage(const char *command, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The exit code of an error: 65 for data and pipelines, 74 for I/O, 70 for bugs … */
int report_exit_code(const struct err *err);

#endif
