/* What every C test includes: cmocka with the headers that it wants before it. */
#ifndef TESTS_LIB_TEST_H
#define TESTS_LIB_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/macros.h"

/* One test of a group: TEST(name) { ... } defines it, RUN(name) puts it in the table. */
#define TEST(name) static void name(void **state)
#define RUN(name) cmocka_unit_test(name)

#endif
