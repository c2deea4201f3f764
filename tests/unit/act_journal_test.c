/* act_journal_test.c - that what was done to accounts is noted line by line beside the keys, and
 * read back, also out of what others keep. */

#include "act_journal.h"

#include "cleanup.h"
#include "keys_fixture.h"
#include "keys_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define ID_A "0123456789abcdef0123456789abcdef"
#define ID_B "00000000000000000000000000000001"

static const struct account_id account_a = { { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01,
    0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef } };

static const struct person_id person_b = { { [15] = 1 } };

static bool
read_journal(const char *text, struct act_list *list, char why[static ERRBUF_MAX + 1])
{
	CLEANUP(cleanup_fclose) FILE *const file = tmpfile();

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	rewind(file);
	list->count = 0;
	return act_list_read(list, file, "kept", why);
}

static void
note(struct keys_fixture *fixture, const struct act_note *act)
{
	assert_true(act_journal_add(fixture->folder, act, fixture->why));
}

static void
what_is_noted_is_read_back_and_is_no_key(void **state)
{
	struct keys_fixture *const fixture = *state;
	CLEANUP(act_list_close) struct act_list list;
	CLEANUP(cleanup_keyring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	struct stat file;
	bool changed = true;

	assert_true(ring != NULL && act_list_open(&list));
	assert_true(act_list_read_folder(&list, fixture->folder, fixture->why)); /* no file */
	assert_int_equal(list.count, 0);
	note(fixture, &(struct act_note){ NOW, AUDIT_ACCOUNT_DISABLED, account_a, no_person });
	note(fixture, &(struct act_note){ NOW + 1, AUDIT_ACCOUNT_ENABLED, account_a, no_person });
	assert_int_equal(lstat(key_file_path(fixture->folder, "acts"), &file), 0);
	assert_int_equal(file.st_mode, S_IFREG | 0600);
	assert_int_equal(
	    file.st_size, 2 * (sizeof "2026-11-22T01:02:03Z account_disabled " ID_A) - 1);
	note(fixture, &(struct act_note){ NOW + 2, AUDIT_PERSON_ERASED, no_account, person_b });
	note(fixture, &(struct act_note){ NOW + 3, AUDIT_PERSON_ERASED, account_a, person_b });

	assert_true(act_list_read_folder(&list, fixture->folder, fixture->why));
	assert_int_equal(list.count, 4);
	for (size_t i = 2; i < 4; i++) {
		assert_int_equal(list.acts[i].kind, ACT_ERASED);
		assert_memory_equal(list.acts[i].id, &person_b, sizeof person_b);
	}
	assert_int_equal(list.acts[0].kind, ACT_DISABLED);
	assert_int_equal(list.acts[1].kind, ACT_ENABLED);
	assert_true(list.acts[0].happened_at == NOW && list.acts[1].happened_at == NOW + 1);
	assert_memory_equal(list.acts[1].id, &account_a, sizeof account_a);

	/* The service reads no keys anew because of it. */
	assert_true(keyring_refresh(ring, &changed, fixture->why));
	assert_false(changed);
	assert_int_equal(chmod(key_file_path(fixture->folder, "acts"), 0640), 0);
	assert_false(act_list_read_folder(&list, fixture->folder, fixture->why));
	assert_non_null(strstr(fixture->why, "open to its owner only"));
}

static void
the_trail_can_be_read_and_a_line_that_was_cut_off(void **state)
{
	struct keys_fixture *const fixture = *state;
	CLEANUP(act_list_close) struct act_list list;

	assert_true(act_list_open(&list));
	assert_true(read_journal("events:\n"
				 "  TIME                  EVENT             ACCOUNT  NETWORK\n"
				 "  2026-11-22T01:02:05Z  login             " ID_A "  192.0.2.0\n"
				 "  2026-11-22T01:02:04Z  password_changed  " ID_A "  192.0.2.0\n"
				 "  2026-11-22T01:02:03Z  login_failed      -  192.0.2.0\n"
				 "\n"
				 "2026-11-22T01:02:03Z\taccount_left\t" ID_B "\toperator\n"
				 "2026-11-22T01:02:02Z  person_erased  -  " ID_A "  operator\n"
				 "2026-11-22T01:02:02Z  person_erased  " ID_B "  -  operator\n"
				 "after:  2026-11-22\n"
				 "2026-11-22T01:02:03Z account_dis",
	    &list, fixture->why));
	assert_int_equal(list.count, 3);
	act_list_sort(&list);
	assert_int_equal(list.acts[0].kind, ACT_ENDED);
	assert_int_equal(list.acts[1].kind, ACT_ERASED);
	assert_int_equal(list.acts[2].kind, ACT_PASSWORD);
}

static void
what_is_no_journal_is_refused_by_line(void **state)
{
	static const char *const lines[] = { "2026-11-22T01:02:03Z\n", "x account_left " ID_A "\n",
		"2026-11-22T01:02:03Z account_left\n", "2026-11-22T01:02:03Z account_left 0123\n",
		"2026-11-22 account_left " ID_A "\n",
		"2026-11-22T01:02:03Z person_erased " ID_A "\n", "{\"events\":[]}\n" };
	struct keys_fixture *const fixture = *state;
	CLEANUP(act_list_close) struct act_list list;
	char text[3000];

	assert_true(act_list_open(&list));
	for (size_t i = 0; i < LENGTH(lines); i++) {
		(void)snprintf(
		    text, sizeof text, "2026-11-22T01:02:03Z account_left " ID_A "\n%s", lines[i]);
		if (read_journal(text, &list, fixture->why))
			fail_msg("taken: %s", lines[i]);
		assert_non_null(strstr(fixture->why, "kept:2: must be a time"));
	}
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_false(read_journal(text, &list, fixture->why));
	assert_non_null(strstr(fixture->why, "kept:1: the line is too long"));
}

static void
what_root_notes_the_service_owns(void **state)
{
	struct keys_fixture *const fixture = *state;
	struct stat file;

	if (geteuid() != 0)
		skip();
	keys_fixture_give_to(fixture, SERVICE);
	note(fixture, &(struct act_note){ NOW, AUDIT_ACCOUNT_DISABLED, account_a, no_person });
	assert_int_equal(lstat(key_file_path(fixture->folder, "acts"), &file), 0);
	assert_int_equal(file.st_uid, SERVICE);
}

int
main(void)
{
#define EACH(test) \
	cmocka_unit_test_setup_teardown(test, keys_fixture_set_up, keys_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		EACH(what_is_noted_is_read_back_and_is_no_key),
		EACH(the_trail_can_be_read_and_a_line_that_was_cut_off),
		EACH(what_is_no_journal_is_refused_by_line),
		EACH(what_root_notes_the_service_owns),
	};
#undef EACH

	return cmocka_run_group_tests_name("act_journal", tests, NULL, NULL);
}
