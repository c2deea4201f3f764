/* smtp_test.c - mails go over real SMTP to tools/dev/mail-catcher, which also misbehaves on
 * demand.
 *
 * Four catchers run for the whole file: plain, one that offers STARTTLS, one that speaks TLS from
 * the first byte, one that demands a login. What arrived is read by Python's email package, which
 * knows nothing of our encoders. */

#define _GNU_SOURCE /* pipe2 */

#include "smtp.h"

#include "bounds.h"
#include "clock.h"
#include "loopback.h"
#include "text.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define LISTENING   "mail-catcher: listening on 127.0.0.1:"
#define PYTHON      "/usr/bin/python3"
#define THIS_FILE   "tests/unit/smtp_test.c"
#define PATH_SIZE   256
#define OPTIONS_MAX 4
#define SHOWN_MAX   65536
#define PATIENT_MS  10000
#define HASTY_MS    1000
#define QUIT_MS     2000
#define GRACE_MS    3000 /* beyond a deadline, on a busy machine */

#define TO         "taro@example.jp"
#define FROM       "noreply@portal.example.jp"
#define SOCIETY    "さくら健康保険組合"
#define MESSAGE_ID "0123456789abcdef@portal.example.jp"
#define NAMES                                                                      \
	"names: X-MailFrom X-RcptTo Content-Type Date From To Subject Message-ID " \
	"MIME-Version Auto-Submitted Content-Language\n"

enum server { PLAIN, STARTTLS, SMTPS, LOGIN, SERVER__MAX };

static struct catcher {
	pid_t pid;
	int64_t port;
	char folder[PATH_SIZE], maildir[PATH_SIZE], script[PATH_SIZE], trace[PATH_SIZE];
} catchers[SERVER__MAX];

static char folder[PATH_SIZE], certificate[PATH_SIZE], key[PATH_SIZE], other[PATH_SIZE],
    expired[PATH_SIZE], expired_key[PATH_SIZE];
static char shown[SHOWN_MAX]; /* what show_mails() or show_trace() found */

/* The reader of mails: one for all, as a Python takes a tenth of a second to start. */
static struct {
	pid_t pid;
	int folders; /* each ends with a line end */
	int mails;   /* of each folder, behind them a NUL */
} reader;

/* Prints each mail of a Maildir as a reader sees it, and removes it. */
static const char show_py[] =
    "import email, email.policy, os, sys\n"
    "def show(path):\n"
    "    raw = open(path, 'rb').read()\n"
    "    mail = email.message_from_bytes(raw, policy=email.policy.default)\n"
    "    print('names:', *mail.keys())\n"
    "    for header in mail.keys():\n"
    "        if header != 'Content-Type':\n"
    "            print(f'{header}: {mail[header]}')\n"
    "    print('type:', mail.get_content_type(), 'defects:', len(mail.defects))\n"
    "    for part in mail.iter_parts():\n"
    "        print('part:', part.get_content_type(), part.get_content_charset(),\n"
    "              part['Content-Transfer-Encoding'], part.get_content_disposition())\n"
    "        print('says:', part.get_content().replace('\\r\\n', '|'))\n"
    "    lines = [line for line in raw.split(b'\\n') if b'boundary=' not in line]\n"
    "    print('as sent:', *[line.decode() for line in lines if line.startswith(b'To: ')])\n"
    "    print('ascii:', raw.isascii(), 'short:', max(map(len, lines)) <= 78)\n"
    "    os.unlink(path)\n"
    "for line in sys.stdin:\n"
    "    folder = line.rstrip() + '/new/'\n"
    "    for name in sorted(os.listdir(folder)):\n"
    "        show(folder + name)\n"
    "    print(end='\\0', flush=True)\n";

/* Starts a program with this input and its output in a pipe; it dies with us. */
static pid_t
start(const char *const *words, int input, int *ret_output)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	const pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(input, STDIN_FILENO);
		dup2(ends[1], STDOUT_FILENO);
		execv(words[0], (char *const *)(uintptr_t)words);
		_exit(127);
	}
	close(ends[1]);
	*ret_output = ends[0];
	return pid;
}

static void
run_server(const char *const *words, char *ret, size_t ret_size)
{
	size_t length = 0;
	int output, status;
	const pid_t pid = start(words, STDIN_FILENO, &output);

	for (ssize_t got = 1; got > 0 && length + 1 < ret_size; length += (size_t)got) {
		got = read(output, ret + length, ret_size - length - 1);
		assert_true(got >= 0);
	}
	ret[length] = '\0';
	close(output);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status != 0)
		fail_msg("%s ended with %d", words[0], status);
}

static void
write_text_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
path_make(char ret[static PATH_SIZE], const char *parent, const char *name)
{
	assert_true(text_format(ret, PATH_SIZE, "%s/%s", parent, name));
}

/* The catcher stands in the tree this file was compiled from. */
static void
catcher_path(char ret[static PATH_SIZE])
{
	const size_t root = strlen(__FILE__) - strlen(THIS_FILE);

	assert_string_equal(__FILE__ + root, THIS_FILE);
	assert_true(text_format(ret, PATH_SIZE, "%.*stools/dev/mail-catcher", (int)root, __FILE__));
}

static void
catcher_start(enum server server, int64_t port)
{
	/* clang-format off */
	static const char *const options[SERVER__MAX][OPTIONS_MAX + 1] = {
		[STARTTLS] = { "--tls", certificate, key },
		[SMTPS]    = { "--tls", certificate, key, "--smtps" },
		[LOGIN]    = { "--auth", "portal:right" },
	};
	/* clang-format on */
	struct catcher *catcher = &catchers[server];
	char program[PATH_SIZE], address[32], line[80];
	const char *words[8 + OPTIONS_MAX + 1] = { PYTHON, program, address, catcher->maildir,
		"--script", catcher->script, "--trace", catcher->trace };
	int output;

	memcpy(words + 8, options[server], sizeof options[server]);
	catcher_path(program);
	assert_true(text_format(address, sizeof address, "127.0.0.1:%" PRId64, port));
	catcher->pid = start(words, STDIN_FILENO, &output);
	FILE *stream = fdopen(output, "r");
	assert_non_null(stream);
	if (fgets(line, sizeof line, stream) == NULL)
		fail_msg("%s did not start", program);
	assert_int_equal(fclose(stream), 0);
	line[strcspn(line, "\n")] = '\0';
	if (!text_starts_with(line, LISTENING) ||
	    !text_number(line + strlen(LISTENING), 1, UINT16_MAX, &catcher->port))
		fail_msg("%s said \"%s\"", program, line);
}

