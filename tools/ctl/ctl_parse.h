/* ctl_parse.h - reads a command line by the row of its command.
 *
 * Words may be in any order behind the command's own; "--" ends the options; an option's value is
 * the next word or stands behind "=". What is wrong is said on standard error together with how the
 * command is called, and never with a value: it may be about a person. */

#ifndef CTL_PARSE_H
#define CTL_PARSE_H

#include "ctl_command.h"

/* Fills in *ret, but for config, out and files. CTL_DONE or CTL_USAGE. */
enum ctl_status ctl_parse(int argc, char **argv, struct ctl_call *ret);

/* Opens the call's files (CTL_FILE, CTL_NEW_FILE). CTL_DONE; CTL_NOT_FOUND: there is no such file;
 * CTL_ERROR: it cannot be read, or the new one is there already or cannot be made. The reason was
 * printed. ctl_files_close() takes those that are open, also after a failure: a new file in which
 * nothing was written goes then. */
enum ctl_status ctl_files_open(struct ctl_call *);
void ctl_files_close(const struct ctl_call *, enum ctl_status);

#endif
