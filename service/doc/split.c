/* Where a text of documents may be cut. */
#include "doc/split.h"

#include <string.h>

#include "doc/index.h"
#include "doc/skip.h"

#define LOOK_AHEAD ((size_t)8 << 10) /* so much of what follows has to look like documents */
#define DOCUMENT_MAX ((size_t)256 << 10)
#define GUESSES_MAX 16

static size_t find_line(const char *text, size_t from, size_t end)
{
	const char *line_end = memchr(text + from - 1, '\n', end - from);

	return line_end == NULL ? 0 : (size_t)(line_end + 1 - text);
}

static size_t skip_space(const char *text, size_t len, size_t at)
{
	while (at < len && skip_is_space(text[at]))
		at++;
	return at;
}

/* Does a comma stand before this place, and a closing brace before that? */
static bool follows_document(const char *text, size_t at)
{
	while (at > 0 && skip_is_space(text[at - 1]))
		at--;
	if (at == 0 || text[--at] != ',')
		return false;
	while (at > 0 && skip_is_space(text[at - 1]))
		at--;
	return at > 0 && text[at - 1] == '}';
}

/*
 * Do whole documents with commas between them follow, for a while or to the end of the text?  One
 * level deeper they would end with a bracket that is not the text's last character.  *ret_seen is
 * how far that was seen.
 */
static bool looks_like_documents(const char *text, size_t len, size_t at, size_t *ret_seen)
{
	const struct index_isa *isa = index_isa_best();
	size_t from = at;

	while (at - from < LOOK_AHEAD) {
		size_t behind = text[at] == '{'
		                        ? index_skip(isa, text, MIN(len, at + DOCUMENT_MAX), at)
		                        : 0;

		*ret_seen = MAX(at, behind);
		if (behind == 0)
			return false;
		at = skip_space(text, len, behind);
		if (at < len && text[at] == ']')
			return skip_space(text, len, at + 1) == len;
		if (at == len || text[at] != ',')
			return false;
		at = skip_space(text, len, at + 1);
		if (at == len)
			return false;
	}
	return true;
}

static size_t find_document(const char *text, size_t len, size_t from, size_t end)
{
	for (int i = 0; i < GUESSES_MAX && from < end;) {
		const char *brace = memchr(text + from, '{', end - from);

		if (brace == NULL)
			return 0;
		size_t at = (size_t)(brace - text), seen = at;
		from = at + 1;
		if (!follows_document(text, at))
			continue;
		if (looks_like_documents(text, len, at, &seen))
			return at;
		from = MAX(from, seen);
		i++;
	}
	return 0;
}

size_t split_find(enum read_format format, const char *text, size_t len, size_t from, size_t end)
{
	if (from >= end)
		return 0;
	return format == READ_NDJSON ? find_line(text, from, end)
	                             : find_document(text, len, from, end);
}
