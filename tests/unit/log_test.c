/* log_test.c - one event is one write of one line of JSON, whatever the values hold.
 *
 * Standard error is a datagram socket here, so that every write arrives for itself. */

#include "log.h"

#include "bounds.h"
#include "clock.h"
#include "json_scan.h"
#include "text.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define TEN      "0123456789"
#define TIME_MAX (sizeof "{\"time\":\"2026-11-22T01:02:03Z\",\"event\":\"" - 1)

/* Standard error as it was, a stand-in for it, and where what is written to that arrives. */
static struct {
	int real, near, far;
	size_t size;
	char line[2 * LOG_LINE_MAX];
} fixture;

static int
set_up(void **state)
{
	int ends[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN); /* as main does */
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) != 0)
		return -1;
	fixture.real = dup(STDERR_FILENO);
	fixture.near = ends[0];
	fixture.far = ends[1];
	return fixture.real >= 0 ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	close(fixture.real);
	close(fixture.near);
	return close(fixture.far);
}

/* Only while something is logged: cmocka tells of failures on standard error. */
static void
log_into(int fd, const char *event, const struct log_value *values)
{
	dup2(fd, STDERR_FILENO);
	log_event(event, values);
	dup2(fixture.real, STDERR_FILENO);
}

/* Takes the next write into fixture.line; false: there is none. */
static bool
next_write(void)
{
	const ssize_t size = recv(fixture.far, fixture.line, sizeof fixture.line - 1, MSG_DONTWAIT);

	fixture.size = size > 0 ? (size_t)size : 0;
	fixture.line[fixture.size] = '\0';
	return size >= 0;
}

static void
log_and_read(const char *event, const struct log_value *values)
{
	log_into(fixture.near, event, values);
	if (!next_write())
		fail_msg("%s: nothing was written", event);
	if (recv(fixture.far, &(char){ 0 }, 1, MSG_DONTWAIT) >= 0)
		fail_msg("%s: more than one write", event);
}

/* One line of printable ASCII, and strict JSON in it. */
static void
assert_one_line(const char *why)
{
	char *const line = fixture.line;

	if (fixture.size == 0 || fixture.size > LOG_LINE_MAX || line[fixture.size - 1] != '\n')
		fail_msg("%s: %zu bytes, \"%s\"", why, fixture.size, line);
	line[--fixture.size] = '\0';
	for (size_t i = 0; i < fixture.size; i++)
		if (line[i] < 0x20 || line[i] > 0x7e)
			fail_msg("%s: byte %02x at %zu", why, (unsigned char)line[i], i);
	if (!json_scan(line, fixture.size))
		fail_msg("%s: no JSON: %s", why, line);
}

/* What comes behind the time. */
static const char *
rest_of_line(void)
{
	assert_true(text_starts_with(fixture.line, "{\"time\":\""));
	assert_true(fixture.size > TIME_MAX);
	return fixture.line + sizeof "{\"time\":\"2026-11-22T01:02:03Z\"," - 1;
}

static void
a_line_tells_time_event_and_values(void **state)
{
	char before[CLOCK_TEXT_MAX + 1], after[CLOCK_TEXT_MAX + 1], written[CLOCK_TEXT_MAX + 1];

	(void)state;
	clock_text(clock_now(), before);
	log_and_read("request",
	    (const struct log_value[]){ log_text("code", "ok"), log_int("us", 1234), { 0 } });
	clock_text(clock_now(), after);
	assert_one_line("plain values");
	assert_string_equal(rest_of_line(), "\"event\":\"request\",\"code\":\"ok\",\"us\":1234}");
	text_copy_cut(written, sizeof written, fixture.line + sizeof "{\"time\":\"" - 1);
	assert_true(strcmp(written, before) >= 0 && strcmp(written, after) <= 0);
}

static void
an_event_needs_no_values(void **state)
{
	(void)state;
	log_and_read("stopped", (const struct log_value[]){ { 0 } });
	assert_one_line("no values");
	assert_string_equal(rest_of_line(), "\"event\":\"stopped\"}");
}

static void
numbers_are_written_whole(void **state)
{
	(void)state;
	log_and_read("n", (const struct log_value[]){ log_int("a", INT64_MAX),
			      log_int("b", INT64_MIN), log_int("c", 0), log_int("d", -1), { 0 } });
	assert_one_line("numbers");
	assert_string_equal(rest_of_line(), "\"event\":\"n\",\"a\":9223372036854775807,"
					    "\"b\":-9223372036854775808,\"c\":0,\"d\":-1}");
}

