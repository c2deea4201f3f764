/* ctl.h - the commands of myportalctl. Each gets the words behind its name and answers with an exit
 * status: 0 done, 1 not done (said why on standard error), 2 called wrongly. */

#ifndef CTL_H
#define CTL_H

#include "config.h"
#include "db.h"

#define CTL_DONE  0
#define CTL_ERROR 1
#define CTL_USAGE 2

int ctl_captcha(const struct config *, int argc, char **argv);
int ctl_keys(const struct config *, int argc, char **argv);
int ctl_migrate(const struct config *, int argc, char **argv);
int ctl_roster(const struct config *, int argc, char **argv);

/* A pool of one connection as the owner of the tables. NULL, and said why, if it can not be had.
 * `session_sql`: as in db.h, or NULL. `statement_timeout_s`: how long one statement may take.
 * Close: db_close(). */
struct db *ctl_db_open(const struct config *, const struct statement *table, unsigned statements,
    const char *const *session_sql, unsigned statement_timeout_s);

#endif
