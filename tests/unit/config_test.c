/* config_test.c - which settings are taken, what an error says, and that secrets are never in
 * it. */

#include "config.h"

#include "cleanup.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define TEN     "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

/* Those without a default that would do. */
static const char *const demanded[][2] = {
	{ "KEYS_FOLDER", "/etc/myportal/keys" },
	{ "SMTP_URL", "smtp://relay.example:587" },
	{ "MAIL_FROM", "no-reply@kenpo.example" },
	{ "PORTAL_URL", "https://portal.example" },
	{ "SOCIETY_NAME_JA", "みほん健康保険組合" },
	{ "SOCIETY_NAME_EN", "Sample Society" },
};

struct fixture {
	struct config config;
	char why[ERRBUF_MAX + 1];
	char path[64];
};

/* Nothing in the environment but what must be, and how cmocka is to report. */
static void
environment_reset(void)
{
	const char *output = getenv("CMOCKA_MESSAGE_OUTPUT");
	char *kept = output != NULL ? strdup(output) : NULL;

	assert_int_equal(clearenv(), 0);
	if (kept != NULL)
		assert_int_equal(setenv("CMOCKA_MESSAGE_OUTPUT", kept, 1), 0);
	free(kept);
	for (size_t i = 0; i < LENGTH(demanded); i++)
		assert_int_equal(setenv(demanded[i][0], demanded[i][1], 1), 0);
}

static int
set_up(void **state)
{
	static struct fixture fixture;
	int fd;

	fixture = (struct fixture){ .path = "/tmp/config_test.XXXXXX" };
	fd = mkstemp(fixture.path);
	if (fd < 0)
		return -1;
	close(fd);
	environment_reset();
	*state = &fixture;
	return 0;
}

static int
tear_down(void **state)
{
	const struct fixture *const fixture = *state;

	return unlink(fixture->path);
}