/* clang-format off */
static const struct {
	const char *why;
	const char *value;
	const char *expected;
} hostile[] = {
	{ "no text is the empty text",     NULL,                 "" },
	{ "the empty text",                "",                   "" },
	{ "all that is harmless",          " !#[]^~az09{}:,/'",  " !#[]^~az09{}:,/'" },
	{ "a second line, forged",         "x\r\n{\"event\":\"login\"}",
	  "x\\u000d\\u000a{\\u0022event\\u0022:\\u0022login\\u0022}" },
	{ "a quote and a brace",           "\"}",                "\\u0022}" },
	{ "a backslash",                   "\\",                 "\\u005c" },
	{ "a backslash before a quote",    "\\\"",               "\\u005c\\u0022" },
	{ "a terminal's escape",           "\033[2J",            "\\u001b[2J" },
	{ "a C1 control in UTF-8",         "\xc2\x9b",           "\\u00c2\\u009b" },
	{ "tab, bell, backspace",          "\t\a\b",             "\\u0009\\u0007\\u0008" },
	{ "delete",                        "\x7f",               "\\u007f" },
	{ "LINE SEPARATOR",                "\u2028",             "\\u00e2\\u0080\\u00a8" },
	{ "a text the other way round",    "\u202e",             "\\u00e2\\u0080\\u00ae" },
	{ "kana",                          "\u3042",             "\\u00e3\\u0081\\u0082" },
	{ "a byte that is no UTF-8",       "\xff",               "\\u00ff" },
	{ "UTF-8 cut short",               "\xe3\x81",           "\\u00e3\\u0081" },
	{ "an overlong nought",            "\xc0\x80",           "\\u00c0\\u0080" },
	{ "a surrogate",                   "\xed\xa0\x80",       "\\u00ed\\u00a0\\u0080" },
	{ "an escape in so many letters",  "\\u0022",            "\\u005cu0022" },
	{ "a format",                      "%s%n%d",             "%s%n%d" },
};
/* clang-format on */

/* asvs 16.4.1 */
static void
a_hostile_value_stays_a_value(void **state)
{
	char expected[256];

	(void)state;
	for (size_t i = 0; i < LENGTH(hostile); i++) {
		log_and_read("e", (const struct log_value[]){
				      log_text("v", hostile[i].value), log_int("n", 1), { 0 } });
		assert_one_line(hostile[i].why);
		assert_true(text_format(expected, sizeof expected,
		    "\"event\":\"e\",\"v\":\"%s\",\"n\":1}", hostile[i].expected));
		if (strcmp(rest_of_line(), expected) != 0)
			fail_msg("%s: %s", hostile[i].why, fixture.line);
	}
}

/* asvs 16.4.1 */
static void
every_byte_is_one_value(void **state)
{
	char value[] = "x";

	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		value[0] = (char)byte;
		log_and_read("e", (const struct log_value[]){ log_text("v", value), { 0 } });
		assert_one_line("a byte");
	}
}

/* asvs 16.4.1 */
static void
a_hostile_name_stays_a_name(void **state)
{
	(void)state;
	log_and_read("a\"b", (const struct log_value[]){ log_int("c\nd", 1), { 0 } });
	assert_one_line("names");
	assert_string_equal(rest_of_line(), "\"event\":\"a\\u0022b\",\"c\\u000ad\":1}");
}

/* Around the bound every length is tried: the value is there whole, or it is not there. */
static void
a_value_too_long_is_left_out_whole(void **state)
{
	char value[LOG_LINE_MAX + 8];
	size_t longest = 0;

	(void)state;
	for (size_t length = LOG_LINE_MAX - 100; length < sizeof value; length++) {
		memset(value, 'v', length);
		value[length] = '\0';
		log_and_read("e", (const struct log_value[]){ log_int("first", 1),
				      log_text("v", value), log_int("last", 2), { 0 } });
		assert_one_line("a long value");
		const char *const rest = rest_of_line();
		if (strstr(rest, value) != NULL)
			longest = length;
		else
			assert_string_equal(rest, "\"event\":\"e\",\"first\":1}");
		assert_true(strstr(rest, value) != NULL || strstr(rest, "vv") == NULL);
	}
	assert_in_range(longest, LOG_LINE_MAX - 100, LOG_LINE_MAX - 1);
}

