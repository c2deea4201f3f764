/* ctl_app.c - what the commands of myportalctl have in common: the database, the keys, how an
 * account is named, and how an error is printed. */

#include "ctl_app.h"

#include "ctl_prompt.h"
#include "db_error.h"
#include "email.h"
#include "keyring.h"
#include "secret.h"
#include "statements.h"
#include "text.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define STATEMENT_TIMEOUT_S \
	60 /* deletes and counts over large tables take longer than a request's */

bool
ctl_print_error(const char *text)
{
	fprintf(stderr, "myportalctl: %s\n", text);
	return false;
}

const char *
ctl_db_error(enum result result)
{
	static char text[160];
	const unsigned number = db_last_error();
	const char *words = db_error_text(number);

	if (result != UNAVAILABLE && result != INTERNAL)
		return result_code(result);
	if (words[0] != '\0' &&
	    text_format(text, sizeof text, "the database: %s (error %u)", words, number))
		return text;
	return result == UNAVAILABLE ? "the database is away or too slow" : result_code(result);
}

enum ctl_status
ctl_status_of(enum result result)
{
	switch (result) {
	case OK:
		return CTL_DONE;
	case NO_ROW:
		ctl_print_error("no account has this login ID");
		return CTL_NOT_FOUND;
	case UNAVAILABLE:
		ctl_print_error(ctl_db_error(result));
		return CTL_DB_AWAY;
	default:
		ctl_print_error(ctl_db_error(result));
		return CTL_ERROR;
	}
}

struct db *
ctl_db_open(const struct config *c, const struct statement *table, unsigned table_size,
    const char *const *session_sql, unsigned statement_timeout_s)
{
	const struct db_options options = {
		.host = c->db_host,
		.port = (unsigned)c->db_port,
		.socket = c->db_socket[0] != '\0' ? c->db_socket : NULL,
		.name = c->db_name,
		.user = c->db_owner_user,
		.password = c->db_owner_password,
		.tls_required = c->db_socket[0] == '\0' && config_is(c->db_tls, "required"),
		.ca_file = c->db_ca_file,
		.connections = 1,
		.connect_timeout_s = 2,
		.statement_timeout_s = statement_timeout_s,
		.session_sql = session_sql,
		.constants = sql_constants,
	};
	struct db *db = db_open(&options, table, table_size);

	if (db == NULL)
		ctl_print_error("no memory");
	return db;
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
	return app->keyring != NULL || ctl_print_error(errbuf);
}

bool
ctl_app_open(const struct config *config, bool keys, struct app *ret)
{
	static struct statement table[OPERATOR_STATEMENTS__MAX];

	/* A row of the table of commands that lacks CTL_APP_SETTINGS or CONFIG_KEYS is a bug. */
	assert(config->mail_interval_s > 0 && config->session_idle_s > 0);
	assert(!keys || config->keys_folder[0] != '\0');
	*ret = (struct app){
		.mail_interval_s = config->mail_interval_s,
		.session_idle_s = config->session_idle_s,
		.access_after_loss_days = config->access_after_loss_days,
		.invitation_lives_s = config->invitation_lives_s,
		.second_link_lives_s = config->second_link_lives_s,
		.account_step_lives_s = config->account_step_lives_s,
		.email_confirmation_lives_s = config->email_confirmation_lives_s,
		.password_reset_lives_s = config->password_reset_lives_s,
	};
	if (keys && !open_keyring(config, ret))
		return false;
	operator_table(table);
	ret->db = ctl_db_open(config, table, OPERATOR_STATEMENTS__MAX, NULL, STATEMENT_TIMEOUT_S);
	return ret->db != NULL;
}

bool
ctl_login_id(char ret[static EMAIL_MAX + 1])
{
	char typed[EMAIL_INPUT_MAX + 1];

	if (!ctl_prompt("login ID", true, typed, sizeof typed))
		return false;
	const bool folded = login_id_fold(typed, ret, EMAIL_MAX + 1) == FIELD_OK;
	secret_wipe_bytes(typed, sizeof typed);
	return folded || ctl_print_error("this is no login ID");
}
