/* ctl_account.c - myportalctl account: shows and changes one account.
 *
 * A login ID is personal data, which other users of the machine can read on a command line: "-"
 * reads it from standard input. What is printed holds no login ID, address, name, whole number or
 * hash. */

#include "ctl_commands.h"

#include "cleanup.h"
#include "clock.h"
#include "ctl_app.h"
#include "member_support.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct account_command {
	const char *name;
	enum result (*run)(
	    const struct app *, const struct account_command *, const char *login_id);
	bool keys;                   /* it needs the keyring */
	enum operator_action action; /* of change_account() */
	const char *done;            /* printed when it is done */
	const char *already;         /* printed when the account was so already */
};

static void
print_time(const char *name, int64_t time)
{
	char text[CLOCK_TEXT_MAX + 1] = "-";

	if (time != 0)
		clock_text(time, text);
	printf("%s: %s\n", name, text);
}

static void
print_account(const struct operator_account *account)
{
	char id[2 * ID_SIZE + 1];

	text_hex(account->id.bytes, sizeof account->id.bytes, id);
	printf("account: %s\n", id);
	printf("state: %s\n", account->active ? "active" : "disabled");
	printf("eligible: %s\n", account->eligible ? "yes" : "no");
	printf("number: %s\n", account->number);
	print_time("created", account->created_at);
	print_time("last login", account->last_login_at);
	printf("logins: %" PRId64 "\n", account->sessions);
	printf("failed logins: %" PRId64 "\n", account->failures);
	if (account->locked_until == OPERATOR_LOCKED)
		printf("locked until: the password is reset\n");
	else
		print_time("locked until", account->locked_until);
	printf("known sources: %" PRId64 "\n", account->known_sources);
	printf("locked known sources: %" PRId64 "\n", account->locked_known);
}

static enum result
show_account(const struct app *app, const struct account_command *command, const char *login_id)
{
	struct operator_account account;

	(void)command;
	TRY(operator_account_show(app, login_id, &account));
	print_account(&account);
	return OK;
}

static enum result
change_account(const struct app *app, const struct account_command *command, const char *login_id)
{
	bool changed = false;

	TRY(operator_account_change(app, command->action, login_id, &changed));
	printf("%s\n", changed ? command->done : command->already);
	return OK;
}

static enum result
unlock_account(const struct app *app, const struct account_command *command, const char *login_id)
{
	TRY(operator_account_unlock(app, login_id));
	printf("%s\n", command->done);
	return OK;
}

static enum result
send_reset(const struct app *app, const struct account_command *command, const char *login_id)
{
	const enum result sent = operator_send_reset(app, login_id);

	if (sent == OK)
		printf("%s\n", command->done);
	return sent;
}

static const struct account_command account_commands[] = {
	/* name, run, keys, action, done, already */
	{ "show", show_account, true, OPERATOR_ACTION__MAX, NULL, NULL },
	{ "disable", change_account, false, OPERATOR_DISABLE,
	    "disabled; its logins and mailed links are over", "was disabled already" },
	{ "enable", change_account, false, OPERATOR_ENABLE, "enabled", "was enabled already" },
	{ "logout", change_account, false, OPERATOR_LOG_OUT, "its logins and mailed links are over",
	    NULL },
	{ "unlock", unlock_account, true, OPERATOR_ACTION__MAX,
	    "failed logins do not count any more", NULL },
	{ "send-reset", send_reset, true, OPERATOR_ACTION__MAX,
	    "a mail with a reset link is pending", NULL },
};

static const struct account_command *
find_account_command(const char *name)
{
	for (size_t i = 0; i < LENGTH(account_commands); i++)
		if (strcmp(account_commands[i].name, name) == 0)
			return &account_commands[i];
	return NULL;
}

static int
log_out_all(const struct config *config)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	uint64_t accounts = 0;

	if (!ctl_app_open(config, false, &app))
		return CTL_ERROR;
	const enum result result = operator_log_out_all(&app, &accounts);
	printf("accounts: %" PRIu64 "\n", accounts);
	if (ctl_is_done(result))
		return CTL_DONE;
	ctl_print_error("not all logins are over: do it again");
	return CTL_ERROR;
}

static int
run_account_command(
    const struct config *config, const struct account_command *command, const char *word)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	char login_id[EMAIL_MAX + 1];

	if (!ctl_login_id(word, login_id) || !ctl_app_open(config, command->keys, &app))
		return CTL_ERROR;
	const enum result result = command->run(&app, command, login_id);
	if (result == LOGIN_FAILED)
		ctl_print_error("the account is disabled, or its person is not eligible");
	else if (ctl_is_done(result))
		return CTL_DONE;
	return CTL_ERROR;
}

int
ctl_account(const struct config *config, int argc, char **argv)
{
	const struct account_command *command = argc == 2 ? find_account_command(argv[0]) : NULL;

	if (command == NULL)
		return CTL_USAGE;
	if (command->action == OPERATOR_LOG_OUT && strcmp(argv[1], "--all") == 0)
		return log_out_all(config);
	return run_account_command(config, command, argv[1]);
}