static void
catcher_stop(enum server server)
{
	int status;

	assert_int_equal(kill(catchers[server].pid, SIGTERM), 0);
	assert_int_equal(waitpid(catchers[server].pid, &status, 0), catchers[server].pid);
	assert_int_equal(status, 0);
}

/* Self-signed for 127.0.0.1, made so far from today, good for two days. Not by the command
 * faketime: it refuses where one that was killed had its process id. */
static void
certificate_make(const char *faketime, const char *certificate_path, const char *key_path)
{
	const char *const words[] = { "/usr/bin/env",
		"LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1", faketime,
		"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
		"-noenc", "-days", "2", "-subj", "/CN=test", "-addext",
		"subjectAltName=IP:127.0.0.1", "-keyout", key_path, "-out", certificate_path,
		"-batch", NULL };

	run_server(words, shown, sizeof shown);
}

static void
reader_start(void)
{
	static const char *const words[] = { PYTHON, "-c", show_py, NULL };
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	reader.pid = start(words, ends[0], &reader.mails);
	reader.folders = ends[1];
	close(ends[0]);
}

static void
reader_stop(void)
{
	int status;

	close(reader.folders);
	assert_int_equal(waitpid(reader.pid, &status, 0), reader.pid);
	assert_int_equal(status, 0);
	close(reader.mails);
}

/* Puts into `shown` what the catcher stored since the last look. */
static void
show_mails(enum server server)
{
	char line[PATH_SIZE + 1];
	size_t length = 0;

	assert_true(text_format(line, sizeof line, "%s\n", catchers[server].maildir));
	assert_int_equal(write(reader.folders, line, strlen(line)), strlen(line));
	do {
		const ssize_t got = read(reader.mails, shown + length, sizeof shown - length);
		if (got <= 0)
			fail_msg("the reader of mails has ended, or has more to say than fits");
		length += (size_t)got;
	} while (shown[length - 1] != '\0');
}

/* Puts into `shown` which commands the catcher got, each behind a line end. */
static void
show_trace(enum server server)
{
	FILE *file = fopen(catchers[server].trace, "r");

	assert_non_null(file);
	shown[0] = '\n';
	shown[1 + fread(shown + 1, 1, sizeof shown - 2, file)] = '\0';
	assert_int_equal(fclose(file), 0);
}

static size_t
times(const char *part)
{
	size_t count = 0;

	for (const char *at = shown; (at = strstr(at, part)) != NULL; at += strlen(part))
		count++;
	return count;
}

static void
must_show(const char *why, const char *part, size_t count)
{
	if (times(part) != count)
		fail_msg("%s: expected %zu times \"%s\" in:\n%s", why, count, part, shown);
}

/* Not one byte about the mail or the login went over the wire. */
static void
must_have_kept_silent(const char *why, enum server server)
{
	show_trace(server);
	must_show(why, "\nMAIL", 0);
	must_show(why, "\nAUTH", 0);
	must_show(why, "\nRCPT", 0);
	must_show(why, "\nDATA", 0);
	show_mails(server);
	must_show(why, "names:", 0);
}

static void
script(enum server server, const char *rules)
{
	write_text_file(catchers[server].script, rules);
}

static int
forget_everything(void **state)
{
	(void)state;
	for (enum server server = 0; server < SERVER__MAX; server++) {
		script(server, "");
		write_text_file(catchers[server].trace, "");
		show_mails(server);
	}
	return 0;
}

static void
catcher_prepare(enum server server)
{
	static const char *const names[SERVER__MAX] = { "plain", "starttls", "smtps", "login" };
	struct catcher *catcher = &catchers[server];

	path_make(catcher->folder, folder, names[server]);
	assert_true(text_format(catcher->maildir, PATH_SIZE, "%s.maildir", catcher->folder));
	assert_true(text_format(catcher->script, PATH_SIZE, "%s.script", catcher->folder));
	assert_true(text_format(catcher->trace, PATH_SIZE, "%s.trace", catcher->folder));
	script(server, "");
	catcher_start(server, 0);
}

static int
start_all(void **state)
{
	static char template[] = "/tmp/smtp_test.XXXXXX";

	(void)state;
	signal(SIGPIPE, SIG_IGN); /* as smtp.h asks of the process */
	/* Whatever proxies the environment names must not see our mail. */
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	assert_true(smtp_start());
	assert_non_null(mkdtemp(template));
	assert_true(text_copy(folder, sizeof folder, template));
	path_make(certificate, folder, "certificate.pem");
	path_make(key, folder, "key.pem");
	path_make(other, folder, "other.pem");
	path_make(expired, folder, "expired.pem");
	path_make(expired_key, folder, "expired-key.pem");
	certificate_make("FAKETIME=-9d", expired, expired_key);
	certificate_make("FAKETIME=+0d", other, key);
	certificate_make("FAKETIME=+0d", certificate, key);
	for (enum server server = 0; server < SERVER__MAX; server++)
		catcher_prepare(server);
	reader_start();
	return 0;
}

static int
stop_all(void **state)
{
	const char *const words[] = { "/bin/rm", "-r", folder, NULL };

	(void)state;
	for (enum server server = 0; server < SERVER__MAX; server++)
		catcher_stop(server);
	reader_stop();
	run_server(words, shown, sizeof shown);
	return 0;
}

static char url[64];

/* What sends to one of the catchers; TLS where it is spoken there. */
static struct smtp_options
options_for(enum server server)
{
	const bool tls = server == STARTTLS || server == SMTPS;

	assert_true(text_format(url, sizeof url, "%s://127.0.0.1:%" PRId64,
	    server == SMTPS ? "smtps" : "smtp", catchers[server].port));
	return (struct smtp_options){ .url = url,
		.tls_required = tls,
		.ca_file = tls ? certificate : NULL,
		.from = FROM,
		.from_name = SOCIETY,
		.limits = { PATIENT_MS, PATIENT_MS, PATIENT_MS } };
}

static struct smtp *
open_for(enum server server)
{
	const struct smtp_options options = options_for(server);
	struct smtp *smtp = smtp_open(&options);

	assert_non_null(smtp);
	return smtp;
}

static struct mail_message mail; /* 45 KB: not for the stack */

