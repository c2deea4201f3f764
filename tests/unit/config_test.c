/* config_test.c - which settings are taken, what an error says, that all are told at once, and that
 * secrets are never in them. */

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

#define FAULTS_MAX 16

struct fixture {
	struct config config;
	char why[ERRBUF_MAX + 1]; /* the first fault */
	size_t count;
	char faults[FAULTS_MAX][ERRBUF_MAX + 1];
	char path[64];
};

static void
keep_fault(const char *line, void *context)
{
	struct fixture *const f = context;

	assert_true(f->count < FAULTS_MAX);
	text_copy_cut(f->faults[f->count++], ERRBUF_MAX + 1, line);
}

/* Are all settings right? Keeps what is told of those that are not. */
static bool
settings_are_taken(struct fixture *f)
{
	struct config_faults faults = { .tell = keep_fault, .context = f };

	f->count = 0;
	config_read(&f->config, CONFIG_ALL, &faults);
	assert_int_equal(faults.count, f->count);
	text_copy_cut(f->why, sizeof f->why, f->count > 0 ? f->faults[0] : "");
	return f->count == 0;
}

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

	assert_true(settings_are_taken(f));
	assert_string_equal(f->config.listen, "127.0.0.1:8080");
	assert_string_equal(f->config.db_tls, "required");
	assert_string_equal(f->config.smtp_tls, "required");
	assert_string_equal(f->config.db_password, "");
	assert_string_equal(f->config.cors_origins, "");
	assert_string_equal(f->config.identity_birth_date, "no");
	assert_int_equal(f->config.access_after_loss_days, 0);
	assert_string_equal(f->config.registration_email_domains, "");
	assert_string_equal(f->config.identity_posted_code, "no");
	assert_int_equal(f->config.posted_code_lives_days, 0);
	assert_string_equal(f->config.log_level, "info");
	assert_string_equal(f->config.password_composition, "letter-and-digit");
	assert_int_equal(f->config.invitation_lives_s, 3 * 3600);
	assert_int_equal(f->config.second_link_lives_s, 1800);
	assert_int_equal(f->config.account_step_lives_s, 1800);
	assert_int_equal(f->config.access_token_lives_s, 600);
	assert_int_equal(f->config.password_length_min, 8);
	assert_int_equal(f->config.roster_ended_share_max, 100);
	assert_int_equal(f->config.roster_birth_dates_share_max, 5);
	assert_int_equal(f->config.roster_names_share_max, 50);
	assert_int_equal(f->config.roster_new_share_max, 200);
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
		if (settings_are_taken(f))
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
		{ "the shortest life of an access token", "ACCESS_TOKEN_LIVES_S", "10", true },
		{ "a second less", "ACCESS_TOKEN_LIVES_S", "9", false },
		{ "the longest that any may have", "ACCESS_TOKEN_LIVES_S", "600", true },
		{ "a second more", "ACCESS_TOKEN_LIVES_S", "601", false },
		{ "the society's shortest password", "PASSWORD_LENGTH_MIN", "8", true },
		{ "a shorter one", "PASSWORD_LENGTH_MIN", "7", false },
		{ "TLS", "DB_TLS", "required", true },
		{ "no TLS, in so many letters", "DB_TLS", "none", true }, /* to 127.0.0.1 */
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
		{ "no share at all", "ROSTER_ENDED_SHARE_MAX", "0", true },
		{ "any share", "ROSTER_NEW_SHARE_MAX", "1000", true },
		{ "more than all", "ROSTER_NAMES_SHARE_MAX", "1001", false },
		{ "less than none", "ROSTER_BIRTH_DATES_SHARE_MAX", "-1", false },
		{ "yes", "IDENTITY_BIRTH_DATE", "yes", true },
		{ "true is no word", "IDENTITY_BIRTH_DATE", "true", false },
		{ "1 is no word", "IDENTITY_BIRTH_DATE", "1", false },
		{ "not a day", "ACCESS_AFTER_LOSS_DAYS", "0", true },
		{ "ten years", "ACCESS_AFTER_LOSS_DAYS", "3650", true },
		{ "a day more", "ACCESS_AFTER_LOSS_DAYS", "3651", false },
		{ "a day before", "ACCESS_AFTER_LOSS_DAYS", "-1", false },
		{ "a code is asked for", "IDENTITY_POSTED_CODE", "yes", true },
		{ "or it is not", "IDENTITY_POSTED_CODE", "maybe", false },
		{ "no end", "POSTED_CODE_LIVES_DAYS", "0", true },
		{ "ten years", "POSTED_CODE_LIVES_DAYS", "3650", true },
		{ "a day more", "POSTED_CODE_LIVES_DAYS", "3651", false },
		{ "a day less than none", "POSTED_CODE_LIVES_DAYS", "-1", false },
		{ "the shortest text", "MAIL_FROM", "a@b", true },
		{ "one byte less", "MAIL_FROM", "@b", false },
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
		{ "nobody to ask", "SOCIETY_CONTACT_JA", "", true },
		{ "lines of whom to ask", "SOCIETY_CONTACT_JA", "適用課\n03-0000-0000", true },
		{ "400 bytes", "SOCIETY_CONTACT_EN", HUNDRED HUNDRED HUNDRED HUNDRED, true },
		{ "401 bytes", "SOCIETY_CONTACT_EN", HUNDRED HUNDRED HUNDRED HUNDRED "x", false },
		{ "a tab in a line", "SOCIETY_CONTACT_EN", "a\tb", false },
		{ "41 are too many",                     "SOCIETY_NAME_JA",
		  "健康保険組合健康保険組合健康保険組合健康保険組合健康保険組合健康保険組合健康保険組", false },
	};
	/* clang-format on */
	struct fixture *const f = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		environment_reset();
		assert_int_equal(setenv(rows[i].name, rows[i].value, 1), 0);
		if (settings_are_taken(f) != rows[i].taken)
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
	assert_true(settings_are_taken(f));
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
		assert_false(settings_are_taken(f));
		assert_string_equal(f->why, rows[i].expected);
	}
}

