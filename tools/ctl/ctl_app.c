/* ctl_app.c - what the commands of myportalctl have in common: the database, the keys, how an
 * account is named, and how an error is printed. */

#include "ctl_app.h"

#include "email.h"
#include "keyring.h"
#include "statements.h"

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

bool
ctl_is_done(enum result result)
{
	switch (result) {
	case OK:
		return true;
	case NO_ROW:
		return ctl_print_error("no account has this login ID");
	case UNAVAILABLE:
		return ctl_print_error("the database is away or too slow");
	default:
		return ctl_print_error(result_code(result));
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
			return ctl_print_error("no login ID on standard input");
		line[strcspn(line, "\r\n")] = '\0';
		word = line;
	}
	return login_id_fold(word, ret, EMAIL_MAX + 1) == FIELD_OK ||
	       ctl_print_error("this is no login ID");
}
