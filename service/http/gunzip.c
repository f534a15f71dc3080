/* Gunzip: zlib's decoder, over several members. */
#include "http/gunzip.h"

#include <limits.h>
#include <stdlib.h>

#include <zlib.h>

/* The largest window there is, and a gzip header, nothing else. */
#define WINDOW_BITS (15 + 16)

struct gunzip {
	z_stream z;
	uint64_t n_in;
	bool is_at_end; /* a member has ended, and no other one has begun */
};

struct gunzip *gunzip_create(void)
{
	struct gunzip *gunzip = calloc(1, sizeof *gunzip);

	if (gunzip != NULL && inflateInit2(&gunzip->z, WINDOW_BITS) != Z_OK) {
		free(gunzip);
		return NULL;
	}
	return gunzip;
}

void gunzip_destroy(struct gunzip *gunzip)
{
	if (gunzip == NULL)
		return;
	inflateEnd(&gunzip->z);
	free(gunzip);
}

static int fail(int status, const char *message, struct err *err)
{
	if (status == Z_MEM_ERROR)
		return err_nomem(err, "the gzip decoder");
	return err_set(err, ERR_CODING, "the body is not whole gzip: %s",
	               message != NULL ? message : "it has a dictionary");
}

int gunzip_run(struct gunzip *gunzip, struct str *in, char *out, size_t room, size_t *ret,
               struct err *err)
{
	z_stream *z = &gunzip->z;
	uInt room_used = (uInt)MIN(room, (size_t)INT_MAX);

	z->next_out = (Bytef *)out;
	z->avail_out = room_used;
	do {
		uInt n_given = (uInt)MIN(in->len, (size_t)INT_MAX);

		if (gunzip->is_at_end && n_given == 0)
			break;
		if (gunzip->is_at_end && inflateReset(z) != Z_OK)
			return fail(Z_DATA_ERROR, "it cannot be begun again", err);
		gunzip->is_at_end = false;
		z->next_in = (Bytef *)in->data;
		z->avail_in = n_given;
		int status = inflate(z, Z_NO_FLUSH);
		size_t n_used = n_given - z->avail_in;
		in->data += n_used;
		in->len -= n_used;
		gunzip->n_in += n_used;
		gunzip->is_at_end = status == Z_STREAM_END;
		/* Z_BUF_ERROR: nothing could be done without more input, or more room. */
		if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
			return fail(status, z->msg, err);
		if (status == Z_BUF_ERROR)
			break;
	} while (in->len > 0 && z->avail_out > 0);
	*ret = room_used - z->avail_out;
	return 0;
}

uint64_t gunzip_n_in(const struct gunzip *gunzip)
{
	return gunzip->n_in;
}

bool gunzip_is_whole(const struct gunzip *gunzip)
{
	return gunzip->is_at_end;
}
