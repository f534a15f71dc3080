/* The structural index: chunks, the text's two ends, and the search for the exact fault. */
#include "doc/index.h"

#include <string.h>

#include "doc/index_isa.h"

#define LOOK_BACK 16 /* bytes readable before a copied block; three are looked at */

const struct index_isa *index_isa_best(void)
{
	size_t i = 0;

	while (index_isas[i]->is_supported != NULL && !index_isas[i]->is_supported())
		i++;
	return index_isas[i];
}

const struct index_isa *index_isa_find(const char *name)
{
	for (size_t i = 0;; i++) {
		const struct index_isa *isa = index_isas[i];
		bool is_last = isa->is_supported == NULL;

		if (strcmp(isa->name, name) == 0)
			return is_last || isa->is_supported() ? isa : NULL;
		if (is_last)
			return NULL;
	}
}

const char *index_isa_name(void)
{
	return index_isa_best()->name;
}

bool index_init(struct index *ix, struct arena *a, const struct index_isa *isa, const char *text,
                size_t len, size_t chunk_size)
{
	/* One block more than the text has: the one behind its end, which is all white space. */
	size_t needed = len / INDEX_BLOCK * INDEX_BLOCK + INDEX_BLOCK;

	chunk_size = (chunk_size + INDEX_BLOCK - 1) / INDEX_BLOCK * INDEX_BLOCK;
	*ix = (struct index){
		.isa = isa,
		.text = text,
		.len = len,
		.chunk_size = MIN(chunk_size, needed),
		.base = text,
		.low_at = SIZE_MAX,
	};
	ix->positions = arena_array(a, ix->chunk_size + INDEX_BLOCK, sizeof *ix->positions);
	ix->controls = arena_array(a, ix->chunk_size / INDEX_BLOCK + 1, sizeof *ix->controls);
	return ix->positions != NULL && ix->controls != NULL;
}

void index_restart(struct index *ix, const char *text, size_t len)
{
	*ix = (struct index){
		.isa = ix->isa,
		.text = text,
		.len = len,
		.chunk_size = ix->chunk_size,
		.base = text,
		.positions = ix->positions,
		.controls = ix->controls,
		.low_at = SIZE_MAX,
	};
}

/*
 * A block at one of the text's ends, through a copy with blanks behind it.  At the end this is
 * the rest of the text and may be nothing: the blanks show what is cut off.
 */
static void index_end_block(struct index *ix)
{
	char copy[LOOK_BACK + INDEX_BLOCK] = { 0 };
	size_t n = MIN(ix->len - ix->next, (size_t)INDEX_BLOCK);
	size_t n_before = MIN(ix->next, (size_t)LOOK_BACK);

	memset(copy + LOOK_BACK, ' ', INDEX_BLOCK);
	memcpy(copy + LOOK_BACK - n_before, ix->text + (ix->next - n_before), n_before + n);
	ix->isa->index(ix, copy + LOOK_BACK, 1);
	ix->next += INDEX_BLOCK;
	if (ix->fault == INDEX_OK && ix->next > ix->len && ix->in_string != 0) {
		ix->fault = INDEX_UNTERMINATED;
		ix->fault_at = ix->len;
	}
}

static void index_chunk(struct index *ix)
{
	size_t end = ix->next + ix->chunk_size;

	ix->base = ix->text + ix->next;
	ix->n = 0;
	if (ix->next == 0)
		index_end_block(ix);
	if (ix->fault == INDEX_OK && ix->next < MIN(end, ix->len)) {
		size_t n_blocks = (MIN(end, ix->len) - ix->next) / INDEX_BLOCK;

		ix->isa->index(ix, ix->text + ix->next, n_blocks);
		ix->next += n_blocks * INDEX_BLOCK;
	}
	if (ix->fault == INDEX_OK && ix->next < end && ix->next <= ix->len)
		index_end_block(ix);
}

bool index_next(struct index *ix)
{
	do {
		if (ix->fault != INDEX_OK || ix->next > ix->len) {
			ix->n = 0;
			return false;
		}
		index_chunk(ix);
	} while (ix->n == 0);
	return true;
}

size_t index_skip(const struct index_isa *isa, const char *text, size_t len, size_t at)
{
	return isa->skip(text, len, at);
}

/* ---- the exact place of a fault ---- */

