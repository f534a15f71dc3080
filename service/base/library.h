/* Shared libraries that are loaded when they are first needed, and never unloaded. */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"

/* NULL: it is not there, and problem says so. */
void *library_open(const char *name, char *problem, size_t problem_size);

/*
 * The address of a function, written to the size bytes of a function pointer at ret.  False: the
 * library has none of that name, and problem says so.
 */
bool library_find(void *library, const char *name, void *ret, size_t size, char *problem,
                  size_t problem_size) MUST_CHECK;

#endif
