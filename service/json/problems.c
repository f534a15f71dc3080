/* What is wrong with a message, and JSON Pointers to say where. */
#include "json/problems.h"

#include <stdarg.h>
#include <stdio.h>

#define DETAIL_SIZE 512

void json_problem_add(struct json_problems *problems, const char *pointer, const char *fmt, ...)
{
	char detail[DETAIL_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof detail, fmt, ap);
	va_end(ap);

	struct json_problem *items = problems->items;
	if (problems->n_items < JSON_PROBLEMS_MAX)
		items = arena_extend(problems->arena, items, problems->n_items, &problems->cap,
		                     sizeof *items);
	char *pointer_copy = arena_strndup(problems->arena, pointer, strlen(pointer));
	char *detail_copy = arena_strndup(problems->arena, detail, strlen(detail));
	if (problems->n_items == JSON_PROBLEMS_MAX || items == NULL || pointer_copy == NULL ||
	    detail_copy == NULL) {
		problems->n_left_out++;
		return;
	}
	items[problems->n_items++] = (struct json_problem){ pointer_copy, detail_copy };
	problems->items = items;
}

const char *json_pointer(struct arena *a, const char *parent, struct str name)
{
	size_t parent_len = strlen(parent);
	char *pointer = arena_array(a, parent_len + 2 * name.len + 2, 1);

	if (pointer == NULL)
		return parent;
	memcpy(pointer, parent, parent_len);

	char *to = pointer + parent_len;
	*to++ = '/';
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (c == '~' || c == '/') {
			*to++ = '~';
			c = c == '~' ? '0' : '1';
		}
		*to++ = c;
	}
	*to = 0;
	return pointer;
}