static void
mail_reset(void)
{
	mail = (struct mail_message){ .to = TO,
		.subject = "【" SOCIETY "】健康マイポータル 登録のご案内",
		.text = "一行目\n.\n.二行目\n\nhttps://portal.example.jp/#token=a.b.c\n",
		.html = "<p>一行目<br>\n二行目</p>\n",
		.language = "ja",
		.message_id = MESSAGE_ID,
		.date = 1795309323 };
}

static void
must_send(const char *why, struct smtp *smtp, enum smtp_outcome outcome, const char *error)
{
	char got[SMTP_ERROR_MAX + 1] = "untouched";
	const enum smtp_outcome result = smtp_send(smtp, &mail, got);

	if (result != outcome)
		fail_msg("%s: outcome %d (%s), not %d", why, (int)result, got, (int)outcome);
	if (error != NULL && strcmp(got, error) != 0)
		fail_msg("%s: error \"%s\", not \"%s\"", why, got, error);
}

/* A sender made for one mail. */
static void
must_send_once(const char *why, const struct smtp_options *options, enum smtp_outcome outcome,
    const char *error)
{
	struct smtp *smtp = smtp_open(options);

	assert_non_null(smtp);
	mail_reset();
	must_send(why, smtp, outcome, error);
	smtp_close(smtp);
}

static void
a_letter_arrives_whole(void **state)
{
	static const char *const expected[] = {
		NAMES,
		"\nX-MailFrom: " FROM "\nX-RcptTo: " TO "\n",
		"\nDate: Sun, 22 Nov 2026 01:02:03 +0000\n",
		"\nFrom: " SOCIETY " <" FROM ">\n",
		"\nTo: " TO "\n",
		"\nSubject: 【" SOCIETY "】健康マイポータル 登録のご案内\n",
		"\nMessage-ID: <" MESSAGE_ID ">\n",
		"\nMIME-Version: 1.0\n",
		"\nAuto-Submitted: auto-generated\n",
		"\nContent-Language: ja\n",
		"\ntype: multipart/alternative defects: 0\n"
		"part: text/plain utf-8 base64 None\n"
		"says: 一行目|.|.二行目||https://portal.example.jp/#token=a.b.c|\n"
		"part: text/html utf-8 base64 None\n"
		"says: <p>一行目<br>|二行目</p>|\n"
		"as sent: To: <" TO ">\n"
		"ascii: True short: True\n",
	};
	const struct smtp_options options = options_for(PLAIN);

	(void)state;
	must_send_once("an honest letter", &options, SMTP_SENT, "");
	show_mails(PLAIN);
	for (size_t i = 0; i < LENGTH(expected); i++)
		must_show("an honest letter", expected[i], 1);
}

static void
a_long_letter_arrives_whole(void **state)
{
	struct smtp *smtp = open_for(PLAIN);

	(void)state;
	mail_reset();
	memset(mail.subject, '"', SUBJECT_MAX);
	memset(mail.text, 't', MAIL_TEXT_MAX);
	memset(mail.html, '\n', MAIL_HTML_MAX);
	must_send("the longest letter", smtp, SMTP_SENT, "");
	smtp_close(smtp);
	show_mails(PLAIN);
	must_show("the longest letter", "\"", SUBJECT_MAX);
	must_show("the longest text", "says: tttttttt", 1);
	must_show("the longest text", "tttttttt", MAIL_TEXT_MAX / 8);
	must_show("the longest HTML", "|", MAIL_HTML_MAX);
	must_show("the longest letter", "short: True", 1);
}

static void
english_is_said_to_be_english(void **state)
{
	struct smtp *smtp = open_for(PLAIN);

	(void)state;
	mail_reset();
	assert_true(text_copy(mail.language, sizeof mail.language, "en"));
	assert_true(text_copy(mail.subject, sizeof mail.subject, "[Sakura] Your link"));
	must_send("English", smtp, SMTP_SENT, "");
	smtp_close(smtp);
	show_mails(PLAIN);
	must_show("English", "\nContent-Language: en\n", 1);
	must_show("English", "\nSubject: [Sakura] Your link\n", 1);
}

/* Issued until 2009; RFC 5321 takes them between quotes only. */
static void
old_carrier_addresses_are_quoted(void **state)
{
	static const char *const odd[][2] = {
		{ "a..b@docomo.ne.jp", "\nRCPT TO:<\"a..b\"@docomo.ne.jp>" },
		{ "a.@ezweb.ne.jp", "\nRCPT TO:<\"a.\"@ezweb.ne.jp>" },
		{ ".a@ezweb.ne.jp", "\nRCPT TO:<\".a\"@ezweb.ne.jp>" },
		{ "a.b@docomo.ne.jp", "\nRCPT TO:<a.b@docomo.ne.jp>" },
		{ "o'brien+x@example.jp", "\nRCPT TO:<o'brien+x@example.jp>" },
	};
	struct smtp *smtp = open_for(PLAIN);

	(void)state;
	mail_reset();
	for (size_t i = 0; i < LENGTH(odd); i++) {
		assert_true(text_copy(mail.to, sizeof mail.to, odd[i][0]));
		must_send(odd[i][0], smtp, SMTP_SENT, "");
		show_trace(PLAIN);
		must_show(odd[i][0], odd[i][1], 1);
	}
	smtp_close(smtp);
	show_mails(PLAIN);
	must_show("a quoted address", "\nas sent: To: <\"a..b\"@docomo.ne.jp>\n", 1);
	must_show("as many mails", "names:", LENGTH(odd));
}

static void
names_that_look_like_addresses_stay_names(void **state)
{
	/* clang-format off */
	static const struct { const char *name, *header; } rows[] = {
		{ "Sakura Health",           "\nFrom: Sakura Health <" FROM ">\n" },
		{ "Sakura, Inc. <x@evil.jp>", "\nFrom: \"Sakura, Inc. <x@evil.jp>\" <" FROM ">\n" },
		{ "x\" <x@evil.jp>, \"y",    "\nFrom: \"x\\\" <x@evil.jp>, \\\"y\" <" FROM ">\n" },
		{ "x\r\nBcc: x@evil.jp",     "\nFrom: \"x  Bcc: x@evil.jp\" <" FROM ">\n" },
		{ "さくら\r\nBcc: x@evil.jp", "\nFrom: \"さくら Bcc: x@evil.jp\" <" FROM ">\n" },
	};
	/* clang-format on */
	struct smtp_options options = options_for(PLAIN);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		options.from_name = rows[i].name;
		must_send_once(rows[i].name, &options, SMTP_SENT, "");
		show_mails(PLAIN);
		must_show(rows[i].name, NAMES, 1);
		must_show(rows[i].name, rows[i].header, 1);
	}
}

