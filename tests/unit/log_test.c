/* log_test.c - one event is one write of one line of JSON, whatever the values hold; and none
 * waits.
 *
 * Standard error is a socket of packets here, so that every write arrives for itself; then each
 * kind of descriptor that can have no room. */

#include "log.h"

#include "bounds.h"
#include "clock.h"
#include "json_scan.h"
#include "loopback.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <termios.h>
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
	const int room = 1024 * 1024; /* for all that threads_do_not_mix() writes */
	int ends[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN); /* as main does */
	signal(SIGXFSZ, SIG_IGN);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0 ||
	    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room) != 0)
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
	log_into(fixture.near, "back", (const struct log_value[]){ { 0 } });
	assert_true(next_write());
	assert_one_line("the report");
	assert_string_equal(rest_of_line(), "\"event\":\"log_lines_dropped\",\"count\":3}");
	assert_true(next_write());
	assert_one_line("afterwards");
	assert_string_equal(rest_of_line(), "\"event\":\"back\"}");
	assert_false(next_write());
}

/* Standard error without room. --------------------------------------------------------------- */

#define MANY      10000
#define MANY_AT_S 20 /* what waits is ended by SIGALRM */

/* What can be standard error: where lines go in, and where they come out. */
struct channel {
	int in, out;
};

static bool
channel_pipe(struct channel *ret)
{
	int ends[2];

	if (pipe(ends) != 0)
		return false;
	*ret = (struct channel){ .in = ends[1], .out = ends[0] };
	return true;
}

static bool
channel_unix(struct channel *ret)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return false;
	*ret = (struct channel){ .in = ends[1], .out = ends[0] };
	return true;
}

/* Takes a part of what has no room as a whole. */
static bool
channel_tcp(struct channel *ret)
{
	const struct sockaddr_in loopback = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in bound;
	socklen_t size = sizeof bound;
	const int listener = socket(AF_INET, SOCK_STREAM, 0);
	const int small = 4096;

	if (listener < 0 ||
	    bind(listener, (const struct sockaddr *)&loopback, sizeof loopback) != 0 ||
	    listen(listener, 1) != 0 ||
	    getsockname(listener, (struct sockaddr *)&bound, &size) != 0)
		return false;
	ret->in = loopback_connect(ntohs(bound.sin_port));
	ret->out = accept(listener, NULL, NULL);
	close(listener);
	return ret->in >= 0 && ret->out >= 0 &&
	       setsockopt(ret->in, SOL_SOCKET, SO_SNDBUF, &small, sizeof small) == 0;
}

/* The same. */
static bool
channel_terminal(struct channel *ret)
{
	struct termios raw;

	if (openpty(&ret->out, &ret->in, NULL, NULL, NULL) != 0 || tcgetattr(ret->in, &raw) != 0)
		return false;
	cfmakeraw(&raw);
	return tcsetattr(ret->in, TCSANOW, &raw) == 0;
}

/* clang-format off */
static const struct {
	const char *why;
	bool (*make)(struct channel *);
	bool opens; /* log_open() is called, and allowed */
} channels[] = {
	{ "a pipe",                            channel_pipe,     true  },
	{ "a pipe that is not opened again",   channel_pipe,     false },
	{ "a socket, as journald's",           channel_unix,     true  },
	{ "a socket of TCP",                   channel_tcp,      true  },
	{ "a terminal",                        channel_terminal, true  },
	{ "a terminal that is not opened again", channel_terminal, false },
};
/* clang-format on */

static void
log_to(int fd, bool opens)
{
	dup2(fd, STDERR_FILENO);
	if (opens)
		log_open();
}

/* To the socket of the other tests, where nothing is left to tell. */
static void
log_back(void)
{
	log_to(fixture.near, true);
	log_report_dropped();
	dup2(fixture.real, STDERR_FILENO);
	while (next_write())
		;
}

static void
log_numbered(int number)
{
	log_event("many", (const struct log_value[]){
			      log_int("n", number), log_text("v", TEN TEN TEN TEN), { 0 } });
}

/* Appends what is there to read; it ends with a NUL. */
struct arrived {
	size_t length;
	char text[4 * 1024 * 1024];
};

static void
read_log(int fd, struct arrived *arrived)
{
	ssize_t size;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	do {
		size = read(fd, arrived->text + arrived->length,
		    sizeof arrived->text - 1 - arrived->length);
		arrived->length += size > 0 ? (size_t)size : 0;
	} while (size > 0);
	arrived->text[arrived->length] = '\0';
}

/* What the lines say: how many there are, whole and in order, and how many were dropped between. */
struct told {
	int lines;
	int reports;
	int64_t dropped;
};

