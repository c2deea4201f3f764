/* ctl_output_test.c - what commands print: columns that stand beneath one another, one document of
 * JSON, and nothing that steers a terminal. */

#include "ctl_output.h"

#include "cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIME 1795309323 /* 2026-11-22T01:02:03Z */

static const uint8_t id[ID_SIZE] = { 0xab, 1 };
static const uint8_t no_id[ID_SIZE];

typedef void put_document(struct ctl_output *);

/* Is this what is printed? */
static void
prints(put_document *put, bool json, bool colour, const char *wanted)
{
	CLEANUP(ctl_output_free) struct ctl_output *out = ctl_output_new(json, colour);
	char *text = NULL;
	size_t size = 0;
	FILE *const to = open_memstream(&text, &size);

	assert_non_null(out);
	assert_non_null(to);
	put(out);
	assert_true(ctl_output_print(out, to));
	assert_int_equal(fclose(to), 0);
	assert_string_equal(text, wanted);
	free(text);
}

static void
put_record(struct ctl_output *out)
{
	ctl_put_id(out, "account", id);
	ctl_put_id(out, "person", no_id);
	ctl_put_text(out, "state", "active");
	ctl_put_text(out, "kana_name", "");
	ctl_put_number(out, "sessions", INT64_MIN);
	ctl_put_bool(out, "eligible", true);
	ctl_put_bool(out, "locked", false);
	ctl_put_time(out, "last_login", TIME);
	ctl_put_time(out, "locked_until", 0);
	ctl_say(out, "%s %d", "done", 1);
}

static void
a_record_is_printed_as_text_and_as_json(void **state)
{
	(void)state;
	prints(put_record, false, false,
	    "account:       ab010000000000000000000000000000\n"
	    "person:        -\n"
	    "state:         active\n"
	    "kana name:     -\n"
	    "sessions:      -9223372036854775808\n"
	    "eligible:      yes\n"
	    "locked:        no\n"
	    "last login:    2026-11-22T01:02:03Z\n"
	    "locked until:  -\n"
	    "done 1\n");
	prints(put_record, true, true,
	    "{\"account\":\"ab010000000000000000000000000000\",\"person\":null,"
	    "\"state\":\"active\",\"kana_name\":null,\"sessions\":-9223372036854775808,"
	    "\"eligible\":true,\"locked\":false,\"last_login\":\"2026-11-22T01:02:03Z\","
	    "\"locked_until\":null,\"message\":\"done 1\"}\n");
}

static void
put_row(struct ctl_output *out, const char *name, int64_t number)
{
	ctl_begin_row(out);
	ctl_put_text(out, "name", name);
	ctl_put_number(out, "number", number);
	ctl_put_text(out, "end", "x");
	ctl_end(out);
}

/* Kanji and full width take two cells, kana of half width and accented letters one, marks none. */
static void
put_wide(struct ctl_output *out)
{
	ctl_begin_list(out, "people");
	put_row(out, "見本健保", 5);
	put_row(out, "ｶﾞｶﾞ", 12345);
	put_row(out, "cafe\xcc\x81", 0);
	put_row(out, "", -1);
	put_row(out, "Ａ１　か\xe3\x82\x99", 7);
	ctl_end(out);
}

static void
columns_stand_beneath_one_another_in_every_script(void **state)
{
	(void)state;
	prints(put_wide, false, false,
	    "NAME      NUMBER  END\n"
	    "見本健保       5  x\n"
	    "ｶﾞｶﾞ       12345  x\n"
	    "cafe\xcc\x81           0  x\n"
	    "-             -1  x\n"
	    "Ａ１　か\xe3\x82\x99       7  x\n");
}

