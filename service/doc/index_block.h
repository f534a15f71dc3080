/*
 * What is the same for every instruction set: from the masks of a block to positions.
 *
 * Included by the files index_*.c, each compiled with its own flags, behind their definitions of
 *   struct block_masks block_masks(const char *p);
 *   struct block_brackets block_brackets(const char *p);
 *   uint64_t block_prefix_xor(uint64_t bits);
 *   uint32_t block_first(uint64_t bits);         place of the lowest bit; anything without one
 *   bool block_is_utf8(const char *p);
 * Everything here is inlined into them.
 */
#ifndef DOC_INDEX_BLOCK_H
#define DOC_INDEX_BLOCK_H

#include <string.h>

#include "base/macros.h"
#include "doc/index_isa.h"

#define ODD_BITS UINT64_C(0xaaaaaaaaaaaaaaaa)

/*
 * The characters that a backslash before them escapes.  A run of backslashes escapes every second
 * character, counted from its start: add the starts at even places to the runs, and the carries
 * clear those runs, which tells them from the ones that start at odd places.
 */
static inline uint64_t block_escaped(uint64_t backslash, uint64_t *carry)
{
	uint64_t escaped_first = *carry;

	backslash &= ~escaped_first;
	uint64_t starts = backslash & ~(backslash << 1);
	uint64_t even_runs = backslash & ~(backslash + (starts & ~ODD_BITS));
	uint64_t odd_runs = backslash & ~even_runs;
	uint64_t escaped = (even_runs << 1 & ODD_BITS) | (odd_runs << 1 & ~ODD_BITS);

	*carry = (backslash & ~escaped) >> 63;
	return escaped | escaped_first;
}

/*
 * The strings that come after a string with nothing structural between them.  From the bit after
 * each opening quote a carry runs up to the next opening quote or structural character.
 */
static inline uint64_t block_neighbours(uint64_t open, uint64_t structural, uint64_t *carry)
{
	uint64_t stops = open | structural, reached;
	bool runs_on = __builtin_add_overflow(open << 1 | *carry, ~stops, &reached);

	*carry = open >> 63 | runs_on;
	return reached & open;
}

/*
 * Append the places of the bits; may write, but not count, up to 7 entries more.  Eight at a time,
 * so that most blocks of most texts take one round and no branch is missed.
 */
static inline uint32_t *block_flatten(uint32_t *to, uint64_t bits, uint32_t offset)
{
	uint32_t *end = to + __builtin_popcountll(bits);

	while (bits != 0) {
		for (int i = 0; i < 8; i++) {
			to[i] = offset + block_first(bits);
			bits &= bits - 1;
		}
		to += 8;
	}
	return end;
}

/*
 * Index n_blocks at p, which are at offset in the text.  The text at offset is what p points to,
 * or p is a copy of it (at its two ends), with three readable bytes before.
 */
static inline void blocks_index(struct index *ix, const char *p, size_t n_blocks)
{
	uint32_t *to = ix->positions + ix->n;
	uint32_t offset = (uint32_t)(ix->text + ix->next - ix->base);
	uint64_t in_string = ix->in_string, escape = ix->escaped, after_string = ix->after_string;
	uint64_t *controls = ix->controls + offset / INDEX_BLOCK;
	bool has_wide = ix->has_wide;

	for (const char *end = p + n_blocks * INDEX_BLOCK; p < end;
	     p += INDEX_BLOCK, offset += INDEX_BLOCK) {
		struct block_masks m = block_masks(p);
		uint64_t escaped = 0;

		*controls++ = m.control;
		if (UNLIKELY((m.backslash | escape) != 0))
			escaped = block_escaped(m.backslash, &escape);
		uint64_t quote = m.quote & ~escaped;
		uint64_t string = block_prefix_xor(quote) ^ in_string;
		uint64_t structural = m.structural & ~string;
		uint64_t control = m.control & string;
		uint64_t neighbours = block_neighbours(quote & string, structural, &after_string);
		bool is_utf8 = LIKELY(!(m.is_wide | has_wide)) || block_is_utf8(p);

		in_string = (uint64_t)((int64_t)string >> 63);
		has_wide = m.is_wide;
		if (UNLIKELY((control | neighbours | m.backslash | escaped) != 0 || !is_utf8)) {
			const struct index_suspect suspect = {
				.escapes = escaped & string,
				.backslash = m.backslash & ~string,
				.control = control,
				.neighbours = neighbours,
				.is_utf8 = is_utf8,
			};
			size_t good = index_examine(ix, offset, &suspect);
			if (good < INDEX_BLOCK) {
				structural &= (UINT64_C(1) << good) - 1;
				to = block_flatten(to, structural, offset);
				break;
			}
		}
		to = block_flatten(to, structural, offset);
	}
	ix->n = (size_t)(to - ix->positions);
	ix->in_string = in_string;
	ix->escaped = escape;
	ix->after_string = after_string;
	ix->has_wide = has_wide;
}

/* The place in the block at which depth comes to nothing, or INDEX_BLOCK; keeps depth. */
static inline size_t block_depth_end(uint64_t open, uint64_t close, uint64_t *depth)
{
	uint64_t before = *depth;

	*depth += (uint64_t)__builtin_popcountll(open);
	*depth -= (uint64_t)__builtin_popcountll(close);
	if (LIKELY((uint64_t)__builtin_popcountll(close) < before))
		return INDEX_BLOCK;
	for (uint64_t n_closed = 1; close != 0; close &= close - 1, n_closed++) {
		uint64_t below = (close & -close) - 1;

		if (before + (uint64_t)__builtin_popcountll(open & below) == n_closed)
			return (size_t)__builtin_ctzll(close);
	}
	return INDEX_BLOCK;
}

static inline size_t blocks_skip(const char *text, size_t len, size_t at)
{
	uint64_t in_string = 0, carry = 0, depth = 0;

	for (; at < len; at += INDEX_BLOCK) {
		char copy[INDEX_BLOCK];
		const char *p = text + at;

		if (UNLIKELY(len - at < INDEX_BLOCK)) {
			memset(copy, ' ', sizeof copy);
			p = memcpy(copy, p, len - at);
		}
		struct block_masks m = block_masks(p);
		struct block_brackets b = block_brackets(p);
		uint64_t escaped = 0;

		if (UNLIKELY((m.backslash | carry) != 0))
			escaped = block_escaped(m.backslash, &carry);
		uint64_t string = block_prefix_xor(m.quote & ~escaped) ^ in_string;
		size_t end = block_depth_end(b.open & ~string, b.close & ~string, &depth);

		if (end < INDEX_BLOCK)
			return at + end + 1;
		in_string = (uint64_t)((int64_t)string >> 63);
	}
	return 0;
}

#endif