static void
file_put(const struct fixture *fixture, const void *bytes, size_t size)
{
	FILE *const file = fopen(fixture->path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void
what_is_not_set_has_its_default(void **state)
{
	struct fixture *const f = *state;

	assert_true(config_read(&f->config, f->why));
	assert_string_equal(f->config.listen, "127.0.0.1:8080");
	assert_string_equal(f->config.db_tls, "required");
	assert_string_equal(f->config.smtp_tls, "required");
	assert_string_equal(f->config.db_password, "");
	assert_string_equal(f->config.cors_origins, "");
	assert_string_equal(f->config.identity_birth_date, "no");
	assert_string_equal(f->config.password_composition, "letter-and-digit");
	assert_int_equal(f->config.invitation_lives_s, 3 * 3600);
	assert_int_equal(f->config.second_link_lives_s, 1800);
	assert_int_equal(f->config.account_step_lives_s, 1800);
	assert_int_equal(f->config.password_length_min, 8);
	assert_int_equal(f->config.argon2_memory_kib, 19456);
	assert_int_equal(f->config.argon2_passes, 2);
	assert_string_equal(f->config.society_name_ja, "みほん健康保険組合");
}

static void
what_is_demanded_is_missed_by_its_name(void **state)
{
	struct fixture *const f = *state;

	for (size_t i = 0; i < LENGTH(demanded); i++) {
		environment_reset();
		unsetenv(demanded[i][0]);
		if (config_read(&f->config, f->why))
			fail_msg("%s: not missed", demanded[i][0]);
		if (!text_starts_with(f->why, demanded[i][0]))
			fail_msg("%s: missed as \"%s\"", demanded[i][0], f->why);
	}
}

static void
values_have_bounds(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *name;
		const char *value;
		bool taken;
	} rows[] = {
		{ "the least number", "DB_PORT", "1", true },
		{ "the greatest", "DB_PORT", "65535", true },
		{ "one below", "DB_PORT", "0", false },
		{ "one above", "DB_PORT", "65536", false },
		{ "a minus", "DB_PORT", "-1", false },
		{ "a number with a space", "DB_PORT", "3306 ", false },
		{ "a number with a newline", "DB_PORT", "3306\n", false },
		{ "no number", "DB_PORT", "mysql", false },
		{ "an empty number is not the default", "DB_PORT", "", false },
		{ "2^64 + 3306", "DB_PORT", "18446744073709554922", false },
		{ "a minute is the shortest life", "INVITATION_LIVES_S", "60", true },
		{ "a second less", "INVITATION_LIVES_S", "59", false },
		{ "a day is the longest", "INVITATION_LIVES_S", "86400", true },
		{ "a second more", "INVITATION_LIVES_S", "86401", false },
		{ "a unit", "INVITATION_LIVES_S", "3h", false },
		{ "the society's shortest password", "PASSWORD_LENGTH_MIN", "8", true },
		{ "a shorter one", "PASSWORD_LENGTH_MIN", "7", false },
		{ "TLS", "DB_TLS", "required", true },
		{ "no TLS, in so many letters", "DB_TLS", "none", true },
		{ "half a word", "DB_TLS", "require", false },
		{ "a letter too many", "DB_TLS", "requireds", false },
		{ "another case", "DB_TLS", "Required", false },
		{ "a space behind", "DB_TLS", "required ", false },
		{ "no word", "DB_TLS", "", false },
		{ "a word of nobody's", "DB_TLS", "yes", false },
		{ "both words, as the table has them", "DB_TLS", "required|none", false },
		{ "both words, the other way round", "DB_TLS", "none|required", false },
		{ "a bar", "DB_TLS", "|", false },
		{ "a word and a bar", "DB_TLS", "none|", false },
		{ "a bar and a word", "DB_TLS", "|none", false },
		{ "part of the table", "DB_TLS", "required|n", false },
		{ "both words of another", "SMTP_TLS", "required|none", false },
		{ "yes", "IDENTITY_BIRTH_DATE", "yes", true },
		{ "true is no word", "IDENTITY_BIRTH_DATE", "true", false },
		{ "1 is no word", "IDENTITY_BIRTH_DATE", "1", false },
		{ "the shortest text", "LISTEN", "a:1", true },
		{ "one byte less", "LISTEN", ":1", false },
		{ "64 bytes", "DB_NAME", TEN TEN TEN TEN TEN TEN "abcd", true },
		{ "65 bytes", "DB_NAME", TEN TEN TEN TEN TEN TEN "abcde", false },
		{ "a socket's longest path", "DB_SOCKET", HUNDRED "abcdefg", true },
		{ "one byte more", "DB_SOCKET", HUNDRED "abcdefgh", false },
		{ "no origin at all", "CORS_ORIGINS", "", true },
		{ "a carriage return", "MAIL_FROM", "a@b\rc", false },
		{ "an escape", "SOCIETY_NAME_EN", "a\033[1m", false },
		{ "a tab", "DB_USER", "a\tb", false },
		{ "lines of words", "SOCIETY_WORDS", "a\nb", true },
		{ "40 kanji are 120 bytes",              "SOCIETY_NAME_JA",
		  "健康保険組合健康保険組合健康保険組合健康保険組合健康保険組合健康保険組合健康保険", true },
		{ "41 are too many",                     "SOCIETY_NAME_JA",
		  "健康保険組合健康保険組合健康保険組合健康保険組合健康保険組合健康保険組合健康保険組", false },
	};
	/* clang-format on */
	struct fixture *const f = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		environment_reset();
		assert_int_equal(setenv(rows[i].name, rows[i].value, 1), 0);
		if (config_read(&f->config, f->why) != rows[i].taken)
			fail_msg("%s: %s=\"%s\"", rows[i].why, rows[i].name, rows[i].value);
		if (!rows[i].taken && !text_starts_with(f->why, rows[i].name))
			fail_msg("%s: refused as \"%s\"", rows[i].why, f->why);
	}
}

