/* ctl_rights.c - myportalctl rights: prints the SQL that an administrator of the database server
 * runs for a society (statements_rights.h). */

#include "cleanup.h"
#include "ctl_app.h"
#include "ctl_output.h"
#include "ctl_rights.h"
#include "ctl_table.h"
#include "statements_rights.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum ctl_status
print_settings_fault(const char *errbuf)
{
	ctl_print_error(errbuf);
	return CTL_SETTINGS;
}

static enum ctl_status
write_new(FILE *sql, const struct config *c, const struct rights_names *names)
{
	const struct rights_passwords passwords = { c->db_password, c->db_owner_password };
	char errbuf[ERRBUF_MAX + 1];

	if (!rights_passwords_check(&passwords, errbuf))
		return print_settings_fault(errbuf);
	if (isatty(STDOUT_FILENO)) {
		ctl_print_error("there are passwords in it: not to a terminal, but "
				"myportalctl rights --print --new | mariadb");
		return CTL_USAGE;
	}
	rights_write_new(
	    sql, names, &passwords, c->db_socket[0] == '\0' && config_is(c->db_tls, "required"));
	return CTL_DONE;
}

bool
ctl_rights_text(
    const char *folder, char ret[static CTL_RIGHTS_MAX + 1], char errbuf[static ERRBUF_MAX + 1])
{
	char path[CONFIG_TEXT_MAX + 1];

	text_copy_cut(errbuf, ERRBUF_MAX + 1, "the folder's name is too long");
	if (!text_format(path, sizeof path, "%s/rights.sql", folder))
		return false;
	CLEANUP(cleanup_fclose) FILE *file = fopen(path, "re");
	text_copy_cut(
	    errbuf, ERRBUF_MAX + 1, "there is no rights.sql that can be read in --folder");
	if (file == NULL)
		return false;
	const size_t length = fread(ret, 1, CTL_RIGHTS_MAX, file);
	ret[length] = '\0';
	text_copy_cut(
	    errbuf, ERRBUF_MAX + 1, "rights.sql cannot be read, or is no text of at most 16 KiB");
	return !ferror(file) && fgetc(file) == EOF && strlen(ret) == length;
}

static enum ctl_status
write_rights(FILE *sql, const char *folder, const struct rights_names *names)
{
	static char rights[CTL_RIGHTS_MAX + 1];
	char errbuf[ERRBUF_MAX + 1];

	if (ctl_rights_text(folder, rights, errbuf) && rights_write(sql, rights, names, errbuf))
		return CTL_DONE;
	ctl_print_error(errbuf);
	return CTL_FAULTY_FILE;
}

static enum ctl_status
write_sql(FILE *sql, const struct ctl_call *call)
{
	const struct config *const c = call->config;
	const struct rights_names names = { c->db_name, c->db_user, c->db_owner_user };
	char errbuf[ERRBUF_MAX + 1];

	if (!rights_names_check(&names, errbuf))
		return print_settings_fault(errbuf);
	if (ctl_given(call, "--new"))
		return write_new(sql, c, &names);
	return write_rights(sql, ctl_text(call, "--folder"), &names);
}

/* All of the SQL or none is printed. */
static enum ctl_status
run_rights(const struct ctl_call *call)
{
	char *text = NULL;
	size_t size = 0;
	FILE *sql = open_memstream(&text, &size);
	enum ctl_status status = CTL_ERROR;

	if (sql != NULL)
		status = write_sql(sql, call);
	if (sql == NULL || fclose(sql) != 0) {
		ctl_print_error("no memory");
		status = CTL_ERROR;
	} else if (status == CTL_DONE && call->json) {
		ctl_put_lines(call->out, "sql", text);
	} else if (status == CTL_DONE) {
		fputs(text, stdout);
	}
	if (text != NULL)
		explicit_bzero(text, size);
	free(text);
	return status;
}

const struct ctl_command ctl_rights_commands[] = {
	{
	    .words = "rights",
	    .summary = "print SQL that gives the service its rights",
	    .help = "An administrator of the database server runs it, after `migrate` and with "
		    "every new version:\nmyportalctl rights --print | mariadb\n"
		    "With --new it makes the database and its two users, with the passwords of the "
		    "settings, once and before `migrate`. It stops where one of them is there.",
	    .settings = CONFIG_SERVICE | CONFIG_DB_OWNER,
	    .run = run_rights,
	    .params = {
		{ "--print", CTL_FLAG, .demanded = true, .help = "SQL, on standard output" },
		{ "--new", CTL_FLAG, .help = "for a society that has no database yet" },
		{ "--folder", CTL_FOLDER, .preset = CTL_SCHEMA_FOLDER,
		    .help = "where rights.sql is" },
	    },
	},
	{ .words = NULL },
};
