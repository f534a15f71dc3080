/* base/: sizes and durations as people write them. */
#include "tests/lib/test.h"

#include "base/machine.h"
#include "base/quantity.h"

TEST(sizes_are_read_with_their_unit) {
	uint64_t n;

	(void)state;
	assert_true(quantity_parse_bytes(STR("64MiB"), &n) && n == 64 << 20);
	assert_true(quantity_parse_bytes(STR("17"), &n) && n == 17);
	assert_false(quantity_parse_bytes(STR("64MB"), &n));
	assert_false(quantity_parse_bytes(STR("MiB"), &n));
	assert_false(quantity_parse_bytes(STR("-1KiB"), &n));
	assert_false(quantity_parse_bytes(STR("18446744073709551615GiB"), &n));
}

TEST(durations_need_a_unit_unless_they_are_none) {
	uint64_t ms;

	(void)state;
	assert_true(quantity_parse_ms(STR("1500ms"), &ms) && ms == 1500);
	assert_true(quantity_parse_ms(STR("2min"), &ms) && ms == 120000);
	assert_true(quantity_parse_ms(STR("168h"), &ms) && ms == 604800000);
	assert_true(quantity_parse_ms(STR("0"), &ms) && ms == 0);
	assert_false(quantity_parse_ms(STR("5"), &ms));
}

TEST(the_machine_has_memory_and_a_processor) {
	(void)state;
	assert_true(machine_memory_bytes() > 0);
	assert_true(machine_cpus() >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(sizes_are_read_with_their_unit),
		RUN(durations_need_a_unit_unless_they_are_none),
		RUN(the_machine_has_memory_and_a_processor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