static void
values_arrive_where_they_belong(void **state)
{
	struct fixture *const f = *state;

	setenv("DB_PORT", "3307", 1);
	setenv("DB_CONNECTIONS", "100", 1);
	setenv("DB_TLS", "none", 1);
	setenv("DB_PASSWORD", "p|w \"x\"", 1);
	setenv("SOCIETY_WORDS", "みほん\nmihon", 1);
	assert_true(config_read(&f->config, f->why));
	assert_int_equal(f->config.db_port, 3307);
	assert_int_equal(f->config.db_connections, 100);
	assert_string_equal(f->config.db_tls, "none");
	assert_string_equal(f->config.db_password, "p|w \"x\"");
	assert_string_equal(f->config.society_words, "みほん\nmihon");
	assert_true(config_is(f->config.db_tls, "none"));
	assert_false(config_is(f->config.db_tls, "non"));
	assert_false(config_is(f->config.db_tls, "required"));
}

static void
a_refusal_says_bounds_and_value(void **state)
{
	/* clang-format off */
	static const struct {
		const char *name, *value, *expected;
	} rows[] = {
		{ "DB_PORT", "70000", "DB_PORT must be 1-65535; it is \"70000\"" },
		{ "DB_TLS",  "maybe", "DB_TLS must be required|none; it is \"maybe\"" },
		{ "DB_HOST", "",      "DB_HOST must be 1-255 characters; it is \"\"" },
		/* A value of any length: as much as fits a line. */
		{ "DB_HOST", HUNDRED HUNDRED HUNDRED,
		  "DB_HOST must be 1-255 characters; it is \""
		  TEN TEN TEN TEN TEN TEN TEN "012345678\"" },
	};
	/* clang-format on */
	struct fixture *const f = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		environment_reset();
		setenv(rows[i].name, rows[i].value, 1);
		assert_false(config_read(&f->config, f->why));
		assert_string_equal(f->why, rows[i].expected);
	}
}

/* asvs 16.2.5 */
static void
a_refusal_never_says_a_secret(void **state)
{
	static const char *const names[] = { "DB_PASSWORD", "DB_OWNER_PASSWORD", "SMTP_PASSWORD" };
	struct fixture *const f = *state;

	for (size_t i = 0; i < LENGTH(names); i++) {
		environment_reset();
		setenv(names[i], "hush\001hush", 1);
		assert_false(config_read(&f->config, f->why));
		if (!text_starts_with(f->why, names[i]) || strstr(f->why, "hush") != NULL)
			fail_msg("%s: refused as \"%s\"", names[i], f->why);
	}
}

static void
lines_are_for_the_setting_that_has_them(void **state)
{
	struct fixture *const f = *state;

	environment_reset();
	setenv("SOCIETY_WORDS", "kenpo\nmihon", 1);
	assert_true(config_read(&f->config, f->why));
	assert_string_equal(f->config.society_words, "kenpo\nmihon");
	setenv("SOCIETY_NAME_JA", "kenpo\nmihon", 1);
	assert_false(config_read(&f->config, f->why));
}

