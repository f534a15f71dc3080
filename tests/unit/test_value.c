/* doc/: values, numbers, dates, objects, order and text. */
#include "tests/lib/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "doc/date.h"
#include "doc/number.h"
#include "doc/object.h"
#include "doc/write.h"

struct fixture {
	struct budget budget;
	struct arena arena;
	struct buf out;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->budget = BUDGET(1 << 20);
	arena_init(&f->arena, &f->budget);
	buf_init(&f->out, 1 << 20);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	arena_deinit(&f->arena);
	buf_deinit(&f->out);
	free(f);
	return 0;
}

static struct value parse(struct fixture *f, const char *text)
{
	return value_decode(&f->arena, value_raw(text, strlen(text)));
}

static const char *text_of(struct fixture *f, struct value v, enum write_mode mode)
{
	buf_reset(&f->out);
	write_value(&f->out, &f->arena, v, mode);
	buf_append_char(&f->out, '\0');
	return f->out.data;
}

static struct value rebuilt(struct fixture *f, struct value v)
{
	struct object_builder b;

	object_builder_init(&b, &f->arena, 0);
	for (uint32_t i = 0; i < object_n(&f->arena, v.object); i++)
		object_builder_add(&b, object_key(v.object, i), object_at_raw(v.object, i));
	return object_builder_finish(&b);
}

TEST(whole_numbers_take_the_smallest_type_that_holds_them) {
	struct fixture *f = *state;

	assert_int_equal(parse(f, "2147483647").type, VALUE_INT);
	assert_int_equal(parse(f, "-2147483648").type, VALUE_INT);
	assert_int_equal(parse(f, "2147483648").type, VALUE_LONG);
	assert_int_equal(parse(f, "9223372036854775807").i64, INT64_MAX);
	assert_int_equal(parse(f, "-9223372036854775808").i64, INT64_MIN);
	assert_int_equal(parse(f, "9223372036854775808").type, VALUE_DOUBLE);
	assert_int_equal(parse(f, "-0").type, VALUE_INT);
	assert_int_equal(parse(f, "1.0").type, VALUE_DOUBLE);
	assert_int_equal(parse(f, "1e2").type, VALUE_DOUBLE);
}

TEST(doubles_are_read_exactly) {
	static const char *const texts[] = {
		"0.1",
		"123.456",
		"-2.5e-3",
		"1e23",
		"9007199254740993.0",
		"1.7976931348623157e308",
		"4.9406564584124654e-324",
		"0.30000000000000004",
		"123456789012345678.5",
		"1e-400",
		"1e400",
		"-1e400",
		"0.000000000000000000000000000000000000001",
		"-0.0",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct value v = parse(f, texts[i]);
		double want = strtod(texts[i], NULL);

		assert_int_equal(v.type, VALUE_DOUBLE);
		assert_memory_equal(&v.f64, &want, sizeof want);
	}
}

