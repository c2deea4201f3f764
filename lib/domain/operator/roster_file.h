/* roster_file.h - reads a roster as the society's system exports it: CSV in, valid lines out.
 *
 * roster_line.h says what the columns are and what a valid line is. */

#ifndef ROSTER_FILE_H
#define ROSTER_FILE_H

#include "bounds.h"
#include "result.h"
#include "roster_line.h"
#include "secret.h"

#include <stdbool.h>
#include <stdint.h>

struct roster_file;

/* Opens a regular file and reads its header. NULL: `errbuf` has the reason, or is empty where the
 * header has errors, which were reported. The reporter is borrowed until roster_file_close(). */
struct roster_file *roster_file_open(
    const char *path, const struct roster_reporter *, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* Closes, and wipes every copy of a line that it held. NULL is fine. */
void roster_file_close(struct roster_file *);

/* Reads the next valid line; lines with errors before it are reported and skipped. False: no
 * more. */
bool roster_file_next(struct roster_file *, struct roster_line *ret) MUST_USE;

/* After the last line: lines behind the header, and how many of them had errors. */
uint64_t roster_file_lines(const struct roster_file *);
uint64_t roster_file_invalid_lines(const struct roster_file *);

/* After the last line: SHA-256 of all that was read. False: the file was changed while it was
 * read. */
bool roster_file_finish(struct roster_file *, uint8_t ret_hash[static SECRET_SHA256_SIZE]) MUST_USE;

#endif
