/* Hashing with a key of this process: multiply, fold the 128-bit product, repeat. */
#include "base/hash.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static uint64_t key[3];
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

static uint64_t load_tail(const unsigned char *p, size_t len)
{
	uint64_t n = 0;

	memcpy(&n, p, len);
	return n;
}

uint64_t hash_bytes(const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	pthread_once(&key_once, key_init);
	uint64_t h = key[0] ^ (uint64_t)len * 0x9e3779b97f4a7c15u;

	for (; len > 16; len -= 16, p += 16)
		h = fold(load64(p) ^ key[1], load64(p + 8) ^ h);
	uint64_t a = len >= 8 ? load64(p) : load_tail(p, len);
	uint64_t b = len > 8 ? load_tail(p + 8, len - 8) : 0;
	return fold(fold(a ^ key[1], b ^ h), key[2]);
}

uint64_t hash_u64(uint64_t n)
{
	pthread_once(&key_once, key_init);
	return fold(fold(n ^ key[1], key[0]), key[2]);
}

uint64_t hash_pair(uint64_t a, uint64_t b)
{
	pthread_once(&key_once, key_init);
	return fold(a ^ key[0], fold(b ^ key[1], key[2]));
}
