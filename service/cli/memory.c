/* Memory of the service: malloc's knobs, and what goes back when there is nothing to do. */
#include "cli/memory.h"

#include <malloc.h>
#include <stdbool.h>
#include <time.h>

#include "base/machine.h"
#include "base/macros.h"

#define MIB (UINT64_C(1) << 20)

/* A small machine has no room for memory that nobody uses. */
#define KEPT_MAX (16 * MIB)
#define KEPT_MIN (4 * MIB)
#define KEPT_SHARE 64 /* of the machine's memory, at most, is kept by one arena */

/* What a whole tick may cost and still be rest: probes, a scrape, this. */
#define REST_NS (UINT64_C(5) * 1000 * 1000)

/*
 * Few arenas, since most threads allocate little.  Blocks of arenas (base/arena.h) come from malloc
 * and stay with it; a large body or answer comes from the system and goes back at once, as growing
 * one in place would leave holes as large as itself.
 */
void memory_tune(void)
{
	uint64_t kept = MIN(KEPT_MAX, MAX(KEPT_MIN, machine_memory_bytes() / KEPT_SHARE));

	mallopt(M_ARENA_MAX, 4);
	mallopt(M_MMAP_THRESHOLD, (int)(kept / 4));
	mallopt(M_TRIM_THRESHOLD, (int)kept);
}

static uint64_t process_cpu_ns(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0)
		return 0;
	return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

void memory_rest(struct memory_rest *rest)
{
	uint64_t now_ns = process_cpu_ns();
	bool is_resting = now_ns - rest->cpu_ns < REST_NS;

	if (is_resting && now_ns - rest->trimmed_ns > REST_NS) {
		malloc_trim(0);
		now_ns = rest->trimmed_ns = process_cpu_ns();
	}
	rest->cpu_ns = now_ns;
}
