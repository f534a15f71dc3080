/*
 * Fuzzing the reader: every text is judged as a plain checker judges it, whatever the instruction
 * set and chunk size, and the fields of the documents are those that opening their text gives.
 *
 *     CC=clang CXX=clang++ meson setup build-fuzz -Dfuzz=true -Db_sanitize=address,undefined \
 *         -Db_lundef=false
 *     ninja -C build-fuzz tests/fuzz/fuzz_read && build-fuzz/tests/fuzz/fuzz_read -max_len=2000
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doc/read_internal.h"
#include "tests/lib/plain_json.h"

#define DEPTH_MAX 50

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "not true: %s\n", #condition); \
			abort(); \
		} \
	} while (0)

static const struct read_limits limits = { DEPTH_MAX, UINT32_MAX, UINT64_MAX };

struct memory {
	struct budget budget;
	struct arena arena, batch;
};

static void memory_init(struct memory *m)
{
	m->budget = BUDGET(64 << 20);
	arena_init(&m->arena, &m->budget);
	arena_init(&m->batch, &m->budget);
}

static void memory_deinit(struct memory *m)
{
	arena_deinit(&m->arena);
	arena_deinit(&m->batch);
	REQUIRE(m->budget.used == 0);
}

static void compare_with_opened(struct arena *a, const struct object *o)
{
	struct value opened = value_decode(a, value_raw(o->raw, o->raw_len));

	if (opened.type != VALUE_OBJECT)
		return;
	REQUIRE(o->shape->n == object_n(a, opened.object));
	for (uint32_t i = 0; i < o->shape->n; i++) {
		REQUIRE(str_eq(object_key(o, i), object_key(opened.object, i)));
		REQUIRE(o->values[i].text == opened.object->values[i].text);
		REQUIRE(o->values[i].len == opened.object->values[i].len);
	}
}

/* Is all of it accepted?  What is, is compared with what was in the text. */
static bool is_read(struct str text, enum read_format format, const char *isa, size_t chunk_size,
                    bool is_partial)
{
	const struct str names[] = { STR("a"), STR("b") };
	const struct reader_input input = {
		.text = text.data,
		.len = text.len,
		.text_start = text.data,
		.format = format,
		.fields = { .all = !is_partial, .names = names, .n = 2 },
		.limits = limits,
	};
	struct err err = ERR_INIT;
	struct value docs[2];
	struct reader *r;
	struct memory m;
	size_t n = 0;
	int rc;

	memory_init(&m);
	rc = reader_create_with(&m.arena, &input, index_isa_find(isa), chunk_size, &r, &err);
	REQUIRE(rc == 0);
	do {
		rc = reader_next(r, &m.batch, docs, 2, &n, &err);
		for (size_t i = 0; rc == 0 && i < n; i++)
			if (!docs[i].object->is_partial)
				compare_with_opened(&m.batch, docs[i].object);
		REQUIRE(rc == 0 || err.offset <= text.len);
		arena_reset(&m.batch);
	} while (rc == 0 && n > 0);
	memory_deinit(&m);
	return rc == 0;
}

static bool is_value(struct str text)
{
	struct err err = ERR_INIT;
	struct memory m;
	struct value v;

	memory_init(&m);
	bool is_good = read_check(&m.arena, text, text.data, &limits, &v, &err) == 0;
	memory_deinit(&m);
	return is_good;
}

static int member(void *arg, struct str key, struct str value, struct err *err)
{
	(void)key;
	(void)err;
	bool *all_are_good = arg;
	*all_are_good = *all_are_good && is_value(value);
	return 0;
}

/* A body whose members are found, and good each, is good; and the other way round. */
static void compare_members(struct str text, bool is_good)
{
	struct err err = ERR_INIT;
	struct memory m;
	bool all_are_good = true;

	memory_init(&m);
	int rc = read_members(&m.arena, text, member, &all_are_good, &err);
	memory_deinit(&m);
	REQUIRE(!is_good || rc == 0);
	REQUIRE(!(rc == 0 && all_are_good) ||
	        plain_json_is_value(text.data, text.len, DEPTH_MAX + 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const isa_names[] = { "scalar", "sse4.2", "avx2" };
	static const size_t chunk_sizes[] = { 64, 192, INDEX_CHUNK };

	if (size == 0)
		return 0;
	char *copy = malloc(size - 1 + READ_PADDING);
	struct str text = { copy, size - 1 };
	memcpy(copy, data + 1, size - 1);
	memset(copy + size - 1, data[0], READ_PADDING);

	bool is_array = plain_json_is_documents(text.data, text.len, DEPTH_MAX);
	bool are_lines = is_read(text, READ_NDJSON, "scalar", 64, false);
	bool is_object = plain_json_is_value(text.data, text.len, DEPTH_MAX) &&
	                 text.data[strspn(text.data, " \r\n\t")] == '{';
	for (size_t i = 0; i < 3; i++) {
		if (index_isa_find(isa_names[i]) == NULL)
			continue;
		size_t chunk_size = chunk_sizes[(data[0] + i) % 3];
		bool is_partial = data[0] & 0x80;

		REQUIRE(is_read(text, READ_ARRAY, isa_names[i], chunk_size, is_partial) == is_array);
		REQUIRE(is_read(text, READ_NDJSON, isa_names[i], chunk_size, is_partial) ==
		        are_lines);
	}
	REQUIRE(is_value(text) == plain_json_is_value(text.data, text.len, DEPTH_MAX));
	compare_members(text, is_object);
	free(copy);
	return 0;
}
