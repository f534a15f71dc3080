/*
 * A request's header as civetweb leaves it in its buffer: NULs over what separates the words of the
 * request line, over the colon and blanks behind a header's name, over the CR and LF that end a
 * line.  Parsing stops, as there, at a line that does not begin with a name, and after 64 lines.
 */
#ifndef TESTS_LIB_HEADER_BUFFER_H
#define TESTS_LIB_HEADER_BUFFER_H

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include <civetweb.h>

struct header_buffer {
	char text[16384];
	struct mg_request_info info;
};

/* A word up to one of these characters, which is cut off with all white space that follows. */
static char *header_buffer_word(char **at, const char *ends)
{
	char *word = *at, *end = word;

	while (isgraph((unsigned char)*end))
		end++;
	if (end == word || *end == 0 || strchr(ends, *end) == NULL)
		return NULL;
	while (isspace((unsigned char)*end))
		*end++ = 0;
	*at = end;
	return word;
}

enum header_buffer_end { HEADER_BUFFER_MORE, HEADER_BUFFER_DONE, HEADER_BUFFER_REFUSED };

/* One line into the next header. */
static enum header_buffer_end header_buffer_line(struct header_buffer *h, char **at)
{
	char *name = *at, *p = name;

	while (*p > ' ' && *p < 127 && *p != ':')
		p++;
	if (p == name)
		return HEADER_BUFFER_DONE;
	while (*p == ' ')
		*p++ = 0;
	if (*p != ':')
		return HEADER_BUFFER_REFUSED;
	*p++ = 0;
	while (*p == ' ' || *p == '\t')
		p++;
	h->info.http_headers[h->info.num_headers++] = (struct mg_header){ name, p };
	while (*p != 0 && *p != '\r' && *p != '\n')
		p++;
	if (*p == '\r' && p[1] != '\n')
		return HEADER_BUFFER_REFUSED;
	if (*p == '\r')
		*p++ = 0;
	if (*p != '\n')
		return HEADER_BUFFER_DONE;
	*p++ = 0;
	*at = p;
	return *p == '\r' || *p == '\n' ? HEADER_BUFFER_DONE : HEADER_BUFFER_MORE;
}

/* False when the library would not have called anybody. */
static bool header_buffer_parse(struct header_buffer *h, const char *text, size_t len)
{
	*h = (struct header_buffer){ 0 };
	if (len == 0 || len >= sizeof h->text - 1)
		return false;
	memcpy(h->text, text, len - 1); /* a NUL stands over the last LF */
	h->text[len] = 'x';             /* whatever follows the header */
	char *at = h->text;
	h->info.request_method = header_buffer_word(&at, " ");
	h->info.request_uri = header_buffer_word(&at, " ");
	h->info.http_version = header_buffer_word(&at, "\r\n");
	if (h->info.request_method == NULL || h->info.request_uri == NULL ||
	    h->info.http_version == NULL ||
	    (strcmp(h->info.http_version, "HTTP/1.0") != 0 &&
	     strcmp(h->info.http_version, "HTTP/1.1") != 0))
		return false;
	h->info.http_version += 5;
	char *query = strchr(h->info.request_uri, '?');
	if (query != NULL) {
		*query = 0;
		h->info.query_string = query + 1;
	}
	enum header_buffer_end end = HEADER_BUFFER_MORE;
	while (end == HEADER_BUFFER_MORE && h->info.num_headers < MG_MAX_HEADERS)
		end = header_buffer_line(h, &at);
	return end != HEADER_BUFFER_REFUSED;
}

#endif