/* A setting from a file: what is in it, what comes of it. */
static void
a_file_is_taken_whole_or_not_at_all(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *bytes;
		size_t size;
		const char *expected; /* NULL: refused */
	} rows[] = {
		{ "without a newline",                     "secret",     6, "secret" },
		{ "its trailing newline is dropped",       "secret\n",   7, "secret" },
		{ "another newline is part of it",         "secret\n\n", 8, NULL },
		{ "spaces are part of it",                 " secret ",   8, " secret " },
		{ "an empty file is the empty text",       "",           0, "" },
		{ "nothing but a newline is, too",         "\n",         1, "" },
		{ "a line end of Windows",                 "secret\r\n", 8, NULL },
		{ "a NUL within: the rest would be lost",  "sec\0ret",   7, NULL },
		{ "a NUL behind",                          "secret\0",   7, NULL },
		{ "UTF-16",                                "s\0e\0c\0",  6, NULL },
	};
	/* clang-format on */
	struct fixture *const f = *state;

	setenv("DB_PASSWORD_FILE", f->path, 1);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		file_put(f, rows[i].bytes, rows[i].size);
		if (config_read(&f->config, f->why) != (rows[i].expected != NULL))
			fail_msg("%s: verdict", rows[i].why);
		if (rows[i].expected == NULL && strstr(f->why, "DB_PASSWORD") == NULL)
			fail_msg("%s: refused as \"%s\"", rows[i].why, f->why);
		if (rows[i].expected == NULL && strstr(f->why, "sec\"") != NULL)
			fail_msg("%s: told in \"%s\"", rows[i].why, f->why);
		if (rows[i].expected != NULL &&
		    strcmp(f->config.db_password, rows[i].expected) != 0)
			fail_msg("%s: \"%s\"", rows[i].why, f->config.db_password);
	}
}

static void
a_file_has_a_longest_length(void **state)
{
	struct fixture *const f = *state;
	char bytes[CONFIG_WORDS_MAX + 64];

	memset(bytes, 'w', sizeof bytes);
	setenv("SOCIETY_WORDS_FILE", f->path, 1);

	file_put(f, bytes, CONFIG_WORDS_MAX);
	assert_true(config_read(&f->config, f->why));
	assert_int_equal(strlen(f->config.society_words), CONFIG_WORDS_MAX);
	bytes[CONFIG_WORDS_MAX] = '\n';
	file_put(f, bytes, CONFIG_WORDS_MAX + 1);
	assert_true(config_read(&f->config, f->why));
	assert_int_equal(strlen(f->config.society_words), CONFIG_WORDS_MAX);

	/* A newline right at the bound is not the last: what follows would be lost. */
	file_put(f, bytes, CONFIG_WORDS_MAX + 2);
	assert_false(config_read(&f->config, f->why));
	bytes[CONFIG_WORDS_MAX] = 'w';
	file_put(f, bytes, CONFIG_WORDS_MAX + 1);
	assert_false(config_read(&f->config, f->why));
	file_put(f, bytes, sizeof bytes);
	assert_false(config_read(&f->config, f->why));
	assert_true(text_starts_with(f->why, "SOCIETY_WORDS"));
}

static void
a_file_that_is_not_there_is_told(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *path;
	} rows[] = {
		{ "no such file",  "/nonexistent/secret" },
		{ "a folder",      "/tmp" },
		{ "no name",       "" },
	};
	/* clang-format on */
	struct fixture *const f = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		setenv("DB_PASSWORD_FILE", rows[i].path, 1);
		if (config_read(&f->config, f->why))
			fail_msg("%s: taken", rows[i].why);
		if (strstr(f->why, "DB_PASSWORD_FILE") == NULL)
			fail_msg("%s: refused as \"%s\"", rows[i].why, f->why);
	}
}

static void
the_name_itself_comes_before_its_file(void **state)
{
	struct fixture *const f = *state;

	file_put(f, "from the file", 13);
	setenv("DB_PASSWORD_FILE", f->path, 1);
	setenv("DB_PASSWORD", "from the name", 1);
	assert_true(config_read(&f->config, f->why));
	assert_string_equal(f->config.db_password, "from the name");

	setenv("DB_PASSWORD", "", 1); /* empty is a value */
	assert_true(config_read(&f->config, f->why));
	assert_string_equal(f->config.db_password, "");

	/* Numbers and words come from files as well. */
	file_put(f, "3310\n", 5);
	setenv("DB_PORT_FILE", f->path, 1);
	assert_true(config_read(&f->config, f->why));
	assert_int_equal(f->config.db_port, 3310);
}

