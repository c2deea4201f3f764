/* ctl_account.c - myportalctl account: what the operator sees of one account, and does to it.
 *
 * A login ID is personal data and had better not stand on a command line: "-" reads it from standard
 * input. Nothing that is said holds it, or an address, a name, a whole number or a hash. */

#include "ctl.h"

#include "cleanup.h"
#include "clock.h"
#include "member_support.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct verb {
	const char *name;
	enum result (*run)(const struct app *, const struct verb *, const char *login_id);
	bool keys;
	enum operator_deed deed;
	const char *done;
	const char *already;
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
show(const struct app *app, const struct verb *verb, const char *login_id)
{
	struct operator_account account;

	(void)verb;
	TRY(operator_account_show(app, login_id, &account));
	print_account(&account);
	return OK;
}

static enum result
do_deed(const struct app *app, const struct verb *verb, const char *login_id)
{
	bool changed = false;

	TRY(operator_account_do(app, verb->deed, login_id, &changed));
	printf("%s\n", changed ? verb->done : verb->already);
	return OK;
}

static enum result
unlock(const struct app *app, const struct verb *verb, const char *login_id)
{
	TRY(operator_account_unlock(app, login_id));
	printf("%s\n", verb->done);
	return OK;
}

static enum result
send_reset(const struct app *app, const struct verb *verb, const char *login_id)
{
	const enum result sent = operator_send_reset(app, login_id);

	if (sent == OK)
		printf("%s\n", verb->done);
	return sent;
}

/* clang-format off */
static const struct verb verbs[] = {
	/* name          run         keys   deed          done                                            already */
	{ "show",       show,       true,  DEED__MAX,    NULL,                                           NULL },
	{ "disable",    do_deed,    false, DEED_DISABLE, "disabled; its logins and mailed links are over", "was disabled already" },
	{ "enable",     do_deed,    false, DEED_ENABLE,  "enabled",                                      "was enabled already" },
	{ "logout",     do_deed,    false, DEED_LOGOUT,  "its logins and mailed links are over",         NULL },
	{ "unlock",     unlock,     true,  DEED__MAX,    "failed logins do not count any more",          NULL },
	{ "send-reset", send_reset, true,  DEED__MAX,    "a mail with a reset link is owed",             NULL },
};
/* clang-format on */

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < LENGTH(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static int
logout_all(const struct config *config)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	uint64_t accounts = 0;

	if (!ctl_app_open(config, false, &app))
		return CTL_ERROR;
	const enum result result = operator_logout_all(&app, &accounts);
	printf("accounts: %" PRIu64 "\n", accounts);
	if (ctl_is_done(result))
		return CTL_DONE;
	ctl_complain("not all logins are over: do it again");
	return CTL_ERROR;
}

static int
run_verb(const struct config *config, const struct verb *verb, const char *word)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	char login_id[EMAIL_MAX + 1];

	if (!ctl_login_id(word, login_id) || !ctl_app_open(config, verb->keys, &app))
		return CTL_ERROR;
	const enum result result = verb->run(&app, verb, login_id);
	if (result == LOGIN_FAILED)
		ctl_complain("the account is disabled, or its person is not eligible");
	else if (ctl_is_done(result))
		return CTL_DONE;
	return CTL_ERROR;
}

int
ctl_account(const struct config *config, int argc, char **argv)
{
	const struct verb *verb = argc == 2 ? find_verb(argv[0]) : NULL;

	if (verb == NULL)
		return CTL_USAGE;
	if (verb->deed == DEED_LOGOUT && strcmp(argv[1], "--all") == 0)
		return logout_all(config);
	return run_verb(config, verb, argv[1]);
}
