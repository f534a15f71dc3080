/* Chunks: a look at raw bytes, one state a kind of byte. */
#include "http/chunks.h"

#include "base/macros.h"

#define DIGITS_MAX 15

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static enum chunks_state next_size(struct chunks *chunks, char c)
{
	int digit = hex_value(c);

	if (chunks->state == CHUNKS_SIZE) {
		chunks->n_digits = 0;
		chunks->left = 0;
	}
	if (digit >= 0 && chunks->n_digits < DIGITS_MAX) {
		chunks->left = chunks->left * 16 + (unsigned)digit;
		chunks->n_digits++;
		return CHUNKS_DIGITS;
	}
	return c == '\r' && chunks->n_digits > 0 ? CHUNKS_SIZE_LF : CHUNKS_BROKEN;
}

/* The state after a byte that is not data. */
static enum chunks_state next_state(struct chunks *chunks, char c)
{
	switch (chunks->state) {
	case CHUNKS_SIZE:
	case CHUNKS_DIGITS: return next_size(chunks, c);
	case CHUNKS_SIZE_LF:
		if (c != '\n')
			return CHUNKS_BROKEN;
		return chunks->left > 0 ? CHUNKS_DATA : CHUNKS_END_CR;
	case CHUNKS_DATA_CR: return c == '\r' ? CHUNKS_DATA_LF : CHUNKS_BROKEN;
	case CHUNKS_DATA_LF: return c == '\n' ? CHUNKS_SIZE : CHUNKS_BROKEN;
	case CHUNKS_END_CR: return c == '\r' ? CHUNKS_END_LF : CHUNKS_TRAILERS;
	case CHUNKS_END_LF: return c == '\n' ? CHUNKS_DONE : CHUNKS_BROKEN;
	default: return chunks->state;
	}
}

void chunks_follow(struct chunks *chunks, const char *bytes, size_t len)
{
	const char *end = bytes + len;

	while (bytes < end && chunks->state < CHUNKS_TRAILERS) {
		if (chunks->state != CHUNKS_DATA) {
			chunks->state = next_state(chunks, *bytes++);
			continue;
		}
		size_t n = MIN(chunks->left, (uint64_t)(end - bytes));

		bytes += n;
		chunks->left -= n;
		if (chunks->left == 0)
			chunks->state = CHUNKS_DATA_CR;
	}
}