TEST(doubles_are_written_short_and_recognisable) {
	static const struct {
		double d;
		const char *text;
	} rows[] = {
		{ 2, "2.0" },
		{ 0.1, "0.1" },
		{ -0.0, "-0.0" },
		{ 1e21, "1e+21" },
		{ 1e20, "100000000000000000000.0" },
		{ 1e-7, "1e-7" },
		{ 1e-6, "0.000001" },
		{ 1.5e300, "1.5e+300" },
		{ 123.456, "123.456" },
		{ 5e-324, "5e-324" },
		{ 1234567, "1234567.0" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(text_of(f, value_double(rows[i].d), WRITE_PLAIN), rows[i].text);
}

TEST(any_double_reads_back_as_itself) {
	struct fixture *f = *state;
	uint64_t seed = 88172645463325252u;

	for (int i = 0; i < 100000; i++) {
		double d;

		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		memcpy(&d, &seed, sizeof d);
		if (!isfinite(d))
			continue;
		struct value v = parse(f, text_of(f, value_double(d), WRITE_PLAIN));
		assert_int_equal(v.type, VALUE_DOUBLE);
		assert_memory_equal(&v.f64, &d, sizeof d);
	}
}

TEST(numbers_compare_by_exact_value_across_types) {
	struct fixture *f = *state;
	struct arena *a = &f->arena;

	assert_int_equal(value_cmp(a, parse(f, "9007199254740993"), parse(f, "9007199254740992.0")),
	                 1);
	assert_int_equal(value_cmp(a, parse(f, "9223372036854775807"),
	                           parse(f, "9223372036854775808.0")),
	                 -1);
	assert_true(value_eq(a, parse(f, "1"), parse(f, "1.0")));
	assert_int_equal(value_hash(a, parse(f, "1")), value_hash(a, parse(f, "1.0")));
	assert_true(value_eq(a, parse(f, "-0.0"), parse(f, "0")));
	assert_int_equal(value_cmp(a, value_double((double)NAN), parse(f, "-1e400")), -1);
	assert_int_equal(value_cmp(a, value_double((double)NAN), value_double((double)NAN)), 0);
}

TEST(types_sort_in_mongodbs_order) {
	static const char *const texts[] = {
		"null",
		"-1.5",
		"3",
		"\"\"",
		"\"B\"",
		"\"a\"",
		"{}",
		"{\"a\":1}",
		"{\"a\":{\"b\":1}}",
		"[]",
		"[1,9]",
		"[5]",
		"[\"z\"]",
		"[[1]]",
		"false",
		"true",
		"{\"$date\":\"1960-01-01T00:00:00Z\"}",
		"{\"$date\":\"2020-01-01T00:00:00Z\"}",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		for (size_t j = 0; j < ARRAY_LEN(texts); j++) {
			int order = value_cmp(&f->arena, parse(f, texts[i]), parse(f, texts[j]));

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
}

TEST(objects_compare_type_before_key) {
	struct fixture *f = *state;

	assert_true(value_cmp(&f->arena, parse(f, "{\"b\":1}"), parse(f, "{\"a\":\"x\"}")) < 0);
	assert_true(value_cmp(&f->arena, parse(f, "{\"a\":1}"), parse(f, "{\"b\":1}")) < 0);
	assert_true(value_cmp(&f->arena, parse(f, "{\"a\":1}"), parse(f, "{\"a\":1,\"b\":0}")) < 0);
}

TEST(extended_json_is_understood_and_the_rest_stays_an_object) {
	static const char *const dates[] = {
		"{\"$date\":\"2024-02-29T23:59:58.123Z\"}",
		"{ \"$date\" : 1709251198123 }",
		"{\"$date\":\"2024-03-01T00:59:58.123+01:00\"}",
		"{\"$date\":{\"$numberLong\":\"1709251198123\"}}",
	};
	static const char *const objects[] = {
		"{\"$date\":\"2024-02-30T00:00:00Z\"}",
		"{\"$date\":1,\"x\":2}",
		"{\"$oid\":\"abc\"}",
		"{\"$numberInt\":\"3000000000\"}",
		"{\"$date\":1.5}",
		"{\"$numberLong\":5}",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
		assert_int_equal(parse(f, dates[i]).type, VALUE_DATE);
		assert_int_equal(parse(f, dates[i]).i64, 1709251198123);
	}
	for (size_t i = 0; i < ARRAY_LEN(objects); i++)
		assert_int_equal(parse(f, objects[i]).type, VALUE_OBJECT);
	assert_int_equal(parse(f, "{\"$numberLong\":\"5\"}").type, VALUE_LONG);
	assert_int_equal(parse(f, "{\"$numberDecimal\":\"1.5\"}").type, VALUE_DECIMAL);
	assert_true(isnan(parse(f, "{\"$numberDouble\":\"NaN\"}").f64));
}

TEST(the_calendar_is_right_at_its_edges) {
	struct fixture *f = *state;

	assert_int_equal(date_days(1970, 1, 1), 0);
	assert_int_equal(date_days(2000, 2, 29), 11016);
	assert_int_equal(date_days(1969, 12, 31), -1);
	for (int64_t days = -800000; days < 800000; days += 97) {
		struct date_parts p = date_split(days * DATE_MS_PER_DAY + 1);

		assert_int_equal(date_days(p.year, p.month, p.day), days);
		assert_int_equal(date_join(&p), days * DATE_MS_PER_DAY + 1);
	}
	assert_int_equal(date_weekday(0), 4);
	assert_int_equal(date_weekday(-4), 0);
	assert_string_equal(text_of(f, value_date(-62135596800000), WRITE_PLAIN),
	                    "{\"$date\":\"0001-01-01T00:00:00Z\"}");
	assert_string_equal(text_of(f, value_date(-62135596800001), WRITE_PLAIN),
	                    "{\"$date\":{\"$numberLong\":\"-62135596800001\"}}");
}

TEST(what_nobody_changed_leaves_as_it_came) {
	static const char text[] = "{ \"a\" : 1.0, \"b\":1e2 ,\"c\":[ 1,2 ],\"d\":\"\\u0041\"}";
	struct fixture *f = *state;
	struct value v = parse(f, text);

	assert_int_equal(object_get(&f->arena, v.object, STR("b")).f64, 100);
	assert_string_equal(text_of(f, v, WRITE_PLAIN), text);
	assert_string_equal(text_of(f, rebuilt(f, v), WRITE_PLAIN),
	                    "{\"a\":1.0,\"b\":1e2,\"c\":[ 1,2 ],\"d\":\"\\u0041\"}");
	assert_string_equal(text_of(f, v, WRITE_CANONICAL),
	                    "{\"a\":{\"$numberDouble\":\"1.0\"},\"b\":{\"$numberDouble\":\"100.0\"},"
	                    "\"c\":[{\"$numberInt\":\"1\"},{\"$numberInt\":\"2\"}],\"d\":\"A\"}");
}

TEST(neighbouring_fields_copy_as_one_and_gaps_do_not) {
	static const char text[] = "{\"a\":1,\"b\":2,\"cc\":{\"x\":1},\"d\":[1],\"e\":5}";
	struct fixture *f = *state;
	struct value v = parse(f, text);
	struct object_builder b;

	object_builder_init(&b, &f->arena, 0);
	for (uint32_t i = 0; i < object_n(&f->arena, v.object); i++)
		if (!str_is(object_key(v.object, i), "cc"))
			object_builder_add(&b, object_key(v.object, i), object_at_raw(v.object, i));
	assert_string_equal(text_of(f, object_builder_finish(&b), WRITE_PLAIN),
	                    "{\"a\":1,\"b\":2,\"d\":[1],\"e\":5}");
}

TEST(of_duplicate_keys_the_first_place_and_the_last_value_count) {
	struct fixture *f = *state;
	struct value v = parse(f, "{\"a\":1,\"b\":2,\"a\":3}");

	assert_int_equal(object_n(&f->arena, v.object), 2);
	assert_int_equal(object_get(&f->arena, v.object, STR("a")).i64, 3);
	assert_string_equal(text_of(f, rebuilt(f, v), WRITE_PLAIN), "{\"a\":3,\"b\":2}");
}

TEST(an_object_of_many_keys_is_searched_by_hash) {
	struct fixture *f = *state;
	struct object_builder b;

	object_builder_init(&b, &f->arena, 0);
	for (int i = 0; i < 2000; i++)
		object_builder_add(&b, str_from(arena_printf(&f->arena, "k%d", i % 1000)),
		                   value_int(i));
	struct value v = object_builder_finish(&b);
	assert_int_equal(object_n(&f->arena, v.object), 1000);
	assert_int_equal(object_get(&f->arena, v.object, STR("k7")).i64, 1007);
	assert_int_equal(object_get(&f->arena, v.object, STR("nope")).type, VALUE_MISSING);
}

TEST(escapes_are_undone) {
	struct fixture *f = *state;
	struct value v = parse(f, "\"a\\n\\u00e9\\ud83d\\ude00\\\"\\/\\\\\"");

	assert_true(str_is(value_str(v), "a\n\xc3\xa9\xf0\x9f\x98\x80\"/\\"));
}

TEST(building_too_deep_fails_and_says_why) {
	struct fixture *f = *state;
	struct value v = value_int(1);

	for (int i = 0; i < VALUE_DEPTH_MAX + 10 && !arena_failed(&f->arena); i++) {
		struct array_builder b;

		array_builder_init(&b, &f->arena, 1);
		array_builder_add(&b, v);
		v = array_builder_finish(&b);
	}
	assert_int_equal(f->arena.failed, ERR_DEPTH);
}

/* {"a":1.0,"b":"x"} of which a is known, with n added. */
static struct value spliced(struct fixture *f)
{
	static const struct str names[] = { { "a", 1 }, { "n", 1 } };
	static const char text[] = "{\"a\":1.0,\"b\":\"x\"}";
	struct shape *shape = shape_create(&f->arena, names, 2);
	struct value *values = arena_array(&f->arena, 2, sizeof *values);
	const struct object doc = { .raw = text, .raw_len = sizeof text - 1 };

	shape->is_lasting = true;
	shape->asked = names;
	shape->n_asked = 2;
	values[0] = value_raw(text + 5, 3);
	values[1] = value_int(7);
	return object_splice(&f->arena, &doc, shape, values, 1);
}

TEST(what_is_added_to_a_document_is_written_behind_its_text) {
	struct fixture *f = *state;

	write_value(&f->out, &f->arena, spliced(f), WRITE_PLAIN);
	assert_int_equal(f->out.len, strlen("{\"a\":1.0,\"b\":\"x\",\"n\":7}"));
	assert_memory_equal(f->out.data, "{\"a\":1.0,\"b\":\"x\",\"n\":7}", f->out.len);
}

TEST(a_document_with_something_added_is_one_like_any_other) {
	struct fixture *f = *state;
	struct value v = spliced(f), copy = value_copy(&f->arena, v);
	static const struct str names[] = { { "a", 1 }, { "b", 1 }, { "n", 1 } };
	const struct value values[] = { value_double(1), value_string(STR("x")), value_int(7) };
	struct value built = object_build(&f->arena, names, values, 3);

	assert_int_equal(object_get(&f->arena, v.object, STR("n")).i64, 7);
	assert_int_equal(v.object->n_added, 1);
	assert_int_equal(object_get(&f->arena, v.object, STR("b")).type, VALUE_STRING);
	assert_int_equal(v.object->n_added, 0);
	assert_int_equal(object_n(&f->arena, v.object), 3);
	assert_true(value_eq(&f->arena, v, built));
	assert_true(value_eq(&f->arena, copy, built));
	assert_true(value_eq(&f->arena, value_copy(&f->arena, v), built));
	assert_int_equal(value_hash(&f->arena, spliced(f)), value_hash(&f->arena, built));
}

TEST(a_copy_outlives_what_it_was_copied_from) {
	struct fixture *f = *state;
	struct arena other;
	struct value parts[] = { value_string(STR("x")), value_int(1), parse(f, "[1, 2]") };
	const struct str keys[] = { STR("s"), STR("i"), STR("raw") };

	arena_init(&other, &f->budget);
	struct value v = object_build(&other, keys, parts, 3);
	struct value copy = value_copy(&f->arena, v);
	arena_deinit(&other);
	assert_string_equal(text_of(f, copy, WRITE_PLAIN), "{\"s\":\"x\",\"i\":1,\"raw\":[1, 2]}");
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ROW(whole_numbers_take_the_smallest_type_that_holds_them),
		ROW(doubles_are_read_exactly),
		ROW(doubles_are_written_short_and_recognisable),
		ROW(any_double_reads_back_as_itself),
		ROW(numbers_compare_by_exact_value_across_types),
		ROW(types_sort_in_mongodbs_order),
		ROW(objects_compare_type_before_key),
		ROW(extended_json_is_understood_and_the_rest_stays_an_object),
		ROW(the_calendar_is_right_at_its_edges),
		ROW(what_nobody_changed_leaves_as_it_came),
		ROW(neighbouring_fields_copy_as_one_and_gaps_do_not),
		ROW(of_duplicate_keys_the_first_place_and_the_last_value_count),
		ROW(an_object_of_many_keys_is_searched_by_hash),
		ROW(escapes_are_undone),
		ROW(building_too_deep_fails_and_says_why),
		ROW(what_is_added_to_a_document_is_written_behind_its_text),
		ROW(a_document_with_something_added_is_one_like_any_other),
		ROW(a_copy_outlives_what_it_was_copied_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
