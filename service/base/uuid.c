/* UUIDv7: 48 bits of milliseconds, then 74 bits that start random and rise within a millisecond. */
#include "base/uuid.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

static const char hex_digits[] = "0123456789abcdef";

static int random_fill(void *p, size_t len, struct err *err)
{
	ssize_t n;

	/* Up to 256 bytes come whole; only a signal while the pool is not ready yet interrupts. */
	do
		n = getrandom(p, len, 0);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)len)
		return err_set(err, ERR_INTERNAL, "no randomness from the system: %s",
		               strerror(errno));
	return 0;
}

static void stamp(struct uuid *id, int64_t ms)
{
	for (int i = 5; i >= 0; i--) {
		id->bytes[i] = (unsigned char)ms;
		ms >>= 8;
	}
	id->bytes[6] = (unsigned char)(0x70 | (id->bytes[6] & 0x0f));
	id->bytes[8] = (unsigned char)(0x80 | (id->bytes[8] & 0x3f));
}

int64_t uuid_ms(const struct uuid *id)
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | id->bytes[i];
	return ms;
}

static uint64_t load_be64(const unsigned char *p)
{
	uint64_t n = 0;

	for (int i = 0; i < 8; i++)
		n = n << 8 | p[i];
	return n;
}

static void store_be64(unsigned char *p, uint64_t n)
{
	for (int i = 7; i >= 0; i--) {
		p[i] = (unsigned char)n;
		n >>= 8;
	}
}

/* Add to the 62 bits at the end and carry into the 12 before them; false when all are used up. */
static bool rise(struct uuid *id, uint64_t step)
{
	const uint64_t low_mask = (UINT64_C(1) << 62) - 1;
	uint64_t low = (load_be64(id->bytes + 8) & low_mask) + step;
	unsigned high = ((unsigned)(id->bytes[6] & 0x0f) << 8 | id->bytes[7]) +
	                (unsigned)(low >> 62);

	store_be64(id->bytes + 8, low & low_mask);
	id->bytes[6] = (unsigned char)(high >> 8 & 0x0f);
	id->bytes[7] = (unsigned char)high;
	return high <= 0xfff;
}

static int next_locked(struct uuid_source *source, int64_t wall_ms, struct uuid *ret,
                       struct err *err)
{
	struct uuid id = source->last;
	int64_t ms = uuid_ms(&id);
	uint32_t step;

	if (wall_ms <= ms) {
		TRY(random_fill(&step, sizeof step, err));
		if (!rise(&id, (uint64_t)step + 1))
			ms++;
	} else {
		ms = wall_ms;
		TRY(random_fill(id.bytes + 6, 10, err));
		id.bytes[6] &= 0x07; /* room to rise in */
	}
	stamp(&id, ms);
	source->last = id;
	*ret = id;
	return 0;
}

int uuid_next(struct uuid_source *source, int64_t wall_ms, struct uuid *ret, struct err *err)
{
	pthread_mutex_lock(&source->lock);
	int rc = next_locked(source, wall_ms, ret, err);
	pthread_mutex_unlock(&source->lock);
	return rc;
}

static bool is_dash_at(size_t i)
{
	return i == 8 || i == 13 || i == 18 || i == 23;
}

void uuid_format(const struct uuid *id, char ret[UUID_TEXT_SIZE])
{
	size_t at = 0;

	for (size_t i = 0; i < sizeof id->bytes; i++) {
		if (is_dash_at(at))
			ret[at++] = '-';
		ret[at++] = hex_digits[id->bytes[i] >> 4];
		ret[at++] = hex_digits[id->bytes[i] & 0x0f];
	}
	ret[at] = 0;
}

bool uuid_parse(struct str text, struct uuid *ret)
{
	struct uuid id = { { 0 } };
	size_t n_digits = 0;

	if (text.len != UUID_TEXT_SIZE - 1)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (is_dash_at(i)) {
			if (text.data[i] != '-')
				return false;
			continue;
		}
		const char *digit = memchr(hex_digits, text.data[i], 16);
		if (digit == NULL)
			return false;
		unsigned char *byte = &id.bytes[n_digits++ / 2];
		*byte = (unsigned char)(*byte << 4 | (digit - hex_digits));
	}
	*ret = id;
	return true;
}
