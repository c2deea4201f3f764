/* key_epoch_test.c - that tokens which are not younger than the epoch are over, at once for a ring
 * that is open, and that the epoch never goes back. */

#include "key_epoch.h"

#include "cleanup.h"
#include "clock.h"
#include "keyring.h"
#include "keys_fixture.h"
#include "keys_folder.h"
#include "token.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define EPOCH_TEXT "2026-11-22T01:02:03Z\n" /* NOW */

static enum result
open_issued_at(const struct keyring *ring, int64_t issued_at)
{
	const struct claims claims = {
		.use = "identity", .issued_at = issued_at, .expires_at = issued_at + 3600
	};
	struct claims opened;
	char token[TOKEN_MAX + 1];

	assert_int_equal(token_seal(ring, &claims, token), OK);
	return token_open(ring, token, NOW + 60, &opened);
}

static void
tokens_of_before_are_over_in_a_ring_that_is_open(void **state)
{
	struct keys_fixture *const fixture = *state;
	CLEANUP(cleanup_keyring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	struct stat file;
	int64_t epoch = 0;
	bool changed;

	assert_non_null(ring);
	assert_true(keyring_epoch(ring) == 0);
	assert_int_equal(open_issued_at(ring, NOW - 600), OK);
	assert_true(key_epoch_set(fixture->folder, NOW, &epoch, fixture->why));
	assert_true(epoch == NOW);
	assert_int_equal(lstat(key_file_path(fixture->folder, "epoch"), &file), 0);
	assert_int_equal(file.st_mode, S_IFREG | 0400);

	assert_true(keyring_refresh(ring, &changed, fixture->why) && changed);
	assert_true(keyring_epoch(ring) == NOW);
	assert_int_equal(open_issued_at(ring, NOW - 600), TOKEN_EXPIRED);
	assert_int_equal(open_issued_at(ring, NOW), TOKEN_EXPIRED);
	assert_int_equal(open_issued_at(ring, NOW + 1), OK);
}

static void
the_epoch_never_goes_back(void **state)
{
	struct keys_fixture *const fixture = *state;
	int64_t epoch = 0;

	assert_true(key_epoch_set(fixture->folder, NOW, &epoch, fixture->why));
	assert_true(key_epoch_set(fixture->folder, NOW - 1, &epoch, fixture->why));
	assert_true(epoch == NOW);
	assert_true(key_epoch_set(fixture->folder, NOW + 1, &epoch, fixture->why));
	assert_true(epoch == NOW + 1);
	CLEANUP(cleanup_keyring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	assert_true(ring != NULL && keyring_epoch(ring) == NOW + 1);
	assert_int_equal(keys_fixture_count(fixture, ".new-"), 0);
}

/* As a folder is that was synchronized with one without the file, or with an earlier one. */
static void
a_ring_that_is_open_takes_no_earlier_epoch(void **state)
{
	struct keys_fixture *const fixture = *state;
	CLEANUP(cleanup_keyring) struct keyring *ring = NULL;
	char kid[KID_MAX + 1];
	struct key_kids kids;
	bool changed;

	key_file_put(fixture->folder, "epoch", EPOCH_TEXT, 0400);
	ring = keyring_open(fixture->folder, fixture->why);
	assert_non_null(ring);
	assert_int_equal(unlink(key_file_path(fixture->folder, "epoch")), 0);
	for (int earlier = 0; earlier < 2; earlier++) {
		if (earlier)
			key_file_put(fixture->folder, "epoch", "2026-11-22T01:02:02Z\n", 0400);
		keys_fixture_rotate(fixture, NOW + 1 + earlier, kid);
		assert_false(keyring_refresh(ring, &changed, fixture->why));
		assert_non_null(strstr(fixture->why, "/epoch: is gone or earlier"));
		assert_non_null(strstr(fixture->why, "2026-11-22T01:02:03Z"));
		assert_true(keyring_epoch(ring) == NOW);
		keyring_kids(ring, &kids);
		assert_int_equal(kids.count, 1);
	}
	key_file_put(fixture->folder, "epoch", EPOCH_TEXT, 0400);
	assert_true(keyring_refresh(ring, &changed, fixture->why) && changed);
	keyring_kids(ring, &kids);
	assert_string_equal(kids.kids[0], kid);
}

/* Only a folder that says so has none. */
static void
an_epoch_that_cannot_be_read_is_not_none(void **state)
{
	struct keys_fixture *const fixture = *state;
	CLEANUP(key_folder_close)
	struct key_folder folder = { .path = fixture->folder, .errbuf = fixture->why };
	const int none = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int64_t epoch;

	assert_true(key_folder_open(&folder) && key_epoch_read(&folder, &epoch) && epoch == 0);
	assert_true(none >= 0 && dup2(none, dirfd(folder.dir)) >= 0); /* now all is ENOTDIR */
	close(none);
	assert_false(key_epoch_read(&folder, &epoch));
	assert_non_null(strstr(fixture->why, "/epoch: cannot open"));
}

static void
what_is_no_epoch_is_refused_and_changes_nothing(void **state)
{
	static const struct {
		const char *text;
		mode_t mode;
	} rows[] = {
		{ "2026-11-22T01:02:03Z", 0400 },     /* no newline */
		{ "2026-11-22T01:02:03Z\n\n", 0400 }, /* two */
		{ "2026-11-22 01:02:03Z\n", 0400 },
		{ "2026-02-30T01:02:03Z\n", 0400 },
		{ "2026-11-22T24:02:03Z\n", 0400 },
		{ "+026-11-22T01:02:03Z\n", 0400 },
		{ "", 0400 },
		{ EPOCH_TEXT, 0440 },
	};
	struct keys_fixture *const fixture = *state;
	CLEANUP(cleanup_keyring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	bool changed;

	assert_non_null(ring);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		key_file_put(fixture->folder, "epoch", rows[i].text, rows[i].mode);
		if (keyring_open(fixture->folder, fixture->why) != NULL)
			fail_msg("taken: %s", rows[i].text);
		assert_non_null(strstr(fixture->why, "/epoch: must be"));
		assert_false(keyring_refresh(ring, &changed, fixture->why));
		assert_true(keyring_epoch(ring) == 0);
	}
	key_file_put(fixture->folder, "epoch", EPOCH_TEXT, 0400);
	assert_true(keyring_refresh(ring, &changed, fixture->why) && changed);
	assert_true(keyring_epoch(ring) == NOW);
}

static void
what_root_sets_the_service_reads(void **state)
{
	struct keys_fixture *const fixture = *state;
	int64_t epoch;

	if (geteuid() != 0)
		skip();
	keys_fixture_give_to(fixture, SERVICE);
	assert_true(key_epoch_set(fixture->folder, NOW, &epoch, fixture->why));
	assert_true(keys_are_read_by_a_service(fixture->folder));
}

int
main(void)
{
#define EACH(test) \
	cmocka_unit_test_setup_teardown(test, keys_fixture_set_up, keys_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		EACH(tokens_of_before_are_over_in_a_ring_that_is_open),
		EACH(the_epoch_never_goes_back),
		EACH(a_ring_that_is_open_takes_no_earlier_epoch),
		EACH(an_epoch_that_cannot_be_read_is_not_none),
		EACH(what_is_no_epoch_is_refused_and_changes_nothing),
		EACH(what_root_sets_the_service_reads),
	};
#undef EACH

	return cmocka_run_group_tests_name("key_epoch", tests, NULL, NULL);
}
