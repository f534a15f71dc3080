/* Guard: the framing rules. */
#include "http/guard.h"

#include <stdint.h>
#include <string.h>

#include <civetweb.h>

#include "base/num.h"
#include "base/str.h"

#define CONTENT_LENGTH_DIGITS_MAX 15

struct guard {
	struct refusal *refusal;
	struct err *err;
};

static int refuse(struct guard *guard, int status, const char *code, const char *detail)
{
	*guard->refusal = (struct refusal){ status, code };
	return err_set(guard->err, ERR_INVALID, "%s", detail);
}

static int refuse_framing(struct guard *guard, const char *detail)
{
	return refuse(guard, 400, "framing_invalid", detail);
}

static bool is_token(const char *s)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	if (*s == 0)
		return false;
	for (; *s != 0; s++) {
		bool is_alnum = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
		                (*s >= '0' && *s <= '9');

		if (!is_alnum && strchr(others, *s) == NULL)
			return false;
	}
	return true;
}

/* Visible ASCII without what a URI cannot hold. */
static bool is_target(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] <= 0x20 || s.data[i] >= 0x7f || s.data[i] == '#')
			return false;
	return true;
}

/* One blank between the words of the request line, and nothing in it that does not belong there. */
static int check_request_line(struct guard *guard, const struct mg_request_info *info)
{
	const char *uri = info->request_uri;
	const char *uri_end = uri + strlen(uri);
	struct str query = { NULL, 0 };

	if (info->query_string != NULL) {
		query = str_from(info->query_string);
		uri_end = query.data + query.len;
	}
	if ((size_t)(uri_end - uri) > GUARD_URI_MAX)
		return refuse(guard, 414, "uri_too_long", "the request target is too long");
	if (!is_token(info->request_method) ||
	    uri != info->request_method + strlen(info->request_method) + 1 ||
	    info->http_version != uri_end + 1 + strlen("HTTP/"))
		return refuse_framing(guard, "the request line is not three words");
	if (!is_target(str_from(uri)) || !is_target(query))
		return refuse_framing(guard, "the request target holds a character that no URI has");
	return 0;
}

/*
 * The header lines follow each other without a gap: name, colon, value, CR, LF.  A gap is a line
 * that the library skipped or stopped at.
 */
static int check_lines(struct guard *guard, const struct mg_request_info *info, const char **ret)
{
	const char *next = info->http_version + strlen(info->http_version) + 2;

	for (int i = 0; i < info->num_headers; i++) {
		const char *name = info->http_headers[i].name, *value = info->http_headers[i].value;
		size_t name_len = strlen(name);

		if (name != next || !is_token(name))
			return refuse_framing(guard, "a header line is not well formed");
		if (name[name_len + 1] == 0 && value > name + name_len + 1)
			return refuse_framing(guard, "a header name is followed by a blank");
		next = value + strlen(value);
		if (next[0] != 0 || next[1] != 0)
			return refuse_framing(guard, "a header line does not end in CR LF");
		next += 2;
	}
	/* Behind the last line: the CR of the empty one, and a NUL over its LF. */
	if (info->num_headers > 0 ? next[0] != '\r' || next[1] != 0 : next[0] != 0 || next[1] != 0)
		return refuse_framing(guard, "the header does not end in an empty line");
	*ret = next + 2;
	return 0;
}

/* No control characters; the library has refused most of them, but only up to what it parsed. */
static bool is_clean(const char *value)
{
	for (; *value != 0; value++)
		if (((unsigned char)*value < 0x20 && *value != '\t') || *value == 0x7f)
			return false;
	return true;
}

static bool is_host(struct str host)
{
	for (size_t i = 0; i < host.len; i++)
		if (strchr(" \t/?#@,\\<>\"", host.data[i]) != NULL)
			return false;
	return true;
}

static int check_content_length(struct guard *guard, const struct guard_limits *limits,
                                struct str value, struct framing *ret)
{
	uint64_t n;

