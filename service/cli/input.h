/*
 * Files as text for the document reader: mapped when that can be, read when not (a pipe), with
 * the padding behind them that the reader wants.
 */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include <stddef.h>

#include "base/err.h"
#include "doc/read.h"

struct input {
	char *text;
	size_t len;
	size_t n_mapped; /* bytes to unmap; 0: text is malloc'ed */
};

/* path NULL or "-": stdin.  ERR_NOT_FOUND when there is no such file, ERR_IO. */
int input_open(const char *path, struct input *ret, struct err *err) MUST_CHECK;

/* The text given on the command line itself. */
int input_copy(const char *text, struct input *ret, struct err *err) MUST_CHECK;

void input_close(struct input *in);

/* An array when the first byte that is not white space is [, else NDJSON. */
enum read_format input_format(const struct input *in);

#endif
