/* Coding: which one a body has, which one an answer gets. */
#include <limits.h>
#include <string.h>

#include <zlib.h>

#include "base/macros.h"
#include "http/quality.h"
#include "http/request.h"
#include "http/response.h"

/* Smaller answers are sent sooner than they are packed. */
#define PACK_MIN ((size_t)1 << 10)

/* The fastest of zlib's: half as small as the slowest would make it, in a tenth of its time. */
#define PACK_LEVEL 1

#define PACK_PIECE ((size_t)256 << 10)

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

struct packer {
	const struct response_packing *packing;
	z_stream z;
	struct buf out;
	size_t n_paid;     /* of out, from the budget */
	size_t state_size; /* what zlib has, about; paid for while it packs */
	bool is_stopped;
};

/* No window larger than what it shall hold: zlib clears it first. */
static bool begin(struct packer *p, size_t size)
{
	int window_bits = 10;

	while (window_bits < 15 && (size_t)1 << window_bits < size)
		window_bits++;
	int memory_level = MIN(window_bits - 6, 8);
	size_t state_size = ((size_t)1 << (window_bits + 2)) + ((size_t)1 << (memory_level + 9));
	if (!budget_take(p->packing->budget, state_size))
		return false;
	p->state_size = state_size;
	return deflateInit2(&p->z, PACK_LEVEL, Z_DEFLATED, window_bits + GZIP_WRAPPER, memory_level,
	                    Z_DEFAULT_STRATEGY) == Z_OK;
}

static char *make_room(struct packer *p, size_t n)
{
	char *to = buf_reserve(&p->out, n);
	size_t grown = p->out.cap - p->n_paid;

	if (to == NULL || !budget_take(p->packing->budget, grown))
		return NULL;
	p->n_paid += grown;
	return to;
}

static bool should_stop(struct packer *p)
{
	const struct response_packing *packing = p->packing;

	p->is_stopped = packing->should_stop != NULL && packing->should_stop(packing->arg);
	return p->is_stopped;
}

/* The next piece of *body; what zlib says. */
static int pack_piece(struct packer *p, size_t size, struct str *body)
{
	uInt n_given = (uInt)MIN(body->len, PACK_PIECE);
	size_t room = MIN(MIN(MAX(p->out.len, size / 8 + 64), size - p->out.len), (size_t)INT_MAX);
	char *to = make_room(p, room);

	if (to == NULL)
		return Z_MEM_ERROR;
	p->z.next_in = (Bytef *)body->data;
	p->z.avail_in = n_given;
	p->z.next_out = (Bytef *)to;
	p->z.avail_out = (uInt)room;
	int status = deflate(&p->z, n_given == body->len ? Z_FINISH : Z_NO_FLUSH);
	size_t n_used = n_given - p->z.avail_in;
	*body = (struct str){ body->data + n_used, body->len - n_used };
	p->out.len += (size_t)((char *)p->z.next_out - to);
	return status;
}

/* All of body into out; false when it stays as it is: it would not become smaller, for one. */
static bool pack(struct packer *p, struct str body)
{
	size_t size = body.len;
	int status = begin(p, size) ? Z_OK : Z_MEM_ERROR;

	while (status == Z_OK && p->out.len < size && !should_stop(p))
		status = pack_piece(p, size, &body);
	deflateEnd(&p->z);
	budget_give(p->packing->budget, p->state_size);
	return status == Z_STREAM_END;
}

/* Does the caller want it packed?  Notes in the answer that another one might have got it so. */
static bool is_wanted(const struct request *req, struct response *res, size_t size)
{
	struct wishes wishes;

	if (size == 0 || res->is_exact)
		return false;
	wishes = read_wishes(req);
	if (size < PACK_MIN && wishes.identity > 0)
		return false;
	res->varies_by_coding = true;
	return wishes.gzip > 0 && wishes.gzip >= wishes.identity;
}

int response_pack(const struct request *req, struct response *res,
                  const struct response_packing *packing, size_t *ret_paid, struct err *err)
{
	struct packer p = { .packing = packing };
	struct str body = response_body_bytes(res);

	*ret_paid = 0;
	res->is_coded = true;
	if (!is_wanted(req, res, body.len))
		return 0;
	buf_init(&p.out, body.len);
	if (pack(&p, body)) {
		response_take(res, &p.out);
		res->is_coded = res->varies_by_coding = true;
		res->coding = "gzip";
		*ret_paid = p.n_paid;
		return 0;
	}
	buf_deinit(&p.out);
	budget_give(packing->budget, p.n_paid);
	return p.is_stopped ? err_set(err, ERR_CANCELLED, "packing the answer was stopped") : 0;
}