	if (value.len > CONTENT_LENGTH_DIGITS_MAX || !num_parse_u64(value, &n))
		return refuse_framing(guard, "Content-Length is not a number");
	if (n > limits->max_body) {
		*guard->refusal = (struct refusal){ 413, "body_too_large" };
		return err_limit(guard->err, ERR_TOO_LARGE, "max-body",
		                 "the body has %llu bytes, more than %zu", (unsigned long long)n,
		                 limits->max_body);
	}
	ret->content_length = n;
	return 0;
}

struct counts {
	unsigned n_hosts, n_lengths, n_codings;
};

/* One header, as far as it has to do with framing. */
static int check_header(struct guard *guard, const struct guard_limits *limits,
                        const struct mg_header *header, struct counts *counts, struct framing *ret)
{
	struct str name = str_from(header->name), value = str_trim(str_from(header->value));

	if (!is_clean(header->value))
		return refuse_framing(guard, "a header holds a control character");
	if (str_eq_fold(name, STR("Host"))) {
		counts->n_hosts++;
		if (!is_host(value))
			return refuse_framing(guard, "Host is not a host");
	} else if (str_eq_fold(name, STR("Content-Length"))) {
		counts->n_lengths++;
		TRY(check_content_length(guard, limits, value, ret));
	} else if (str_eq_fold(name, STR("Transfer-Encoding"))) {
		counts->n_codings++;
		ret->is_chunked = true;
		if (!str_eq_fold(value, STR("chunked")))
			return refuse_framing(guard, "Transfer-Encoding is not chunked");
	} else if (str_eq_fold(name, STR("Expect"))) {
		ret->wants_continue = true;
		if (!str_eq_fold(value, STR("100-continue")))
			return refuse(guard, 417, "expectation_failed",
			              "Expect is not 100-continue");
	}
	return 0;
}

static int check_counts(struct guard *guard, const struct mg_request_info *info,
                        const struct counts *counts)
{
	bool is_11 = strcmp(info->http_version, "1.1") == 0;

	if (counts->n_hosts > 1 || (is_11 && counts->n_hosts == 0))
		return refuse_framing(guard, "there is not exactly one Host");
	if (counts->n_lengths > 1 || counts->n_codings > 1)
		return refuse_framing(guard, "the length of the body is given twice");
	if (counts->n_lengths + counts->n_codings > 1)
		return refuse_framing(guard, "both Content-Length and Transfer-Encoding are given");
	if (counts->n_codings > 0 && !is_11)
		return refuse_framing(guard, "Transfer-Encoding needs HTTP/1.1");
	return 0;
}

static bool needs_length(const char *method)
{
	return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
	       strcmp(method, "PATCH") == 0;
}

int guard_check(const struct mg_request_info *info, const struct guard_limits *limits,
                struct framing *ret, struct refusal *ret_refusal, struct err *err)
{
	struct guard guard = { ret_refusal, err };
	struct counts counts = { 0 };
	struct framing framing = { 0 };
	int too_large = 0;

	TRY(check_request_line(&guard, info));
	if (info->num_headers >= MG_MAX_HEADERS)
		return refuse(&guard, 431, "header_too_large", "there are too many header lines");
	TRY(check_lines(&guard, info, &framing.body));
	for (int i = 0; i < info->num_headers; i++) {
		int rc = check_header(&guard, limits, &info->http_headers[i], &counts, &framing);

		/* That the framing is broken matters more than that the body would be too large. */
		if (rc == ERR_TOO_LARGE)
			too_large = rc;
		else if (rc != 0)
			return rc;
	}
	TRY(check_counts(&guard, info, &counts));
	/* HTTP/1.0 does not know the interim answer, and without a body nobody waits for one. */
	if (strcmp(info->http_version, "1.1") != 0 || counts.n_lengths + counts.n_codings == 0 ||
	    (!framing.is_chunked && framing.content_length == 0))
		framing.wants_continue = false;
	if (too_large != 0)
		return too_large;
	if (!limits->may_lack_length && needs_length(info->request_method) &&
	    counts.n_lengths + counts.n_codings == 0)
		return refuse(&guard, 411, "length_required", "Content-Length is missing");
	*ret = framing;
	return 0;
}
