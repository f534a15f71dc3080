/* Shared libraries that are loaded when they are first needed. */
#include "base/library.h"

#include <stdio.h>
#include <string.h>

#include <dlfcn.h>

void *library_open(const char *name, char *problem, size_t problem_size)
{
	void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);

	if (library == NULL)
		snprintf(problem, problem_size, "%s", dlerror());
	return library;
}

bool library_find(void *library, const char *name, void *ret, size_t size, char *problem,
                  size_t problem_size)
{
	/* ISO C has no cast from an object's address to a function's; POSIX has both in one form. */
	void *address = dlsym(library, name);

	if (address == NULL) {
		snprintf(problem, problem_size, "the library has no %s", name);
		return false;
	}
	memcpy(ret, &address, size);
	return true;
}
