/*
 * Control groups: what the kernel lets this process use, version 1 or 2, whichever is there.
 *
 * A limit holds for everything below it, so the files of the process's own group and of all groups
 * above it are read, as far as they can be seen from here: in a container its own group is often
 * the topmost one visible, under whatever name /proc gives it.  The tightest limit counts.
 */
#ifndef BASE_CGROUP_H
#define BASE_CGROUP_H

#include <stdint.h>

#define CGROUP_NO_LIMIT UINT64_MAX

struct cgroup_limits {
	uint64_t memory_bytes; /* or CGROUP_NO_LIMIT */
	uint64_t cpus;         /* a quota of one and a half counts as two; or CGROUP_NO_LIMIT */
};

/* Read below this folder: "" outside of tests. */
struct cgroup_limits cgroup_read(const char *root);

#endif
