/* myportalctl.c - myportalctl, the operator's program: finds the command and runs it. */

#include "ctl_commands.h"

#include "db.h"
#include "limit_table.h"
#include "log.h"
#include "secret.h"
#include "statements.h"
#include "text.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMN_ "\n                                     "

static const struct command {
	const char *name;
	int (*run)(const struct config *, int argc, char **argv);
	const char *usage;
} commands[] = {
	{ "migrate", ctl_migrate,
	    "migrate [--folder DIR]              bring the tables up to this version" },
	{ "keys", ctl_keys,
	    "keys new|rotate [--force]|list      make keys, rotate them, show them" },
	{ "roster", ctl_roster,
	    "roster import [--dry-run] [--allow-removals] FILE.csv" COLUMN_
	    "take over who is insured" },
	{ "account", ctl_account,
	    "account show LOGIN_ID|-             state, logins, failed logins and known "
	    "sources" COLUMN_ "of an account\n"
	    "  account disable|enable LOGIN_ID|-   take it out of use; back\n"
	    "  account logout LOGIN_ID|-|--all     end its logins, or everybody's\n"
	    "  account unlock LOGIN_ID|-           forget its failed logins\n"
	    "  account send-reset LOGIN_ID|-       mail its member a link to a new password" },
	{ "audit", ctl_audit,
	    "audit [--login-id LOGIN_ID|-] [--account ID] [--since YYYY-MM-DD] [--limit N]"
	    " [--json]" COLUMN_ "what happened to accounts, the newest first" },
	{ "purge", ctl_purge,
	    "purge [--dry-run]                   delete what is old; run it daily" },
	{ "limits", ctl_limits,
	    "limits                              every limit of the service: how often, and "
	    "what" COLUMN_ "then" },
	{ "captcha", ctl_captcha,
	    "captcha answer TOKEN|-              open a CAPTCHA token, or one a line, for tests" },
};

static int
usage(void)
{
	fputs("usage: myportalctl COMMAND ...\n", stderr);
	for (size_t i = 0; i < LENGTH(commands); i++)
		fprintf(stderr, "  %s\n", commands[i].usage);
	fputs("Settings come from the environment, as for myportald.\n", stderr);
	return CTL_USAGE;
}

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; i < LENGTH(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

int
main(int argc, char **argv)
{
	static struct config config;
	char errbuf[ERRBUF_MAX + 1] = "";
	const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;

	if (command == NULL)
		return usage();
	signal(SIGPIPE, SIG_IGN); /* TLS to the database writes to sockets that may be closed */
	signal(SIGXFSZ, SIG_IGN); /* as log.h asks of the process */
	log_open();
	if (!secret_start() || !db_start())
		text_copy_cut(errbuf, sizeof errbuf, "a library did not start");
	if (errbuf[0] != '\0' || !config_read(&config, errbuf) ||
	    !limit_table_set(config.limits, config.mail_interval_s, errbuf)) {
		fprintf(stderr, "myportalctl: %s\n", errbuf);
		return CTL_ERROR;
	}
	const int status = command->run(&config, argc - 2, argv + 2);
	config_wipe(&config);
	db_stop();
	return status == CTL_USAGE ? usage() : status;
}
