/* api/idempotency: one request a key at a time. */
#include "tests/lib/test.h"

#include "api/idempotency.h"

static struct store_key key_of(const char *scope, const char *text)
{
	return (struct store_key){ .scope = str_from(scope), .key = str_from(text) };
}

TEST(a_key_is_held_by_one_request) {
	const struct store_key key = key_of("ann", "k"), same = key_of("ann", "k");
	struct idempotency_hold first, second;

	(void)state;
	assert_true(idempotency_hold(&first, &key));
	assert_false(idempotency_hold(&second, &same));
	idempotency_let_go(&first);
	assert_true(idempotency_hold(&second, &same));
	idempotency_let_go(&second);
}

TEST(keys_of_others_do_not_matter) {
	const struct store_key keys[] = { key_of("ann", "k"), key_of("bob", "k"),
		                          key_of("ann", "l") };
	struct idempotency_hold holds[ARRAY_LEN(keys)], again;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		assert_true(idempotency_hold(&holds[i], &keys[i]));
	idempotency_let_go(&holds[1]); /* in the middle */
	assert_true(idempotency_hold(&again, &keys[1]));
	assert_false(idempotency_hold(&holds[1], &keys[0]));
	assert_false(idempotency_hold(&holds[1], &keys[2]));
	idempotency_let_go(&holds[0]);
	idempotency_let_go(&holds[2]);
	idempotency_let_go(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_key_is_held_by_one_request),
		RUN(keys_of_others_do_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
