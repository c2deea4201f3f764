/* ctl_prompt.c - asks for personal data, on the terminal or on standard input. */

#define _GNU_SOURCE 1 /* ppoll */

#include "ctl_prompt.h"

#include "bounds.h"
#include "cleanup.h"
#include "text.h"
#include "unicode.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static bool
reject_answer(const char *what, const char *why)
{
	fprintf(stderr, "myportalctl: %s%s\n", what, why);
	return false;
}

/* Reads a line without its end. A longer one is read to its end, so that the next is the next.
 * False: nothing was read, a NUL, or it did not fit; *ret_why says which. */
static bool
read_line(FILE *from, char *ret, size_t ret_size, const char **ret_why)
{
	size_t length = 0;
	bool fits = true, whole = false;
	int byte;

	*ret_why = NULL;
	while ((byte = fgetc(from)) != EOF) {
		whole = true;
		if (byte == '\n')
			break;
		fits = fits && byte != '\0' && length + 1 < ret_size;
		if (fits)
			ret[length++] = (char)byte;
	}
	ret[length] = '\0';
	if (!whole)
		*ret_why = ": nothing was typed";
	else if (!fits)
		*ret_why = " is too long, or has a NUL in it";
	return *ret_why == NULL;
}

/* Is it one line of text as people write it? Drops what came along around it. */
static bool
tidy(const char *what, char *line)
{
	const char *const trimmed = unicode_trim(line);

	if (trimmed[0] == '\0')
		return reject_answer(what, ": nothing was typed");
	if (unicode_code_points(trimmed) == 0)
		return reject_answer(what, " is not UTF-8");
	if (unicode_has_invisible(trimmed))
		return reject_answer(what, " has an invisible character in it");
	memmove(line, trimmed, strlen(trimmed) + 1);
	return true;
}

static bool
read_typed(FILE *from, const char *what, char *ret, size_t ret_size)
{
	const char *why;

	if (!read_line(from, ret, ret_size, &why))
		return reject_answer(what, why);
	return tidy(what, ret);
}

static bool
ask_at(FILE *terminal, const char *what, char *ret, size_t ret_size)
{
	fprintf(terminal, "%s: ", what);
	fflush(terminal);
	return read_typed(terminal, what, ret, ret_size);
}

bool
ctl_prompt(const char *what, bool from_stdin, char *ret, size_t ret_size)
{
	CLEANUP(cleanup_fclose) FILE *terminal = from_stdin ? NULL : fopen("/dev/tty", "r+e");

	if (terminal != NULL)
		return ask_at(terminal, what, ret, ret_size);
	return read_typed(stdin, what, ret, ret_size);
}

/* Signals that end a command or halt it: a terminal must not be left as hide_typing() makes it. */
static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
static volatile sig_atomic_t caught;

/* How signals were treated before. */
struct signals {
	sigset_t mask;
	struct sigaction actions[LENGTH(ending)];
};

static void
note_signal(int number)
{
	caught = number;
}

/* From here on they come only while wait_for_line() waits, and are noted. */
static void
hold_signals(struct signals *before)
{
	const struct sigaction note = { .sa_handler = note_signal };
	sigset_t held;

	caught = 0;
	sigemptyset(&held);
	for (size_t i = 0; i < LENGTH(ending); i++) {
		sigaddset(&held, ending[i]);
		sigaction(ending[i], &note, &before->actions[i]);
	}
	sigprocmask(SIG_BLOCK, &held, &before->mask);
}

/* The signal that came meanwhile does now what it does otherwise. */
static void
let_signals_act(const struct signals *before)
{
	for (size_t i = 0; i < LENGTH(ending); i++)
		sigaction(ending[i], &before->actions[i], NULL);
	sigprocmask(SIG_SETMASK, &before->mask, NULL);
	if (caught != 0)
		raise(caught);
}

/* A terminal has something to read when a line is whole. False: a signal came instead. */
static bool
wait_for_line(FILE *terminal, const struct signals *before)
{
	struct pollfd line = { .fd = fileno(terminal), .events = POLLIN };

	return ppoll(&line, 1, NULL, &before->mask) == 1;
}

/* What is typed is not shown until `before` is set again. */
static bool
hide_typing(FILE *terminal, struct termios *before)
{
	struct termios hidden;

	if (tcgetattr(fileno(terminal), before) != 0)
		return false;
	hidden = *before;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	return tcsetattr(fileno(terminal), TCSAFLUSH, &hidden) == 0;
}

static bool
ask_hidden(FILE *terminal, const char *what, char *ret, size_t ret_size)
{
	struct signals signals;
	struct termios mode;
	bool typed = false;

	setvbuf(terminal, NULL, _IONBF, 0); /* no copy stays behind */
	hold_signals(&signals);
	const bool hidden = hide_typing(terminal, &mode);
	if (hidden) {
		fprintf(terminal, "%s: ", what);
		typed = wait_for_line(terminal, &signals) &&
			read_typed(terminal, what, ret, ret_size);
		tcsetattr(fileno(terminal), TCSAFLUSH, &mode);
		fputc('\n', terminal);
	}
	let_signals_act(&signals);
	return hidden ? typed : reject_answer(what, ": the terminal would show it");
}

bool
ctl_prompt_hidden(const char *what, bool from_stdin, char *ret, size_t ret_size)
{
	CLEANUP(cleanup_fclose) FILE *terminal = from_stdin ? NULL : fopen("/dev/tty", "r+e");

	if (terminal == NULL)
		return read_typed(stdin, what, ret, ret_size);
	return ask_hidden(terminal, what, ret, ret_size);
}

bool
ctl_prompt_has_terminal(void)
{
	CLEANUP(cleanup_fclose) FILE *terminal = fopen("/dev/tty", "r+e");

	return terminal != NULL;
}