static void
put_nested(struct ctl_output *out)
{
	ctl_put_text(out, "state", "active");
	ctl_begin_record(out, "person_of_it");
	ctl_put_number(out, "branch", 1);
	ctl_end(out);
	ctl_begin_list(out, "sessions");
	put_row(out, "Firefox", 1);
	ctl_begin_row(out);
	ctl_put_text(out, "name", "curl");
	ctl_put_text(out, "more", "m");
	ctl_begin_list(out, "inner");
	ctl_end(out);
	ctl_end(out);
	ctl_end(out);
	ctl_begin_list(out, "mails");
	ctl_end(out);
	ctl_put_lines(out, "body", "one\n\n二\x1b[2J\n");
	ctl_put_text(out, "last", "z");
}

static void
records_and_lists_are_in_one_another(void **state)
{
	(void)state;
	prints(put_nested, false, false,
	    "state:  active\n"
	    "person of it:\n"
	    "  branch:  1\n"
	    "sessions:\n"
	    "  NAME     NUMBER  END  MORE\n"
	    "  Firefox       1  x\n"
	    "  curl                  m\n"
	    "mails:  none\n"
	    "body:\n"
	    "  one\n"
	    "\n"
	    "  二<U+001B>[2J\n"
	    "last:   z\n");
	prints(put_nested, true, false,
	    "{\"state\":\"active\",\"person_of_it\":{\"branch\":1},\"sessions\":["
	    "{\"name\":\"Firefox\",\"number\":1,\"end\":\"x\"},"
	    "{\"name\":\"curl\",\"more\":\"m\",\"inner\":[]}],\"mails\":[],"
	    "\"body\":\"one\\n\\n二\\u001b[2J\\n\",\"last\":\"z\"}\n");
}

static void
put_hostile(struct ctl_output *out)
{
	ctl_begin_list(out, "names");
	put_row(out,
	    "a\x1b]0;t\x07"
	    "b",
	    1);
	put_row(out, "\xe2\x80\xaetxt.exe\xe2\x81\xa6", 2); /* RLO, LRI */
	put_row(out, "a\r\nb\tc", 3);
	put_row(out, "\xff\xc0\x80x\xe8\xa6", 4); /* bytes, an overlong NUL, half a kanji */
	put_row(out,
	    "\xc2\x9b"
	    "31m",
	    5);                                                   /* CSI in one character */
	put_row(out, "a\xe2\x80\x8b\xe2\x80\x8d\xef\xbb\xbf", 6); /* zero width */
	put_row(out, "\xee\x80\x80", 7);                          /* private use */
	ctl_end(out);
}

static void
nothing_steers_the_terminal_or_hides(void **state)
{
	(void)state;
	prints(put_hostile, false, false,
	    "NAME                         NUMBER  END\n"
	    "a<U+001B>]0;t<U+0007>b            1  x\n"
	    "<U+202E>txt.exe<U+2066>           2  x\n"
	    "a<U+000D><U+000A>b<U+0009>c       3  x\n"
	    "<FF><C0><80>x<E8><A6>             4  x\n"
	    "<U+009B>31m                       5  x\n"
	    "a<U+200B><U+200D><U+FEFF>         6  x\n"
	    "<U+E000>                          7  x\n");
}

static void
put_broken_bytes(struct ctl_output *out)
{
	ctl_put_text(out, "broken",
	    "\xff"
	    "a\xe8\xa6");
	ctl_put_text(out, "hidden", "\xe2\x80\xae\x01\"\\");
}

static void
json_is_utf8_whatever_came(void **state)
{
	(void)state;
	prints(put_broken_bytes, true, false,
	    "{\"broken\":\"\xef\xbf\xbd"
	    "a\xef\xbf\xbd\xef\xbf\xbd\","
	    "\"hidden\":\"\xe2\x80\xae\\u0001\\\"\\\\\"}\n");
}

static void
put_marked(struct ctl_output *out)
{
	ctl_put_marked(out, "disk", "full", CTL_BAD);
	ctl_put_marked(out, "keys", "old", CTL_DOUBTFUL);
	ctl_put_marked(out, "mail", "ok\x1b[0m", CTL_GOOD);
}