/* An escape at the end must not be cut in two. */
static void
an_escape_is_never_cut(void **state)
{
	char value[LOG_LINE_MAX];

	(void)state;
	for (size_t padding = 0; padding < 12; padding++) {
		memset(value, 'v', padding);
		memset(value + padding, '\n', sizeof value - 1 - padding);
		for (size_t length = 140; length < 180; length++) {
			char cut[sizeof value];

			text_copy_cut(cut, length, value);
			log_and_read("e", (const struct log_value[]){ log_text("v", cut), { 0 } });
			assert_one_line("escapes");
		}
	}
}

static void
a_long_line_keeps_its_first_values(void **state)
{
	struct log_value values[65];

	(void)state;
	for (size_t i = 0; i < LENGTH(values) - 1; i++)
		values[i] = log_text("name", TEN TEN);
	values[LENGTH(values) - 1] = (struct log_value){ 0 };
	log_and_read("e", values);
	assert_one_line("many values");
	assert_true(fixture.size > LOG_LINE_MAX - 40);
	assert_non_null(strstr(fixture.line, "\"name\":\"" TEN TEN "\"}"));
}

/* Not one line of two threads in one write, not one in two. */
#define WRITERS 8
#define LINES   50

static void *
write_lines(void *argument)
{
	for (int i = 0; i < LINES; i++)
		log_event("thread", (const struct log_value[]){
					log_int("n", (intptr_t)argument * LINES + i), { 0 } });
	return NULL;
}

/* asvs 15.4.1 */
static void
threads_do_not_mix(void **state)
{
	static char lines[WRITERS * LINES][100];
	ssize_t sizes[WRITERS * LINES];
	bool seen[WRITERS * LINES] = { 0 };
	pthread_t threads[WRITERS];
	int number;

	(void)state;
	dup2(fixture.near, STDERR_FILENO);
	for (intptr_t i = 0; i < WRITERS; i++)
		pthread_create(&threads[i], NULL, write_lines, (void *)i);
	for (size_t i = 0; i < LENGTH(lines); i++)
		sizes[i] = recv(fixture.far, lines[i], sizeof lines[i], 0);
	for (size_t i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	dup2(fixture.real, STDERR_FILENO);

	assert_false(next_write());
	for (size_t i = 0; i < LENGTH(lines); i++) {
		assert_in_range(sizes[i], 1, sizeof lines[i] - 1);
		memcpy(fixture.line, lines[i], (size_t)sizes[i]);
		fixture.size = (size_t)sizes[i];
		assert_one_line("of a thread");
		assert_int_equal(
		    sscanf(rest_of_line(), "\"event\":\"thread\",\"n\":%d}", &number), 1);
		assert_in_range(number, 0, LENGTH(seen) - 1);
		assert_false(seen[number]);
		seen[number] = true;
	}
}

/* A log that takes nothing must not end the process, nor keep it. */
static void
a_log_that_is_gone_stops_nobody(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	log_into(ends[1], "nobody reads", (const struct log_value[]){ { 0 } });
	close(ends[1]);
	const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	assert_true(full >= 0);
	log_into(full, "no space", (const struct log_value[]){ { 0 } });
	close(full);
	close(STDERR_FILENO);
	log_event("closed", (const struct log_value[]){ { 0 } });
	dup2(fixture.real, STDERR_FILENO);
	log_and_read("back", (const struct log_value[]){ { 0 } });
	assert_one_line("afterwards");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_tells_time_event_and_values),
		cmocka_unit_test(an_event_needs_no_values),
		cmocka_unit_test(numbers_are_written_whole),
		cmocka_unit_test(a_hostile_value_stays_a_value),
		cmocka_unit_test(every_byte_is_one_value),
		cmocka_unit_test(a_hostile_name_stays_a_name),
		cmocka_unit_test(a_value_too_long_is_left_out_whole),
		cmocka_unit_test(an_escape_is_never_cut),
		cmocka_unit_test(a_long_line_keeps_its_first_values),
		cmocka_unit_test(threads_do_not_mix),
		cmocka_unit_test(a_log_that_is_gone_stops_nobody),
	};

	return cmocka_run_group_tests_name("log", tests, set_up, tear_down);
}
