/*
 * The memory store: tasks live as long as the process.
 *
 * Each task's text is rendered when it changes, so that reading one is a look-up and a copy, and
 * a page is as many copies as it has tasks.  Readers share a lock, and never wait for each other.
 */
#ifndef STORE_MEMORY_H
#define STORE_MEMORY_H

#include "store/store.h"

int memory_store_open(struct str path, const struct store_limits *limits, struct store **ret,
                      struct err *err) MUST_CHECK;

#endif