/* What a value must look like, where its length does not say. */
static void
forms_are_checked(void **state)
{
	/* clang-format off */
	static const struct {
		const char *name, *value;
		const char *must; /* NULL: taken */
	} rows[] = {
		{ "LISTEN", "127.0.0.1:8080", NULL },
		{ "LISTEN", "0.0.0.0:1", NULL },
		{ "LISTEN", "10.0.0.1:65535", NULL },
		{ "LISTEN", "0123456789", "an IPv4 address and a port" }, /* a port */
		{ "LISTEN", "18155", "an IPv4 address and a port" },
		{ "LISTEN", "", "9-64 characters" },
		{ "LISTEN", ":::::18155", "an IPv4 address and a port" },
		{ "LISTEN", "localhost:8080", "an IPv4 address and a port" },
		{ "LISTEN", "127.0.0.1:0", "an IPv4 address and a port" },
		{ "LISTEN", "127.0.0.1:65536", "an IPv4 address and a port" },
		{ "LISTEN", "127.0.0.1:08080", "an IPv4 address and a port" },
		{ "LISTEN", "127.0.0.1:443s", "an IPv4 address and a port" },
		{ "LISTEN", "127.0.0.1:80,127.0.0.1:81", "an IPv4 address and a port" },
		{ "LISTEN", "127.0.0.256:80", "an IPv4 address and a port" },
		{ "LISTEN_INSIDE", "127.0.0.1", "an IPv4 address and a port" },

		{ "PORTAL_URL", "https://portal.example", NULL },
		{ "PORTAL_URL", "https://portal.example:8443", NULL },
		{ "PORTAL_URL", "http://127.0.0.1:5173", NULL },
		{ "PORTAL_URL", "http://[::1]:5173", NULL },
		{ "PORTAL_URL", "https://xn--eckwd4c7c.example", NULL },
		{ "PORTAL_URL", "portal.example", "begin with https://" },
		{ "PORTAL_URL", "*", "name each origin" },
		{ "PORTAL_URL", "ftp://portal.example", "begin with https://" },
		{ "PORTAL_URL", "HTTPS://portal.example", "begin with https://" },
		{ "PORTAL_URL", "https://portal.example/", "end behind host and port" },
		{ "PORTAL_URL", "https://portal.example/app", "end behind host and port" },
		{ "PORTAL_URL", "https://portal.example?a", "end behind host and port" },
		{ "PORTAL_URL", "https://portal.example:8443/", "end behind host and port" },
		{ "PORTAL_URL", "https://me@portal.example", "end behind host and port" },
		{ "PORTAL_URL", "https://", "the name of a host" },
		{ "PORTAL_URL", "https://:8443", "the name of a host" },
		{ "PORTAL_URL", "https://portal..example", "the name of a host" },
		{ "PORTAL_URL", "https://.portal.example", "the name of a host" },
		{ "PORTAL_URL", "https://portal.example.", "the name of a host" },
		{ "PORTAL_URL", "https://ã¿.example", "the name of a host" },
		{ "PORTAL_URL", "http://[::1", "the name of a host" },
		{ "PORTAL_URL", "http://[::x]", "the name of a host" },
		{ "PORTAL_URL", "https://portal.example:", "a port" },
		{ "PORTAL_URL", "https://portal.example:0", "a port" },
		{ "PORTAL_URL", "https://portal.example:65536", "a port" },
		{ "PORTAL_URL", "https://portal.example:https", "a port" },
		{ "PORTAL_URL", "https://Portal.example", "small letters" },
		{ "PORTAL_URL", "https://portal.example:443", "own port" },
		{ "PORTAL_URL", "http://portal.example:80", "own port" },
		{ "PORTAL_URL", "http://portal.example:443", NULL },

		{ "CORS_ORIGINS", "https://a.example, https://b.example,https://c.example", NULL },
		{ "CORS_ORIGINS", "*", "name each origin" },
		{ "CORS_ORIGINS", "null", "begin with https://" },
		{ "CORS_ORIGINS", "https://x/", "end behind host and port" },
		{ "CORS_ORIGINS", "https://a.example, *", "name each origin" },
		{ "CORS_ORIGINS", "https://*.example", "the name of a host" },

		{ "SOCIETY_NAME_JA", "見本🍣", NULL },
		{ "SOCIETY_NAME_JA", "\x8c\xa9\x96{", "UTF-8" }, /* of a file in Shift_JIS */
		{ "SOCIETY_NAME_EN", "caf\xe9", "UTF-8" },
		{ "SOCIETY_CONTACT_JA", "窓\xe5\x8f", "UTF-8" }, /* cut */
		{ "SOCIETY_CONTACT_EN", "\xc0\xaf", "UTF-8" },

		{ "SMTP_URL", "smtp://relay.example", NULL },
		{ "SMTP_URL", "smtps://relay.example:465", NULL },
		{ "SMTP_URL", "smtp://[2001:db8::1]:25", NULL },
		{ "SMTP_URL", "relay.example:25", "begin with smtp://" },
		{ "SMTP_URL", "http://relay.example", "begin with smtp://" },
		{ "SMTP_URL", "smtp://me:secret@relay.example", "no user" },
		{ "SMTP_URL", "smtp://relay.example/portal", "end behind host and port" },
		{ "SMTP_URL", "smtp://relay.example:smtp", "a port" },
		{ "SMTP_URL", "smtp://:25/", "the name of a host" },

		{ "EHLO_NAME", "portal.kenpo.example", NULL },
		{ "EHLO_NAME", "localhost", NULL },
		{ "EHLO_NAME", "our portal", "the name of a host" },
		{ "EHLO_NAME", "x%0d%0aMAIL", "the name of a host" },
		{ "EHLO_NAME", "けんぽ.example", "the name of a host" },

		{ "MAIL_FROM", "no-reply@kenpo.example", NULL },
		{ "MAIL_FROM", "Kenpo <no-reply@kenpo.example>", "the address alone" },
		{ "MAIL_FROM", "けんぽ <no-reply@kenpo.example>", "the address alone" },
		{ "MAIL_FROM", "<no-reply@kenpo.example>", "the address alone" },
		{ "MAIL_FROM", "no-reply", "has no @" },
		{ "MAIL_FROM", "けんぽ@kenpo.example", "an address in ASCII" },
		{ "MAIL_FROM", "@kenpo.example", "an address in ASCII" },

		{ "DB_CA_FILE", "/nonexistent/ca.pem", "a file that can be read" },
		{ "SMTP_CA_FILE", "/tmp", "a file that can be read" },
		{ "SMTP_CA_FILE", "/proc/self/comm", NULL },
	};
	/* clang-format on */
	struct fixture *const f = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		environment_reset();
		assert_int_equal(setenv(rows[i].name, rows[i].value, 1), 0);
		if (settings_are_taken(f) != (rows[i].must == NULL))
			fail_msg("%s=%s: verdict (%s)", rows[i].name, rows[i].value, f->why);
		if (rows[i].must != NULL &&
		    (f->count != 1 || !text_starts_with(f->why, rows[i].name) ||
			strstr(f->why, rows[i].must) == NULL))
			fail_msg("%s=%s: \"%s\"", rows[i].name, rows[i].value, f->why);
	}
}

