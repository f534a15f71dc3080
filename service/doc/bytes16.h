/*
 * Questions about 16 bytes at once: with what every x86-64 can do, and the same for others.
 *
 * Each answer has a bit for each of the bytes at p; bit 0 is the first.
 */
#ifndef DOC_BYTES16_H
#define DOC_BYTES16_H

#include <stdint.h>

#ifdef __SSE2__

#include <emmintrin.h>

static inline uint64_t bytes16_mask(__m128i v)
{
	return (uint32_t)_mm_movemask_epi8(v);
}

static inline uint64_t bytes16_equal(const char *p, char c)
{
	return bytes16_mask(_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i_u *)p), _mm_set1_epi8(c)));
}

/* The bytes that are not digits. */
static inline uint64_t bytes16_not_digits(const char *p)
{
	__m128i x = _mm_sub_epi8(_mm_loadu_si128((const __m128i_u *)p), _mm_set1_epi8('0'));

	return bytes16_mask(_mm_cmpeq_epi8(_mm_max_epu8(x, _mm_set1_epi8(10)), x));
}

/* The bytes that no number or literal has but which may follow one: , ] } and white space. */
static inline uint64_t bytes16_scalar_stops(const char *p)
{
	__m128i x = _mm_loadu_si128((const __m128i_u *)p), blank = _mm_set1_epi8(' ');
	__m128i comma = _mm_cmpeq_epi8(x, _mm_set1_epi8(','));
	__m128i close = _mm_cmpeq_epi8(_mm_or_si128(x, blank), _mm_set1_epi8('}'));
	__m128i space = _mm_cmpeq_epi8(_mm_min_epu8(x, blank), x);

	return bytes16_mask(_mm_or_si128(_mm_or_si128(comma, close), space));
}

#else

#include <endian.h>
#include <string.h>

#define BYTES16_EACH(n) (UINT64_C(0x0101010101010101) * (n))

/* Eight bytes, each XORed with c. */
static inline uint64_t bytes16_load8(const char *p, char c)
{
	uint64_t x;

	memcpy(&x, p, sizeof x);
	return le64toh(x) ^ BYTES16_EACH((unsigned char)c);
}

/* The bytes that are at least 128 - n, when n is added: one bit each, no carry leaves its byte. */
static inline uint64_t bytes16_over8(uint64_t x, unsigned n)
{
	x = ((x & BYTES16_EACH(0x7f)) + BYTES16_EACH(n)) | x;
	return (x >> 7 & BYTES16_EACH(1)) * UINT64_C(0x0102040810204080) >> 56;
}

static inline uint64_t bytes16_equal(const char *p, char c)
{
	return (bytes16_over8(bytes16_load8(p, c), 0x7f) |
	        bytes16_over8(bytes16_load8(p + 8, c), 0x7f) << 8) ^
	       0xffff;
}

static inline uint64_t bytes16_scalar_stops8(const char *p)
{
	uint64_t comma = bytes16_over8(bytes16_load8(p, ','), 0x7f);
	uint64_t close = bytes16_over8(bytes16_load8(p, ']') & BYTES16_EACH(0xdf), 0x7f);
	uint64_t space = bytes16_over8(bytes16_load8(p, 0), 0x5f);

	return (comma & close & space) ^ 0xff;
}

static inline uint64_t bytes16_scalar_stops(const char *p)
{
	return bytes16_scalar_stops8(p) | bytes16_scalar_stops8(p + 8) << 8;
}

static inline uint64_t bytes16_not_digits(const char *p)
{
	return bytes16_over8(bytes16_load8(p, '0'), 0x76) |
	       bytes16_over8(bytes16_load8(p + 8, '0'), 0x76) << 8;
}

#endif

#endif
