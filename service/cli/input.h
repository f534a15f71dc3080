/*
 * Files as text for the document reader: mapped when that can be, read when not (a pipe), with
 * the padding behind them that the reader wants.
 */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "doc/read.h"

struct input {
	char *text;
	size_t len;
	size_t n_mapped; /* bytes to unmap; 0: text is malloc'ed */

	/* What comes in blocks: text holds n_read bytes, of which len are whole lines. */
	bool is_stream;
	int fd;
	size_t cap, n_read;
	bool is_ended;
};

/* path NULL or "-": stdin.  ERR_NOT_FOUND when there is no such file, ERR_IO. */
int input_open(const char *path, struct input *ret, struct err *err) MUST_CHECK;

/*
 * The same, but lines of NDJSON that are not in a file (a pipe) are not read to their end: they
 * come in blocks (is_stream, input_next()), unless a block holds all of them.  fd 0 stays open.
 */
int input_open_stream(struct input *ret, struct err *err) MUST_CHECK;

/* A run_source_fn of struct input. */
int input_next(void *input, struct str *ret_lines, struct err *err);

/* Forget pages of a large mapped file that have been read: they come back when they must. */
void input_drop(void *input, const char *text, size_t len);

/* The text given on the command line itself. */
int input_copy(const char *text, struct input *ret, struct err *err) MUST_CHECK;

void input_close(struct input *in);

/* An array when the first byte that is not white space is [, else NDJSON. */
enum read_format input_format(const struct input *in);

#endif
