/* Coding: which one a body has, which one an answer gets. */
#include "http/coding.h"

#include <limits.h>
#include <string.h>

#include <zlib.h>

#include "base/macros.h"
#include "http/quality.h"

/* Smaller answers are sent sooner than they are packed. */
#define PACK_MIN ((size_t)1 << 10)

/* The fastest of zlib's: half as small as the slowest would make it, in a tenth of its time. */
#define PACK_LEVEL 1

#define GZIP_WRAPPER 16 /* added to the bits of the window */

static bool is_gzip(struct str name)
{
	return str_eq_fold(name, STR("gzip")) || str_eq_fold(name, STR("x-gzip"));
}

enum coding request_coding(const struct request *req)
{
	enum coding coding = CODING_NONE;
	struct quality_item item;
	struct str line;

	for (size_t n = 0; (line = request_header_nth(req, "Content-Encoding", n)).data != NULL;
	     n++) {
		while (quality_next(&line, &item)) {
			if (str_eq_fold(item.name, STR("identity")))
				continue;
			/* Twice packed is not taken either. */
			if (coding != CODING_NONE || !is_gzip(item.name))
				return CODING_UNKNOWN;
			coding = CODING_GZIP;
		}
	}
	return coding;
}

struct wishes {
	unsigned gzip, identity;
	bool names_gzip, names_identity;
};

static struct wishes read_wishes(const struct request *req)
{
	struct wishes wishes = { .identity = 1 }; /* always fine, unless refused */
	struct quality_item item;
	struct str line;

	for (size_t n = 0; (line = request_header_nth(req, "Accept-Encoding", n)).data != NULL; n++) {
		while (quality_next(&line, &item)) {
			bool is_any = str_is(item.name, "*");

			if (is_gzip(item.name) || (is_any && !wishes.names_gzip)) {
				wishes.gzip = item.quality;
				wishes.names_gzip = wishes.names_gzip || !is_any;
			}
			if (str_eq_fold(item.name, STR("identity")) ||
			    (is_any && item.quality == 0 && !wishes.names_identity)) {
				wishes.identity = item.quality;
				wishes.names_identity = !is_any;
			}
		}
	}
	return wishes;
}

/* No window larger than what it shall hold: zlib clears it first. */
static int begin(z_stream *z, size_t size)
{
	int window_bits = 10;

	while (window_bits < 15 && (size_t)1 << window_bits < size)
		window_bits++;
	return deflateInit2(z, PACK_LEVEL, Z_DEFLATED, window_bits + GZIP_WRAPPER,
	                    MIN(window_bits - 6, 8), Z_DEFAULT_STRATEGY);
}

/* All of body into ret; false when there is no memory, or when it would not become smaller. */
static bool pack(struct str body, struct buf *ret)
{
	size_t size = body.len;
	z_stream z = { 0 };
	int status = begin(&z, size);

	while (status == Z_OK && ret->len < size) {
		uInt n_given = (uInt)MIN(body.len, (size_t)INT_MAX);
		size_t room = MIN(MAX(ret->len, size / 8 + 64), size - ret->len);
		char *to = buf_reserve(ret, MIN(room, (size_t)INT_MAX));

		if (to == NULL)
			break;
		z.next_in = (Bytef *)body.data;
		z.avail_in = n_given;
		z.next_out = (Bytef *)to;
		z.avail_out = (uInt)MIN(room, (size_t)INT_MAX);
		status = deflate(&z, n_given == body.len ? Z_FINISH : Z_NO_FLUSH);
		size_t n_used = n_given - z.avail_in;
		body = (struct str){ body.data + n_used, body.len - n_used };
		ret->len += (size_t)((char *)z.next_out - to);
	}
	deflateEnd(&z);
	return status == Z_STREAM_END;
}

void coding_pack(const struct request *req, struct response *res)
{
	struct str body = response_body_bytes(res);
	struct buf packed;

	if (body.len == 0 || res->is_exact)
		return;
	struct wishes wishes = read_wishes(req);
	if (body.len < PACK_MIN && wishes.identity > 0)
		return;
	res->varies_by_coding = true;
	if (wishes.gzip == 0 || wishes.gzip < wishes.identity)
		return;
	buf_init(&packed, body.len);
	if (pack(body, &packed)) {
		response_take(res, &packed);
		res->coding = "gzip";
	}
	buf_deinit(&packed);
}
