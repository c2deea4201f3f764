/* ctl_captcha.c - myportalctl captcha answer: opens a CAPTCHA token with the keys, for tests. */

#include "captcha.h"
#include "cleanup.h"
#include "clock.h"
#include "ctl_app.h"
#include "ctl_output.h"
#include "ctl_table.h"
#include "keyring.h"

#include <stdio.h>
#include <string.h>

/* Text is printed at once: the caller may wait for it before it sends the next token. */
static bool
answer_token(const struct ctl_call *call, const struct keyring *keyring, const char *token)
{
	CLEANUP(captcha_wipe) struct captcha captcha = { 0 };
	const enum result opened = captcha_open(keyring, token, clock_now(), &captcha);

	if (opened != OK)
		return ctl_print_error(result_code(opened));
	if (captcha.answer[0] == '\0')
		return ctl_print_error("a proof of work is answered by finding its number");
	if (!call->json)
		return printf("%s\n", captcha.answer) > 0 && fflush(stdout) == 0;
	ctl_begin_row(call->out);
	ctl_put_text(call->out, "answer", captcha.answer);
	ctl_end(call->out);
	return true;
}

/* Reads tokens from standard input, a line each, until the end or the first that does not open. A
 * bearer token should not be on a command line. */
static bool
answer_lines(const struct ctl_call *call, const struct keyring *keyring)
{
	char line[TOKEN_MAX + 2];
	size_t answered = 0;

	for (; fgets(line, sizeof line, stdin) != NULL; answered++) {
		line[strcspn(line, "\n")] = '\0';
		if (!answer_token(call, keyring, line))
			return false;
	}
	return answered > 0 || ctl_print_error("no token on standard input");
}

static enum ctl_status
answer_captchas(const struct ctl_call *call)
{
	const char *const token = ctl_text(call, "TOKEN|-");
	char errbuf[ERRBUF_MAX + 1];
	struct keyring *const keyring = keyring_open(call->config->keys_folder, errbuf);

	if (keyring == NULL) {
		ctl_print_error(errbuf);
		return CTL_ERROR;
	}
	if (call->json)
		ctl_begin_list(call->out, "answers");
	const bool answered = strcmp(token, "-") == 0 ? answer_lines(call, keyring)
						      : answer_token(call, keyring, token);
	if (call->json)
		ctl_end(call->out);
	keyring_close(keyring);
	return answered ? CTL_DONE : CTL_ERROR;
}

const struct ctl_command ctl_captcha_commands[] = {
	{
	    .words = "captcha answer",
	    .summary = "open a CAPTCHA token, or one a line, for tests",
	    .settings = CONFIG_KEYS,
	    .run = answer_captchas,
	    .params = { { "TOKEN|-", CTL_TEXT, .min = 1, .max = TOKEN_MAX,
		.help = "the token; \"-\": tokens from standard input, a line each" } },
	},
	{ .words = NULL },
};