#define AT(name) offsetof(struct mail_message, name)

/* asvs 1.3.11 */
static void
nothing_typed_becomes_a_header_or_a_recipient(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		size_t field;
		const char *value;
		bool sent;
	} rows[] = {
		{ "a recipient by CR LF",         AT(to),         "a@b>\r\nRCPT TO:<x@y", false },
		{ "a recipient by LF",            AT(to),         "a@b\nRCPT TO:<x@y>", false },
		{ "a recipient by CR",            AT(to),         "a@b\rRCPT TO:<x@y>", false },
		{ "a recipient by comma",         AT(to),         "a@b.jp,x@y", false },
		{ "a header after an address",    AT(to),         "a@b\r\nBcc: x@y", false },
		{ "a line end after an address",  AT(to),         "a@b\n", false },
		{ "a parameter of RCPT",          AT(to),         "a@b> NOTIFY=NEVER", false },
		{ "brackets",                     AT(to),         "<a@b>", false },
		{ "a source route",               AT(to),         "@x.jp:a@b.jp", false },
		{ "a space",                      AT(to),         "a b@b.jp", false },
		{ "a quoted local part",          AT(to),         "\"a\"@b.jp", false },
		{ "a backslash",                  AT(to),         "a\\@b.jp", false },
		{ "a comment",                    AT(to),         "a(x)@b.jp", false },
		{ "two at signs",                 AT(to),         "a@b@c.jp", false },
		{ "no at sign",                   AT(to),         "a.b.jp", false },
		{ "no local part",                AT(to),         "@b.jp", false },
		{ "no domain",                    AT(to),         "a@", false },
		{ "no address",                   AT(to),         "", false },
		{ "an address literal",           AT(to),         "a@[127.0.0.1]", false },
		{ "a local part beyond ASCII",    AT(to),         "健@b.jp", false },
		{ "a domain beyond ASCII",        AT(to),         "a@健.jp", false },
		{ "DEL in the address",           AT(to),         "a\x7F@b.jp", false },
		{ "tab in the domain",            AT(to),         "a@b\t.jp", false },
		{ "a percent sign is just that",  AT(to),         "a%s%n@b.jp", true },
		{ "a header in the subject",      AT(subject),    "x\r\nBcc: x@y", true },
		{ "the same by LF, Japanese",     AT(subject),    "件名\nBcc: x@y", true },
		{ "the end of the headers",       AT(subject),    "x\r\n\r\nbody", true },
		{ "the end of the mail",          AT(subject),    "x\r\n.\r\nRCPT TO:<x@y>", true },
		{ "a header in the Message-ID",   AT(message_id), "a@b>\r\nBcc: x@y", false },
		{ "a second Message-ID",          AT(message_id), "a@b> <c@d.jp", false },
		{ "no Message-ID",                AT(message_id), "", false },
		{ "an empty line, language",      AT(language),   "\r\n", true },
		{ "the end of the mail, text",    AT(text),       "x\n.\nRCPT TO:<x@y>\n", true },
		{ "the same with CR LF",          AT(text),       "x\r\n.\r\nRSET\r\n", true },
		{ "the end of the mail, HTML",    AT(html),       "\n.\n", true },
		{ "an empty text",                AT(text),       "", true },
	};
	/* clang-format on */
	struct smtp *smtp = open_for(PLAIN);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const size_t sent = rows[i].sent ? 1 : 0;

		write_text_file(catchers[PLAIN].trace, "");
		mail_reset();
		memcpy((char *)&mail + rows[i].field, rows[i].value, strlen(rows[i].value) + 1);
		must_send(rows[i].why, smtp, rows[i].sent ? SMTP_SENT : SMTP_REJECTED,
		    sent ? "" : "mail");
		show_trace(PLAIN);
		must_show(rows[i].why, "\nMAIL FROM:<" FROM ">\n", sent);
		must_show(rows[i].why, "RCPT", sent);
		show_mails(PLAIN);
		must_show(rows[i].why, NAMES, sent);
		must_show(rows[i].why, "names:", sent);
		must_show(rows[i].why, "\nContent-Language: ja\n", sent);
	}
	smtp_close(smtp);
}

static void
the_longest_address_and_one_more(void **state)
{
	struct smtp *smtp = open_for(PLAIN);

	(void)state;
	mail_reset();
	memset(mail.to, 'a', EMAIL_MAX);
	mail.to[EMAIL_MAX] = '\0';
	mail.to[60] = '@';
	mail.to[EMAIL_MAX - 3] = '.';
	must_send("254 bytes", smtp, SMTP_SENT, "");
	mail.to[10] = mail.to[11] = '.';
	must_send("254 bytes and quotes", smtp, SMTP_SENT, "");
	smtp_close(smtp);
}

#define LATER       SMTP_LATER
#define AWAY        SMTP_RELAY_AWAY
#define US          SMTP_RELAY_REJECTS
#define REJECTED    SMTP_REJECTED
#define UNCONFIRMED SMTP_UNCONFIRMED

