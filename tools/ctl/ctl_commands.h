/* ctl_commands.h - the commands of myportalctl, a file each.
 *
 * Each gets the words behind its name and returns the exit status. */

#ifndef CTL_COMMANDS_H
#define CTL_COMMANDS_H

#include "config.h"

#define CTL_DONE  0
#define CTL_ERROR 1 /* not done; the reason was printed on standard error */
#define CTL_USAGE 2 /* called wrongly; the caller prints how to call it */

int ctl_account(const struct config *, int argc, char **argv);
int ctl_audit(const struct config *, int argc, char **argv);
int ctl_captcha(const struct config *, int argc, char **argv);
int ctl_keys(const struct config *, int argc, char **argv);
int ctl_limits(const struct config *, int argc, char **argv);
int ctl_migrate(const struct config *, int argc, char **argv);
int ctl_purge(const struct config *, int argc, char **argv);
int ctl_roster(const struct config *, int argc, char **argv);

#endif
