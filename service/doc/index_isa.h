/*
 * Between index.c and the files that know one instruction set each.  For index*.c alone.
 */
#ifndef DOC_INDEX_ISA_H
#define DOC_INDEX_ISA_H

#include "doc/index.h"

struct index_isa {
	const char *name;
	bool (*is_supported)(void); /* NULL: always */

	/* Index whole blocks at p, the text at ix->next or a copy of it; stops at a fault. */
	void (*index)(struct index *ix, const char *p, size_t n_blocks);

	/* See index_skip(). */
	size_t (*skip)(const char *text, size_t len, size_t at);
};

extern const struct index_isa index_scalar, index_avx2, index_sse42;

/* Those that were compiled in, best first; the last one asks nothing of the machine. */
extern const struct index_isa *const index_isas[];

/* One bit a byte; bit 0 is the first. */
struct block_masks {
	uint64_t quote;
	uint64_t backslash;
	uint64_t structural; /* may have control characters among them: pass two looks */
	uint64_t control;
	bool is_wide; /* has bytes beyond ASCII */
};

/* Brackets and braces of both kinds, inside strings too. */
struct block_brackets {
	uint64_t open, close;
};

/* What made a block worth a second look; one bit a byte. */
struct index_suspect {
	uint64_t escapes;    /* characters after a backslash, in strings */
	uint64_t backslash;  /* outside strings */
	uint64_t control;    /* in strings */
	uint64_t neighbours; /* opening quotes after a string */
	bool is_utf8;
};

/*
 * Look closely at the block at offset (from base): the number of bytes before its first fault,
 * which is then set in ix, or INDEX_BLOCK.
 */
size_t index_examine(struct index *ix, uint32_t offset, const struct index_suspect *suspect);

#endif
