/* ctl_captcha.c - myportalctl captcha answer: opens a CAPTCHA token with the keys, for tests. */

#include "ctl_commands.h"

#include "captcha.h"
#include "cleanup.h"
#include "clock.h"
#include "ctl_app.h"
#include "keyring.h"

#include <stdio.h>
#include <string.h>

/* Prints the answer at once: the caller may wait for it before it sends the next token. */
static bool
print_answer(const struct keyring *keyring, const char *token)
{
	CLEANUP(captcha_wipe) struct captcha captcha = { 0 };
	const enum result opened = captcha_open(keyring, token, clock_now(), &captcha);

	if (opened != OK)
		return ctl_print_error(result_code(opened));
	if (captcha.answer[0] == '\0')
		return ctl_print_error("a proof of work is answered by finding its number");
	return (printf("%s\n", captcha.answer) > 0 && fflush(stdout) == 0) ||
	       ctl_print_error("standard output can not be written");
}

/* Reads tokens from standard input, a line each, until the end or the first that does not open. A
 * bearer token should not be on a command line. */
static bool
print_answers(const struct keyring *keyring)
{
	char line[TOKEN_MAX + 2];
	size_t answered = 0;

	for (; fgets(line, sizeof line, stdin) != NULL; answered++) {
		line[strcspn(line, "\n")] = '\0';
		if (!print_answer(keyring, line))
			return false;
	}
	return answered > 0 || ctl_print_error("no token on standard input");
}

int
ctl_captcha(const struct config *config, int argc, char **argv)
{
	char errbuf[ERRBUF_MAX + 1];

	if (argc != 2 || strcmp(argv[0], "answer") != 0)
		return CTL_USAGE;
	struct keyring *keyring = keyring_open(config->keys_folder, errbuf);
	if (keyring == NULL) {
		ctl_print_error(errbuf);
		return CTL_ERROR;
	}
	const bool answered = strcmp(argv[1], "-") == 0 ? print_answers(keyring)
							: print_answer(keyring, argv[1]);
	keyring_close(keyring);
	return answered ? CTL_DONE : CTL_ERROR;
}
