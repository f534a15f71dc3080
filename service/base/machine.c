/* What this process may use of the machine. */
#include "base/machine.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/macros.h"

/* The first number of a file of the control groups; false when there is none ("max"). */
static bool read_number(const char *path, int64_t *ret)
{
	FILE *file = fopen(path, "re");
	long long n;

	if (file == NULL)
		return false;
	bool is_there = fscanf(file, "%lld", &n) == 1 && n > 0;
	fclose(file);
	if (is_there)
		*ret = n;
	return is_there;
}

uint64_t machine_memory_bytes(void)
{
	static const char *const paths[] = {
		"/sys/fs/cgroup/memory.max",
		"/sys/fs/cgroup/memory/memory.limit_in_bytes",
	};
	uint64_t bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		int64_t limit;

		if (read_number(paths[i], &limit) && (uint64_t)limit < bytes)
			bytes = (uint64_t)limit;
	}
	return bytes;
}

/* quota and period in microseconds, of version 2 in one file and of version 1 in two. */
static bool read_quota(int64_t *ret_quota, int64_t *ret_period)
{
	FILE *file = fopen("/sys/fs/cgroup/cpu.max", "re");
	long long quota, period;

	if (file != NULL) {
		bool is_there = fscanf(file, "%lld %lld", &quota, &period) == 2;

		fclose(file);
		*ret_quota = quota;
		*ret_period = period;
		return is_there;
	}
	return read_number("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", ret_quota) &&
	       read_number("/sys/fs/cgroup/cpu/cpu.cfs_period_us", ret_period);
}

unsigned machine_cpus(void)
{
	cpu_set_t set;
	unsigned n = 1;
	int64_t quota, period;

	if (sched_getaffinity(0, sizeof set, &set) == 0)
		n = (unsigned)CPU_COUNT(&set);
	if (read_quota(&quota, &period) && period > 0) {
		int64_t of_quota = (quota + period - 1) / period;

		if (of_quota >= 1 && of_quota < (int64_t)n)
			n = (unsigned)of_quota;
	}
	return MAX(n, 1u);
}
