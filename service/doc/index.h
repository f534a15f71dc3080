/*
 * The structural index: pass one of reading JSON, one chunk at a time.
 *
 * From 64 bytes at a time come bit masks, from the masks the positions of the structural
 * characters { } [ ] : , outside strings.  Between two neighbours of that list stands at most one
 * scalar, with white space around it; pass two (skip.h, read.c) looks at what is between them.
 * Starts and ends of strings and numbers are therefore not listed, which halves the list.
 *
 * Pass one is the only one that looks inside strings.  It has checked when it lists a position:
 *   - everything before it is UTF-8, without overlong forms, surrogates and beyond U+10FFFF;
 *   - strings hold no control character, every escape is a known one, surrogates come in pairs;
 *   - no string stands next to another one, only a structural character away.  So what begins
 *     and ends with a quote between two positions is one string.
 * It has not checked anything else.  An entry may even be a form feed or a SUB (0x1a), which look
 * like a comma and a colon to the instructions used; pass two finds that they are not.
 *
 * The first fault ends the list; pass two reports it when it gets there, unless it finds another
 * one before.  The last bytes of the text are read through a copy, so what is behind them has no
 * influence.
 */
#ifndef DOC_INDEX_H
#define DOC_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/macros.h"

#define INDEX_BLOCK 64

/*
 * Bytes of text in a chunk.  Text and positions should stay in the second-level cache between the
 * passes: the reader ran at 2,270 MB/s with 4 KiB, at 2,430 to 2,510 from 16 KiB to 1 MiB.
 */
#define INDEX_CHUNK 65536

enum index_fault {
	INDEX_OK,
	INDEX_UTF8,         /* not UTF-8 */
	INDEX_CONTROL,      /* a control character inside a string */
	INDEX_BACKSLASH,    /* a backslash outside a string */
	INDEX_ESCAPE,       /* an escape that JSON does not know */
	INDEX_SURROGATE,    /* half of a surrogate pair */
	INDEX_NEIGHBOUR,    /* a string right after a string, nothing structural between them */
	INDEX_UNTERMINATED, /* the text ends inside a string */
};

struct index_isa;

struct index {
	const struct index_isa *isa;
	const char *text;
	size_t len;
	size_t chunk_size; /* a multiple of INDEX_BLOCK */

	/* The current chunk: n positions, counted from base. */
	const char *base;
	uint32_t *positions;
	uint64_t *controls; /* of each block: its control characters, one bit a byte */
	size_t n;

	/* What pass one carries from block to block. */
	size_t next;           /* offset of the next block */
	uint64_t in_string;    /* all ones inside a string */
	uint64_t escaped;      /* 1: the next character is escaped */
	uint64_t after_string; /* 1: since the last string there was nothing structural */
	bool has_wide;         /* the last block had bytes beyond ASCII */
	size_t low_at;         /* offset at which the second half of a surrogate pair stands */

	enum index_fault fault;
	size_t fault_at; /* offset in text */
};

/* The best instruction set of this machine; the one with that name, NULL when it is not there. */
const struct index_isa *index_isa_best(void);
const struct index_isa *index_isa_find(const char *name);

/* What the process uses: "avx2", "sse4.2" or "scalar". */
const char *index_isa_name(void);

/*
 * Begin with a text; chunk_size is rounded up to whole blocks and down to what the text needs.
 * False when the arena has no room for the positions.
 */
bool index_init(struct index *ix, struct arena *a, const struct index_isa *isa, const char *text,
                size_t len, size_t chunk_size) MUST_CHECK;

/* Begin again with another text, in the memory that is there. */
void index_restart(struct index *ix, const char *text, size_t len);

/* Index the next chunk that has any position; false at the end of the text or at a fault. */
bool index_next(struct index *ix);

/*
 * May there be a control character, such as a line break, from p up to end?  Both lie in what has
 * been indexed; true too when that cannot be told any more, as p is not in the current chunk.
 */
static inline bool index_has_control(const struct index *ix, const char *p, const char *end)
{
	size_t from = (size_t)(p - ix->base), to = (size_t)(end - ix->base);

	if (UNLIKELY(p < ix->base || end <= p))
		return end > p;
	size_t block = from / INDEX_BLOCK, last = (to - 1) / INDEX_BLOCK;
	uint64_t found = ix->controls[block] >> from % INDEX_BLOCK << from % INDEX_BLOCK;

	while (block < last && found == 0)
		found = ix->controls[++block];
	/* Of the last block what stands before end. */
	return found != 0 &&
	       (block < last || found << (INDEX_BLOCK - 1 - (to - 1) % INDEX_BLOCK) != 0);
}

/*
 * Behind the container that begins at offset at: brackets are counted, strings stepped over, and
 * nothing is checked.  0 when it has no end.
 */
size_t index_skip(const struct index_isa *isa, const char *text, size_t len, size_t at);

#endif
