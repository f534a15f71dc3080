/* Random numbers that can be had again: the seed is printed, and TEST_SEED sets it. */
#ifndef TESTS_LIB_RANDOM_H
#define TESTS_LIB_RANDOM_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct random {
	uint64_t state;
};

static inline uint64_t random_next(struct random *r)
{
	uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static inline size_t random_below(struct random *r, size_t n)
{
	return (size_t)(random_next(r) % n);
}

static inline struct random random_seeded(void)
{
	const char *seed = getenv("TEST_SEED");
	struct random r = { seed != NULL ? strtoull(seed, NULL, 10) : 20240229 };

	print_message("TEST_SEED=%llu\n", (unsigned long long)r.state);
	return r;
}

#endif
