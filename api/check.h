/* check.h - myportald --check: tries the parts of the service, as the service would. */

#ifndef CHECK_H
#define CHECK_H

#include "db_types.h"
#include "smtp.h"

#include <stdio.h>

/* Exit statuses; docs/operating.md has the table. */
#define CHECK_KEYS_FAILED     3
#define CHECK_DATABASE_FAILED 4
#define CHECK_MAIL_FAILED     5

struct check_options {
	const char *keys_folder;
	struct db_options db;
	struct smtp_options smtp;
};

/* Reads the keys; logs in to the database, compares its schema and writes a row that is taken back;
 * greets the mail server up to the log-in, and sends no mail. Prints a line for each part, "keys:
 * ok" or what is wrong, and tries the next. The exit status: 0, or that of the first that failed.
 */
int check_parts(const struct check_options *, FILE *out);

#endif
