/* ctl_prompt_test.c - personal data is asked for at the terminal, or read from standard input, and
 * is one line of text. */

#define _GNU_SOURCE 1 /* ptsname */

#include "ctl_prompt.h"

#include "bounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define ANSWER_MAX 16

/* Standard input is this text from now on. */
static void
type(const char *text, size_t size)
{
	FILE *const file = tmpfile();

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	rewind(file);
	assert_int_equal(dup2(fileno(file), STDIN_FILENO), STDIN_FILENO);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(fflush(stdin), 0);
	clearerr(stdin);
}

static void
a_line_is_taken_without_what_came_along(void **state)
{
	static const struct {
		const char *typed, *answer;
	} rows[] = {
		{ "taro\n", "taro" },
		{ "taro", "taro" },
		{ " taro\t\r\n", "taro" },
		{ "\xe3\x80\x80山田 太郎\n", "山田 太郎" },
		{ "0123456789abcdef\n", "0123456789abcdef" },
	};
	char answer[ANSWER_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		type(rows[i].typed, strlen(rows[i].typed));
		assert_true(ctl_prompt("login ID", true, answer, sizeof answer));
		assert_string_equal(answer, rows[i].answer);
	}
}

static void
what_is_no_line_of_text_is_rejected(void **state)
{
	static const struct {
		const char *typed;
		size_t size;
	} rows[] = {
		{ "", 0 },
		{ "\n", 1 },
		{ " \r\n", 3 },
		{ "0123456789abcdefg\n", 18 },
		{ "a\0b\n", 4 },
		{ "\xff\n", 2 },
		{ "a\x1b[2Jb\n", 7 },
		{ "a\xe2\x80\xae"
		  "b\n",
		    6 },
	};
	char answer[ANSWER_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		type(rows[i].typed, rows[i].size);
		if (ctl_prompt("login ID", true, answer, sizeof answer))
			fail_msg("row %zu was taken", i);
	}
}

static void
each_question_takes_one_line(void **state)
{
	static const char typed[] = "one\n0123456789abcdefghijklmnopqrstuvwxyz\nthree\n";
	char answer[ANSWER_MAX + 1];

	(void)state;
	type(typed, sizeof typed - 1);
	assert_true(ctl_prompt("first", true, answer, sizeof answer));
	assert_string_equal(answer, "one");
	assert_false(ctl_prompt("second", true, answer, sizeof answer));
	assert_true(ctl_prompt("third", true, answer, sizeof answer));
	assert_string_equal(answer, "three");
	assert_false(ctl_prompt("fourth", true, answer, sizeof answer));
}

/* In a child, whose status says what was answered. */
static void
ask_and_exit(bool from_stdin)
{
	char answer[ANSWER_MAX + 1] = "";

	if (!ctl_prompt("login ID", from_stdin, answer, sizeof answer))
		_exit(3);
	if (strcmp(answer, "typed") == 0)
		_exit(1);
	_exit(strcmp(answer, "piped") == 0 ? 2 : 4);
}

/* At a terminal where "typed" is typed, with "piped" on standard input. */
static int
answer_at_terminal(bool from_stdin, char *ret_seen, size_t ret_size)
{
	int terminal, status;
	size_t seen = 0;
	const pid_t child = forkpty(&terminal, NULL, NULL, NULL);

	assert_true(child >= 0);
	if (child == 0) {
		type("piped\n", 6);
		ask_and_exit(from_stdin);
	}
	assert_int_equal(write(terminal, "typed\n", 6), 6);
	for (ssize_t got; seen < ret_size - 1 &&
			  (got = read(terminal, ret_seen + seen, ret_size - 1 - seen)) > 0;)
		seen += (size_t)got;
	ret_seen[seen] = '\0';
	assert_int_equal(waitpid(child, &status, 0), child);
	close(terminal);
	return WEXITSTATUS(status);
}

static void
a_terminal_is_asked_whatever_standard_input_is(void **state)
{
	char seen[256];

	(void)state;
	assert_int_equal(answer_at_terminal(false, seen, sizeof seen), 1);
	assert_non_null(strstr(seen, "login ID: "));
	assert_int_equal(answer_at_terminal(true, seen, sizeof seen), 2);
	assert_null(strstr(seen, "login ID: "));
}

/* A terminal where a passphrase is asked for; once it is, `typed` is typed there. Returns the
 * status of the child who asks. *ret_shown: is typing shown again? */
static int
hidden_at_terminal(const char *typed, char *ret_seen, size_t ret_size, bool *ret_shown)
{
	struct termios mode;
	int terminal, kept, status;
	size_t seen = 0;
	char answer[ANSWER_MAX + 1] = "";
	const pid_t child = forkpty(&terminal, NULL, NULL, NULL);

	assert_true(child >= 0);
	if (child == 0)
		_exit(ctl_prompt_hidden("passphrase", false, answer, sizeof answer) &&
			      strcmp(answer, "typed") == 0
			  ? 1
			  : 3);
	kept = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC); /* keeps the mode */
	assert_true(kept >= 0);
	memset(ret_seen, 0, ret_size);
	while (strstr(ret_seen, "passphrase: ") == NULL && seen < ret_size - 1) {
		const ssize_t got = read(terminal, ret_seen + seen, ret_size - 1 - seen);

		assert_true(got > 0);
		seen += (size_t)got;
	}
	assert_int_equal(write(terminal, typed, strlen(typed)), strlen(typed));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(tcgetattr(kept, &mode), 0);
	*ret_shown = (mode.c_lflag & ECHO) != 0;
	const ssize_t rest = read(terminal, ret_seen + seen, ret_size - 1 - seen);
	assert_true(rest >= 0);
	close(kept);
	close(terminal);
	return status;
}

static void
a_passphrase_is_not_shown_and_typing_is_afterwards(void **state)
{
	static const struct {
		const char *typed;
		int signal;
	} rows[] = { { "\x03", SIGINT }, { "\x1c", SIGQUIT } };
	char seen[256];
	bool shown = false;

	(void)state;
	int status = hidden_at_terminal("typed\n", seen, sizeof seen, &shown);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	assert_true(shown);
	assert_null(strstr(seen, "typed"));
	for (size_t i = 0; i < LENGTH(rows); i++) {
		status = hidden_at_terminal(rows[i].typed, seen, sizeof seen, &shown);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == rows[i].signal);
		assert_true(shown);
	}
}

static void
without_a_terminal_standard_input_is_read(void **state)
{
	int status;
	const pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		setsid();
		type("piped\n", 6);
		ask_and_exit(false);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), 2);
}

int
main(void)
{
	const struct rlimit no_core = { 0 }; /* of the child that SIGQUIT ends */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_taken_without_what_came_along),
		cmocka_unit_test(what_is_no_line_of_text_is_rejected),
		cmocka_unit_test(each_question_takes_one_line),
		cmocka_unit_test(a_terminal_is_asked_whatever_standard_input_is),
		cmocka_unit_test(a_passphrase_is_not_shown_and_typing_is_afterwards),
		cmocka_unit_test(without_a_terminal_standard_input_is_read),
	};

	if (setrlimit(RLIMIT_CORE, &no_core) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
