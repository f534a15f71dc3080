/*
 * The rows of the options, a table for each subject that ends with a row without a name: a new
 * option is a row here and a field of struct config.  Inside config/.
 */
#ifndef CONFIG_OPTIONS_ROWS_H
#define CONFIG_OPTIONS_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "config/options.h"

#define FIELD(name) .offset = offsetof(struct config, name)
#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define TIB (UINT64_C(1) << 40)
#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

extern const struct option options_requests[], options_tasks[];

#endif