static struct told
understand(const char *why, char *text)
{
	struct told told = { 0 };
	char *end;
	int number, last = -1;
	long long count;

	for (; *text != '\0'; text = end + 1) {
		end = strchr(text, '\n');
		if (end == NULL)
			fail_msg("%s: half a line: %s", why, text);
		fixture.size = (size_t)(end - text) + 1;
		assert_in_range(fixture.size, TIME_MAX + 1, LOG_LINE_MAX);
		memcpy(fixture.line, text, fixture.size);
		assert_one_line(why);
		if (sscanf(rest_of_line(), "\"event\":\"many\",\"n\":%d,", &number) == 1) {
			assert_true(number > last);
			last = number;
			told.lines++;
		} else if (sscanf(rest_of_line(), "\"event\":\"log_lines_dropped\",\"count\":%lld}",
			       &count) == 1) {
			assert_true(count > 0);
			told.dropped += count;
			told.reports++;
		} else {
			fail_msg("%s: %s", why, fixture.line);
		}
	}
	return told;
}

/* asvs 16.2.1 */
static void
nobody_reads_and_nobody_waits(void **state)
{
	static struct arrived arrived;

	(void)state;
	for (size_t i = 0; i < LENGTH(channels); i++) {
		const uint64_t dropped_before = log_dropped();
		struct channel channel = { -1, -1 };

		arrived.length = 0;
		assert_true(channels[i].make(&channel));
		alarm(MANY_AT_S);
		log_to(channel.in, channels[i].opens);
		for (int n = 0; n < MANY; n++)
			log_numbered(n);
		const int64_t dropped = (int64_t)(log_dropped() - dropped_before);
		read_log(channel.out, &arrived);
		log_report_dropped(); /* there is room again */
		read_log(channel.out, &arrived);
		log_numbered(MANY);
		log_report_dropped();
		usleep(10000); /* a terminal and TCP take a moment */
		read_log(channel.out, &arrived);
		log_back();
		alarm(0);

		const struct told told = understand(channels[i].why, arrived.text);
		if (dropped == 0 || told.lines < 10 || told.lines + dropped != MANY + 1 ||
		    told.dropped != dropped)
			fail_msg("%s: %d lines came, %lld were dropped, %lld of them told",
			    channels[i].why, told.lines, (long long)dropped,
			    (long long)told.dropped);
		/* Others share the description: it waits as before. */
		assert_int_equal(fcntl(channel.in, F_GETFL) & O_NONBLOCK, 0);
		close(channel.in);
		close(channel.out);
	}
}

/* Without log_report_dropped(), too, and before what is written next. */
static void
the_next_line_comes_after_the_report(void **state)
{
	static struct arrived arrived;
	struct channel channel = { -1, -1 };

	(void)state;
	arrived.length = 0;
	assert_true(channel_pipe(&channel));
	alarm(MANY_AT_S);
	log_to(channel.in, true);
	for (int n = 0; n < MANY; n++)
		log_numbered(n);
	read_log(channel.out, &arrived);
	arrived.length = 0;
	log_numbered(MANY);
	log_numbered(MANY + 1);
	log_report_dropped();
	log_back();
	read_log(channel.out, &arrived);
	alarm(0);
	const char *const report = strstr(arrived.text, "log_lines_dropped");
	assert_non_null(report);
	assert_true(report < strstr(arrived.text, "\"many\""));
	const struct told told = understand("afterwards", arrived.text);
	assert_int_equal(told.lines, 2);
	assert_int_equal(told.reports, 1);
	close(channel.in);
	close(channel.out);
}

/* Who read has gone: neither a signal nor a wait, and every line counts. */
static void
a_reader_that_has_gone_is_counted(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(channels); i++) {
		const uint64_t before = log_dropped();
		struct channel channel = { -1, -1 };

		assert_true(channels[i].make(&channel));
		signal(SIGHUP, SIG_IGN);
		alarm(MANY_AT_S);
		log_to(channel.in, channels[i].opens);
		close(channel.out);
		for (int n = 0; n < 10; n++)
			log_numbered(n);
		log_back();
		alarm(0);
		/* TCP hears of it by the answer to the first. */
		assert_in_range(log_dropped() - before, 9, 10);
		close(channel.in);
	}
}

