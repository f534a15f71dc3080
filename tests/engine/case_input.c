/* The input of a case: documents, and collections beside them. */
#include "tests/engine/case_input.h"

#include <stdlib.h>
#include <string.h>

#include "doc/read.h"

/* A copy with the padding that the reader wants. */
static struct str padded(struct arena *a, struct str s)
{
	char *copy = arena_alloc(a, s.len + READ_PADDING);

	memcpy(copy, s.data, s.len);
	memset(copy + s.len, ' ', READ_PADDING);
	return (struct str){ copy, s.len };
}

int case_parse(struct arena *a, struct str text, struct value *ret, struct err *err)
{
	const struct read_limits limits = READ_LIMITS_DEFAULT;
	struct value raw;

	text = padded(a, text);
	TRY(read_check(a, text, text.data, &limits, &raw, err));
	*ret = value_decode(a, raw);
	return 0;
}

struct run_text text_of(struct str s)
{
	return (struct run_text){ .text = s.data, .len = s.len, .format = READ_ARRAY };
}

static struct str raw_text(struct arena *a, struct value raw)
{
	return padded(a, (struct str){ raw.text, raw.len });
}

/* The body of a request; an object that is anything else is a document. */
static void take_body(struct arena *a, struct str input, struct given *ret)
{
	struct err err;
	struct value body;

	if (input.data[0] != '{' || case_parse(a, input, &body, &err) != 0 ||
	    object_n(a, body.object) != 2 || object_find(a, body.object, STR("collections")) < 0)
		return;
	ret->documents = raw_text(a, object_get_raw(a, body.object, STR("documents")));
	struct object *from = object_get(a, body.object, STR("collections")).object;
	ret->n_collections = object_n(a, from);
	for (uint32_t i = 0; i < ret->n_collections; i++)
		ret->collections[i] = (struct run_collection){
			.name = object_key(from, i),
			.text = text_of(raw_text(a, object_at_raw(from, i))),
		};
}

struct given case_input(struct arena *a, struct str input)
{
	struct given given = { .n_collections = 0 };

	take_body(a, input, &given);
	if (given.documents.data != NULL)
		return given;
	if (input.data[0] == '{') {
		char *array = arena_alloc(a, input.len + 2);

		array[0] = '[';
		memcpy(array + 1, input.data, input.len);
		array[input.len + 1] = ']';
		input = (struct str){ array, input.len + 2 };
	}
	given.documents = padded(a, input);
	return given;
}

int lines_next(void *arg, struct str *ret_lines, struct err *err)
{
	struct lines *lines = arg;
	struct value doc;
	size_t n;

	free(lines->line);
	lines->line = NULL;
	*ret_lines = STR("");
	TRY(reader_next(lines->reader, lines->arena, &doc, 1, &n, err));
	if (n == 0)
		return 0;
	size_t len = doc.object->raw_len;
	lines->line = malloc(len + 1 + READ_PADDING);
	memcpy(lines->line, doc.object->raw, len);
	lines->line[len] = '\n';
	memset(lines->line + len + 1, ' ', READ_PADDING);
	*ret_lines = (struct str){ lines->line, len + 1 };
	return 0;
}

int lines_init(struct lines *lines, struct arena *a, struct str documents, struct err *err)
{
	const struct reader_input input = {
		.text = documents.data,
		.len = documents.len,
		.text_start = documents.data,
		.format = READ_ARRAY,
		.limits = READ_LIMITS_DEFAULT,
	};

	*lines = (struct lines){ .arena = a };
	return reader_create(a, &input, &lines->reader, err);
}
