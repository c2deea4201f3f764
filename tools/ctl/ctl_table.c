/* ctl_table.c - the commands of myportalctl, all of them. */

#include "ctl_table.h"

#include "config_rules.h"
#include "text.h"

#include <string.h>

/* In the order of `help`. */
/* clang-format off */
static const struct ctl_command *const tables[] = {
	ctl_migrate_commands,
	ctl_rights_commands,
	ctl_doctor_commands,
	ctl_keys_commands,
	ctl_restore_commands,
	ctl_roster_commands,
	ctl_codes_commands,
	ctl_member_commands,
	ctl_member_act_commands,
	ctl_member_data_commands,
	ctl_audit_commands,
	ctl_outbox_commands,
	ctl_mail_commands,
	ctl_stats_commands,
	ctl_purge_commands,
	ctl_limits_commands,
	ctl_captcha_commands,
};
/* clang-format on */

const struct ctl_command *
ctl_command_at(size_t i)
{
	for (size_t t = 0; t < LENGTH(tables); t++)
		for (const struct ctl_command *c = tables[t]; c->words != NULL; c++)
			if (i-- == 0)
				return c;
	return NULL;
}

/* How many of the words are all the words of this command; 0: they are not its. */
static size_t
count_words_of(const char *command, const char *const *words, size_t count)
{
	size_t used = 0;

	for (; used < count && *command != '\0'; used++) {
		const size_t length = strlen(words[used]);

		if (strncmp(command, words[used], length) != 0 ||
		    (command[length] != ' ' && command[length] != '\0'))
			return 0;
		command += length + (command[length] == ' ');
	}
	return *command == '\0' ? used : 0;
}

const struct ctl_command *
ctl_command_find(const char *const *words, size_t count, size_t *ret_used)
{
	const struct ctl_command *found = NULL;

	*ret_used = 0;
	for (size_t i = 0; ctl_command_at(i) != NULL; i++) {
		const size_t used = count_words_of(ctl_command_at(i)->words, words, count);

		if (used > *ret_used) {
			*ret_used = used;
			found = ctl_command_at(i);
		}
	}
	return found;
}

bool
ctl_command_goes_on(const char *words)
{
	const size_t length = strlen(words);

	for (size_t i = 0; ctl_command_at(i) != NULL; i++)
		if (text_starts_with(ctl_command_at(i)->words, words) &&
		    ctl_command_at(i)->words[length] == ' ')
			return true;
	return false;
}

const struct ctl_command *
ctl_command_like(const char *words)
{
	for (size_t i = 0; ctl_command_at(i) != NULL; i++)
		if (config_name_is_close(words, ctl_command_at(i)->words))
			return ctl_command_at(i);
	return NULL;
}
