/* ctl_app.h - what the commands of myportalctl have in common: the database, the keys, how an
 * account is named, and how an error is printed.
 *
 * Whatever answers false or NULL has printed the reason on standard error. */

#ifndef CTL_APP_H
#define CTL_APP_H

#include "app.h"
#include "bounds.h"
#include "config.h"
#include "db.h"
#include "result.h"

#include <stdbool.h>

/* A pool of one connection as the owner of the tables. `session_sql`: as in db.h, or NULL.
 * `statement_timeout_s`: how long one statement may take. Close: db_close(). */
struct db *ctl_db_open(const struct config *, const struct statement *table, unsigned table_size,
    const char *const *session_sql, unsigned statement_timeout_s) MUST_USE;

/* Sets up what member_support.h and purge.h work with: the database with operator_table(), the
 * settings, and if `keys` is true the keyring. Close in any case: ctl_app_close(). */
bool ctl_app_open(const struct config *, bool keys, struct app *ret) MUST_USE;
void ctl_app_close(struct app *);

/* Folds a login ID of the command line; "-" reads a line of standard input instead. */
bool ctl_login_id(const char *word, char ret[static EMAIL_MAX + 1]) MUST_USE;

/* True: OK. */
bool ctl_is_done(enum result);

/* Prints an error on standard error. Returns false. */
bool ctl_print_error(const char *text);

#endif
