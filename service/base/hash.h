/*
 * Hashing with a key of this process, so that nobody outside can choose keys that collide.
 *
 * The values differ from one process to the next: never store or send them, and let no order that
 * a user sees depend on them.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* 64 well-mixed bits of len bytes. */
uint64_t hash_bytes(const void *p, size_t len);

/* 64 well-mixed bits of a number; and of two hashes, where the order counts. */
uint64_t hash_u64(uint64_t n);
uint64_t hash_pair(uint64_t a, uint64_t b);

#endif