static void
colours_are_ours_alone_and_only_where_they_are_wanted(void **state)
{
	(void)state;
	prints(put_marked, false, true,
	    "\x1b[1mdisk\x1b[0m:  \x1b[1;31mfull\x1b[0m\n"
	    "\x1b[1mkeys\x1b[0m:  \x1b[33mold\x1b[0m\n"
	    "\x1b[1mmail\x1b[0m:  \x1b[32mok<U+001B>[0m\x1b[0m\n");
	prints(put_marked, false, false, "disk:  full\nkeys:  old\nmail:  ok<U+001B>[0m\n");
}

static void
put_nothing(struct ctl_output *out)
{
	(void)out;
}

static void
put_empty_list(struct ctl_output *out)
{
	ctl_begin_list(out, "events");
	ctl_end(out);
}

static void
put_much(struct ctl_output *out)
{
	ctl_begin_list(out, "rows");
	for (int i = 0; i < 20000; i++)
		put_row(out, "n", i);
	ctl_end(out);
}

static void
nothing_an_empty_list_and_a_long_one(void **state)
{
	CLEANUP(ctl_output_free) struct ctl_output *out = ctl_output_new(true, false);
	char *text = NULL;
	size_t size = 0;
	FILE *const to = open_memstream(&text, &size);

	(void)state;
	prints(put_nothing, false, false, "");
	prints(put_nothing, true, false, "");
	prints(put_empty_list, false, false, "events:  none\n");
	prints(put_empty_list, true, false, "{\"events\":[]}\n");
	put_much(out);
	assert_true(ctl_output_print(out, to));
	assert_int_equal(fclose(to), 0);
	assert_true(size > 500000);
	assert_string_equal(
	    text + size - 40, "{\"name\":\"n\",\"number\":19999,\"end\":\"x\"}]}\n");
	free(text);
}

/* What a child prints on its standard error, which is a terminal or a pipe. */
static void
show_progress(bool terminal, char *ret, size_t ret_size)
{
	int ends[2], status;
	size_t seen = 0;

	assert_int_equal(pipe(ends), 0);
	const pid_t child = terminal ? forkpty(&ends[0], NULL, NULL, NULL) : fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct ctl_output *out = ctl_output_new(true, false);

		if (!terminal)
			dup2(ends[1], STDERR_FILENO);
		ctl_progress(out, "rows", 1, 0);
		ctl_progress(out, "rows", 2, 0); /* too soon after the first */
		ctl_progress_end(out);
		ctl_progress(out, "rows", 1234567, 2000000);
		const bool printed = ctl_output_print(out, stdout);
		ctl_output_free(&out);
		_exit(printed ? 0 : 1);
	}
	close(ends[1]);
	for (ssize_t got;
	     seen < ret_size - 1 && (got = read(ends[0], ret + seen, ret_size - 1 - seen)) > 0;)
		seen += (size_t)got;
	ret[seen] = '\0';
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(ends[0]);
}

static void
progress_is_one_line_and_for_terminals_only(void **state)
{
	char seen[512];

	(void)state;
	show_progress(true, seen, sizeof seen);
	assert_string_equal(seen, "\rrows: 1\x1b[K\r\x1b[K"
				  "\rrows: 1,234,567 of 2,000,000\x1b[K\r\x1b[K");
	show_progress(false, seen, sizeof seen);
	assert_string_equal(seen, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_printed_as_text_and_as_json),
		cmocka_unit_test(columns_stand_beneath_one_another_in_every_script),
		cmocka_unit_test(records_and_lists_are_in_one_another),
		cmocka_unit_test(nothing_steers_the_terminal_or_hides),
		cmocka_unit_test(json_is_utf8_whatever_came),
		cmocka_unit_test(colours_are_ours_alone_and_only_where_they_are_wanted),
		cmocka_unit_test(nothing_an_empty_list_and_a_long_one),
		cmocka_unit_test(progress_is_one_line_and_for_terminals_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
