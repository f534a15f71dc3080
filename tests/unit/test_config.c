/* config/: the table of options, and who wins. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/quantity.h"
#include "config/config.h"
#include "config/options.h"

static int load(struct config *config, const char *const *arguments, const char *const *environment,
                struct err *err)
{
	int argc = 0;

	while (arguments[argc] != NULL)
		argc++;
	*err = ERR_INIT;
	return config_load(config, argc, (char *const *)arguments, (char *const *)environment, err);
}

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define EMPTY ((const char *const[]){ NULL })

TEST(every_option_is_named_documented_and_has_a_default_that_it_accepts) {
	struct config config = { 0 };
	const struct option *option;
	size_t n = 0;

	(void)state;
	for (; (option = option_at(n)) != NULL; n++) {
		struct err err = ERR_INIT;

		assert_true(strlen(option->name) < OPTION_NAME_MAX);
		assert_true(strspn(option->name, "abcdefghijklmnopqrstuvwxyz-") ==
		            strlen(option->name));
		assert_true(strlen(option->doc) > 10);
		assert_int_equal(option->doc[strlen(option->doc) - 1], '.');
		assert_int_equal(option->type == OPTION_CHOICE, option->choices != NULL);
		assert_int_equal(option_set(option, option->value, option->name, &config, &err), 0);
		assert_ptr_equal(option_find(str_from(option->name)), option);
		for (size_t j = 0; j < n; j++) {
			assert_string_not_equal(option->name, option_at(j)->name);
			assert_int_not_equal(option->offset, option_at(j)->offset);
		}
	}
	assert_in_range(n, 40, OPTIONS_MAX);
}

TEST(without_anything_said_the_defaults_hold) {
	struct config config;
	struct err err;

	(void)state;
	assert_int_equal(load(&config, EMPTY, EMPTY, &err), 0);
	assert_string_equal(config.listen, "127.0.0.1:8001");
	assert_int_equal(config.max_body, 64 << 20);
	assert_int_equal(config.header_timeout_ms, 10000);
	assert_int_equal(config.auth, CONFIG_AUTH_UNSET);
	assert_int_equal(config_check(&config, &err), 0);
	config_deinit(&config);
}

TEST(sizes_and_durations_take_units) {
	struct config config;
	struct err err;

	(void)state;
	assert_int_equal(load(&config,
	                      LIST("--max-body=3KiB", "--max-memory", "2 GiB", "--max-output=4096",
	                           "--header-timeout=250ms", "--max-time", "2min",
	                           "--shutdown-delay=0s"),
	                      EMPTY, &err),
	                 0);
	assert_int_equal(config.max_body, 3 << 10);
	assert_int_equal(config.max_memory, UINT64_C(2) << 30);
	assert_int_equal(config.max_output, 4096);
	assert_int_equal(config.header_timeout_ms, 250);
	assert_int_equal(config.max_time_ms, 120000);
	assert_int_equal(config.shutdown_delay_ms, 0);
	config_deinit(&config);
}

TEST(a_flag_needs_no_value_and_can_be_taken_back) {
	struct config config;
	struct err err;

	(void)state;
	assert_int_equal(load(&config, LIST("--check"), EMPTY, &err), 0);
	assert_true(config.check);
	assert_int_equal(load(&config, LIST("--check=false"), LIST("DOCMILL_CHECK=true"), &err), 0);
	assert_false(config.check);
	assert_int_equal(load(&config, LIST("--check=yes"), EMPTY, &err), ERR_INVALID);
	config_deinit(&config);
}

static void write_file(char path[], const char *text)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

TEST(arguments_win_over_the_environment_and_that_over_the_file) {
	char path[] = "/tmp/docmill-config-XXXXXX", variable[64];
	struct config config;
	struct err err;

	(void)state;
	write_file(path, "# a comment\n\n max-depth = 1 \nmax-stages=1\r\nmax-key = 1");
	snprintf(variable, sizeof variable, "DOCMILL_CONFIG=%s", path);
	assert_int_equal(load(&config, LIST("--max-depth", "3"),
	                      LIST("PATH=/bin", variable, "DOCMILL_MAX_DEPTH=2",
	                           "DOCMILL_MAX_STAGES=2"),
	                      &err),
	                 0);
	assert_int_equal(config.max_depth, 3);
	assert_int_equal(config.max_stages, 2);
	assert_int_equal(config.max_key, 1);
	config_deinit(&config);
	unlink(path);
}

TEST(a_mistake_in_a_file_is_named_with_its_line) {
	static const char *const texts[][2] = {
		{ "\nmax-dept = 5\n",
		  ":2: max-dept: there is no such option; did you mean max-depth?" },
		{ "max-depth\n", ":1: max-depth: is not \"name = value\"" },
		{ "max-depth = x\n", ":1: max-depth: \"x\" is not a whole number" },
		{ "config = /etc/x\n", ":1: config: a file cannot name another one" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		char path[] = "/tmp/docmill-config-XXXXXX";
		struct config config;
		struct err err;

		write_file(path, texts[i][0]);
		assert_int_equal(load(&config, LIST("--config", path), EMPTY, &err), ERR_INVALID);
		assert_non_null(strstr(err.message, texts[i][1]));
		config_deinit(&config);
		unlink(path);
	}
}

static void fails(const char *const *arguments, enum err_code code, const char *message)
{
	struct config config;
	struct err err;

	assert_int_equal(load(&config, arguments, EMPTY, &err), code);
	if (strstr(err.message, message) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err.message, message);
	config_deinit(&config);
}

TEST(bad_values_are_refused_with_what_would_be_good) {
	(void)state;
	fails(LIST("--max-body", "64MB"), ERR_INVALID, "\"64MB\" is not a size such as 64MiB");
	fails(LIST("--max-body", ""), ERR_INVALID, "is not a size");
	fails(LIST("--max-body", "16777217TiB"), ERR_INVALID, "is not a size");
	fails(LIST("--max-body", "2TiB"), ERR_INVALID, "is not between 1KiB and 1TiB");
	fails(LIST("--max-time", "5"), ERR_INVALID, "is not a duration such as 30s (ms, s, min, h)");
	fails(LIST("--max-time", "25h"), ERR_INVALID, "is not between 1ms and 24h");
	fails(LIST("--max-depth", "+5"), ERR_INVALID, "is not a whole number");
	fails(LIST("--log-level", "eror"), ERR_INVALID, "did you mean \"error\"?");
	fails(LIST("--access-log", "some"), ERR_INVALID, "is none of all, errors, off");
	fails(LIST("--listen", "127.0.0.1:1,127.0.0.1:2"), ERR_INVALID, "is not HOST:PORT");
	fails(LIST("--listen", "127.0.0.1:65536"), ERR_INVALID, "is not HOST:PORT");
	fails(LIST("--listen", "127.0.0.1:80s"), ERR_INVALID, "is not HOST:PORT");
}

TEST(unknown_options_are_refused_with_a_guess) {
	(void)state;
	fails(LIST("--max-bodi=1"), ERR_INVALID,
	      "--max-bodi: there is no such option; did you mean"
	      " --max-body?");
	fails(LIST("--zzzzzz=1"), ERR_INVALID, "--zzzzzz: there is no such option");
	fails(LIST("x"), ERR_NOT_FOUND, "\"x\" is not an option");
	fails(LIST("-v"), ERR_NOT_FOUND, "\"-v\" is not an option");
	fails(LIST("--"), ERR_NOT_FOUND, "\"--\" is not an option");
	fails(LIST("--max-body"), ERR_NOT_FOUND, "--max-body needs a value");
	fails(LIST("--config", "/does/not/exist"), ERR_IO, "/does/not/exist: ");
}

TEST(a_variable_that_resembles_no_option_belongs_to_others) {
	struct config config;
	struct err err;

	(void)state;
	assert_int_equal(load(&config, EMPTY,
	                      LIST("DOCMILL_SERVICE_HOST=10.0.0.1", "DOCMILL_PORT=tcp://10.0.0.1:80",
	                           "DOCMILL_PORT_8001_TCP_ADDR=10.0.0.1", "DOCMILL_=x", "DOCMILL_X"),
	                      &err),
	                 0);
	assert_int_equal(load(&config, EMPTY, LIST("DOCMILL_MAX_BODDY=1"), &err), ERR_INVALID);
	assert_non_null(strstr(err.message, "DOCMILL_MAX_BODDY: there is no such option"));
	assert_int_equal(load(&config, EMPTY, LIST("DOCMILL_MAX_BODY=x"), &err), ERR_INVALID);
	assert_non_null(strstr(err.message, "DOCMILL_MAX_BODY: \"x\""));
	config_deinit(&config);
}

TEST(listening_beyond_loopback_must_be_said) {
	static const char *const open[] = { "0.0.0.0:1", ":1", "1", "*:1", "10.0.0.1:1", "[::]:1" };
	static const char *const closed[] = { "127.0.0.1:1", "127.1.2.3:1", "localhost:1",
		                              "[::1]:1" };
	struct config config;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(open); i++) {
		assert_int_equal(load(&config, LIST("--listen", open[i]), EMPTY, &err), 0);
		assert_int_equal(config_check(&config, &err), ERR_INVALID);
		assert_int_equal(load(&config, LIST("--listen", open[i], "--auth=none"), EMPTY, &err),
		                 0);
		assert_int_equal(config_check(&config, &err), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(closed); i++) {
		assert_int_equal(load(&config, LIST("--listen", closed[i]), EMPTY, &err), 0);
		assert_int_equal(config_check(&config, &err), 0);
	}
	config_deinit(&config);
}

TEST(sizes_and_durations_are_shown_as_a_user_writes_them) {
	char text[32];

	(void)state;
	quantity_format_bytes(64 << 20, text, sizeof text);
	assert_string_equal(text, "64MiB");
	quantity_format_bytes(1025, text, sizeof text);
	assert_string_equal(text, "1025B");
	quantity_format_ms(90000, text, sizeof text);
	assert_string_equal(text, "90s");
	quantity_format_ms(3600000, text, sizeof text);
	assert_string_equal(text, "1h");
	quantity_format_ms(0, text, sizeof text);
	assert_string_equal(text, "0ms");
}

TEST(help_and_manual_name_every_option) {
	struct buf help, manual;
	const struct option *option;
	char name[64];

	(void)state;
	buf_init(&help, 1 << 20);
	buf_init(&manual, 1 << 20);
	config_write_help(&help);
	config_write_markdown(&manual);
	buf_append_char(&help, 0);
	buf_append_char(&manual, 0);
	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		snprintf(name, sizeof name, "  --%s", option->name);
		assert_non_null(strstr(help.data, name));
		assert_non_null(strstr(help.data, option->doc));
		snprintf(name, sizeof name, "| `--%s` |", option->name);
		assert_non_null(strstr(manual.data, name));
	}
	buf_deinit(&help);
	buf_deinit(&manual);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(every_option_is_named_documented_and_has_a_default_that_it_accepts),
		RUN(without_anything_said_the_defaults_hold),
		RUN(sizes_and_durations_take_units),
		RUN(a_flag_needs_no_value_and_can_be_taken_back),
		RUN(arguments_win_over_the_environment_and_that_over_the_file),
		RUN(a_mistake_in_a_file_is_named_with_its_line),
		RUN(bad_values_are_refused_with_what_would_be_good),
		RUN(unknown_options_are_refused_with_a_guess),
		RUN(a_variable_that_resembles_no_option_belongs_to_others),
		RUN(listening_beyond_loopback_must_be_said),
		RUN(sizes_and_durations_are_shown_as_a_user_writes_them),
		RUN(help_and_manual_name_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
