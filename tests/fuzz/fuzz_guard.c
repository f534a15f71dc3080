/*
 * Fuzz http/guard: whatever it accepts is, read by the letter of RFC 9112, one header block.
 *
 *     build-fuzz/tests/fuzz/fuzz_guard -max_len=4096 -dict=tests/fuzz/guard.dict DIR
 *
 * The oracle reads the bytes as they came, with none of the parser's traces: lines end in CR LF and
 * nowhere else, each is a token, a colon and a value, there is one Host, and the body has one
 * length at most.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "http/guard.h"
#include "tests/lib/header_buffer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "accepted, though not: %s\n", #condition); \
			abort(); \
		} \
	} while (0)

struct seen {
	unsigned n_lines, n_hosts, n_lengths, n_codings;
};

static void look_at_line(struct str line, struct seen *seen)
{
	size_t colon = str_find(line, ':');
	struct str name = { line.data, colon };

	REQUIRE(colon > 0 && colon < line.len);
	for (size_t i = 0; i < line.len; i++)
		REQUIRE((unsigned char)line.data[i] >= 0x20 || line.data[i] == '\t');
	REQUIRE(str_find(line, 0x7f) == line.len);
	REQUIRE(str_find(name, ' ') == name.len && str_find(name, '\t') == name.len);
	seen->n_lines++;
	seen->n_hosts += str_eq_fold(name, STR("Host"));
	seen->n_lengths += str_eq_fold(name, STR("Content-Length"));
	seen->n_codings += str_eq_fold(name, STR("Transfer-Encoding"));
}

/* The header up to the empty line; everything in it must be lines.  The end of the first one is
   http/watch's business. */
static struct seen look_at(const char *text, size_t len)
{
	size_t first_len = strcspn(text, "\r\n");
	struct str rest = { text + first_len + 2, len - first_len - 2 };
	struct seen seen = { 0 };

	for (;;) {
		size_t end = str_find(rest, '\r');

		REQUIRE(end + 1 < rest.len && rest.data[end + 1] == '\n');
		struct str line = { rest.data, end };
		REQUIRE(str_find(line, '\n') == line.len);
		rest = (struct str){ rest.data + end + 2, rest.len - end - 2 };
		if (line.len == 0)
			break;
		look_at_line(line, &seen);
	}
	REQUIRE(rest.len == 0);
	return seen;
}

/*
 * As the library does it: up to the first empty line; NULL when there is none yet, or a control
 * character comes before it.
 */
static const char *header_end(const char *text, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < 0x20 && c != '\r' && c != '\n') || c == 0x7f)
			return NULL;
		if (text[i] == '\n' && text[i + 1] == '\n')
			return text + i + 2;
		if (i + 3 < len && memcmp(text + i, "\r\n\r\n", 4) == 0)
			return text + i + 4;
	}
	return NULL;
}

static bool ends_in_crlf(const char *line, const char *end)
{
	while (line < end && *line != '\r' && *line != '\n')
		line++;
	return end - line >= 2 && line[0] == '\r' && line[1] == '\n';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct header_buffer h;
	const struct guard_limits limits = { .max_body = 1000 };
	const char *text = (const char *)data, *end = header_end(text, size);
	struct framing framing;
	struct refusal refusal;
	struct err err;

	if (end == NULL || !header_buffer_parse(&h, text, (size_t)(end - text)))
		return 0;
	if (!ends_in_crlf(text, end))
		return 0; /* http/watch refuses it */
	if (guard_check(&h.info, &limits, &framing, &refusal, &err) != 0)
		return 0;
	/* HTTP/1.0 without a header: such a connection ends after its answer, whatever follows. */
	if (h.info.num_headers == 0)
		return 0;
	struct seen seen = look_at(text, (size_t)(end - text));
	REQUIRE(seen.n_lines == (unsigned)h.info.num_headers);
	REQUIRE(seen.n_hosts <= 1 && seen.n_lengths + seen.n_codings <= 1);
	REQUIRE(framing.is_chunked == (seen.n_codings == 1));
	REQUIRE(framing.content_length == 0 || seen.n_lengths == 1);
	return 0;
}
