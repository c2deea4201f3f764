/* migration_file.h - one file of schema/: its number, its statements, its checksum.
 *
 * A file is named NNNN_words.sql. Each statement ends with ";" at the end of a line; comments stand
 * on lines of their own, within or before a statement. */

#ifndef MIGRATION_FILE_H
#define MIGRATION_FILE_H

#include "bounds.h"
#include "result.h"
#include "secret.h"

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MIGRATION_FILE_MAX  ((size_t)256 * 1024) /* bytes */
#define MIGRATION_NAME_MAX  80
#define MIGRATION_FIRST_MAX 100 /* bytes of a statement that a message shows */

struct migration_file {
	char name[MIGRATION_NAME_MAX + 1];
	int64_t version; /* the number that its name begins with */
	char *text;      /* as read, with a NUL */
	size_t size;
	size_t statements;
	uint8_t checksum[SECRET_SHA256_SIZE];
};

/* One of its statements, without the ";". */
struct migration_part {
	const char *text; /* in the file's text; not NUL-terminated */
	size_t length;
	size_t line; /* on which it begins, behind comments and empty lines */
	size_t end;  /* bytes of the file up to and with its line end */
	char first[MIGRATION_FIRST_MAX + 1]; /* its first line, cut */
};

/* For scandir(): is this the name of a migration? */
int migration_file_is_one(const struct dirent *);

/* Reads FOLDER/NAME. False, and errbuf: it cannot be read, is too large, has a NUL byte, line ends
 * of CR LF, something behind the last ";" at the end of a line, or no statement. Free in any case:
 * migration_file_free(). */
bool migration_file_read(const char *folder, const char *name, struct migration_file *ret,
    char errbuf[static ERRBUF_MAX + 1]) MUST_USE;
void migration_file_free(struct migration_file *);

/* The i-th statement, from 0; i < statements. */
void migration_file_statement(const struct migration_file *, size_t i, struct migration_part *ret);

/* SHA-256 of the file's text up to and with its first `count` statements; zeros for none. */
void migration_file_hash(
    const struct migration_file *, size_t count, uint8_t ret[static SECRET_SHA256_SIZE]);

#endif
