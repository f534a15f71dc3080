/* Time zones from TZif files (RFC 8536), version 2 and later. */
#include "base/tz.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/tz_rule.h"

#define FILE_SIZE_MAX (256 << 10)
#define HEADER_SIZE 44
#define OFFSET_MAX (INT64_C(26) * 3600) /* RFC 8536: -25 h .. 26 h */
#define UTC_MAX (INT64_C(1) << 60)      /* so that nothing overflows here; 36 billion years */

struct tz {
	const int64_t *transitions; /* rising */
	const uint8_t *types;       /* of each: what holds from then on */
	size_t n_transitions;
	const struct tz_offset *offsets;
	size_t n_offsets;
	struct tz_rule rule;
	bool has_rule;
};

/* What stands in one of the file's two blocks. */
struct counts {
	size_t isut, isstd, leap, time, type, chars;
};

/* ---- names and files ---- */

/* Parts of letters, digits, + - _ between slashes: so no dots, and nothing but down. */
static bool is_name(struct str name)
{
	char before = '/';

	if (name.len == 0 || name.len > TZ_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		bool is_letter = (unsigned char)((c | 0x20) - 'a') < 26;
		bool is_digit = (unsigned char)(c - '0') <= 9;

		if (c == '/' ? before == '/' : !is_letter && !is_digit && strchr("+-_", c) == NULL)
			return false;
		before = c;
	}
	return before != '/';
}

static int read_file(struct arena *a, const char *path, struct str *ret)
{
	struct stat st;
	size_t len = 0;
	ssize_t n = 1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return ERR_NOT_FOUND;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_SIZE_MAX) {
		close(fd);
		return ERR_NOT_FOUND;
	}
	char *data = arena_alloc(a, (size_t)st.st_size);
	while (data != NULL && len < (size_t)st.st_size && n > 0) {
		n = read(fd, data + len, (size_t)st.st_size - len);
		len += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	if (data == NULL)
		return ERR_NOMEM;
	*ret = (struct str){ data, len };
	return 0;
}

/* ---- the format ---- */

static int64_t read_be(const char *p, size_t n)
{
	uint64_t i = (p[0] & 0x80) ? UINT64_MAX : 0;

	for (size_t k = 0; k < n; k++)
		i = i << 8 | (unsigned char)p[k];
	return (int64_t)i;
}

static bool take_header(struct str *s, struct counts *ret)
{
	size_t *counts[] = { &ret->isut, &ret->isstd, &ret->leap,
		             &ret->time, &ret->type,  &ret->chars };

	if (s->len < HEADER_SIZE || memcmp(s->data, "TZif", 4) != 0 || s->data[4] < '2')
		return false;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		*counts[i] = (size_t)(uint32_t)read_be(s->data + 20 + 4 * i, 4);
		if (*counts[i] > FILE_SIZE_MAX)
			return false;
	}
	*s = (struct str){ s->data + HEADER_SIZE, s->len - HEADER_SIZE };
	return true;
}

static size_t block_size(const struct counts *n, size_t time_size)
{
	return n->time * (time_size + 1) + n->type * 6 + n->chars + n->leap * (time_size + 4) +
	       n->isstd + n->isut;
}

static bool read_times(struct arena *a, const char *p, const struct counts *n, struct tz *tz)
{
	int64_t *times = arena_array(a, n->time, sizeof *times);
	uint8_t *types = arena_array(a, n->time, sizeof *types);

	if (times == NULL || types == NULL)
		return false;
	for (size_t i = 0; i < n->time; i++) {
		times[i] = read_be(p + 8 * i, 8);
		types[i] = (uint8_t)p[8 * n->time + i];
		if (types[i] >= n->type || (i > 0 && times[i] <= times[i - 1]))
			return false;
	}
	tz->transitions = times;
	tz->types = types;
	tz->n_transitions = n->time;
	return true;
}

