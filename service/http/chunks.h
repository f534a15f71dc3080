/*
 * Chunks: whether the bytes of a chunked body are well formed, as they come from the socket.
 *
 * The library decodes them, but 1.15 takes whatever follows the last chunk for an end, and 1.16
 * skips extensions of any length and content.  So the raw bytes are followed beside it: sizes of
 * up to 15 digits, CR LF after size and data, nothing else.  Chunk extensions are refused; trailers
 * are let through, but are the last thing on their connection.
 */
#ifndef HTTP_CHUNKS_H
#define HTTP_CHUNKS_H

#include <stddef.h>
#include <stdint.h>

enum chunks_state {
	CHUNKS_SIZE, /* before the first digit of a size */
	CHUNKS_DIGITS,
	CHUNKS_SIZE_LF,
	CHUNKS_DATA,
	CHUNKS_DATA_CR,
	CHUNKS_DATA_LF,
	CHUNKS_END_CR, /* after the size 0 */
	CHUNKS_END_LF,
	CHUNKS_TRAILERS, /* instead of the end; what follows is not looked at */
	CHUNKS_DONE,     /* what follows belongs to the next request */
	CHUNKS_BROKEN,
};

struct chunks {
	enum chunks_state state;
	unsigned n_digits;
	uint64_t left; /* of the chunk: bytes of data to come, or its size so far */
};

#define CHUNKS_INIT ((struct chunks){ .state = CHUNKS_SIZE })

/* The next bytes of the connection. */
void chunks_follow(struct chunks *chunks, const char *bytes, size_t len);

#endif
