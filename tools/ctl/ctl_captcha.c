/* ctl_captcha.c - myportalctl captcha answer: who holds the keys can open a CAPTCHA token. For tests. */

#include "ctl.h"

#include "captcha.h"
#include "cleanup.h"
#include "clock.h"
#include "keyring.h"

#include <stdio.h>
#include <string.h>

/* The token from the command line or, as it is a bearer token, rather from standard input. */
static const char *
token_of(const char *word, char room[static TOKEN_MAX + 2])
{
	if (strcmp(word, "-") != 0)
		return word;
	if (fgets(room, TOKEN_MAX + 2, stdin) == NULL)
		return "";
	room[strcspn(room, "\n")] = '\0';
	return room;
}

int
ctl_captcha(const struct config *config, int argc, char **argv)
{
	CLEANUP(captcha_wipe) struct captcha captcha = { 0 };
	char room[TOKEN_MAX + 2];
	char why[WHY_MAX + 1];

	if (argc != 2 || strcmp(argv[0], "answer") != 0)
		return CTL_USAGE;
	struct keyring *keyring = keyring_open(config->keys_folder, why);
	if (keyring == NULL) {
		fprintf(stderr, "myportalctl: %s\n", why);
		return CTL_ERROR;
	}
	const enum result opened =
	    captcha_open(keyring, token_of(argv[1], room), clock_now(), &captcha);
	keyring_close(keyring);
	if (opened != OK) {
		fprintf(stderr, "myportalctl: %s\n", result_code(opened));
		return CTL_ERROR;
	}
	printf("%s\n", captcha.answer);
	return CTL_DONE;
}
