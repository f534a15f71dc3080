/*
 * Problems: everything that is wrong with a message, so that its sender hears it all at once.
 *
 * Each says where (a JSON Pointer into the message, "" for the whole of it) and what.  Text is
 * copied into the arena.  Beyond JSON_PROBLEMS_MAX, or without memory, problems are only counted.
 */
#ifndef JSON_PROBLEMS_H
#define JSON_PROBLEMS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/str.h"

#define JSON_PROBLEMS_MAX 64

struct json_problem {
	const char *pointer;
	const char *detail;
};

struct json_problems {
	struct arena *arena;
	struct json_problem *items;
	size_t n_items, cap;
	size_t n_left_out;
};

#define JSON_PROBLEMS(arena_) ((struct json_problems){ .arena = (arena_) })

/* Add what is wrong at a pointer that is written already. */
void json_problem_add(struct json_problems *problems, const char *pointer, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* parent/name as a pointer, with ~ and / in the name escaped; parent alone without memory. */
const char *json_pointer(struct arena *a, const char *parent, struct str name);

#endif
