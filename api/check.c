/* check.c - myportald --check: tries the parts that the service works with. */

#include "check.h"

#include "access_keys.h"
#include "cleanup.h"
#include "db.h"
#include "db_error.h"
#include "keyring.h"
#include "ready.h"
#include "statements.h"
#include "text.h"

#include <stdlib.h>

static bool
keys_work(const struct check_options *options, char errbuf[static ERRBUF_MAX + 1])
{
	struct keyring *const keyring = keyring_open(options->keys_folder, errbuf);
	struct access_keys *const access_keys = keyring != NULL
						    ? access_keys_open(options->keys_folder, errbuf)
						    : NULL;

	access_keys_close(access_keys);
	keyring_close(keyring);
	return access_keys != NULL;
}

/* Database ------------------------------------------------------------------------------------- */

static void
close_checked_db(struct db *const *db)
{
	db_close(*db);
}

static bool
write_database_error(const char *what, unsigned number, char errbuf[static ERRBUF_MAX + 1])
{
	const char *why = db_error_text(number);

	if (number == 0 || !text_format(errbuf, ERRBUF_MAX + 1, "%s%s%s (error %u)", what,
			       why[0] != '\0' ? ": " : "", why, number))
		text_copy_cut(errbuf, ERRBUF_MAX + 1, what);
	return false;
}

static bool
database_works(const struct check_options *options, char errbuf[static ERRBUF_MAX + 1])
{
	CLEANUP(close_checked_db)
	struct db *db = db_open(&options->db, statements, STATEMENTS__MAX);
	struct ready ready = { 0 };

	if (db == NULL)
		return write_database_error("no memory", 0, errbuf);
	const enum result checked = ready_check(&ready, db);
	const unsigned number = db_connect_error(db);
	if (checked != OK && number != 0)
		return write_database_error("cannot connect", number, errbuf);
	if (checked != OK)
		return write_database_error(
		    "its tables are not those of this program: run myportalctl migrate", 0, errbuf);
	if (!ready_can_write(db))
		return write_database_error("cannot be written to", db_last_error(), errbuf);
	return true;
}

/* Mail ----------------------------------------------------------------------------------------- */

static bool
mail_server_works(const struct check_options *options, char errbuf[static ERRBUF_MAX + 1])
{
	return smtp_try(&options->smtp, errbuf);
}

/* All ------------------------------------------------------------------------------------------ */

int
check_parts(const struct check_options *options, FILE *out)
{
	static const struct {
		const char *name;
		bool (*works)(const struct check_options *, char errbuf[static ERRBUF_MAX + 1]);
		int status;
	} parts[] = {
		{ "keys", keys_work, CHECK_KEYS_FAILED },
		{ "database", database_works, CHECK_DATABASE_FAILED },
		{ "mail", mail_server_works, CHECK_MAIL_FAILED },
	};
	int status = EXIT_SUCCESS;

	for (size_t i = 0; i < LENGTH(parts); i++) {
		char errbuf[ERRBUF_MAX + 1] = "";
		const bool works = parts[i].works(options, errbuf);

		fprintf(out, "%s: %s\n", parts[i].name, works ? "ok" : errbuf);
		if (!works && status == EXIT_SUCCESS)
			status = parts[i].status;
	}
	return status;
}
