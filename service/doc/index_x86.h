/*
 * What the files for x86-64 share: tables for shuffles, and which machine has what.
 *
 * UTF-8 is checked after Keiser and Lemire, "Validating UTF-8 in less than one instruction per
 * byte" (2020): three look-ups by half a byte each, for a byte and the one before it, give sets
 * of the ways in which the pair may be wrong; what all three have in common is wrong.
 */
#ifndef DOC_INDEX_X86_H
#define DOC_INDEX_X86_H

#include <stdbool.h>
#include <stdint.h>

bool index_has_avx2(void);
bool index_has_sse42(void);

enum utf8_wrong {
	TOO_SHORT = 1 << 0,  /* a lead byte without what it announces */
	TOO_LONG = 1 << 1,   /* ASCII and a continuation */
	OVERLONG_3 = 1 << 2, /* E0 80..9F */
	TOO_LARGE = 1 << 3,  /* F4 90..BF, F5.. 90..BF */
	SURROGATE = 1 << 4,  /* ED A0..BF */
	OVERLONG_2 = 1 << 5, /* C0, C1 */
	OVERLONG_4 = 1 << 6, /* F0 80..8F; the same bit for F5.. 80..8F, which is too large */
	TWO_CONTINUATIONS = 1 << 7, /* right only two or three bytes after a long lead byte */
	ANY_LOW = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS,
};

/* By the high half of the byte before. */
static const uint8_t utf8_before_high[16] __attribute__((aligned(16))) = {
	[0x0] = TOO_LONG,
	[0x1] = TOO_LONG,
	[0x2] = TOO_LONG,
	[0x3] = TOO_LONG,
	[0x4] = TOO_LONG,
	[0x5] = TOO_LONG,
	[0x6] = TOO_LONG,
	[0x7] = TOO_LONG,
	[0x8] = TWO_CONTINUATIONS,
	[0x9] = TWO_CONTINUATIONS,
	[0xa] = TWO_CONTINUATIONS,
	[0xb] = TWO_CONTINUATIONS,
	[0xc] = TOO_SHORT | OVERLONG_2,
	[0xd] = TOO_SHORT,
	[0xe] = TOO_SHORT | OVERLONG_3 | SURROGATE,
	[0xf] = TOO_SHORT | TOO_LARGE | OVERLONG_4,
};

/* By the low half of the byte before. */
static const uint8_t utf8_before_low[16] __attribute__((aligned(16))) = {
	[0x0] = ANY_LOW | OVERLONG_2 | OVERLONG_3 | OVERLONG_4,
	[0x1] = ANY_LOW | OVERLONG_2,
	[0x2] = ANY_LOW,
	[0x3] = ANY_LOW,
	[0x4] = ANY_LOW | TOO_LARGE,
	[0x5] = ANY_LOW | TOO_LARGE | OVERLONG_4,
	[0x6] = ANY_LOW | TOO_LARGE | OVERLONG_4,
	[0x7] = ANY_LOW | TOO_LARGE | OVERLONG_4,
	[0x8] = ANY_LOW | TOO_LARGE | OVERLONG_4,
	[0x9] = ANY_LOW | TOO_LARGE | OVERLONG_4,
	[0xa] = ANY_LOW | TOO_LARGE | OVERLONG_4,
	[0xb] = ANY_LOW | TOO_LARGE | OVERLONG_4,
	[0xc] = ANY_LOW | TOO_LARGE | OVERLONG_4,
	[0xd] = ANY_LOW | TOO_LARGE | OVERLONG_4 | SURROGATE,
	[0xe] = ANY_LOW | TOO_LARGE | OVERLONG_4,
	[0xf] = ANY_LOW | TOO_LARGE | OVERLONG_4,
};

/* By the high half of the byte itself. */
static const uint8_t utf8_high[16] __attribute__((aligned(16))) = {
	[0x0] = TOO_SHORT,
	[0x1] = TOO_SHORT,
	[0x2] = TOO_SHORT,
	[0x3] = TOO_SHORT,
	[0x4] = TOO_SHORT,
	[0x5] = TOO_SHORT,
	[0x6] = TOO_SHORT,
	[0x7] = TOO_SHORT,
	[0x8] = TOO_LONG | TWO_CONTINUATIONS | OVERLONG_2 | OVERLONG_3 | OVERLONG_4,
	[0x9] = TOO_LONG | TWO_CONTINUATIONS | OVERLONG_2 | OVERLONG_3 | TOO_LARGE,
	[0xa] = TOO_LONG | TWO_CONTINUATIONS | OVERLONG_2 | SURROGATE | TOO_LARGE,
	[0xb] = TOO_LONG | TWO_CONTINUATIONS | OVERLONG_2 | SURROGATE | TOO_LARGE,
	[0xc] = TOO_SHORT,
	[0xd] = TOO_SHORT,
	[0xe] = TOO_SHORT,
	[0xf] = TOO_SHORT,
};

/*
 * The structural character that a byte with bit 5 set must be, by its low half: [ and {, ] and }
 * fall together.  Two control characters match too, FF as a comma and SUB as a colon.
 */
static const uint8_t structural_by_low[16] __attribute__((aligned(16))) = {
	[0xa] = ':',
	[0xb] = '{',
	[0xc] = ',',
	[0xd] = '}',
};

#endif
