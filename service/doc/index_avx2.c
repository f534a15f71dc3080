/* The structural index with AVX2 and carry-less multiplication. */
#include "doc/index_isa.h"

#include <immintrin.h>

#include "doc/index_x86.h"

static inline __m256i load(const char *p)
{
	return _mm256_loadu_si256((const __m256i_u *)p);
}

static inline __m256i table(const uint8_t *bytes)
{
	return _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)bytes));
}

static inline uint64_t mask(__m256i low, __m256i high)
{
	return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
	                                                     << 32;
}

static inline uint64_t equal_mask(__m256i low, __m256i high, char c)
{
	__m256i wanted = _mm256_set1_epi8(c);

	return mask(_mm256_cmpeq_epi8(low, wanted), _mm256_cmpeq_epi8(high, wanted));
}

static inline __m256i structural(__m256i v)
{
	__m256i folded = _mm256_or_si256(v, _mm256_set1_epi8(0x20));

	return _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table(structural_by_low), v), folded);
}

static inline __m256i control(__m256i v)
{
	return _mm256_cmpeq_epi8(_mm256_min_epu8(v, _mm256_set1_epi8(0x1f)), v);
}

static inline struct block_masks block_masks(const char *p)
{
	__m256i low = load(p), high = load(p + 32);

	return (struct block_masks){
		.quote = equal_mask(low, high, '"'),
		.backslash = equal_mask(low, high, '\\'),
		.structural = mask(structural(low), structural(high)),
		.control = mask(control(low), control(high)),
		.is_wide = _mm256_movemask_epi8(_mm256_or_si256(low, high)) != 0,
	};
}

/* Bit 5 is all that [ and {, ] and } differ in. */
static inline struct block_brackets block_brackets(const char *p)
{
	__m256i fold = _mm256_set1_epi8(0x20);
	__m256i low = _mm256_or_si256(load(p), fold), high = _mm256_or_si256(load(p + 32), fold);

	return (struct block_brackets){
		.open = equal_mask(low, high, '{'),
		.close = equal_mask(low, high, '}'),
	};
}

static inline uint64_t block_prefix_xor(uint64_t bits)
{
	__m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)bits),
	                                       _mm_set1_epi8((char)0xff), 0);

	return (uint64_t)_mm_cvtsi128_si64(product);
}

static inline __m256i look_up(const uint8_t *bytes, __m256i v)
{
	return _mm256_shuffle_epi8(table(bytes), _mm256_and_si256(v, _mm256_set1_epi8(0x0f)));
}

static inline __m256i utf8_wrong(const char *p)
{
	__m256i v = load(p), before = load(p - 1);
	__m256i wrong = _mm256_and_si256(_mm256_and_si256(look_up(utf8_before_high,
	                                                          _mm256_srli_epi16(before, 4)),
	                                                  look_up(utf8_before_low, before)),
	                                 look_up(utf8_high, _mm256_srli_epi16(v, 4)));
	/* Two bytes after E0 and more, three after F0 and more, a second continuation is due. */
	__m256i third = _mm256_subs_epu8(load(p - 2), _mm256_set1_epi8((char)(0xe0 - 0x80)));
	__m256i fourth = _mm256_subs_epu8(load(p - 3), _mm256_set1_epi8((char)(0xf0 - 0x80)));
	__m256i due = _mm256_and_si256(_mm256_or_si256(third, fourth),
	                               _mm256_set1_epi8((char)TWO_CONTINUATIONS));

	return _mm256_xor_si256(due, wrong);
}

/* Not inlined: its tables would push those that every block needs out of the registers. */
static __attribute__((noinline)) bool block_is_utf8(const char *p)
{
	__m256i wrong = _mm256_or_si256(utf8_wrong(p), utf8_wrong(p + 32));

	return _mm256_testz_si256(wrong, wrong);
}

static inline uint32_t block_first(uint64_t bits)
{
	return (uint32_t)_tzcnt_u64(bits);
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

const struct index_isa index_avx2 = {
	.name = "avx2",
	.is_supported = index_has_avx2,
	.index = index_run,
	.skip = skip_run,
};
