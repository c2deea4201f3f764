/* ctl_captcha.c - myportalctl captcha answer: who holds the keys can open a CAPTCHA token. For
 * tests. */

#include "ctl.h"

#include "captcha.h"
#include "cleanup.h"
#include "clock.h"
#include "keyring.h"

#include <stdio.h>
#include <string.h>

/* Prints the answer at once: who asked may be waiting for it to send the next token. */
static bool
answer(const struct keyring *keyring, const char *token)
{
	CLEANUP(captcha_wipe) struct captcha captcha = { 0 };
	const enum result opened = captcha_open(keyring, token, clock_now(), &captcha);

	if (opened != OK)
		return ctl_complain(result_code(opened));
	if (captcha.answer[0] == '\0')
		return ctl_complain("a proof of work is answered by finding its number");
	return (printf("%s\n", captcha.answer) > 0 && fflush(stdout) == 0) ||
	       ctl_complain("standard output can not be written");
}

/* A token is a bearer token, so it had better not stand on a command line. Many can be asked of one
 * process: a line each, until the end or the first that does not open. */
static bool
answer_lines(const struct keyring *keyring)
{
	char line[TOKEN_MAX + 2];
	size_t answered = 0;

	for (; fgets(line, sizeof line, stdin) != NULL; answered++) {
		line[strcspn(line, "\n")] = '\0';
		if (!answer(keyring, line))
			return false;
	}
	return answered > 0 || ctl_complain("no token on standard input");
}

int
ctl_captcha(const struct config *config, int argc, char **argv)
{
	char errbuf[ERRBUF_MAX + 1];

	if (argc != 2 || strcmp(argv[0], "answer") != 0)
		return CTL_USAGE;
	struct keyring *keyring = keyring_open(config->keys_folder, errbuf);
	if (keyring == NULL)
		return ctl_error(errbuf);
	const bool answered = strcmp(argv[1], "-") == 0 ? answer_lines(keyring)
							: answer(keyring, argv[1]);
	keyring_close(keyring);
	return answered ? CTL_DONE : CTL_ERROR;
}
