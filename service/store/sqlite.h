/*
 * The SQLite store: tasks in one file of this machine's disk.
 *
 * The file is in WAL mode with synchronous=FULL: what was acknowledged survives a crash of the
 * process and of the machine.  All changes go through one thread, which brings those that wait to
 * the disk together; reading goes on beside it.  One process at a time has a file.
 *
 * PATH is relative or absolute; "///PATH" is read as SQLAlchemy does: relative, and absolute with
 * one more slash.
 */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "store/store.h"

int sqlite_store_open(struct str path, const struct store_limits *limits, struct store **ret,
                      struct err *err) MUST_CHECK;

#endif
