/* ctl_env_file_test.c - that files of settings are read as systemd reads them, and what it passes
 * over is an error with its line. */

#include "ctl_env_file.h"

#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

/* What was taken: "NAME=value|NAME=value|". */
struct taken {
	char text[3 * CTL_ENV_VALUE_MAX];
};

static void
keep(const char *name, const char *value, void *context)
{
	struct taken *const taken = context;
	const size_t length = strlen(taken->text);

	assert_true(
	    text_format(taken->text + length, sizeof taken->text - length, "%s=%s|", name, value));
}

static bool
is_read(const char *text, size_t size, struct taken *ret, char errbuf[static ERRBUF_MAX + 1])
{
	ret->text[0] = errbuf[0] = '\0';
	return ctl_env_parse(text, size, keep, ret, errbuf);
}

static const struct {
	const char *text, *taken;
} rows_taken[] = {
	{ "", "" },
	{ "\n\n \t\r\n", "" },
	{ "A=1", "A=1|" },
	{ "A=1\nB=2\n", "A=1|B=2|" },
	{ "A=1\r\nB=2\r\n", "A=1|B=2|" },
	{ "A=\n", "A=|" },
	{ "A=", "A=|" },
	{ "# note = 'x\n; other \"\n  # third\nA=1\n", "A=1|" },
	{ "  A = 1  \t\n", "A=1|" },
	{ "A=a b  c ", "A=a b  c|" },
	{ "A=a=b", "A=a=b|" },
	{ "A=a # no comment", "A=a # no comment|" },
	{ "A=1\nA=2\n", "A=1|A=2|" },
	{ "A=\"a b \"", "A=a b |" },
	{ "A=\"a\\\"b\\\\c\\$d\\`e\"", "A=a\"b\\c$d`e|" },
	{ "A=\"a\\nb\"", "A=a\\nb|" },
	{ "A=\"a\\\nb\"\nB=2", "A=ab|B=2|" },
	{ "A=\"a\nb\"\nB=2", "A=a\nb|B=2|" },
	{ "A='a \"b\\ $c '", "A=a \"b\\ $c |" },
	{ "A='a\nb'", "A=a\nb|" },
	{ "A=it's", "A=it's|" },
	{ "A=a\\\nb\n", "A=ab|" },
	{ "A=a \\\n  b\n", "A=a   b|" },
	{ "A=\\\nb\n", "A=b|" },
	{ "A=a\\ \n", "A=a |" },
	{ "A=a\\'b\\\\c", "A=a'b\\c|" },
	{ "A=a \\\n\nB=1", "A=a |B=1|" },
	{ "A=見本 健保\n", "A=見本 健保|" },
	{ "A=\"\"\n", "A=|" },
	{ "A1_b=x", "A1_b=x|" },
};

static void
assignments_are_taken_in_order(void **state)
{
	static struct taken taken;
	char errbuf[ERRBUF_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows_taken); i++) {
		const char *const text = rows_taken[i].text;

		if (!is_read(text, strlen(text), &taken, errbuf))
			fail_msg("%s: %s", text, errbuf);
		assert_string_equal(taken.text, rows_taken[i].taken);
	}
}

/* Reads files of the same grammar for users' sessions, and prints what they set in that grammar. It
 * also puts values in the place of $NAME, has each name once, takes no empty value, and prints
 * line ends of values otherwise. */
#define GENERATOR "/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator"

static bool
generator_tells_it(const char *text, const char *taken)
{
	return strchr(text, '$') == NULL && strcmp(taken, "A=1|A=2|") != 0 &&
	       strcmp(taken, "A=|") != 0 && strchr(taken, '\n') == NULL;
}

static void
keep_ours(const char *name, const char *value, void *context)
{
	if (name[0] == 'A' || name[0] == 'B')
		keep(name, value, context);
}

/* What systemd itself takes from a text, through the folder of a user's settings. */
static void
read_by_systemd(const char *folder, const char *text, struct taken *ret)
{
	char command[256], told[4096], errbuf[ERRBUF_MAX + 1], path[128];

	assert_true(text_format(path, sizeof path, "%s/environment.d/1.conf", folder));
	FILE *const file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
	assert_true(
	    text_format(command, sizeof command, "env -i XDG_CONFIG_HOME=%s " GENERATOR, folder));
	FILE *const output = popen(command, "re");
	assert_non_null(output);
	const size_t size = fread(told, 1, sizeof told, output);
	assert_int_equal(pclose(output), 0);
	ret->text[0] = '\0';
	assert_true(ctl_env_parse(told, size, keep_ours, ret, errbuf));
}

static void
values_are_those_of_systemd(void **state)
{
	static struct taken theirs;
	char folder[] = "/tmp/ctl_env_file_test.XXXXXX";
	char inner[64], path[96];

	(void)state;
	if (access(GENERATOR, X_OK) != 0)
		skip();
	assert_non_null(mkdtemp(folder));
	assert_true(text_format(inner, sizeof inner, "%s/environment.d", folder));
	assert_int_equal(mkdir(inner, 0700), 0);
	for (size_t i = 0; i < LENGTH(rows_taken); i++) {
		if (!generator_tells_it(rows_taken[i].text, rows_taken[i].taken))
			continue;
		read_by_systemd(folder, rows_taken[i].text, &theirs);
		assert_string_equal(theirs.text, rows_taken[i].taken);
	}
	assert_true(text_format(path, sizeof path, "%s/1.conf", inner));
	assert_int_equal(unlink(path) + rmdir(inner) + rmdir(folder), 0);
}

