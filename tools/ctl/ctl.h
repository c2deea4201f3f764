/* ctl.h - the commands of myportalctl. Each gets the words behind its name and answers with an exit
 * status: 0 done, 1 not done (said why on standard error), 2 called wrongly. */

#ifndef CTL_H
#define CTL_H

#include "config.h"
#include "db.h"
#include "app.h"
#include "result.h"

#include <stdbool.h>

#define CTL_DONE  0
#define CTL_ERROR 1
#define CTL_USAGE 2

int ctl_account(const struct config *, int argc, char **argv);
int ctl_audit(const struct config *, int argc, char **argv);
int ctl_captcha(const struct config *, int argc, char **argv);
int ctl_keys(const struct config *, int argc, char **argv);
int ctl_migrate(const struct config *, int argc, char **argv);
int ctl_limits(const struct config *, int argc, char **argv);
int ctl_purge(const struct config *, int argc, char **argv);
int ctl_roster(const struct config *, int argc, char **argv);

/* A pool of one connection as the owner of the tables. NULL, and said why, if it can not be had.
 * `session_sql`: as in db.h, or NULL. `statement_timeout_s`: how long one statement may take.
 * Close: db_close(). */
struct db *ctl_db_open(const struct config *, const struct statement *table, unsigned table_size,
    const char *const *session_sql, unsigned statement_timeout_s);

/* What the flows of member_support.h and purge.h work with: the database with operator_table(),
 * the settings, and with `keys` the keyring. False, and said why. Close in any case:
 * ctl_app_close(). */
bool ctl_app_open(const struct config *, bool keys, struct app *ret);
void ctl_app_close(struct app *);

/* The login ID that a word of the command line is, folded; "-": the line on standard input. False,
 * and said why. */
bool ctl_login_id(const char *word, char ret[static EMAIL_MAX + 1]);

/* Was it OK? Says what it was if not. */
bool ctl_is_done(enum result);

/* Says why on standard error; false, or CTL_ERROR. */
bool ctl_complain(const char *errbuf);
int ctl_error(const char *errbuf);

#endif