/* Two settings that are right by themselves, and whether both can be. */
static void
settings_agree(void **state)
{
	/* clang-format off */
	static const struct {
		const char *set[3][2];
		const char *told; /* NULL: nothing */
	} rows[] = {
		{ { { "SESSION_IDLE_S", "3600" }, { "SESSION_LIVES_S", "3600" } }, NULL },
		{ { { "SESSION_IDLE_S", "3601" }, { "SESSION_LIVES_S", "3600" } },
		  "SESSION_IDLE_S" },
		{ { { "SESSION_IDLE_S", "3601" }, { "SESSION_LIVES_S", "x" } },
		  "SESSION_LIVES_S must" },
		{ { { "DB_TLS", "none" }, { "DB_HOST", "localhost" } }, NULL },
		{ { { "DB_TLS", "none" }, { "DB_HOST", "127.0.0.2" } }, NULL },
		{ { { "DB_TLS", "none" }, { "DB_HOST", "::1" } }, NULL },
		{ { { "DB_TLS", "none" }, { "DB_HOST", "db.example" }, { "DB_SOCKET", "/run/db" } },
		  NULL },
		{ { { "DB_TLS", "none" }, { "DB_HOST", "db.example" } }, "DB_TLS must" },
		{ { { "DB_TLS", "none" }, { "DB_HOST", "127.0.0.1.example" } }, "DB_TLS must" },
		{ { { "DB_TLS", "none" }, { "DB_HOST", "10.0.0.1" } }, "DB_TLS must" },
		{ { { "DB_TLS", "required" }, { "DB_HOST", "db.example" } }, NULL },
		{ { { "SMTP_TLS", "none" }, { "SMTP_URL", "smtp://127.0.0.1:25" } }, NULL },
		{ { { "SMTP_TLS", "none" }, { "SMTP_URL", "smtp://[::1]" } }, NULL },
		{ { { "SMTP_TLS", "none" }, { "SMTP_URL", "smtp://relay.example" } },
		  "SMTP_TLS must" },
		{ { { "SMTP_TLS", "none" }, { "SMTP_URL", "smtp://localhost.example" } },
		  "SMTP_TLS must" },
		{ { { "LISTEN", "127.0.0.1:9090" } }, "LISTEN and LISTEN_INSIDE must differ" },
		{ { { "ARGON2_MEMORY_KIB", "12288" }, { "ARGON2_PASSES", "3" } }, NULL },
		{ { { "ARGON2_MEMORY_KIB", "12288" } }, "ARGON2_MEMORY_KIB" },
		{ { { "ARGON2_PASSES", "1" } }, "ARGON2_MEMORY_KIB" },
		{ { { "CAPTCHA_PROOF_OF_WORK", "1000" } }, NULL },
		{ { { "CAPTCHA_PROOF_OF_WORK", "999" } }, "CAPTCHA_PROOF_OF_WORK must" },
		{ { { "RETENTION_AFTER_LOSS_DAYS", "30" } }, NULL },
		{ { { "RETENTION_AFTER_LOSS_DAYS", "30" }, { "ACCESS_AFTER_LOSS_DAYS", "30" } },
		  NULL },
		{ { { "ACCESS_AFTER_LOSS_DAYS", "3650" } }, NULL },
		{ { { "RETENTION_AFTER_LOSS_DAYS", "30" }, { "ACCESS_AFTER_LOSS_DAYS", "31" } },
		  "RETENTION_AFTER_LOSS_DAYS must be 0 or at least" },
		{ { { "RETENTION_AFTER_LOSS_DAYS", "29" } }, "RETENTION_AFTER_LOSS_DAYS must" },
		{ { { "RETENTION_AFTER_LOSS_DAYS", "3651" } }, "RETENTION_AFTER_LOSS_DAYS must" },
	};
	/* clang-format on */
	struct fixture *const f = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		environment_reset();
		for (size_t n = 0; n < 3 && rows[i].set[n][0] != NULL; n++)
			assert_int_equal(setenv(rows[i].set[n][0], rows[i].set[n][1], 1), 0);
		const bool taken = settings_are_taken(f);
		if (taken != (rows[i].told == NULL) ||
		    (!taken && (f->count != 1 || !text_starts_with(f->why, rows[i].told))))
			fail_msg("row %zu: %zu told, the first \"%s\"", i, f->count, f->why);
	}
}

