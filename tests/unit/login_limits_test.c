/* login_limits_test.c - which counters a log-in has, and that those of one login ID are found
 * together. */

#include "login_limits.h"

#include "keys_folder.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW    INT64_C(1795309323)
#define DAYS_S INT64_C(86400)

static struct keyring *keyring;

static int
set_up(void **state)
{
	(void)state;
	keyring = keyring_of_new_keys();
	return keyring != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	keyring_close(keyring);
	return 0;
}

static struct login_limits
limits_of(const char *login_id, const char *source)
{
	struct client client = { 0 };

	text_copy_cut(client.source, sizeof client.source, source);
	return login_limits_of(keyring, login_id, &client, NOW);
}

static bool
is_among(const struct login_limits *limits, const struct login_limits *known)
{
	const uint8_t *const subject = limits->by_known_source.subject_hash;

	return memcmp(subject, known->first_source, KEYED_HASH_SIZE) >= 0 &&
	       memcmp(subject, known->last_source, KEYED_HASH_SIZE) <= 0;
}

static void
a_log_in_has_two_counters(void **state)
{
	const struct login_limits limits = limits_of("ada@example.org", "192.0.2.1");
	uint8_t hash[KEYED_HASH_SIZE];

	(void)state;
	keyring_hash(keyring, KEYRING_LIMIT, "ada@example.org", 15, hash);
	assert_memory_equal(limits.by_login_id.subject_hash, hash, sizeof hash);
	assert_int_equal(limits.by_login_id.limit_id, LIMIT_LOGIN_FAILURES);
	assert_int_equal(limits.by_login_id.now, NOW);
	assert_int_equal(limits.by_known_source.limit_id, LIMIT_KNOWN_SOURCE_FAILURES);
	assert_int_equal(limits.by_known_source.now, NOW);
	assert_int_equal(limits.by_known_source.max, 100);
	assert_int_equal(login_limits_source_known_until(&limits), NOW + 30 * DAYS_S);
	/* Neither half is of the address alone: whoever reads the table can not follow a source. */
	keyring_hash(keyring, KEYRING_LIMIT, "192.0.2.1", 9, hash);
	assert_memory_not_equal(limits.by_known_source.subject_hash + 16, hash, 16);
	assert_memory_not_equal(
	    limits.by_known_source.subject_hash + 16, limits.by_login_id.subject_hash, 16);
	assert_memory_equal(
	    limits.by_known_source.subject_hash, limits.by_login_id.subject_hash, 16);
}

static void
a_known_source_is_of_one_login_id(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why, *login_id, *source;
		bool same, together; /* the same counter; with the others of the login ID */
	} rows[] = {
		{ "again",                    "ada@example.org",  "192.0.2.1",       true,  true },
		{ "another source",           "ada@example.org",  "192.0.2.2",       false, true },
		{ "one that is longer",       "ada@example.org",  "192.0.2.11",      false, true },
		{ "a /64",                    "ada@example.org",  "2001:db8::",      false, true },
		{ "another login ID",         "bob@example.org",  "192.0.2.1",       false, false },
		{ "what follows one another", "ada@example.org1", "92.0.2.1",        false, false },
		{ "the other way round",      "192.0.2.1",        "ada@example.org", false, false },
		{ "nobody",                   "",                 "192.0.2.1",       false, false },
	};
	/* clang-format on */
	const struct login_limits limits = limits_of("ada@example.org", "192.0.2.1");

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct login_limits other = limits_of(rows[i].login_id, rows[i].source);
		const bool same = memcmp(other.by_known_source.subject_hash,
				      limits.by_known_source.subject_hash, KEYED_HASH_SIZE) == 0;

		if (same != rows[i].same || is_among(&other, &limits) != rows[i].together)
			fail_msg("%s", rows[i].why);
	}
}

static void
the_longest_are_told_apart(void **state)
{
	char login_id[EMAIL_MAX + 1], source[SOURCE_MAX + 1];

	(void)state;
	memset(login_id, 'a', EMAIL_MAX);
	login_id[EMAIL_MAX] = '\0';
	memset(source, '1', SOURCE_MAX);
	source[SOURCE_MAX] = '\0';
	const struct login_limits longest = limits_of(login_id, source);
	source[SOURCE_MAX - 1] = '2';
	const struct login_limits other = limits_of(login_id, source);
	assert_memory_not_equal(longest.by_known_source.subject_hash,
	    other.by_known_source.subject_hash, KEYED_HASH_SIZE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_in_has_two_counters),
		cmocka_unit_test(a_known_source_is_of_one_login_id),
		cmocka_unit_test(the_longest_are_told_apart),
	};

	return cmocka_run_group_tests_name("login_limits", tests, set_up, tear_down);
}
