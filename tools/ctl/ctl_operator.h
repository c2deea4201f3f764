/* ctl_operator.h - who acts, and why: what every command that changes something for a member or an
 * account leaves in the audit trail.
 *
 * Such a command has CTL_REASON among its parameters (ctl_command.h), and begins with
 * ctl_act_begin(). */

#ifndef CTL_OPERATOR_H
#define CTL_OPERATOR_H

#include "ctl_command.h"
#include "operator_act.h"

#include <stdbool.h>

/* Notes who runs the program: once, before it becomes the user of an instance. */
void ctl_operator_note(void);

/* The operator's own name: whoever called sudo, or the user that runs the program. Cut to
 * OPERATOR_NAME_MAX characters. */
void ctl_operator_name(char ret[static OPERATOR_UTF8_MAX * OPERATOR_NAME_MAX + 1]);

/* Begins the act of a call, with its --reason. False: the reason was printed; the call is
 * CTL_USAGE. */
bool ctl_act_begin(const struct ctl_call *, struct operator_act *ret);

/* Notes what is about to be done to an account, or to a person (no_person: it is an account), in
 * the journal beside the keys (act_journal.h), so that it outlives the database. Before and not
 * afterwards: where the answer to the COMMIT is lost, or the command is killed, it may be done and
 * nobody knows. Where the journal cannot be written it is said, and the act goes on. */
void ctl_note_act(const struct ctl_call *, const struct operator_act *, enum audit_event_kind,
    struct account_id, struct person_id);

#endif