static void
answers_are_told_apart(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why, *script;
		enum smtp_outcome outcome;
		const char *error;
		size_t mails;
	} rows[] = {
		{ "no service now",               "connect 421",     AWAY, "smtp 421", 0 },
		{ "no service for us",            "connect 554",     US, "smtp 554", 0 },
		{ "our name is no full name", "ehlo 504 5.5.2 name?\nhelo 504 5.5.2 name?",
		  US, "smtp 504 5.5.2", 0 },
		{ "the sender is not known yet",  "mail 451",        AWAY, "smtp 451", 0 },
		{ "the sender is ours: 550",      "mail 550",        US, "smtp 550", 0 },
		{ "the sender is ours: 553",      "mail 553",        US, "smtp 553", 0 },
		{ "log in first", "mail 530 5.7.0 log in",
		  US, "smtp 530 5.7.0", 0 },
		{ "mailbox busy",                 "rcpt 450",        LATER,   "smtp 450", 0 },
		{ "greylisted", "rcpt 451 4.7.1 wait",
		  LATER, "smtp 451 4.7.1", 0 },
		{ "closing down at RCPT",         "rcpt 421",        AWAY, "smtp 421", 0 },
		{ "no such mailbox",              "rcpt 550",        REJECTED, "smtp 550", 0 },
		{ "no such mailbox, by status", "rcpt 550 5.1.1 who?",
		  REJECTED, "smtp 550 5.1.1", 0 },
		{ "the same in the second line", "rcpt 550 sorry|5.1.1 who?",
		  REJECTED, "smtp 550 5.1.1", 0 },
		{ "not a local user",             "rcpt 551",        REJECTED, "smtp 551", 0 },
		{ "mailbox name not allowed",     "rcpt 553",        REJECTED, "smtp 553", 0 },
		{ "Postfix refuses us late",      "rcpt 554",        US, "smtp 554", 0 },
		{ "relaying denied", "rcpt 550 5.7.1 relaying denied",
		  US, "smtp 550 5.7.1", 0 },
		{ "the same in two lines", "rcpt 550 5.7.1 relaying|5.7.1 denied",
		  US, "smtp 550 5.7.1", 0 },
		{ "not our sender",               "rcpt 553 5.7.1 no", US, "smtp 553 5.7.1", 0 },
		{ "our quota",                    "rcpt 550 5.4.5 quota", US, "smtp 550 5.4.5", 0 },
		{ "no data now",                  "data 451",        LATER,   "smtp 451", 0 },
		{ "no data: about the session",   "data 554",        US, "smtp 554", 0 },
		{ "the mail is not taken now",    "after-data 451",  LATER,   "smtp 451", 0 },
		{ "the mail is too large",        "after-data 552",  US, "smtp 552", 0 },
		{ "the mail is not wanted",       "after-data 554",  US, "smtp 554", 0 },
		{ "by policy", "after-data 550 5.7.1 spam",
		  US, "smtp 550 5.7.1", 0 },
		{ "no such mailbox, said late", "after-data 550 5.1.1 who?",
		  REJECTED, "smtp 550 5.1.1", 0 },
		{ "cut at the greeting",          "drop connect",    AWAY, NULL,    0 },
		{ "cut at EHLO",                  "drop ehlo",       AWAY, NULL,    0 },
		{ "cut behind a rejected EHLO", "ehlo 502 5.5.1 no\ndrop helo", AWAY, NULL, 0 },
		{ "cut at MAIL",                  "drop mail",       AWAY, NULL,    0 },
		{ "cut at RCPT",                  "drop rcpt",       LATER,   NULL,       0 },
		{ "cut at DATA",                  "drop data",       LATER,   NULL,       0 },
		{ "cut before the answer",        "drop after-data", UNCONFIRMED, NULL,   1 },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct smtp *smtp = open_for(PLAIN);

		mail_reset();
		script(PLAIN, rows[i].script);
		must_send(rows[i].why, smtp, rows[i].outcome, rows[i].error);
		script(PLAIN, "");
		must_send("the same sender afterwards", smtp, SMTP_SENT, "");
		smtp_close(smtp);
		show_mails(PLAIN);
		must_show(rows[i].why, "names:", rows[i].mails + 1);
		must_show(rows[i].why, "\nMessage-ID: <" MESSAGE_ID ">\n", rows[i].mails + 1);
	}
}

static void
a_refusal_is_forgotten_by_the_next_letter(void **state)
{
	struct smtp *smtp = open_for(PLAIN);

	(void)state;
	mail_reset();
	must_send("first", smtp, SMTP_SENT, "");
	script(PLAIN, "rcpt 550");
	must_send("refused", smtp, SMTP_REJECTED, "smtp 550");
	script(PLAIN, "drop mail");
	must_send("lost, with an old 550 and an old upload", smtp, SMTP_RELAY_AWAY, NULL);
	script(PLAIN, "mail 550");
	must_send("sender refused", smtp, SMTP_RELAY_REJECTS, "smtp 550");
	smtp_close(smtp);
}

static void
a_silent_server_is_left_in_time(void **state)
{
	static const struct {
		const char *script;
		enum smtp_outcome outcome;
	} rows[] = {
		{ "stall connect", SMTP_RELAY_AWAY },
		{ "stall ehlo", SMTP_RELAY_AWAY },
		{ "stall mail", SMTP_RELAY_AWAY },
		{ "stall rcpt", SMTP_LATER },
		{ "stall data", SMTP_LATER },
		{ "stall after-data", SMTP_UNCONFIRMED },
	};
	struct smtp_options options = options_for(PLAIN);

	(void)state;
	options.limits = (struct smtp_limits){ HASTY_MS, HASTY_MS, HASTY_MS };
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct smtp *smtp = smtp_open(&options);
		const int64_t begun = clock_monotonic_ms();

		assert_non_null(smtp);
		mail_reset();
		script(PLAIN, rows[i].script);
		must_send(rows[i].script, smtp, rows[i].outcome, "curl 28");
		if (clock_monotonic_ms() - begun > HASTY_MS + GRACE_MS)
			fail_msg(
			    "%s: took %d ms", rows[i].script, (int)(clock_monotonic_ms() - begun));
		script(PLAIN, "");
		must_send("a new connection after silence", smtp, SMTP_SENT, "");
		smtp_close(smtp);
	}
}

/* Each limit by itself, and no byte now and then that puts it off. */
static void
a_slow_server_has_limits(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why, *script;
		struct smtp_limits limits;
		enum smtp_outcome outcome;
	} rows[] = {
		{ "slow, within all limits",   "slow connect 1\nslow after-data 1\ndrip 0.1",
		  { PATIENT_MS, PATIENT_MS, PATIENT_MS }, SMTP_SENT },
		{ "a greeting beyond its own", "slow connect 5",
		  { HASTY_MS, PATIENT_MS, PATIENT_MS },   SMTP_RELAY_AWAY },
		{ "a reply beyond its own",    "slow rcpt 5",
		  { PATIENT_MS, HASTY_MS, PATIENT_MS },   SMTP_LATER },
		{ "replies that drip",         "drip 5",
		  { PATIENT_MS, HASTY_MS, PATIENT_MS },   SMTP_RELAY_AWAY },
		{ "all beyond all",            "slow mail 0.6\nslow rcpt 5",
		  { PATIENT_MS, PATIENT_MS, HASTY_MS },   SMTP_LATER },
	};
	/* clang-format on */
	struct smtp_options options = options_for(PLAIN);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const int64_t begun = clock_monotonic_ms();
		const bool within = rows[i].outcome == SMTP_SENT;
		const int longest_ms = within ? PATIENT_MS : HASTY_MS + GRACE_MS;

		options.limits = rows[i].limits;
		script(PLAIN, rows[i].script);
		must_send_once(rows[i].why, &options, rows[i].outcome, NULL);
		if (clock_monotonic_ms() - begun > longest_ms)
			fail_msg(
			    "%s: took %d ms", rows[i].why, (int)(clock_monotonic_ms() - begun));
	}
}

