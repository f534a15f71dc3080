/* docmill key: makes a key for callers, and the line by which the service knows it. */
#include "cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sysexits.h>
#include <unistd.h>

#include "api/keys.h"

#define KEY_PREFIX "dmk_" /* by which scanners of sources find keys that were left there */
#define KEY_BYTES 24      /* of chance */
#define KEY_TEXT_SIZE (sizeof KEY_PREFIX + 2 * (size_t)KEY_BYTES)
#define LINE_SIZE 512

static const char usage[] =
	"usage: docmill key NAME SCOPE[,SCOPE]... [--file FILE]\n"
	"\n"
	"Make a key and print it: it is shown now and never again.  The line for the service's\n"
	"--keys-file is appended to FILE, or printed to standard error.\n"
	"\n"
	"scopes:\n";

static int print_usage(FILE *file)
{
	fputs(usage, file);
	for (const struct scope_row *row = scope_table; row->name != NULL; row++)
		fprintf(file, "  %-12s %s\n", row->name, row->doc);
	return fflush(file) == 0 ? 0 : EX_IOERR;
}

struct arguments {
	const char *name, *scopes, *file;
};

static bool read_arguments(int argc, char **argv, struct arguments *ret)
{
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--file") == 0 && i + 1 < argc)
			ret->file = argv[++i];
		else if (strncmp(argv[i], "--file=", 7) == 0)
			ret->file = argv[i] + 7;
		else if (strncmp(argv[i], "--", 2) == 0)
			return false;
		else if (ret->name == NULL)
			ret->name = argv[i];
		else if (ret->scopes == NULL)
			ret->scopes = argv[i];
		else
			return false;
	}
	return ret->scopes != NULL;
}

static int make_key(char ret[KEY_TEXT_SIZE], struct err *err)
{
	unsigned char chance[KEY_BYTES];
	char *to = stpcpy(ret, KEY_PREFIX);

	if (getrandom(chance, sizeof chance, 0) != sizeof chance)
		return err_set(err, ERR_UNAVAILABLE, "no random bytes: %s", strerror(errno));
	for (size_t i = 0; i < sizeof chance; i++)
		to += sprintf(to, "%02x", chance[i]);
	return 0;
}

/* In one write, so that lines of several who add at the same time do not mix. */
static int append_line(const char *path, const char *line, struct err *err)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	size_t len = strlen(line);

	if (fd < 0)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	ssize_t n = write(fd, line, len);
	int write_errno = errno;
	if (close(fd) == 0 && n == (ssize_t)len)
		return 0;
	return err_set(err, ERR_IO, "%s: %s", path,
	               n < 0 ? strerror(write_errno) : "not all of it was written");
}

static int check_arguments(const struct arguments *arguments, struct err *err)
{
	unsigned scopes;

	TRY(key_check_name(str_from(arguments->name), err));
	return scope_parse(str_from(arguments->scopes), &scopes, err);
}

static int make(const struct arguments *arguments, struct err *err)
{
	unsigned char digest[SHA256_SIZE];
	char key[KEY_TEXT_SIZE], hex[SHA256_HEX_SIZE], line[LINE_SIZE];

	TRY(check_arguments(arguments, err));
	TRY(make_key(key, err));
	TRY(sha256(str_from(key), digest, err));
	sha256_format(digest, hex);
	int len = snprintf(line, sizeof line, "%s:%s:%s\n", arguments->name, arguments->scopes, hex);
	if (len < 0 || (size_t)len >= sizeof line)
		return err_set(err, ERR_INVALID, "the scopes are too many");
	if (arguments->file != NULL)
		TRY(append_line(arguments->file, line, err));
	else
		fputs(line, stderr);
	printf("%s\n", key);
	if (fflush(stdout) != 0)
		return err_set(err, ERR_IO, "standard output: %s", strerror(errno));
	return 0;
}

int key_run(int argc, char **argv)
{
	struct arguments arguments = { 0 };
	struct err err = ERR_INIT;

	if (argc == 1 && strcmp(argv[0], "--help") == 0)
		return print_usage(stdout);
	if (!read_arguments(argc, argv, &arguments)) {
		(void)print_usage(stderr); /* the command was misused either way */
		return EX_USAGE;
	}
	int rc = make(&arguments, &err);
	if (rc == 0)
		return 0;
	fprintf(stderr, "docmill key: %s\n", err.message);
	return rc == ERR_INVALID ? EX_USAGE : rc == ERR_IO ? EX_IOERR : EX_UNAVAILABLE;
}
