/*
 * Digits, 16 bytes at a time: what every x86-64 can do, and the same for other machines.
 */
#ifndef DOC_DIGITS_H
#define DOC_DIGITS_H

#include <stdint.h>

#ifdef __SSE2__

#include <emmintrin.h>

/* A bit for each of the 16 bytes at p that is not a digit; bit 0 is the first. */
static inline uint64_t digits_not(const char *p)
{
	__m128i x = _mm_sub_epi8(_mm_loadu_si128((const __m128i_u *)p), _mm_set1_epi8('0'));

	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(x, _mm_set1_epi8(10)), x));
}

#else

#include <endian.h>
#include <string.h>

static inline uint64_t digits_not8(const char *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof x);
	x = le64toh(x) ^ UINT64_C(0x3030303030303030);
	/* Bit 7 of each byte that is not 0 to 9 now; no carry leaves its byte. */
	x = (((x & UINT64_C(0x7f7f7f7f7f7f7f7f)) + UINT64_C(0x7676767676767676)) | x) &
	    UINT64_C(0x8080808080808080);
	return (x >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

static inline uint64_t digits_not(const char *p)
{
	return digits_not8(p) | digits_not8(p + 8) << 8;
}

#endif

#endif
