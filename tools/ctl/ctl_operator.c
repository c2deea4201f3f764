/* ctl_operator.c - who acts, and why. */

#include "ctl_operator.h"

#include "act_journal.h"

#include "ctl_app.h"
#include "text.h"
#include "unicode.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

/* Ends the text after so many characters. */
static void
cut(char *text, size_t characters)
{
	const char *at = text;
	int32_t code_point;

	while (characters > 0 && unicode_next(&at, &code_point))
		characters--;
	text[at - text] = '\0';
}

static bool
is_name(const char *name)
{
	return name != NULL && unicode_code_points(name) > 0 && !unicode_has_invisible(name);
}

static uid_t caller;

void
ctl_operator_note(void)
{
	caller = getuid();
}

void
ctl_operator_name(char ret[static OPERATOR_UTF8_MAX * OPERATOR_NAME_MAX + 1])
{
	const size_t size = OPERATOR_UTF8_MAX * OPERATOR_NAME_MAX + 1;
	const char *name = getenv("SUDO_USER");
	const struct passwd *user = is_name(name) ? NULL : getpwuid(caller);

	if (user != NULL)
		name = user->pw_name;
	if (!is_name(name) && text_format(ret, size, "uid %u", (unsigned)caller))
		return;
	text_copy_cut(ret, size, name);
	cut(ret, OPERATOR_NAME_MAX);
}

bool
ctl_act_begin(const struct ctl_call *call, struct operator_act *ret)
{
	char name[OPERATOR_UTF8_MAX * OPERATOR_NAME_MAX + 1];

	ctl_operator_name(name);
	const char *fault = operator_act_begin(name, ctl_text(call, "--reason"), ret);
	return fault == NULL || ctl_print_error(fault);
}

void
ctl_note_act(const struct ctl_call *call, const struct operator_act *act,
    enum audit_event_kind event, struct account_id account_id, struct person_id person_id)
{
	const struct act_note note = { act->now, event, account_id, person_id };
	char errbuf[ERRBUF_MAX + 1];

	if (act_journal_add(call->config->keys_folder, &note, errbuf))
		return;
	ctl_print_error(errbuf);
	ctl_print_error("a database that is put back would not know of it: do it again after a "
			"restore");
}
