/* doc/index: every instruction set and every chunk size finds what a plain scan finds. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doc/index.h"
#include "doc/read.h"
#include "tests/lib/random_json.h"

static const char *const isa_names[] = { "scalar", "sse4.2", "avx2" };
static const size_t chunk_sizes[] = { 64, 128, INDEX_CHUNK };

/* What an index says about a text. */
struct found {
	size_t n;
	size_t *positions;
	enum index_fault fault;
	size_t fault_at;
};

/* ---- the plain scan ---- */

static size_t plain_char_len(const unsigned char *p, size_t len)
{
	static const struct {
		unsigned char first, last, second_min, second_max;
		size_t len;
	} forms[] = {
		{ 0x00, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (p[0] < forms[i].first || p[0] > forms[i].last)
			continue;
		if (len < forms[i].len)
			return 0;
		for (size_t k = 1; k < forms[i].len; k++)
			if (p[k] < (k == 1 ? forms[i].second_min : 0x80) ||
			    p[k] > (k == 1 ? forms[i].second_max : 0xbf))
				return 0;
		return forms[i].len;
	}
	return 0;
}

static long plain_hex4(const char *text, size_t len, size_t at)
{
	char digits[5] = { 0 }, *end;

	if (at + 4 > len)
		return -1;
	memcpy(digits, text + at, 4);
	if (strspn(digits, "0123456789abcdefABCDEF") != 4)
		return -1;
	return strtol(digits, &end, 16);
}

/* The escape at the backslash at at: its length, or 0 with the fault. */
static size_t plain_escape_len(const char *text, size_t len, size_t at, enum index_fault *fault)
{
	*fault = INDEX_ESCAPE;
	if (at + 1 >= len) {
		*fault = INDEX_UNTERMINATED;
		return 0;
	}
	if (text[at + 1] != 'u')
		return text[at + 1] != '\0' && strchr("\"\\/bfnrt", text[at + 1]) != NULL ? 2 : 0;
	long code = plain_hex4(text, len, at + 2);
	if (code < 0)
		return 0;
	if (code < 0xd800 || code > 0xdfff)
		return 6;
	*fault = INDEX_SURROGATE;
	if (code > 0xdbff || at + 8 > len || text[at + 6] != '\\' || text[at + 7] != 'u')
		return 0;
	code = plain_hex4(text, len, at + 8);
	return code >= 0xdc00 && code <= 0xdfff ? 12 : 0;
}

/* From the opening quote at at: the length of the string, or 0 with the fault and its place. */
static size_t plain_string_len(const char *text, size_t len, size_t at, enum index_fault *fault,
                               size_t *fault_at)
{
	for (size_t i = at + 1; i < len;) {
		size_t n = plain_char_len((const unsigned char *)text + i, len - i);

		*fault_at = i;
		*fault = n == 0 ? INDEX_UTF8 : INDEX_CONTROL;
		if (n == 0 || (unsigned char)text[i] < 0x20)
			return 0;
		if (text[i] == '"')
			return i + 1 - at;
		if (text[i] == '\\') {
			n = plain_escape_len(text, len, i, fault);
			if (*fault == INDEX_UNTERMINATED)
				break;
			if (n == 0)
				return 0;
		}
		i += n;
	}
	*fault = INDEX_UNTERMINATED;
	*fault_at = len;
	return 0;
}

static struct found plain_scan(const char *text, size_t len)
{
	struct found f = { .positions = calloc(len + 1, sizeof(size_t)) };
	bool after_string = false;
	size_t n;

	for (size_t at = 0; at < len; at += n) {
		n = plain_char_len((const unsigned char *)text + at, len - at);
		f.fault_at = at;
		if (n == 0) {
			f.fault = INDEX_UTF8;
			return f;
		}
		if (text[at] == '\\') {
			f.fault = INDEX_BACKSLASH;
			return f;
		}
		if (text[at] == '"' && after_string) {
			f.fault = INDEX_NEIGHBOUR;
			return f;
		}
		if (text[at] == '"') {
			after_string = true;
			n = plain_string_len(text, len, at, &f.fault, &f.fault_at);
			if (n == 0)
				return f;
			f.fault = INDEX_OK;
		} else if (text[at] != '\0' && strchr("{}[]:,\f\x1a", text[at]) != NULL) {
			after_string = false;
			f.positions[f.n++] = at;
		}
	}
	f.fault_at = 0;
	return f;
}

/* ---- comparison ---- */

static bool plain_has_control(const char *p, const char *end)
{
	while (p < end && (unsigned char)*p >= 0x20)
		p++;
	return p < end;
}

/* From some positions to others; what stands before the chunk is not known. */
static void check_controls(const struct index *ix)
{
	for (size_t i = 0; i < ix->n; i += 1 + i)
		for (size_t k = i; k < ix->n; k += 1 + k) {
			const char *p = ix->base + ix->positions[i];
			const char *end = ix->base + ix->positions[k];

			assert_int_equal(index_has_control(ix, p, end), plain_has_control(p, end));
			if (ix->base > ix->text)
				assert_true(index_has_control(ix, ix->base - 1, end));
		}
}

static struct found index_scan(const struct index_isa *isa, const char *text, size_t len,
                               size_t chunk_size)
{
	struct found f = { .positions = calloc(len + 1, sizeof(size_t)) };
	struct budget budget = BUDGET(16 << 20);
	struct arena a;
	struct index ix;

	arena_init(&a, &budget);
	assert_true(index_init(&ix, &a, isa, text, len, chunk_size));
	while (index_next(&ix)) {
		for (size_t i = 0; i < ix.n; i++)
			f.positions[f.n++] = (size_t)(ix.base - text) + ix.positions[i];
		check_controls(&ix);
	}
	f.fault = ix.fault;
	f.fault_at = ix.fault_at;
	arena_deinit(&a);
	return f;
}

static void compare(const char *text, size_t len)
{
	struct found expected = plain_scan(text, len);

	for (size_t i = 0; i < ARRAY_LEN(isa_names); i++)
		for (size_t k = 0; k < ARRAY_LEN(chunk_sizes); k++) {
			const struct index_isa *isa = index_isa_find(isa_names[i]);

			if (isa == NULL)
				continue;
			struct found f = index_scan(isa, text, len, chunk_sizes[k]);
			if (f.fault != expected.fault || f.fault_at != expected.fault_at ||
			    f.n != expected.n ||
			    memcmp(f.positions, expected.positions, f.n * sizeof(size_t)) != 0)
				fail_msg("%s, %zu: fault %d at %zu, not %d at %zu; n %zu, not %zu, in\n%.*s",
				         isa_names[i], chunk_sizes[k], (int)f.fault, f.fault_at,
				         (int)expected.fault, expected.fault_at, f.n, expected.n,
				         (int)len, text);
			free(f.positions);
		}
	free(expected.positions);
}

/* In memory of its own, with hostile bytes in the padding. */
static void compare_padded(const char *text, size_t len)
{
	char *copy = malloc(len + READ_PADDING);

	memcpy(copy, text, len);
	memset(copy + len, '"', READ_PADDING);
	compare(copy, len);
	free(copy);
}

TEST(random_bytes_are_indexed_as_a_plain_scan_does) {
	static const char *const bits[] = {
		"{",
		"}",
		"[",
		"]",
		":",
		",",
		"\"",
		"\"",
		"\"",
		"\\",
		"\\\\",
		"\\\"",
		"\\u",
		"00e9",
		"\\ud83d",
		"\\ude00",
		"abcdefgh",
		" ",
		"                              ",
		"\n",
		"\x01",
		"\f",
		"\x1a",
		"\xc3\xa9",
		"\xe2\x82\xac",
		"\xf0\x9f\x98\x80",
		"\xc3",
		"\xa9",
		"\xed\xa0\x80",
		"\xe0\x80\x80",
		"\xf4\x90\x80\x80",
		"\xf0\x80\x80\x80",
		"\xc0\x80",
		"\xff",
		"\xf5\x80\x80\x80",
	};
	struct random r = random_seeded();

	(void)state;
	for (int round = 0; round < 60000; round++) {
		char text[512];
		size_t len = 0, wanted = random_below(&r, 300);
		/* The later in the list, the rarer: most texts must get further than a few bytes. */
		size_t n_bits = random_below(&r, 4) == 0 ? ARRAY_LEN(bits) : 19;

		while (len < wanted) {
			const char *bit = bits[random_below(&r, n_bits)];

			memcpy(text + len, bit, strlen(bit));
			len += strlen(bit);
		}
		compare_padded(text, len);
	}
}

TEST(random_documents_are_indexed_as_a_plain_scan_does) {
	struct random r = random_seeded();

	(void)state;
	for (int round = 0; round < 8000; round++) {
		struct buf text;

		buf_init(&text, 1 << 20);
		random_documents(&r, &text);
		for (size_t n = random_below(&r, 3); n > 0 && text.len > 0; n--)
			random_damage(&r, &text);
		compare_padded(text.data, text.len);
		buf_deinit(&text);
	}
}

/* Each pair and triple of bytes that UTF-8 can be wrong in, across the edge of a block too. */
TEST(every_utf8_sequence_is_judged_alike) {
	char text[200];

	(void)state;
	for (unsigned code = 0; code < 0x1000000; code += code < 0x10000 ? 1 : 397) {
		size_t at = 58 + code % 11;

		memset(text, 'x', sizeof text);
		text[0] = '"';
		text[at] = (char)(0x80 | (code & 0xff));
		text[at + 1] = (char)(code >> 8 & 0xff);
		text[at + 2] = (char)(code >> 16 & 0xff);
		text[at + 3] = code % 3 == 0 ? '\xbf' : ' ';
		text[150] = '"';
		for (size_t i = 1; i < 4; i++)
			if (strchr("\"\\", text[at + i]) != NULL ||
			    (unsigned char)text[at + i] < 0x20)
				text[at + i] = '.';
		compare(text, 151);
	}
}

TEST(runs_of_backslashes_are_counted_across_blocks) {
	char text[260];

	(void)state;
	for (size_t at = 40; at < 140; at++)
		for (size_t n = 1; n < 80; n++) {
			memset(text, 'n', sizeof text);
			text[0] = '"';
			memset(text + at, '\\', n);
			text[at + n] = '"';
			text[at + n + 1] = n % 2 == 0 ? ',' : 'x';
			text[at + n + 2] = '"';
			compare(text, at + n + 3);
		}
}

TEST(a_text_cut_at_any_byte_is_judged_alike) {
	static const char text[] =
		"[{\"k\\\\\\\"\":\"\\ud83d\\ude00 \xf0\x9f\x98\x80\xe2\x82\xac\",\"b\\u00e9\":[1,2,{}]},"
		"{\"k\":\"0123456789012345678901234567890123456789\\n\\t\",\"c\":{\"d\":[[]]}}]";

	(void)state;
	for (size_t len = 0; len < sizeof text; len++)
		compare_padded(text, len);
}

/* ---- skipping ---- */

static size_t plain_skip(const char *text, size_t len, size_t at)
{
	size_t depth = 0;
	bool in_string = false;

	for (; at < len; at++) {
		if (in_string) {
			if (text[at] == '\\')
				at++;
			else if (text[at] == '"')
				in_string = false;
		} else if (text[at] == '"') {
			in_string = true;
		} else if (text[at] == '{' || text[at] == '[') {
			depth++;
		} else if ((text[at] == '}' || text[at] == ']') && --depth == 0) {
			return at + 1;
		}
	}
	return 0;
}

static void compare_skips(const char *text, size_t len, size_t at)
{
	size_t expected = plain_skip(text, len, at);

	for (size_t i = 0; i < ARRAY_LEN(isa_names); i++) {
		const struct index_isa *isa = index_isa_find(isa_names[i]);

		if (isa != NULL)
			assert_int_equal(index_skip(isa, text, len, at), expected);
	}
}

TEST(skipping_ends_where_the_brackets_balance) {
	struct random r = random_seeded();

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct buf text;

		buf_init(&text, 1 << 20);
		random_documents(&r, &text);
		if (random_below(&r, 2) == 0)
			text.len = random_below(&r, text.len) + 1;
		struct found f = plain_scan(text.data, text.len);
		for (size_t i = 0; i < f.n; i++)
			if (text.data[f.positions[i]] == '{' || text.data[f.positions[i]] == '[')
				compare_skips(text.data, text.len, f.positions[i]);
		free(f.positions);
		buf_deinit(&text);
	}
}

TEST(the_machine_uses_an_instruction_set_that_it_has) {
	(void)state;
	assert_non_null(index_isa_find(index_isa_name()));
	assert_null(index_isa_find("none"));
	assert_non_null(index_isa_find("scalar"));
}

TEST(an_index_that_does_not_fit_the_budget_is_refused) {
	struct budget budget = BUDGET(100);
	struct arena a;
	struct index ix;

	(void)state;
	arena_init(&a, &budget);
	assert_false(index_init(&ix, &a, index_isa_best(), "[]", 2, INDEX_CHUNK));
	arena_deinit(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(random_bytes_are_indexed_as_a_plain_scan_does),
		RUN(random_documents_are_indexed_as_a_plain_scan_does),
		RUN(every_utf8_sequence_is_judged_alike),
		RUN(runs_of_backslashes_are_counted_across_blocks),
		RUN(a_text_cut_at_any_byte_is_judged_alike),
		RUN(skipping_ends_where_the_brackets_balance),
		RUN(the_machine_uses_an_instruction_set_that_it_has),
		RUN(an_index_that_does_not_fit_the_budget_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