static bool read_types(struct arena *a, const char *p, const struct counts *n, struct tz *tz)
{
	struct tz_offset *offsets = arena_array(a, n->type, sizeof *offsets);

	if (offsets == NULL)
		return false;
	for (size_t i = 0; i < n->type; i++) {
		int64_t seconds = read_be(p + 6 * i, 4);

		if (seconds < -OFFSET_MAX || seconds > OFFSET_MAX)
			return false;
		offsets[i] = (struct tz_offset){ (int32_t)seconds, p[6 * i + 4] != 0 };
	}
	tz->offsets = offsets;
	tz->n_offsets = n->type;
	return true;
}

/* The second block has 64-bit times, and behind it, between line ends, stands the rule. */
static bool read_zone(struct arena *a, struct str s, struct tz *tz)
{
	struct counts n;

	if (!take_header(&s, &n) || block_size(&n, 4) > s.len)
		return false;
	s = (struct str){ s.data + block_size(&n, 4), s.len - block_size(&n, 4) };
	if (!take_header(&s, &n) || block_size(&n, 8) > s.len || n.type == 0 || n.leap > 0)
		return false;
	if (!read_times(a, s.data, &n, tz) || !read_types(a, s.data + 9 * n.time, &n, tz))
		return false;
	s = (struct str){ s.data + block_size(&n, 8), s.len - block_size(&n, 8) };
	if (s.len < 2 || s.data[0] != '\n')
		return false;
	struct str rule = { s.data + 1, str_find((struct str){ s.data + 1, s.len - 1 }, '\n') };
	tz->has_rule = rule.len > 0;
	return rule.len == 0 || tz_rule_parse(rule, &tz->rule);
}

int tz_load(struct arena *a, const char *directory, struct str name, const struct tz **ret)
{
	char path[PATH_MAX];
	struct str file = { NULL, 0 };

	if (directory == NULL)
		directory = TZ_DIRECTORY;
	if (access(directory, X_OK) != 0)
		return ERR_UNAVAILABLE;
	if (!is_name(name) ||
	    (size_t)snprintf(path, sizeof path, "%s/%.*s", directory, STR_ARG(name)) >= sizeof path)
		return ERR_NOT_FOUND;
	TRY(read_file(a, path, &file));
	struct tz *tz = arena_zalloc(a, 1, sizeof *tz);
	if (tz == NULL)
		return ERR_NOMEM;
	if (!read_zone(a, file, tz))
		return arena_failed(a) ? ERR_NOMEM : ERR_NOT_FOUND;
	*ret = tz;
	return 0;
}

/* ---- questions ---- */

/* How many transitions are not after the moment. */
static size_t count_until(const struct tz *tz, int64_t utc)
{
	size_t low = 0, high = tz->n_transitions;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (tz->transitions[middle] <= utc)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Before the first transition holds the first type; behind the last one the rule. */
struct tz_offset tz_at(const struct tz *tz, int64_t utc)
{
	size_t n;

	utc = utc > UTC_MAX ? UTC_MAX : utc < -UTC_MAX ? -UTC_MAX : utc;
	n = count_until(tz, utc);
	if (n == tz->n_transitions && tz->has_rule)
		return tz_rule_at(&tz->rule, utc);
	return tz->offsets[n == 0 ? 0 : tz->types[n - 1]];
}

/*
 * A day before and after hold what can hold at all; what then holds at the moment found decides.
 * Where both do, clocks show the time twice; where neither does, they skip it.
 */
int64_t tz_to_utc(const struct tz *tz, int64_t local, bool is_dst)
{
	local = local > UTC_MAX ? UTC_MAX : local < -UTC_MAX ? -UTC_MAX : local;
	struct tz_offset before = tz_at(tz, local - OFFSET_MAX),
			 after = tz_at(tz, local + OFFSET_MAX);
	int64_t early = local - before.seconds, late = local - after.seconds;
	bool is_early = tz_at(tz, early).seconds == before.seconds;
	bool is_late = tz_at(tz, late).seconds == after.seconds;

	if (is_early && is_late && early != late)
		return after.is_dst == is_dst && before.is_dst != is_dst ? late : early;
	return is_late && !is_early ? late : early;
}
