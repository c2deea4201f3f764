/* sql_text.h - a statement as it is written, and as the server wants it.
 *
 * Written, a parameter has a name and a number that the program stores has the name of its enum:
 *
 *   SELECT id FROM account WHERE login_id = :login_id AND state = $ACCOUNT_ACTIVE
 *
 * The server is given `?` and `1`, so that a value is bound by name and no statement repeats a
 * number of an enum. A parameter may stand in several places; it is bound once for each. Text
 * between quotation marks stays as it is. Needs no database. */

#ifndef SQL_TEXT_H
#define SQL_TEXT_H

#include "result.h"

#include <stddef.h>
#include <stdint.h>

#define SQL_PARAMS_MAX 200 /* the longest statement block; every connection has room for so many */

/* A number that statements name; a list of them ends with { 0 }. */
struct sql_constant {
	const char *name;
	int64_t number;
};

/* A name inside the statement as it was written, which must outlive it. */
struct sql_name {
	const char *start;
	size_t length;
};

/* Zeroed before its first use. */
struct sql_text {
	char *sql;              /* what the server prepares; owned */
	struct sql_name *names; /* of each `?`, in order; owned */
	unsigned params;
};

/* Reads a statement. Keeps pointers into `written`. INTERNAL: it has more than SQL_PARAMS_MAX
 * places, names an unknown constant, or memory failed; then nothing is kept. */
enum result sql_text_read(
    struct sql_text *ret, const char *written, const struct sql_constant *constants) MUST_USE;

void sql_text_free(struct sql_text *);

#endif
