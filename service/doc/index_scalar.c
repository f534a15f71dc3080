/* The structural index in portable C: eight bytes at a time. */
#include "doc/index_isa.h"

#include <string.h>

enum { QUOTE = 1, BACKSLASH = 2, STRUCTURAL = 4, OPEN = 8, CLOSE = 16 };

static const uint8_t classes[256] = {
	['"'] = QUOTE,
	['\\'] = BACKSLASH,
	['{'] = STRUCTURAL | OPEN,
	['['] = STRUCTURAL | OPEN,
	['}'] = STRUCTURAL | CLOSE,
	[']'] = STRUCTURAL | CLOSE,
	[':'] = STRUCTURAL,
	[','] = STRUCTURAL,
	['\f'] = STRUCTURAL,
	[0x1a] = STRUCTURAL, /* as in index_x86.h, so that all are alike */
};

#define EACH_BYTE(n) (UINT64_C(0x0101010101010101) * (n))

/* A bit of each of eight bytes, side by side. */
static inline uint64_t gather(uint64_t bytes, unsigned bit)
{
	return (bytes >> bit & EACH_BYTE(1)) * UINT64_C(0x0102040810204080) >> 56;
}

/* The classes of eight bytes. */
static inline uint64_t classify(const char *p)
{
	uint64_t found = 0;

	for (unsigned k = 0; k < 8; k++)
		found |= (uint64_t)classes[(unsigned char)p[k]] << 8 * k;
	return found;
}

static inline struct block_masks block_masks(const char *p)
{
	struct block_masks m = { 0 };
	uint64_t wide = 0;

	for (unsigned i = 0; i < INDEX_BLOCK; i += 8) {
		uint64_t bytes, found = classify(p + i);

		memcpy(&bytes, p + i, 8);
		wide |= bytes;
		m.quote |= gather(found, 0) << i;
		m.backslash |= gather(found, 1) << i;
		m.structural |= gather(found, 2) << i;
		/* Bit 7 ends up set in the bytes from 0x20 on; no carry leaves its byte. */
		m.control |= gather(~(((bytes & EACH_BYTE(0x7f)) + EACH_BYTE(0x60)) | bytes), 7)
		             << i;
	}
	m.is_wide = (wide & EACH_BYTE(0x80)) != 0;
	return m;
}

static inline struct block_brackets block_brackets(const char *p)
{
	struct block_brackets b = { 0 };

	for (unsigned i = 0; i < INDEX_BLOCK; i += 8) {
		uint64_t found = classify(p + i);

		b.open |= gather(found, 3) << i;
		b.close |= gather(found, 4) << i;
	}
	return b;
}

static inline uint64_t block_prefix_xor(uint64_t bits)
{
	for (unsigned shift = 1; shift < 64; shift *= 2)
		bits ^= bits << shift;
	return bits;
}

/* No quick answer: index_examine() looks at every block that has more than ASCII. */
static inline bool block_is_utf8(const char *p)
{
	(void)p;
	return false;
}

static inline uint32_t block_first(uint64_t bits)
{
	return (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63);
}

#include "doc/index_block.h"

static void index_run(struct index *ix, const char *p, size_t n_blocks)
{
	blocks_index(ix, p, n_blocks);
}

static size_t skip_run(const char *text, size_t len, size_t at)
{
	return blocks_skip(text, len, at);
}

const struct index_isa index_scalar = {
	.name = "scalar",
	.index = index_run,
	.skip = skip_run,
};
