/* ctl_help.h - says how commands are called, from their rows. */

#ifndef CTL_HELP_H
#define CTL_HELP_H

#include "ctl_command.h"

/* Prints how call->command is called, or which commands there are when it is NULL. With call->json
 * it is all that the rows say, of every command: the man page and the completion are made of it. */
enum ctl_status ctl_help(const struct ctl_call *);

#endif