/* What a caller answers, and what it was asked. */
struct caller {
	int goes_on;      /* so many times */
	int64_t until_ms; /* and so long */
	bool complete;
};

static bool
go_on_counted(void *context, bool complete)
{
	struct caller *caller = context;

	if (caller->goes_on-- > 0 || clock_monotonic_ms() < caller->until_ms)
		return true;
	caller->complete = complete;
	return false;
}

/* At whichever moment: a mail that was not handed over does not arrive, and is known not to. */
static void
a_caller_may_end_it_at_any_moment(void **state)
{
	enum smtp_outcome outcome = SMTP_STOPPED;
	int asked = 0;

	(void)state;
	mail_reset();
	while (outcome != SMTP_SENT) {
		char error[SMTP_ERROR_MAX + 1];
		struct caller caller = { .goes_on = asked++ };
		struct smtp_options options = options_for(PLAIN);

		options.go_on = go_on_counted;
		options.context = &caller;
		struct smtp *smtp = smtp_open(&options);
		assert_non_null(smtp);
		outcome = smtp_send(smtp, &mail, error);
		smtp_close(smtp);
		show_mails(PLAIN);
		if (outcome == SMTP_STOPPED)
			must_show("what was not handed over", "names:", 0);
		if ((outcome == SMTP_STOPPED && caller.complete) ||
		    (outcome == SMTP_UNCONFIRMED && !caller.complete))
			fail_msg("asked %d times: outcome %d (%s)", asked, (int)outcome, error);
	}
	assert_in_range(asked, 3, 1000);
}

static void
a_caller_ends_a_silent_server_at_once(void **state)
{
	static const struct {
		const char *script;
		enum smtp_outcome outcome;
	} rows[] = {
		{ "stall connect", SMTP_STOPPED },
		{ "stall rcpt", SMTP_STOPPED },
		{ "stall after-data", SMTP_UNCONFIRMED },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const int64_t begun = clock_monotonic_ms();
		struct caller caller = { .until_ms = begun + HASTY_MS };
		struct smtp_options options = options_for(PLAIN);

		options.limits = (struct smtp_limits){ 60000, 60000, 60000 };
		options.go_on = go_on_counted;
		options.context = &caller;
		script(PLAIN, rows[i].script);
		must_send_once(rows[i].script, &options, rows[i].outcome, "curl 42");
		if (clock_monotonic_ms() - begun > HASTY_MS + GRACE_MS)
			fail_msg(
			    "%s: took %d ms", rows[i].script, (int)(clock_monotonic_ms() - begun));
	}
}

static void
closing_does_not_wait_for_a_silent_server(void **state)
{
	const struct smtp_options options = options_for(PLAIN);

	(void)state;
	script(PLAIN, "stall quit");
	const int64_t begun = clock_monotonic_ms();
	must_send_once("stall quit", &options, SMTP_SENT, "");
	assert_in_range(clock_monotonic_ms() - begun, 0, QUIT_MS + GRACE_MS);
	show_trace(PLAIN);
	must_show("we are polite", "\nQUIT\n", 1);
}

static void
one_connection_serves_many_letters(void **state)
{
	struct smtp *smtp = open_for(STARTTLS);

	(void)state;
	mail_reset();
	for (int i = 0; i < 3; i++)
		must_send("one of three", smtp, SMTP_SENT, "");
	show_trace(STARTTLS);
	must_show("one connection", "\nconnect\n", 1);
	must_show("one handshake", "\nSTARTTLS\n", 1);
	must_show("three letters", "\nDATA\n", 3);
	show_mails(STARTTLS);
	must_show("each with its text", "says: 一行目|", 3);
	must_show("each with its HTML", "says: <p>", 3);

	const int64_t port = catchers[STARTTLS].port;
	catcher_stop(STARTTLS);
	must_send("the server is gone", smtp, SMTP_RELAY_AWAY, NULL);
	catcher_start(STARTTLS, port);
	must_send("the server is back", smtp, SMTP_SENT, "");
	smtp_close(smtp);
}

static void
nobody_there_means_later(void **state)
{
	struct smtp_options options = options_for(PLAIN);

	(void)state;
	assert_true(text_format(url, sizeof url, "smtp://127.0.0.1:%d", loopback_free_port()));
	must_send_once("connection refused", &options, SMTP_RELAY_AWAY, "curl 7");
	options.url = "smtp://nowhere.invalid";
	must_send_once("no such host", &options, SMTP_RELAY_AWAY,
	    NULL); /* curl 6, or 28 where no name server answers */
}

/* asvs 1.3.6 15.3.2 */
static void
only_smtp_is_spoken(void **state)
{
	static const char *const schemes[] = { "http", "ftp", "telnet", "imap", "gopher" };
	struct smtp_options options = options_for(PLAIN);

	(void)state;
	for (size_t i = 0; i < LENGTH(schemes); i++) {
		assert_true(text_format(
		    url, sizeof url, "%s://127.0.0.1:%" PRId64, schemes[i], catchers[PLAIN].port));
		must_send_once(schemes[i], &options, SMTP_RELAY_AWAY, "curl 1");
	}
	show_trace(PLAIN);
	must_show("other protocols", "connect", 0);
}

/* asvs 12.3.1 */
static void
without_tls_nothing_is_said(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		enum server server;
		const char *script;
		enum smtp_outcome outcome;
	} rows[] = {
		{ "a server without TLS",            PLAIN,    "",              SMTP_RELAY_AWAY },
		{ "a login without TLS",             LOGIN,    "",              SMTP_RELAY_AWAY },
		{ "STARTTLS taken from the answer",  STARTTLS, "no-starttls",   SMTP_RELAY_AWAY },
		{ "STARTTLS refused for now",        STARTTLS, "starttls 454",  SMTP_RELAY_AWAY },
		{ "STARTTLS refused",                STARTTLS, "starttls 502",  US },
		{ "cut at STARTTLS",                 STARTTLS, "drop starttls", SMTP_RELAY_AWAY },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct smtp_options options = options_for(rows[i].server);

		options.tls_required = true;
		options.user = "portal";
		options.password = "right";
		script(rows[i].server, rows[i].script);
		must_send_once(rows[i].why, &options, rows[i].outcome, NULL);
		must_have_kept_silent(rows[i].why, rows[i].server);
	}
}

