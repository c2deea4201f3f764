/* ctl_table.h - the commands of myportalctl, all of them. */

#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include "ctl_command.h"

#include <stddef.h>

/* The rows of each ctl_*.c; the last has no words. */
extern const struct ctl_command ctl_member_commands[];
extern const struct ctl_command ctl_member_act_commands[];
extern const struct ctl_command ctl_member_data_commands[];
extern const struct ctl_command ctl_audit_commands[];
extern const struct ctl_command ctl_captcha_commands[];
extern const struct ctl_command ctl_codes_commands[];
extern const struct ctl_command ctl_doctor_commands[];
extern const struct ctl_command ctl_keys_commands[];
extern const struct ctl_command ctl_limits_commands[];
extern const struct ctl_command ctl_mail_commands[];
extern const struct ctl_command ctl_migrate_commands[];
extern const struct ctl_command ctl_outbox_commands[];
extern const struct ctl_command ctl_purge_commands[];
extern const struct ctl_command ctl_rights_commands[];
extern const struct ctl_command ctl_restore_commands[];
extern const struct ctl_command ctl_roster_commands[];
extern const struct ctl_command ctl_stats_commands[];

/* The i-th command, in the order of `help`; NULL: there are no more. */
const struct ctl_command *ctl_command_at(size_t i);

/* The command that these words begin with, and how many they are; NULL: none. */
const struct ctl_command *ctl_command_find(
    const char *const *words, size_t count, size_t *ret_used);

/* Does some command begin with these words and go on ("roster" of "roster import")? */
bool ctl_command_goes_on(const char *words);

/* The command whose words are most like these; NULL: none is like them. */
const struct ctl_command *ctl_command_like(const char *words);

#endif