static void
what_is_not_understood_is_told_with_its_line(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "A=1\nB\n", "line 2: there is no \"=\"" },
		{ "A", "line 1: there is no \"=\"" },
		{ "=x", "line 1: what stands before \"=\" is no name" },
		{ "A=1\n\n1A=x", "line 3: what stands before \"=\" is no name" },
		{ "export A=x", "line 1: what stands before \"=\" is no name" },
		{ "A-B=x", "line 1: what stands before \"=\" is no name" },
		{ "\xef\xbb\xbf"
		  "A=x",
		    "line 1: what stands before \"=\" is no name" },
		{ "A=1\nB='x\nC=2\n", "line 2: a single quote is not closed" },
		{ "A=1\nB=\"x\nC=2\n", "line 2: a double quote is not closed" },
		{ "A=\"x\\\"", "line 1: a double quote is not closed" },
		{ "A=\"x\\", "line 1: a double quote is not closed" },
		{ "A=\"x\"y", "line 1: there is something behind the closing quote" },
		{ "A=\"x\" 'y'", "line 1: there is something behind the closing quote" },
		{ "A=x\\", "line 1: the file ends with \"\\\"" },
		{ "# x \\\nA=1", "line 1: a comment ends with \"\\\": versions of systemd differ "
				 "about the next line" },
		{ "B=\"1\n2\"\nA=\xff", "line 3: the value is not UTF-8" },
		{ "A=\xe8\xa6", "line 1: the value is not UTF-8" },
	};
	static struct taken taken;
	char errbuf[ERRBUF_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		if (is_read(rows[i].text, strlen(rows[i].text), &taken, errbuf))
			fail_msg("%s was read as %s", rows[i].text, taken.text);
		assert_string_equal(errbuf, rows[i].why);
	}
	assert_false(is_read("A=1\0B=2", 7, &taken, errbuf));
	assert_string_equal(errbuf, "line 1: there is a NUL in it, here or further down");
	assert_string_equal(taken.text, "");
}

/* A line of NAME and value of these lengths. */
static const char *
line_of(size_t name_length, size_t value_length, const char *quote)
{
	static char line[CTL_ENV_NAME_MAX + CTL_ENV_VALUE_MAX + 16];
	char *at = line;

	memset(at, 'A', name_length);
	at += name_length;
	*at++ = '=';
	at = stpcpy(at, quote);
	memset(at, 'x', value_length);
	strcpy(at + value_length, quote);
	return line;
}

static void
names_and_values_have_bounds(void **state)
{
	static struct taken taken;
	char errbuf[ERRBUF_MAX + 1];

	(void)state;
	for (const char *const *quote = (const char *const[]){ "", "'", "\"", NULL };
	     *quote != NULL; quote++) {
		const char *line = line_of(CTL_ENV_NAME_MAX, CTL_ENV_VALUE_MAX, *quote);

		assert_true(is_read(line, strlen(line), &taken, errbuf));
		assert_int_equal(strlen(taken.text), CTL_ENV_NAME_MAX + CTL_ENV_VALUE_MAX + 2);
		line = line_of(CTL_ENV_NAME_MAX, CTL_ENV_VALUE_MAX + 1, *quote);
		assert_false(is_read(line, strlen(line), &taken, errbuf));
		assert_string_equal(errbuf, "line 1: the value is longer than 4096 bytes");
		line = line_of(CTL_ENV_NAME_MAX + 1, 1, *quote);
		assert_false(is_read(line, strlen(line), &taken, errbuf));
		assert_string_equal(errbuf, "line 1: the name is longer than 80 bytes");
	}
}

/* Every text of up to five characters that have a meaning, in memory that ends where it ends: under
 * the sanitizers nothing is read behind it, and an error always has words. */
static void
no_text_is_read_beyond_its_end(void **state)
{
	static const char alphabet[] = "A=\"'\\\n #";
	static struct taken taken;
	char errbuf[ERRBUF_MAX + 1];
	const size_t letters = sizeof alphabet - 1;

	(void)state;
	for (size_t length = 1, texts = letters; length <= 5; length++, texts *= letters)
		for (size_t number = 0; number < texts; number++) {
			char *const text = malloc(length);

			assert_non_null(text);
			for (size_t i = 0, rest = number; i < length; i++, rest /= letters)
				text[i] = alphabet[rest % letters];
			if (!is_read(text, length, &taken, errbuf))
				assert_true(text_starts_with(errbuf, "line "));
			free(text);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(assignments_are_taken_in_order),
		cmocka_unit_test(values_are_those_of_systemd),
		cmocka_unit_test(what_is_not_understood_is_told_with_its_line),
		cmocka_unit_test(names_and_values_have_bounds),
		cmocka_unit_test(no_text_is_read_beyond_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
