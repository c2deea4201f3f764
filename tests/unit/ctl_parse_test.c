/* ctl_parse_test.c - whatever is on the command line, it is either a whole call of a command or
 * rejected. */

#include "ctl_parse.h"

#include "ctl_table.h"
#include "text.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define WORDS_MAX 4

/* Parsing, with what it says thrown away: cmocka tells of failures on standard error. */
static enum ctl_status
parse(int argc, char **argv, struct ctl_call *ret)
{
	const int real = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

	assert_true(real >= 0 && nowhere >= 0 && dup2(nowhere, STDERR_FILENO) >= 0);
	const enum ctl_status status = ctl_parse(argc, argv, ret);
	assert_true(dup2(real, STDERR_FILENO) >= 0);
	close(real);
	close(nowhere);
	return status;
}

static void
assert_value_is_right(const struct ctl_param *param, const struct ctl_argument *argument)
{
	uint8_t id[ID_SIZE];

	switch (param->kind) {
	case CTL_NUMBER:
		assert_true(argument->number >= param->min && argument->number <= param->max);
		break;
	case CTL_ID:
		assert_true(text_unhex(argument->text, id, sizeof id));
		break;
	case CTL_DAY:
		assert_int_equal(strlen(argument->text), 10);
		assert_int_equal(argument->number % 86400, 0);
		break;
	case CTL_WORD:
		assert_non_null(strstr(param->words, argument->text));
		break;
	default:
		assert_non_null(argument->text);
	}
}

/* What run() may rely on. */
static void
assert_call_is_whole(const struct ctl_call *call)
{
	const struct ctl_param *param = call->command->params;

	for (size_t i = 0; param[i].name != NULL; i++) {
		const struct ctl_argument *const argument = &call->arguments[i];
		const bool may_miss = ctl_is_option(&param[i]) ? !param[i].demanded
							       : param[i].optional;

		assert_int_equal(argument->fd, -1);
		assert_true(argument->text != NULL || may_miss);
		if (argument->text != NULL)
			assert_value_is_right(&param[i], argument);
		if (argument->text != NULL && param[i].without != NULL)
			assert_false(ctl_given(call, param[i].without));
	}
}

/* "huge" is a word that no buffer takes. */
static char *
word_of(char *word)
{
	static char huge[20000];

	memset(huge, 'x', sizeof huge - 1);
	return strcmp(word, "huge") == 0 ? huge : word;
}

static void
every_command_line_is_whole_or_rejected(void **state)
{
	static char pool[][40] = { "audit", "roster", "check", "help", "limits", "--limit", "5",
		"--limit=0", "--since=2026-02-03", "--account", "0123456789abcdef0123456789abcdef",
		"--", "-", "--json", "--instance", "--help", "", "\xff\x1b", "huge" };
	static char program[] = "myportalctl";
	char *argv[WORDS_MAX + 2] = { program };
	struct ctl_call call;
	size_t calls = 0, lines = 1;

	(void)state;
	for (int count = 1; count <= WORDS_MAX; count++) {
		lines *= LENGTH(pool);
		/* Of the longest ones every 31st: all are many. */
		for (size_t number = 0; number < lines; number += count == WORDS_MAX ? 31 : 1) {
			for (size_t i = 0, rest = number; i < (size_t)count;
			     i++, rest /= LENGTH(pool))
				argv[i + 1] = word_of(pool[rest % LENGTH(pool)]);
			argv[count + 1] = NULL;
			const enum ctl_status status = parse(count + 1, argv, &call);
			assert_true(status == CTL_DONE || status == CTL_USAGE);
			if (status == CTL_DONE && !call.help) {
				assert_call_is_whole(&call);
				calls++;
			}
		}
	}
	assert_true(calls > 100);
}

/* The rows themselves: what is not so would be a bug that no operator can mend. */
static void
rows_are_as_help_and_the_pages_need_them(void **state)
{
	const struct ctl_command *command;

	(void)state;
	for (size_t i = 0; (command = ctl_command_at(i)) != NULL; i++) {
		size_t used, count = 1;
		bool optional = false;
		const char *words[] = { command->words };

		assert_non_null(command->run);
		assert_non_null(command->summary);
		assert_true(command->summary[strlen(command->summary) - 1] != '.');
		if (strchr(command->words, ' ') == NULL)
			assert_ptr_equal(ctl_command_find(words, count, &used), command);
		for (const struct ctl_param *param = command->params; param->name != NULL;
		     param++) {
			assert_true(param < command->params + CTL_PARAMS_MAX);
			assert_non_null(param->help);
			assert_true(param->kind != CTL_WORD || param->words != NULL);
			assert_true(param->kind != CTL_NUMBER || param->max > param->min);
			if (ctl_is_option(param)) {
				assert_false(param->optional);
				continue;
			}
			assert_false(param->demanded);
			assert_true(
			    param->optional || !optional); /* only the last may be missing */
			optional = param->optional;
		}
	}
	assert_true(ctl_command_at(20) != NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_line_is_whole_or_rejected),
		cmocka_unit_test(rows_are_as_help_and_the_pages_need_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
