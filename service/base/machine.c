/* What this process may use of the machine. */
#include "base/machine.h"

#include <sched.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/macros.h"

uint64_t machine_memory_bytes(void)
{
	uint64_t bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);

	return MIN(bytes, cgroup_read("").memory_bytes);
}

unsigned machine_cpus(void)
{
	cpu_set_t set;
	uint64_t n = 1;

	if (sched_getaffinity(0, sizeof set, &set) == 0)
		n = (uint64_t)CPU_COUNT(&set);
	n = MIN(n, cgroup_read("").cpus);
	return (unsigned)MAX(n, 1u);
}
