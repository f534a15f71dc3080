/* Raw text: from checked bytes to shallow values. */
#include "doc/raw.h"

#include <string.h>

#include "doc/number.h"

static unsigned hex4(const char *p)
{
	unsigned code = 0;

	for (int i = 0; i < 4; i++) {
		unsigned c = (unsigned char)p[i];

		code = code * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return code;
}

static size_t put_utf8(char *to, unsigned code)
{
	if (code < 0x80) {
		to[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		to[0] = (char)(0xc0 | code >> 6);
		to[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		to[0] = (char)(0xe0 | code >> 12);
		to[1] = (char)(0x80 | (code >> 6 & 0x3f));
		to[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | code >> 18);
	to[1] = (char)(0x80 | (code >> 12 & 0x3f));
	to[2] = (char)(0x80 | (code >> 6 & 0x3f));
	to[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* One escape, *p at the letter after the backslash; *p ends behind it. */
static size_t unescape(const char **p, char *to)
{
	char c = *(*p)++;

	switch (c) {
	case 'b': *to = '\b'; return 1;
	case 'f': *to = '\f'; return 1;
	case 'n': *to = '\n'; return 1;
	case 'r': *to = '\r'; return 1;
	case 't': *to = '\t'; return 1;
	case 'u': break;
	default: *to = c; return 1;
	}
	unsigned code = hex4(*p);
	*p += 4;
	if (code >= 0xd800 && code < 0xdc00) {
		code = 0x10000 + ((code - 0xd800) << 10) + (hex4(*p + 2) - 0xdc00);
		*p += 6;
	}
	return put_utf8(to, code);
}

struct str raw_string(struct arena *a, const char *p, const char *end)
{
	const char *from = p + 1, *to = end - 1;
	const char *escape = memchr(from, '\\', (size_t)(to - from));

	if (escape == NULL)
		return (struct str){ from, (size_t)(to - from) };

	/* What an escape stands for is never longer than the escape. */
	char *text = arena_alloc(a, (size_t)(to - from));
	if (text == NULL)
		return (struct str){ "", 0 };
	size_t len = 0;
	while (escape != NULL) {
		memcpy(text + len, from, (size_t)(escape - from));
		len += (size_t)(escape - from);
		from = escape + 1;
		len += unescape(&from, text + len);
		escape = memchr(from, '\\', (size_t)(to - from));
	}
	memcpy(text + len, from, (size_t)(to - from));
	return (struct str){ text, len + (size_t)(to - from) };
}

bool raw_open_array(struct arena *a, struct array *arr)
{
	const char *p = raw_skip_space(arr->raw + 1), *behind = arr->raw + arr->raw_len;
	struct value *items = NULL;
	size_t n = 0, cap = 0;

	while (*p != ']') {
		const char *end = raw_skip_value(p, behind);

		items = arena_extend(a, items, n, &cap, sizeof *items);
		if (items == NULL)
			return false;
		items[n++] = value_raw(p, (size_t)(end - p));
		p = raw_skip_space(end);
		if (*p == ',')
			p = raw_skip_space(p + 1);
	}
	arr->items = items != NULL ? items : array_no_items;
	arr->n = (uint32_t)n;
	arr->is_open = true;
	return true;
}

bool raw_open_object(struct arena *a, struct object *o)
{
	struct object_builder b;
	const char *p = raw_skip_space(o->raw + 1), *behind = o->raw + o->raw_len;

	object_builder_init(&b, a, 0);
	while (*p != '}') {
		const char *key_end = raw_skip_value(p, behind);
		struct str key = raw_string(a, p, key_end);
		const char *start = raw_skip_space(raw_skip_space(key_end) + 1);
		const char *end = raw_skip_value(start, behind);
		struct value v = value_raw(start, (size_t)(end - start));

		v.flags = VALUE_KEYED;
		object_builder_add(&b, key, v);
		p = raw_skip_space(end);
		if (*p == ',')
			p = raw_skip_space(p + 1);
	}
	struct value built = object_builder_finish(&b);
	if (built.type != VALUE_OBJECT)
		return false;
	o->shape = built.object->shape;
	o->values = built.object->values;
	o->is_partial = false;
	return true;
}
