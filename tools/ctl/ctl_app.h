/* ctl_app.h - what the commands of myportalctl have in common: the database, the keys, how an
 * account is named, and how an error is printed.
 *
 * Whatever answers false or NULL has printed the reason on standard error. */

#ifndef CTL_APP_H
#define CTL_APP_H

#include "app.h"
#include "bounds.h"
#include "config.h"
#include "ctl_command.h"
#include "db.h"
#include "result.h"

#include <stdbool.h>

#define CTL_APP_SETTINGS (CONFIG_DB_OWNER | CONFIG_LIMITS | CONFIG_LIVES | CONFIG_RULES)

/* A pool of one connection as the owner of the tables. `session_sql`: as in db.h, or NULL.
 * `statement_timeout_s`: how long one statement may take. Close: db_close(). */
struct db *ctl_db_open(const struct config *, const struct statement *table, unsigned table_size,
    const char *const *session_sql, unsigned statement_timeout_s) MUST_USE;

/* Sets up what member_*.h, audit_trail.h and purge.h work with: the database with operator_table(),
 * the settings (CTL_APP_SETTINGS), and if `keys` is true the keyring (CONFIG_KEYS). Close in any
 * case: ctl_app_close(). */
bool ctl_app_open(const struct config *, bool keys, struct app *ret) MUST_USE;
void ctl_app_close(struct app *);

/* Reads a line of standard input as a login ID, and folds it. */
bool ctl_login_id(char ret[static EMAIL_MAX + 1]) MUST_USE;

/* What a result of lib/domain is as an exit status. Unless it is OK the reason is printed; NO_ROW:
 * that no account has this login ID. */
enum ctl_status ctl_status_of(enum result) MUST_USE;

/* What the database's last error was, in words and with its number; for a result that has no words
 * of its own, its code. Good until the next call. */
const char *ctl_db_error(enum result);

/* Prints an error on standard error. Returns false. */
bool ctl_print_error(const char *text);

#endif
