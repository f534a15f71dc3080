/* Hashing with a key of this process: multiply, fold the 128-bit product, repeat. */
#include "base/hash.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/macros.h"

static uint64_t key[3];
static bool has_key;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;

static void key_init(void)
{
	if (getrandom(key, sizeof key, 0) != (ssize_t)sizeof key) {
		/* Only kernels older than ours refuse: a guessable key is better than none. */
		struct timespec now;

		clock_gettime(CLOCK_REALTIME, &now);
		key[0] = (uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15u;
		key[1] = (uint64_t)(uintptr_t)&now;
		key[2] = (uint64_t)now.tv_sec;
	}
	for (size_t i = 0; i < 3; i++)
		key[i] |= 1;
	__atomic_store_n(&has_key, true, __ATOMIC_RELEASE);
}

/* Of calls that have nothing to do there would be millions: once it is there, a look will do. */
static inline void key_need(void)
{
	if (UNLIKELY(!__atomic_load_n(&has_key, __ATOMIC_ACQUIRE)))
		pthread_once(&key_once, key_init);
}

static uint64_t fold(uint64_t a, uint64_t b)
{
	__uint128_t product = (__uint128_t)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load64(const unsigned char *p)
{
	uint64_t n;

	memcpy(&n, p, sizeof n);
	return n;
}

static uint64_t load32(const unsigned char *p)
{
	uint32_t n;

	memcpy(&n, p, sizeof n);
	return n;
}

/*
 * Up to 16 bytes as two words: loads of a fixed size that overlap, since a copy of so many bytes as
 * it happens to be is a call.  Which bytes count twice depends on the length alone, which is hashed.
 */
static void load_tail(const unsigned char *p, size_t len, uint64_t *ret_a, uint64_t *ret_b)
{
	if (len >= 8) {
		*ret_a = load64(p);
		*ret_b = load64(p + len - 8);
	} else if (len >= 4) {
		*ret_a = load32(p);
		*ret_b = load32(p + len - 4);
	} else {
		*ret_a = len == 0 ? 0
		                  : p[0] | (uint64_t)p[len / 2] << 8 | (uint64_t)p[len - 1] << 16;
		*ret_b = 0;
	}
}

uint64_t hash_bytes(const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	key_need();
	uint64_t h = key[0] ^ (uint64_t)len * 0x9e3779b97f4a7c15u;

	for (; len > 16; len -= 16, p += 16)
		h = fold(load64(p) ^ key[1], load64(p + 8) ^ h);
	uint64_t a, b;

	load_tail(p, len, &a, &b);
	return fold(fold(a ^ key[1], b ^ h), key[2]);
}

uint64_t hash_u64(uint64_t n)
{
	key_need();
	return fold(fold(n ^ key[1], key[0]), key[2]);
}

uint64_t hash_pair(uint64_t a, uint64_t b)
{
	key_need();
	return fold(a ^ key[0], fold(b ^ key[1], key[2]));
}