/* asvs 14.2.4 16.2.5 */
static void
no_secret_is_told_with_a_fault(void **state)
{
	static const char *const rows[][2] = {
		{ "DB_PASSWORD", "zq7\a" },
		{ "SMTP_URL", "smtp://me:zq7@relay.example" },
		{ "SMTP_URL", "smtp://me:zq7@" },
		{ "SMTP_URL", "smtps://me:zq7/x@relay.example:465/" },
		{ "PORTAL_URL", "https://me:zq7@portal.example" },
		{ "CORS_ORIGINS", "https://x.example,https://me:zq7@portal.example" },
	};
	struct fixture *const f = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		environment_reset();
		assert_int_equal(setenv(rows[i][0], rows[i][1], 1), 0);
		if (settings_are_taken(f) || f->count != 1 || strstr(f->why, "zq7") != NULL ||
		    strstr(f->why, "(secret)") == NULL)
			fail_msg("%s: \"%s\"", rows[i][1], f->why);
	}
}

/* One start shows all that is wrong, each once. */
static void
all_faults_are_told_at_once(void **state)
{
	static const char *const wrong[][2] = {
		{ "LISTEN", "18155" },
		{ "CORS_ORIGINS", "https://x/,*" },
		{ "HTTP_WORKERS", "0" },
		{ "DB_TLS", "none" }, /* with the host below */
		{ "DB_HOST", "db.example" },
		{ "SMTP_URL", "relay.example" },
		{ "PORTAL_URL", "" },
		{ "SESSION_IDLE_S", "2592000" },
		{ "SESSION_LIVES_S", "600" },
	};
	static const char *const told[] = { "LISTEN must", "CORS_ORIGINS must end",
		"CORS_ORIGINS must name", "HTTP_WORKERS must", "SMTP_URL must", "PORTAL_URL must",
		"DB_TLS must", "SESSION_IDLE_S must" };
	struct fixture *const f = *state;

	for (size_t i = 0; i < LENGTH(wrong); i++)
		setenv(wrong[i][0], wrong[i][1], 1);
	assert_false(settings_are_taken(f));
	for (size_t i = 0; i < f->count; i++)
		if (i >= LENGTH(told) || !text_starts_with(f->faults[i], told[i]))
			fail_msg("%zu: \"%s\"", i, f->faults[i]);
	assert_int_equal(f->count, LENGTH(told));
}

