/* The ring between those who log and the one thread that writes.  For log_line.c and tests. */
#ifndef OBS_LOG_RING_H
#define OBS_LOG_RING_H

#include <stddef.h>

#include "obs/log.h"

#define LOG_RING_SIZE ((size_t)512 << 10)

/* Copy a line in, or count it as dropped.  Never waits for the writer. */
void log_ring_put(const char *text, size_t len);

enum log_format log_ring_format(void);

#endif