/* asvs 12.3.2 12.3.4 */
static void
a_certificate_must_be_the_right_one(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		enum server server;
		const char *ca, *host;
		bool right;
	} rows[] = {
		{ "STARTTLS, its own CA",               STARTTLS, certificate, "127.0.0.1", true },
		{ "TLS at once, its own CA",            SMTPS,    certificate, "127.0.0.1", true },
		{ "STARTTLS, the system's CAs",         STARTTLS, NULL,        "127.0.0.1", false },
		{ "TLS at once, the system's CAs",      SMTPS,    NULL,        "127.0.0.1", false },
		{ "STARTTLS, someone else's CA",        STARTTLS, other,       "127.0.0.1", false },
		{ "TLS at once, someone else's CA",     SMTPS,    other,       "127.0.0.1", false },
		{ "STARTTLS, another host's name",      STARTTLS, certificate, "localhost", false },
		{ "TLS at once, another host's name",   SMTPS,    certificate, "localhost", false },
		{ "a CA file that is not there",        STARTTLS, "/nowhere",  "127.0.0.1", false },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct smtp_options options = options_for(rows[i].server);

		assert_true(text_format(url, sizeof url, "%s://%s:%" PRId64,
		    rows[i].server == SMTPS ? "smtps" : "smtp", rows[i].host,
		    catchers[rows[i].server].port));
		options.ca_file = rows[i].ca;
		must_send_once(
		    rows[i].why, &options, rows[i].right ? SMTP_SENT : SMTP_RELAY_AWAY, NULL);
		if (!rows[i].right)
			must_have_kept_silent(rows[i].why, rows[i].server);
		assert_int_equal(forget_everything(state), 0);
	}
}

/* asvs 12.3.2 */
static void
an_expired_certificate_is_refused(void **state)
{
	const char *const words[] = { "/bin/cp", expired, certificate, NULL };
	struct smtp_options options;

	(void)state;
	catcher_stop(SMTPS);
	run_server(words, shown, sizeof shown);
	const char *const key_words[] = { "/bin/cp", expired_key, key, NULL };
	run_server(key_words, shown, sizeof shown);
	catcher_start(SMTPS, 0);
	options = options_for(SMTPS);
	must_send_once("expired", &options, SMTP_RELAY_AWAY, "curl 60");
	must_have_kept_silent("expired", SMTPS);
}

static void
a_login_that_fails_is_not_the_letters_fault(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why, *user, *password;
		enum smtp_outcome outcome;
		const char *error;
	} rows[] = {
		{ "the right password", "portal", "right", SMTP_SENT,  "" },
		{ "the wrong password", "portal", "wrong", SMTP_RELAY_REJECTS, "smtp 535 5.7.8" },
		{ "no such user",       "x",      "right", SMTP_RELAY_REJECTS, "smtp 535 5.7.8" },
		{ "no login",           NULL,     NULL,    SMTP_RELAY_REJECTS, "smtp 530 5.7.0" },
		{ "a password alone",   NULL,     "right", SMTP_RELAY_REJECTS, "smtp 530 5.7.0" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct smtp_options options = options_for(LOGIN);

		options.user = rows[i].user;
		options.password = rows[i].password;
		must_send_once(rows[i].why, &options, rows[i].outcome, rows[i].error);
	}
	show_mails(LOGIN);
	must_show("only the right one", "names:", 1);
}

static void
a_try_tells_how_far_it_came(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why, *script;
		enum server server;
		const char *user;
		enum smtp_tried tried;
		const char *error;
	} rows[] = {
		{ "it works",         "",             PLAIN,    NULL,     SMTP_TRIED_ALL, NULL },
		{ "with STARTTLS",    "",             STARTTLS, NULL,     SMTP_TRIED_ALL, NULL },
		{ "with a log-in",    "",             LOGIN,    "portal", SMTP_TRIED_ALL, NULL },
		{ "no such user",     "",             LOGIN,    "x",
		  SMTP_NO_LOG_IN, "(curl 67, smtp 535)" },
		{ "no way to log in", "ehlo 250 mx",  PLAIN,    "portal",
		  SMTP_NO_LOG_IN, "(curl 67, smtp 250)" },
		{ "no STARTTLS",      "no-starttls",  STARTTLS, NULL, SMTP_NO_TLS, "(curl 64, " },
		{ "no greeting",      "drop connect", PLAIN, NULL, SMTP_NOT_GREETED, "(curl 56, " },
		{ "not for us",       "connect 554",  PLAIN, NULL, SMTP_NOT_GREETED, "smtp 554)" },
		{ "cut at EHLO",      "drop ehlo",    PLAIN, NULL, SMTP_NOT_TRIED, "(curl 56, " },
		{ "not by our name", "ehlo 504 5.5.2 name?\nhelo 504 5.5.2 name?",
		  PLAIN, NULL, SMTP_NOT_TRIED, "(curl 9, smtp 504)" },
	};
	/* clang-format on */
	char errbuf[ERRBUF_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct smtp_options options = options_for(rows[i].server);

		options.user = rows[i].user;
		options.password = "right";
		script(rows[i].server, rows[i].script);
		const enum smtp_tried tried = smtp_try_stages(&options, errbuf);
		script(rows[i].server, "");
		if (tried != rows[i].tried ||
		    (rows[i].error != NULL && strstr(errbuf, rows[i].error) == NULL))
			fail_msg("%s: %d, %s", rows[i].why, (int)tried, errbuf);
	}
}

static void
a_sender_that_cannot_be_is_not_opened(void **state)
{
	static const char *const bad[] = { "", "portal", "a@b.jp\r\nBcc: x@y.jp", "<a@b.jp>",
		"Portal <a@b.jp>", "健@b.jp", "a@b.jp,c@d.jp" };
	char long_name[SUBJECT_MAX * 4];
	struct smtp_options options = options_for(PLAIN);

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		options.from = bad[i];
		if (smtp_open(&options) != NULL)
			fail_msg("opened from \"%s\"", bad[i]);
	}
	options.from = FROM;
	memset(long_name, 'n', sizeof long_name - 1);
	long_name[sizeof long_name - 1] = '\0';
	options.from_name = long_name;
	assert_null(smtp_open(&options));
	smtp_close(NULL);
}

