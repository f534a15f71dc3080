/* The few lines of C++: libstdc++'s exact conversions, seen from C. */
#ifndef DOC_NUMBER_CHARS_H
#define DOC_NUMBER_CHARS_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All of text as a decimal floating point number, correctly rounded; false when it is not one. */
bool number_chars_parse(const char *text, size_t len, double *ret);

/* Shortest digits in scientific form ("1.5e+00"); returns the length.  ret holds 32 bytes. */
size_t number_chars_format(double d, char *ret);

#ifdef __cplusplus
}
#endif

#endif