/* Bytes of the UTF-8 character at p, or 0 when there is none. */
static size_t utf8_char(const unsigned char *p, size_t len)
{
	unsigned lead = p[0];
	size_t n = lead < 0x80   ? 1
	           : lead < 0xc2 ? 0
	           : lead < 0xe0 ? 2
	           : lead < 0xf0 ? 3
	           : lead < 0xf5 ? 4
	                         : 0;

	if (n < 2)
		return n;
	if (n > len)
		return 0;
	/* Overlong forms, surrogates and what is beyond U+10FFFF show in the second byte. */
	unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
	unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;

	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* Offset of the first character of the block at block that is not UTF-8, or block's end. */
static size_t utf8_fault(const struct index *ix, size_t block)
{
	const unsigned char *text = (const unsigned char *)ix->text;
	size_t end = MIN(block + INDEX_BLOCK, ix->len), at = block;

	/* The block's first bytes may belong to a character that began before it. */
	while (at > 0 && block - at < 3 && (text[at - 1] & 0xc0) == 0x80)
		at--;
	if (at > 0 && block - at < 3 && text[at - 1] >= 0xc0)
		at--;
	if (at < block && text[at] < 0xc0)
		at = block;
	while (at < end) {
		size_t n = utf8_char(text + at, ix->len - at);

		if (n == 0)
			return at;
		at += n;
	}
	return block + INDEX_BLOCK;
}

/* The code unit that four hexadecimal digits at offset at spell, or -1. */
static int hex4(const struct index *ix, size_t at)
{
	int code = 0;

	if (ix->len < 4 || at > ix->len - 4)
		return -1;
	for (size_t i = at; i < at + 4; i++) {
		int c = (unsigned char)ix->text[i], lower = c | 0x20;

		if (c >= '0' && c <= '9')
			code = code * 16 + c - '0';
		else if (lower >= 'a' && lower <= 'f')
			code = code * 16 + lower - 'a' + 10;
		else
			return -1;
	}
	return code;
}

/* The escape whose letter is the u at offset at. */
static enum index_fault unicode_fault(struct index *ix, size_t at)
{
	int code = hex4(ix, at + 1);

	if (code < 0)
		return INDEX_ESCAPE;
	if (code >= 0xd800 && code < 0xdc00) {
		int low = hex4(ix, at + 7);

		if (low < 0xdc00 || low > 0xdfff || memcmp(ix->text + at + 5, "\\u", 2) != 0)
			return INDEX_SURROGATE;
		ix->low_at = at + 6;
		return INDEX_OK;
	}
	/* A second half is right only behind the first half that announced it. */
	if (code >= 0xdc00 && code < 0xe000 && ix->low_at != at)
		return INDEX_SURROGATE;
	return INDEX_OK;
}

static enum index_fault escape_fault(struct index *ix, size_t at)
{
	switch (ix->text[at]) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't': return INDEX_OK;
	case 'u': return unicode_fault(ix, at);
	default: return INDEX_ESCAPE;
	}
}

static void fault_at(struct index *ix, size_t at, enum index_fault fault)
{
	if (ix->fault == INDEX_OK || at < ix->fault_at) {
		ix->fault = fault;
		ix->fault_at = at;
	}
}

size_t index_examine(struct index *ix, uint32_t offset, const struct index_suspect *suspect)
{
	size_t block = (size_t)(ix->base - ix->text) + offset;

	for (uint64_t bits = suspect->escapes; bits != 0; bits &= bits - 1) {
		size_t at = block + (size_t)__builtin_ctzll(bits);
		enum index_fault fault = at < ix->len ? escape_fault(ix, at) : INDEX_OK;

		if (fault == INDEX_OK)
			continue;
		fault_at(ix, at - 1, fault);
		break;
	}
	if (suspect->backslash != 0)
		fault_at(ix, block + (size_t)__builtin_ctzll(suspect->backslash), INDEX_BACKSLASH);
	if (suspect->control != 0)
		fault_at(ix, block + (size_t)__builtin_ctzll(suspect->control), INDEX_CONTROL);
	if (suspect->neighbours != 0)
		fault_at(ix, block + (size_t)__builtin_ctzll(suspect->neighbours), INDEX_NEIGHBOUR);
	if (!suspect->is_utf8) {
		size_t at = utf8_fault(ix, block);

		if (at < block + INDEX_BLOCK)
			fault_at(ix, at, INDEX_UTF8);
	}
	if (ix->fault == INDEX_OK)
		return INDEX_BLOCK;
	return ix->fault_at > block ? ix->fault_at - block : 0;
}