/* The socket of a connection to the catcher, or -1. */
static int
socket_to(enum server server)
{
	for (int fd = 3; fd < 256; fd++) {
		struct sockaddr_in peer = { 0 };
		socklen_t size = sizeof peer;

		if (getpeername(fd, (struct sockaddr *)&peer, &size) == 0 &&
		    peer.sin_family == AF_INET && ntohs(peer.sin_port) == catchers[server].port)
			return fd;
	}
	return -1;
}

/* The kernel finds out that a server is gone, long before the limits for a slow one. */
static void
a_server_that_is_gone_is_left_by_the_kernel(void **state)
{
	/* clang-format off */
	static const struct { const char *why; int level, name, value; } rows[] = {
		{ "tries to connect, after the first", IPPROTO_TCP, TCP_SYNCNT,       3 },
		{ "milliseconds without an answer",    IPPROTO_TCP, TCP_USER_TIMEOUT, 60000 },
		{ "idle seconds until it asks",        IPPROTO_TCP, TCP_KEEPIDLE,     30 },
		{ "it asks",                           SOL_SOCKET,  SO_KEEPALIVE,     1 },
	};
	/* clang-format on */
	struct smtp *smtp = open_for(PLAIN);

	(void)state;
	mail_reset();
	must_send("first", smtp, SMTP_SENT, "");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		int value = 0;
		socklen_t size = sizeof value;

		assert_int_equal(
		    getsockopt(socket_to(PLAIN), rows[i].level, rows[i].name, &value, &size), 0);
		if (value != rows[i].value)
			fail_msg("%s: %d", rows[i].why, value);
	}
	smtp_close(smtp);
}

static void
our_name_is_said_as_it_is_set(void **state)
{
	struct smtp_options options = options_for(PLAIN);

	(void)state;
	options.ehlo_name = "portal.kenpo.example";
	must_send_once("a name", &options, SMTP_SENT, "");
	show_trace(PLAIN);
	must_show("a name", "\nEHLO portal.kenpo.example\n", 1);
}

static char told[8192];

static void
note_told(void *context, enum smtp_side side, const char *line)
{
	static const char marks[SMTP_SIDE__MAX] = { '>', '<', '=' };
	const size_t length = strlen(told);

	(void)context;
	assert_true(text_format(told + length, sizeof told - length, "%c %s\n", marks[side], line));
}

static void
must_have_told(const char *why, const char *line)
{
	if (strstr(told, line) == NULL)
		fail_msg("%s: \"%s\" is not in\n%s", why, line, told);
}

/* The steps of a mail, and the words of the server, for who looks for a fault. */
static void
the_conversation_is_told(void **state)
{
	struct smtp_options options = options_for(STARTTLS);

	(void)state;
	told[0] = '\0';
	options.tell = note_told;
	must_send_once("told", &options, SMTP_SENT, "");
	must_have_told("greeting", "< 220 ");
	must_have_told("our name", "> EHLO ");
	must_have_told("TLS", "> STARTTLS\n< 220 ");
	must_have_told("what TLS", "= SSL connection using TLSv1.");
	must_have_told("sender", "> MAIL FROM:<" FROM ">");
	must_have_told("recipient", "> RCPT TO:<" TO ">\n< 250 ");
	must_have_told("data", "> DATA\n< 354 End data with <CR><LF>.<CR><LF>\n< 250 OK\n");
	assert_null(strstr(told, "Subject"));

	told[0] = '\0';
	script(STARTTLS, "rcpt 550 5.1.1 \x1b[2J nobody");
	must_send_once("rejected", &options, SMTP_REJECTED, "smtp 550 5.1.1");
	script(STARTTLS, "");
	must_have_told("no escape reaches a terminal", "< 550 5.1.1 ?[2J nobody\n");
}

/* Neither a name nor a password, plain or in base64. */
static void
of_the_log_in_no_secret_is_told(void **state)
{
	static const char *const secrets[] = { "portal:", "right", "cG9ydGFs", "cmlnaHQ",
		"AHBvcnRhbA" };
	struct smtp_options options = options_for(LOGIN);

	(void)state;
	told[0] = '\0';
	options.tell = note_told;
	options.user = "portal";
	options.password = "right";
	must_send_once("told", &options, SMTP_SENT, "");
	must_have_told("how it is done", "> AUTH ");
	must_have_told("that it is done", "< 235 ");
	for (size_t i = 0; i < LENGTH(secrets); i++)
		if (strstr(told, secrets[i]) != NULL)
			fail_msg("\"%s\" is told:\n%s", secrets[i], told);
}

#define TEST(function) cmocka_unit_test_setup(function, forget_everything)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_letter_arrives_whole), TEST(a_long_letter_arrives_whole),
		TEST(english_is_said_to_be_english), TEST(old_carrier_addresses_are_quoted),
		TEST(names_that_look_like_addresses_stay_names),
		TEST(nothing_typed_becomes_a_header_or_a_recipient),
		TEST(the_longest_address_and_one_more), TEST(answers_are_told_apart),
		TEST(a_refusal_is_forgotten_by_the_next_letter),
		TEST(a_silent_server_is_left_in_time), TEST(a_slow_server_has_limits),
		TEST(a_caller_may_end_it_at_any_moment),
		TEST(a_caller_ends_a_silent_server_at_once),
		TEST(a_server_that_is_gone_is_left_by_the_kernel),
		TEST(our_name_is_said_as_it_is_set),
		TEST(closing_does_not_wait_for_a_silent_server),
		TEST(one_connection_serves_many_letters), TEST(nobody_there_means_later),
		TEST(only_smtp_is_spoken), TEST(without_tls_nothing_is_said),
		TEST(a_certificate_must_be_the_right_one),
		TEST(a_login_that_fails_is_not_the_letters_fault),
		TEST(a_try_tells_how_far_it_came), TEST(a_sender_that_cannot_be_is_not_opened),
		TEST(the_conversation_is_told), TEST(of_the_log_in_no_secret_is_told),
		TEST(an_expired_certificate_is_refused), /* last: it changes the catcher's files */
	};

	return cmocka_run_group_tests(tests, start_all, stop_all);
}
