/* Query: splitting and decoding. */
#include "http/query.h"

#include <string.h>

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decode s to *to, which is moved behind it. */
static int decode(struct str s, char **to, struct str *ret, struct err *err)
{
	char *start = *to, *p = start;

	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] != '%') {
			*p++ = s.data[i] == '+' ? ' ' : s.data[i];
			continue;
		}
		int high = i + 1 < s.len ? hex_value(s.data[i + 1]) : -1;
		int low = i + 2 < s.len ? hex_value(s.data[i + 2]) : -1;
		if (high < 0 || low < 0)
			return err_set(err, ERR_INVALID,
			               "query: \"%%\" without two hexadecimal digits");
		if (high == 0 && low == 0)
			return err_set(err, ERR_INVALID, "query: %%00 is not text");
		*p++ = (char)(high * 16 + low);
		i += 2;
	}
	*ret = (struct str){ start, (size_t)(p - start) };
	*to = p;
	return 0;
}

int query_parse(struct str query, char *text, struct query_pair *ret, size_t *ret_n, struct err *err)
{
	size_t n = 0;

	while (query.len > 0) {
		size_t len = str_find(query, '&');
		struct str pair = { query.data, len };
		size_t name_len = str_find(pair, '=');
		struct str value = { pair.data + name_len, 0 };

		if (name_len < len)
			value = (struct str){ pair.data + name_len + 1, len - name_len - 1 };
		query.data += MIN(len + 1, query.len);
		query.len -= MIN(len + 1, query.len);
		if (len == 0)
			continue;
		if (n == REQUEST_QUERY_MAX)
			return err_set(err, ERR_INVALID, "query: more than %d parameters",
			               REQUEST_QUERY_MAX);
		TRY(decode((struct str){ pair.data, name_len }, &text, &ret[n].name, err));
		TRY(decode(value, &text, &ret[n].value, err));
		n++;
	}
	*ret_n = n;
	return 0;
}