static void
a_name_too_long_to_hold_is_told(void **state)
{
	struct fixture *const f = *state;
	char value[CONFIG_WORDS_MAX + 64];

	memset(value, 'w', sizeof value);
	value[sizeof value - 1] = '\0';
	setenv("SOCIETY_WORDS", value, 1);
	assert_false(config_read(&f->config, f->why));
	assert_true(text_starts_with(f->why, "SOCIETY_WORDS"));
	value[CONFIG_WORDS_MAX] = '\0';
	setenv("SOCIETY_WORDS", value, 1);
	assert_true(config_read(&f->config, f->why));
}

static void
secrets_are_wiped_and_nothing_else(void **state)
{
	static const char zeros[CONFIG_TEXT_MAX + 1];
	struct fixture *const f = *state;

	setenv("DB_PASSWORD", "one", 1);
	setenv("DB_OWNER_PASSWORD", "two", 1);
	setenv("SMTP_PASSWORD", "three", 1);
	assert_true(config_read(&f->config, f->why));
	config_wipe(&f->config);
	assert_memory_equal(f->config.db_password, zeros, sizeof zeros);
	assert_memory_equal(f->config.db_owner_password, zeros, sizeof zeros);
	assert_memory_equal(f->config.smtp_password, zeros, sizeof zeros);
	assert_string_equal(f->config.db_name, "myportal");
	assert_int_equal(f->config.db_port, 3306);
}

/* Five bars and no more: else Markdown sees other columns. */
static void
the_table_has_a_whole_row_for_each(void **state)
{
	CLEANUP(cleanup_free) char *text = NULL;
	size_t size, lines = 0;
	FILE *const out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	config_print_table(out);
	assert_int_equal(fclose(out), 0);
	for (const char *line = text; *line != '\0'; lines++) {
		const char *const end = strchr(line, '\n');
		size_t bars = 0;

		assert_non_null(end);
		for (const char *at = line; at < end; at++)
			bars += *at == '|';
		if (bars != 5)
			fail_msg("%zu bars in %.*s", bars, (int)(end - line), line);
		line = end + 1;
	}
	assert_true(lines > 2 + LENGTH(demanded));
	assert_non_null(strstr(text, "| `DB_TLS` | `required` | required/none | "));
	assert_non_null(strstr(text, "| `DB_PASSWORD` | `-` | 0-512 characters |  (secret) |"));
	assert_non_null(strstr(text, "| `KEYS_FOLDER` | `-` | 1-512 characters | "));
}

int
main(void)
{
#define IN_A_CLEAN_ENVIRONMENT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		IN_A_CLEAN_ENVIRONMENT(what_is_not_set_has_its_default),
		IN_A_CLEAN_ENVIRONMENT(what_is_demanded_is_missed_by_its_name),
		IN_A_CLEAN_ENVIRONMENT(values_have_bounds),
		IN_A_CLEAN_ENVIRONMENT(values_arrive_where_they_belong),
		IN_A_CLEAN_ENVIRONMENT(a_refusal_says_bounds_and_value),
		IN_A_CLEAN_ENVIRONMENT(a_refusal_never_says_a_secret),
		IN_A_CLEAN_ENVIRONMENT(lines_are_for_the_setting_that_has_them),
		IN_A_CLEAN_ENVIRONMENT(a_file_is_taken_whole_or_not_at_all),
		IN_A_CLEAN_ENVIRONMENT(a_file_has_a_longest_length),
		IN_A_CLEAN_ENVIRONMENT(a_file_that_is_not_there_is_told),
		IN_A_CLEAN_ENVIRONMENT(the_name_itself_comes_before_its_file),
		IN_A_CLEAN_ENVIRONMENT(a_name_too_long_to_hold_is_told),
		IN_A_CLEAN_ENVIRONMENT(secrets_are_wiped_and_nothing_else),
		cmocka_unit_test(the_table_has_a_whole_row_for_each),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
