/* ctl_app.c - what the commands about accounts have in common: the database, the keys, and how an
 * account is named. */

#include "ctl.h"

#include "email.h"
#include "keyring.h"
#include "member_support.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Deletes and counts over large tables; the service's own are far below. */
#define STATEMENT_TIMEOUT_S 60

bool
ctl_complain(const char *errbuf)
{
	fprintf(stderr, "myportalctl: %s\n", errbuf);
	return false;
}

int
ctl_error(const char *errbuf)
{
	ctl_complain(errbuf);
	return CTL_ERROR;
}

bool
ctl_is_done(enum result result)
{
	switch (result) {
	case OK:
		return true;
	case NO_ROW:
		return ctl_complain("no account has this login ID");
	case UNAVAILABLE:
		return ctl_complain("the database is away or too slow");
	default:
		return ctl_complain(result_code(result));
	}
}

void
ctl_app_close(struct app *app)
{
	keyring_close((struct keyring *)(uintptr_t)app->keyring);
	db_close(app->db);
}

static bool
open_keyring(const struct config *config, struct app *app)
{
	char errbuf[ERRBUF_MAX + 1];

	app->keyring = keyring_open(config->keys_folder, errbuf);
	return app->keyring != NULL || ctl_complain(errbuf);
}

bool
ctl_app_open(const struct config *config, bool keys, struct app *ret)
{
	static struct statement table[OPERATOR_STATEMENTS__MAX];

	*ret = (struct app){
		.mail_interval_s = config->mail_interval_s,
		.session_idle_s = config->session_idle_s,
		.password_reset_lives_s = config->password_reset_lives_s,
	};
	if (keys && !open_keyring(config, ret))
		return false;
	operator_table(table);
	ret->db = ctl_db_open(config, table, OPERATOR_STATEMENTS__MAX, NULL, STATEMENT_TIMEOUT_S);
	return ret->db != NULL;
}

bool
ctl_login_id(const char *word, char ret[static EMAIL_MAX + 1])
{
	char line[EMAIL_INPUT_MAX + 2] = "";

	if (strcmp(word, "-") == 0) {
		if (fgets(line, sizeof line, stdin) == NULL)
			return ctl_complain("no login ID on standard input");
		line[strcspn(line, "\r\n")] = '\0';
		word = line;
	}
	return login_id_fold(word, ret, EMAIL_MAX + 1) == FIELD_OK ||
	       ctl_complain("this is no login ID");
}
