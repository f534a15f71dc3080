/* The structural index with SSE4.2 and carry-less multiplication. */
#include "doc/index_isa.h"

#include <nmmintrin.h>
#include <wmmintrin.h>

#include "doc/index_x86.h"

#define LANES (INDEX_BLOCK / 16)

/* A block, or what was found out about each of its bytes. */
struct lanes {
	__m128i v[LANES];
};

static inline struct lanes load(const char *p)
{
	struct lanes all;

	for (int i = 0; i < LANES; i++)
		all.v[i] = _mm_loadu_si128((const __m128i_u *)(p + 16 * i));
	return all;
}

static inline uint64_t mask(const struct lanes *all)
{
	uint64_t bits = 0;

	for (int i = 0; i < LANES; i++)
		bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(all->v[i]) << 16 * i;
	return bits;
}

static inline uint64_t equal_mask(const struct lanes *all, char c)
{
	struct lanes equal;

	for (int i = 0; i < LANES; i++)
		equal.v[i] = _mm_cmpeq_epi8(all->v[i], _mm_set1_epi8(c));
	return mask(&equal);
}

static inline __m128i table(const uint8_t *bytes)
{
	return _mm_load_si128((const __m128i *)bytes);
}

static inline struct lanes fold(const struct lanes *all)
{
	struct lanes folded;

	for (int i = 0; i < LANES; i++)
		folded.v[i] = _mm_or_si128(all->v[i], _mm_set1_epi8(0x20));
	return folded;
}

static inline struct block_masks block_masks(const char *p)
{
	struct lanes all = load(p), folded = fold(&all), structural, control;
	__m128i wide = _mm_setzero_si128();

	for (int i = 0; i < LANES; i++) {
		__m128i v = all.v[i];

		structural.v[i] = _mm_cmpeq_epi8(_mm_shuffle_epi8(table(structural_by_low), v),
		                                 folded.v[i]);
		control.v[i] = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v);
		wide = _mm_or_si128(wide, v);
	}
	return (struct block_masks){
		.quote = equal_mask(&all, '"'),
		.backslash = equal_mask(&all, '\\'),
		.structural = mask(&structural),
		.control = mask(&control),
		.is_wide = _mm_movemask_epi8(wide) != 0,
	};
}

static inline struct block_brackets block_brackets(const char *p)
{
	struct lanes all = load(p), folded = fold(&all);

	return (struct block_brackets){
		.open = equal_mask(&folded, '{'),
		.close = equal_mask(&folded, '}'),
	};
}

static inline uint64_t block_prefix_xor(uint64_t bits)
{
	__m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)bits),
	                                       _mm_set1_epi8((char)0xff), 0);

	return (uint64_t)_mm_cvtsi128_si64(product);
}

static inline __m128i look_up(const uint8_t *bytes, __m128i v)
{
	return _mm_shuffle_epi8(table(bytes), _mm_and_si128(v, _mm_set1_epi8(0x0f)));
}

static inline __m128i utf8_wrong(const char *p)
{
	__m128i v = _mm_loadu_si128((const __m128i_u *)p);
	__m128i before = _mm_loadu_si128((const __m128i_u *)(p - 1));
	__m128i two_before = _mm_loadu_si128((const __m128i_u *)(p - 2));
	__m128i three_before = _mm_loadu_si128((const __m128i_u *)(p - 3));
	__m128i wrong =
		_mm_and_si128(_mm_and_si128(look_up(utf8_before_high, _mm_srli_epi16(before, 4)),
	                                    look_up(utf8_before_low, before)),
	                      look_up(utf8_high, _mm_srli_epi16(v, 4)));
	/* Two bytes after E0 and more, three after F0 and more, a second continuation is due. */
	__m128i third = _mm_subs_epu8(two_before, _mm_set1_epi8((char)(0xe0 - 0x80)));
	__m128i fourth = _mm_subs_epu8(three_before, _mm_set1_epi8((char)(0xf0 - 0x80)));
	__m128i due = _mm_and_si128(_mm_or_si128(third, fourth),
	                            _mm_set1_epi8((char)TWO_CONTINUATIONS));

	return _mm_xor_si128(due, wrong);
}

/* Not inlined: its tables would push those that every block needs out of the registers. */
static __attribute__((noinline)) bool block_is_utf8(const char *p)
{
	__m128i wrong = _mm_setzero_si128();

	for (int i = 0; i < LANES; i++)
		wrong = _mm_or_si128(wrong, utf8_wrong(p + 16 * i));
	return _mm_testz_si128(wrong, wrong);
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

const struct index_isa index_sse42 = {
	.name = "sse4.2",
	.is_supported = index_has_sse42,
	.index = index_run,
	.skip = skip_run,
};