/* Others who check values go on, and must not see those. */
static void
what_was_wrong_is_left_empty(void **state)
{
	struct fixture *const f = *state;

	setenv("HTTP_WORKERS", "1000000", 1);
	setenv("DB_TLS", "maybe", 1);
	setenv("PORTAL_URL", "https://portal.example/app", 1);
	setenv("CORS_ORIGINS", "*, https://portal.example", 1); /* its last word is right */
	assert_false(settings_are_taken(f));
	assert_int_equal(f->count, 4);
	assert_int_equal(f->config.http_workers, 0);
	assert_string_equal(f->config.db_tls, "");
	assert_string_equal(f->config.portal_url, "");
	assert_string_equal(f->config.cors_origins, "");
}

/* Names in the environment that are no settings ------------------------------------------------ */

static struct {
	size_t count;
	char name[80], meant[80];
} unknown;

static void
keep_unknown_name(const char *name, const char *meant)
{
	unknown.count++;
	text_copy_cut(unknown.name, sizeof unknown.name, name);
	text_copy_cut(unknown.meant, sizeof unknown.meant, meant);
}

static void
a_name_like_a_setting_is_told(void **state)
{
	/* clang-format off */
	static const struct {
		const char *name;
		const char *meant; /* NULL: nothing is said */
	} rows[] = {
		{ "DB_PASWORD", "DB_PASSWORD" },
		{ "DB_PASS", "DB_PASSWORD" },
		{ "DB_HOSTNAME", "DB_HOST" },
		{ "DB_TSL", "DB_TLS" },
		{ "SMTP_PASSWD", "SMTP_PASSWORD" },
		{ "SESSION_IDLE", "SESSION_IDLE_S" },
		{ "PORTAL_URLS", "PORTAL_URL" },
		{ "CORS_ORIGIN", "CORS_ORIGINS" },
		{ "LISTEN_INSIDE_FILES", "LISTEN" },
		{ "http_workers", "HTTP_WORKERS" },
		{ "db_pasword", "DB_PASSWORD" },
		{ "DB_PASSWORD_FILE", NULL },
		{ "LISTEN_FILE", NULL },
		{ "KEYS_FOLDER", NULL },
		{ "PATH", NULL }, { "HOME", NULL }, { "LANG", NULL }, { "LC_ALL", NULL },
		{ "LINES", NULL }, { "COLUMNS", NULL }, { "MAIL", NULL }, { "USER", NULL },
		{ "PWD", NULL }, { "TZ", NULL }, { "HTTP_PROXY", NULL }, { "INVOCATION_ID", NULL },
		{ "JOURNAL_STREAM", NULL }, { "NOTIFY_SOCKET", NULL },
		{ "CREDENTIALS_DIRECTORY", NULL },
		{ "A", NULL },
		{ "DB_PASSWORD_" TEN TEN TEN TEN TEN TEN, NULL }, /* begins with one */
		{ HUNDRED, NULL },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		environment_reset();
		assert_int_equal(setenv(rows[i].name, "x", 1), 0);
		unknown.count = 0;
		config_unknown_names(keep_unknown_name);
		if (unknown.count != (rows[i].meant != NULL))
			fail_msg(
			    "%s: told %zu times (%s)", rows[i].name, unknown.count, unknown.meant);
		if (rows[i].meant == NULL)
			continue;
		assert_string_equal(unknown.name, rows[i].name);
		assert_string_equal(unknown.meant, rows[i].meant);
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
		assert_false(settings_are_taken(f));
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
	assert_true(settings_are_taken(f));
	assert_string_equal(f->config.society_words, "kenpo\nmihon");
	setenv("SOCIETY_NAME_JA", "kenpo\nmihon", 1);
	assert_false(settings_are_taken(f));
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
		if (settings_are_taken(f) != (rows[i].expected != NULL))
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
	assert_true(settings_are_taken(f));
	assert_int_equal(strlen(f->config.society_words), CONFIG_WORDS_MAX);
	bytes[CONFIG_WORDS_MAX] = '\n';
	file_put(f, bytes, CONFIG_WORDS_MAX + 1);
	assert_true(settings_are_taken(f));
	assert_int_equal(strlen(f->config.society_words), CONFIG_WORDS_MAX);

	/* A newline right at the bound is not the last: what follows would be lost. */
	file_put(f, bytes, CONFIG_WORDS_MAX + 2);
	assert_false(settings_are_taken(f));
	bytes[CONFIG_WORDS_MAX] = 'w';
	file_put(f, bytes, CONFIG_WORDS_MAX + 1);
	assert_false(settings_are_taken(f));
	file_put(f, bytes, sizeof bytes);
	assert_false(settings_are_taken(f));
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
		if (settings_are_taken(f))
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
	assert_true(settings_are_taken(f));
	assert_string_equal(f->config.db_password, "from the name");

	setenv("DB_PASSWORD", "", 1); /* empty is a value */
	assert_true(settings_are_taken(f));
	assert_string_equal(f->config.db_password, "");

	/* Numbers and words come from files as well. */
	file_put(f, "3310\n", 5);
	setenv("DB_PORT_FILE", f->path, 1);
	assert_true(settings_are_taken(f));
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
	assert_false(settings_are_taken(f));
	assert_true(text_starts_with(f->why, "SOCIETY_WORDS"));
	value[CONFIG_WORDS_MAX] = '\0';
	setenv("SOCIETY_WORDS", value, 1);
	assert_true(settings_are_taken(f));
}

static void
secrets_are_wiped_and_nothing_else(void **state)
{
	static const char zeros[CONFIG_TEXT_MAX + 1];
	struct fixture *const f = *state;

	setenv("DB_PASSWORD", "one", 1);
	setenv("DB_OWNER_PASSWORD", "two", 1);
	setenv("SMTP_PASSWORD", "three", 1);
	assert_true(settings_are_taken(f));
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

/* What the running service reads again: the file that was there at its start. */
static void
a_word_is_read_again_from_its_file(void **state)
{
	static const struct {
		const char *content, *read; /* NULL: a fault */
	} rows[] = {
		{ "notice\n", "notice" },
		{ "warning", "warning" },
		{ "", NULL },
		{ "loud\n", NULL },
		{ "info\nnotice\n", NULL },
		{ "info|notice", NULL },
	};
	struct fixture *const f = *state;
	struct config_faults faults = { .tell = keep_fault, .context = f };
	char word[CONFIG_TEXT_MAX + 1];

	environment_reset();
	setenv("LOG_LEVEL_FILE", f->path, 1);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		strcpy(word, "as it was");
		f->count = 0;
		file_put(f, rows[i].content, strlen(rows[i].content));
		assert_int_equal(
		    config_read_word("LOG_LEVEL", word, &faults), rows[i].read != NULL);
		assert_string_equal(word, rows[i].read != NULL ? rows[i].read : "as it was");
		assert_int_equal(f->count, rows[i].read == NULL);
		assert_true(f->count == 0 || text_starts_with(f->faults[0],
						 "LOG_LEVEL must be info|notice|warning"));
	}
	setenv("LOG_LEVEL_FILE", "/nonexistent", 1);
	assert_false(config_read_word("LOG_LEVEL", word, &faults));
	assert_non_null(strstr(f->faults[f->count - 1], "LOG_LEVEL_FILE names no readable text"));
	/* In the environment it cannot have changed, and it comes first there as at the start. */
	setenv("LOG_LEVEL", "info", 1);
	assert_true(config_read_word("LOG_LEVEL", word, &faults));
	assert_string_equal(word, "info");
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
		IN_A_CLEAN_ENVIRONMENT(forms_are_checked),
		IN_A_CLEAN_ENVIRONMENT(settings_agree),
		IN_A_CLEAN_ENVIRONMENT(no_secret_is_told_with_a_fault),
		IN_A_CLEAN_ENVIRONMENT(all_faults_are_told_at_once),
		IN_A_CLEAN_ENVIRONMENT(what_was_wrong_is_left_empty),
		IN_A_CLEAN_ENVIRONMENT(a_name_like_a_setting_is_told),
		IN_A_CLEAN_ENVIRONMENT(a_refusal_never_says_a_secret),
		IN_A_CLEAN_ENVIRONMENT(lines_are_for_the_setting_that_has_them),
		IN_A_CLEAN_ENVIRONMENT(a_file_is_taken_whole_or_not_at_all),
		IN_A_CLEAN_ENVIRONMENT(a_file_has_a_longest_length),
		IN_A_CLEAN_ENVIRONMENT(a_file_that_is_not_there_is_told),
		IN_A_CLEAN_ENVIRONMENT(the_name_itself_comes_before_its_file),
		IN_A_CLEAN_ENVIRONMENT(a_name_too_long_to_hold_is_told),
		IN_A_CLEAN_ENVIRONMENT(secrets_are_wiped_and_nothing_else),
		IN_A_CLEAN_ENVIRONMENT(a_word_is_read_again_from_its_file),
		cmocka_unit_test(the_table_has_a_whole_row_for_each),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
