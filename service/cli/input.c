/* Files as text for the document reader. */
#include "cli/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_SIZE_MIN ((size_t)1 << 16)
#define BLOCK_SIZE ((size_t)4 << 20)
#define DROP_MIN ((size_t)64 << 20) /* a smaller file may stay in memory as a whole */

static int fail(struct err *err, const char *path)
{
	enum err_code code = errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;

	return err_set(err, code, "%s: %s", path == NULL ? "standard input" : path, strerror(errno));
}

/*
 * The mapping ends with the file's last page, which may end right behind the text; so the file is
 * mapped over the beginning of a larger anonymous mapping.
 */
static bool map_file(int fd, size_t len, struct input *ret)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t n_mapped = (len / page + 2) * page;
	char *text = mmap(NULL, n_mapped, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (text == MAP_FAILED)
		return false;
	if (mmap(text, len, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED) {
		munmap(text, n_mapped);
		return false;
	}
	(void)madvise(text, len, MADV_SEQUENTIAL); /* only a hint */
	*ret = (struct input){ .text = text, .len = len, .n_mapped = n_mapped };
	return true;
}

static int read_all(int fd, const char *path, struct input *ret, struct err *err)
{
	size_t cap = READ_SIZE_MIN, len = 0;
	char *text = malloc(cap + READ_PADDING);

	while (text != NULL) {
		ssize_t n = read(fd, text + len, cap - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			free(text);
			return fail(err, path);
		}
		if (n == 0) {
			memset(text + len, 0, READ_PADDING);
			*ret = (struct input){ .text = text, .len = len };
			return 0;
		}
		len += (size_t)n;
		if (len < cap)
			continue;
		cap *= 2;
		char *grown = realloc(text, cap + READ_PADDING);
		if (grown == NULL)
			free(text);
		text = grown;
	}
	return err_nomem(err, "the input");
}

int input_open(const char *path, struct input *ret, struct err *err)
{
	bool is_stdin = path == NULL || strcmp(path, "-") == 0;
	struct stat stat;
	int rc = 0;

	if (is_stdin)
		path = NULL;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(err, path);
	if (fstat(fd, &stat) != 0)
		rc = fail(err, path);
	else if (!S_ISREG(stat.st_mode) || stat.st_size == 0 || lseek(fd, 0, SEEK_CUR) != 0 ||
	         !map_file(fd, (size_t)stat.st_size, ret))
		rc = read_all(fd, path, ret, err);
	if (!is_stdin)
		close(fd);
	return rc;
}

/* ---- lines that come in blocks ---- */

/* Fill the buffer as far as the input goes. */
static int fill(struct input *in, struct err *err)
{
	while (!in->is_ended && in->n_read < in->cap) {
		ssize_t n = read(in->fd, in->text + in->n_read, in->cap - in->n_read);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(err, NULL);
		in->is_ended = n == 0;
		in->n_read += (size_t)n;
	}
	return 0;
}

static int grow(struct input *in, struct err *err)
{
	size_t cap = in->cap == 0 ? BLOCK_SIZE : in->cap * 2;
	char *text = realloc(in->text, cap + READ_PADDING);

	if (text == NULL)
		return err_nomem(err, "the input");
	in->text = text;
	in->cap = cap;
	return 0;
}

/* A line that is longer than a block makes the block grow. */
int input_next(void *arg, struct str *ret_lines, struct err *err)
{
	struct input *in = arg;
	const char *line_end = NULL;

	memmove(in->text, in->text + in->len, in->n_read - in->len);
	in->n_read -= in->len;
	in->len = 0;
	for (;;) {
		TRY(fill(in, err));
		if (in->n_read > 0)
			line_end = memrchr(in->text, '\n', in->n_read);
		if (line_end != NULL || in->is_ended)
			break;
		TRY(grow(in, err));
	}
	in->len = in->is_ended ? in->n_read : (size_t)(line_end + 1 - in->text);
	memset(in->text + in->n_read, 0, READ_PADDING);
	*ret_lines = (struct str){ in->text, in->len };
	return 0;
}

int input_open_stream(struct input *ret, struct err *err)
{
	struct stat stat;

	if (fstat(STDIN_FILENO, &stat) == 0 && S_ISREG(stat.st_mode))
		return input_open(NULL, ret, err);
	*ret = (struct input){ .fd = STDIN_FILENO };
	TRY(grow(ret, err));
	TRY(fill(ret, err));
	ret->len = ret->n_read;
	ret->is_stream = !ret->is_ended && input_format(ret) == READ_NDJSON;
	while (!ret->is_stream && !ret->is_ended) {
		TRY(grow(ret, err));
		TRY(fill(ret, err));
	}
	ret->len = ret->is_stream ? 0 : ret->n_read;
	memset(ret->text + ret->n_read, 0, READ_PADDING);
	return 0;
}

void input_drop(void *arg, const char *text, size_t len)
{
	const struct input *in = arg;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t first = ((size_t)(text - in->text) + page - 1) / page * page;
	size_t end = (size_t)(text - in->text + (ptrdiff_t)len) / page * page;

	if (in->n_mapped >= DROP_MIN && first < end)
		(void)madvise(in->text + first, end - first, MADV_DONTNEED); /* only a hint */
}

int input_copy(const char *text, struct input *ret, struct err *err)
{
	size_t len = strlen(text);
	char *copy = calloc(1, len + READ_PADDING);

	if (copy == NULL)
		return err_nomem(err, "the input");
	memcpy(copy, text, len);
	*ret = (struct input){ .text = copy, .len = len };
	return 0;
}

void input_close(struct input *in)
{
	if (in->n_mapped > 0)
		munmap(in->text, in->n_mapped);
	else
		free(in->text);
	*in = (struct input){ 0 };
}

enum read_format input_format(const struct input *in)
{
	size_t i = 0;

	while (i < in->len && strchr(" \t\r\n", in->text[i]) != NULL && in->text[i] != '\0')
		i++;
	return i < in->len && in->text[i] == '[' ? READ_ARRAY : READ_NDJSON;
}
