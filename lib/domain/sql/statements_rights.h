/* statements_rights.h - what an administrator of the database server runs for a society: SQL that
 * makes its database and the two users of it, and SQL that gives the service's user its rights.
 *
 * Several societies may be on one server: every statement names database, table and user, and no
 * name of one society matches something of another's. */

#ifndef STATEMENTS_RIGHTS_H
#define STATEMENTS_RIGHTS_H

#include "bounds.h"
#include "result.h"

#include <stdbool.h>
#include <stdio.h>

struct rights_names {
	const char *database; /* DB_NAME */
	const char *service;  /* DB_USER */
	const char *owner;    /* DB_OWNER_USER */
};

struct rights_passwords {
	const char *service;
	const char *owner;
};

/* Names are written into SQL as they are: letters, digits, "_" and "-", at most 64 of them for the
 * database and 80 for a user; the two users differ, and neither is an administrator's. False, and
 * errbuf, which names the setting. */
bool rights_names_check(const struct rights_names *, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* The same for passwords, which stand between quotes: at least 16 printable ASCII characters, no
 * quote and no backslash. errbuf never holds a password. */
bool rights_passwords_check(
    const struct rights_passwords *, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* Writes the SQL that makes database and users. It stops, with nothing made, where one of them is
 * there. `tls`: connections without TLS are rejected. The names and passwords have been checked. */
void rights_write_new(
    FILE *out, const struct rights_names *, const struct rights_passwords *, bool tls);

/* Calls `each` for every right that schema/rights.sql, whose text is `rights`, gives to a table:
 * "SELECT". False, and errbuf, as rights_write(). */
bool rights_read(const char *rights,
    void (*each)(void *context, const char *table, const char *privilege), void *context,
    char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* Writes what schema/rights.sql, whose text is `rights`, means for this society. The file grants to
 * 'myportal' in the current database, a line a table, and nothing else may stand in it: false, and
 * errbuf with the line, before anything was written. The names have been checked. */
bool rights_write(FILE *out, const char *rights, const struct rights_names *,
    char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

#endif
