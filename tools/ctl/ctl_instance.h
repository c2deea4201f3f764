/* ctl_instance.h - the society whose settings a command works with.
 *
 * One machine may serve several societies. Each is an instance with a name:
 *   /etc/myportal/NAME.env        its settings (ctl_env_file.h)
 *   /etc/myportal/NAME.secrets/   its secrets, a file each: db-password is DB_PASSWORD_FILE, if the
 *                                 settings do not say otherwise; only those that the command uses
 *                                 are looked for
 *   /var/lib/myportal/NAME/keys   its keys, unless KEYS_FOLDER says otherwise
 *   myportal-NAME                 its user, who owns the keys
 *
 * MYPORTAL_ETC names another folder than /etc/myportal: for tests. Everything in it must belong to
 * root or to whoever runs the command, and nobody else may be able to write there. */

#ifndef CTL_INSTANCE_H
#define CTL_INSTANCE_H

#include "bounds.h"
#include "ctl_command.h"

#define CTL_INSTANCE_MAX 22 /* letters of a name: "myportal-" and it are a user's name of 31 */

/* Chooses where call->command gets its settings: call->instance, else the variable
 * MYPORTAL_INSTANCE, else the environment itself where it has DB_NAME or KEYS_FOLDER, else the only
 * instance there is; without any, the environment. Those of an instance replace all that were in
 * the environment. Sets call->instance: NULL, or a name that is good as long as the process.
 *
 * CTL_SETTINGS: there are several, or the one that is meant has no settings, or they are faulty.
 * CTL_ERROR: they may be read by root only. The reason was printed. */
enum ctl_status ctl_instance_choose(struct ctl_call *) MUST_USE;

/* Root becomes the instance's user for good: what a command does with files from strangers, or
 * leaves in the folder of keys, is that user's. The user is the owner of the keys, or where there
 * are none yet of the folder around theirs. Without an instance, and for other users than root,
 * nothing is done. Called when the settings and files that only root can read are open. False, and
 * the reason was printed: the process must not go on. */
bool ctl_instance_enter(const struct ctl_call *) MUST_USE;

#endif