/* A file that may not grow is a full disk: first it takes a part of a line. */
static void
a_full_disk_loses_lines_and_no_half_ones(void **state)
{
	static struct arrived arrived;
	char path[] = "/tmp/log_test.XXXXXX";
	const int file = mkstemp(path);
	struct rlimit limit, small;

	(void)state;
	arrived.length = 0;
	assert_true(file >= 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = (struct rlimit){ .rlim_cur = 1000, .rlim_max = limit.rlim_max };
	const uint64_t before = log_dropped();
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	log_to(file, true);
	for (int n = 0; n < 100; n++)
		log_numbered(n);
	const int64_t dropped = (int64_t)(log_dropped() - before);
	assert_int_equal(lseek(file, 0, SEEK_CUR), 1000); /* half a line */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	log_numbered(100);
	log_back();

	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	read_log(file, &arrived);
	const struct told told = understand("a disk with room again", arrived.text);
	assert_in_range(dropped, 1, 99);
	assert_int_equal(told.lines, 101 - dropped);
	assert_int_equal(told.dropped, dropped);
	assert_int_equal(told.reports, 1);
	close(file);
	unlink(path);
}

/* Threads that write into a pipe which is read too slowly: what came and what was dropped are
 * all. */
static atomic_int threads_done;

static void *
write_many(void *argument)
{
	(void)argument;
	for (int i = 0; i < MANY / WRITERS; i++)
		log_event("thread", (const struct log_value[]){ log_int("n", i), { 0 } });
	atomic_fetch_add(&threads_done, 1);
	return NULL;
}

/* asvs 15.4.1 */
static void
threads_lose_no_line_uncounted(void **state)
{
	static struct arrived arrived;
	const uint64_t before = log_dropped();
	pthread_t threads[WRITERS];
	struct channel channel = { -1, -1 };
	int64_t lines = 0, told = 0;

	(void)state;
	arrived.length = 0;
	assert_true(channel_pipe(&channel));
	alarm(3 * MANY_AT_S);
	log_to(channel.in, true);
	for (size_t i = 0; i < WRITERS; i++)
		pthread_create(&threads[i], NULL, write_many, NULL);
	while (atomic_load(&threads_done) < WRITERS) {
		read_log(channel.out, &arrived);
		usleep(1000);
	}
	for (size_t i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	read_log(channel.out, &arrived);
	log_report_dropped();
	read_log(channel.out, &arrived);
	log_back();
	alarm(0);

	for (char *line = arrived.text, *end; *line != '\0'; line = end + 1) {
		const char *const count = strstr(line, "\"log_lines_dropped\",\"count\":");

		end = strchr(line, '\n');
		assert_non_null(end);
		assert_true(json_scan(line, (size_t)(end - line)));
		if (count != NULL && count < end)
			told += atoll(count + sizeof "\"log_lines_dropped\",\"count\":" - 1);
		else
			lines++;
	}
	assert_int_equal(told, log_dropped() - before);
	assert_int_equal(lines + told, MANY / WRITERS * WRITERS);
	close(channel.in);
	close(channel.out);
}

/* Only what is below the level is left out; and an event without a level never is. */
static void
a_level_leaves_out_what_is_below_it(void **state)
{
	static const struct {
		const char *word;
		bool info, notice;
	} rows[] = {
		{ "info", true, true },
		{ "notice", false, true },
		{ "warning", false, false },
		{ "loud", false, false }, /* no level: as it was */
		{ "", false, false },
		{ "info", true, true },
	};
	static const struct log_value none[] = { { 0 } };

	(void)state;
	assert_string_equal(log_level(), "info");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		log_set_level(rows[i].word);
		dup2(fixture.near, STDERR_FILENO);
		log_event_at(LOG_LEVEL_INFO, "one", none);
		log_event_at(LOG_LEVEL_NOTICE, "two", none);
		log_event_at(LOG_LEVEL_WARNING, "three", none);
		log_event("four", none);
		dup2(fixture.real, STDERR_FILENO);
		for (int left = 2 + rows[i].info + rows[i].notice; left > 0; left--)
			assert_true(next_write());
		assert_non_null(strstr(fixture.line, "four"));
		assert_false(next_write());
	}
}

static void
events_that_are_told_otherwise_are_left_out(void **state)
{
	static const char *const names[] = { "db_away", "db_back", NULL };
	static const char *const none[] = { NULL };

	(void)state;
	log_leave_out(names);
	log_into(fixture.near, "db_away", (const struct log_value[]){ { 0 } });
	log_into(fixture.near, "db_back", (const struct log_value[]){ { 0 } });
	assert_false(next_write());
	log_into(fixture.near, "db_error", (const struct log_value[]){ { 0 } });
	assert_true(next_write());
	log_leave_out(none);
	log_into(fixture.near, "db_away", (const struct log_value[]){ { 0 } });
	assert_true(next_write());
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
		cmocka_unit_test(a_level_leaves_out_what_is_below_it),
		cmocka_unit_test(threads_do_not_mix),
		cmocka_unit_test(a_log_that_is_gone_stops_nobody),
		cmocka_unit_test(events_that_are_told_otherwise_are_left_out),
		cmocka_unit_test(nobody_reads_and_nobody_waits),
		cmocka_unit_test(the_next_line_comes_after_the_report),
		cmocka_unit_test(a_reader_that_has_gone_is_counted),
		cmocka_unit_test(a_full_disk_loses_lines_and_no_half_ones),
		cmocka_unit_test(threads_lose_no_line_uncounted),
	};

	return cmocka_run_group_tests_name("log", tests, set_up, tear_down);
}
