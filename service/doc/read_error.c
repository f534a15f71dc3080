/* What the reader says when a text is not JSON, and where. */
#include <stdio.h>

#include "doc/skip.h"

void read_place(struct err *err, struct str text)
{
	const char *at = text.data + MIN(err->offset, text.len), *line = text.data;

	err->line = 1;
	for (;;) {
		const char *end = memchr(line, '\n', (size_t)(at - line));

		if (end == NULL)
			break;
		err->line++;
		line = end + 1;
	}
	err->column = (uint64_t)(at - line) + 1;
	err->has_place = true;
}

int skip_place(const struct cursor *c, const char *at, struct err *err)
{
	err->offset = (uint64_t)(at - c->text_start);
	read_place(err, (struct str){ c->text_start, (size_t)(cursor_text_end(c) - c->text_start) });
	return err->code;
}

/* What stands at a place, for a message: a character, a byte, or the end of the text. */
static void describe(const struct cursor *c, const char *at, char *ret, size_t size)
{
	const char *end = cursor_text_end(c);
	unsigned char byte = at < end ? (unsigned char)*at : 0;

	if (at >= end)
		snprintf(ret, size, "the end of the text");
	else if (end - at >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
		snprintf(ret, size, "a byte-order mark");
	else if (byte >= 0x20 && byte < 0x7f)
		snprintf(ret, size, byte == '\'' ? "\"%c\"" : "'%c'", byte);
	else
		snprintf(ret, size, "the byte 0x%02x", byte);
}

int skip_fail(const struct cursor *c, const char *at, const char *expected, struct err *err)
{
	char found[32];

	while (at < cursor_text_end(c) && skip_is_space(*at))
		at++;
	describe(c, at, found, sizeof found);
	err_set(err, ERR_JSON, "expected %s, found %s", expected, found);
	return skip_place(c, at, err);
}

int skip_fail_with(const struct cursor *c, const char *at, const char *message, struct err *err)
{
	err_set(err, ERR_JSON, "%s", message);
	return skip_place(c, at, err);
}

static const char *fault_message(enum index_fault fault)
{
	switch (fault) {
	case INDEX_UTF8: return "bytes that are not UTF-8";
	case INDEX_CONTROL: return "a control character inside a string: it must be escaped";
	case INDEX_BACKSLASH: return "a backslash outside a string";
	case INDEX_ESCAPE: return "an escape that JSON does not know";
	case INDEX_SURROGATE: return "half of a surrogate pair";
	case INDEX_UNTERMINATED: return "the text ends inside a string";
	case INDEX_OK:
	case INDEX_NEIGHBOUR: break;
	}
	return NULL;
}

int skip_fail_end(const struct cursor *c, const char *at, const char *expected, struct err *err)
{
	const char *fault = c->index.text + c->index.fault_at;
	const char *message = fault_message(c->index.fault);

	if (message != NULL)
		return skip_fail_with(c, fault, message, err);
	if (c->index.fault == INDEX_NEIGHBOUR)
		return skip_fail(c, fault, "a comma, colon or bracket between two strings", err);
	return skip_fail(c, at, expected, err);
}

int skip_fail_cut(const struct cursor *c, const char *at, const char *expected, struct err *err)
{
	const char *end = cursor_text_end(c);

	if (c->index.fault == INDEX_OK && skip_is_scalar(skip_trim(at, end)))
		return skip_fail(c, end, "a comma, colon or bracket", err);
	return skip_fail_end(c, at, expected, err);
}

int skip_fail_depth(const struct cursor *c, const char *at, struct err *err)
{
	err_limit(err, ERR_DEPTH, "max-depth", "nested deeper than %u levels", c->depth_max);
	return skip_place(c, at, err);
}

int skip_fail_member(const struct cursor *c, const char *from, const char *op, struct err *err)
{
	struct str key = skip_trim(from, op);

	if (!skip_is_string(key))
		return skip_fail(c, from, "a key in double quotes", err);
	if (*op != ':')
		return skip_fail(c, op, "':' after a key", err);
	err_limit(err, ERR_KEY_LENGTH, "max-key", "a key of %zu bytes; at most %u are allowed",
	          key.len - 2, c->key_len_max);
	return skip_place(c, key.data, err);
}
