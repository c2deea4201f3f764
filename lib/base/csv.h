/* csv.h - strict RFC 4180 records, read one at a time from a stream.
 *
 *   struct csv csv = { .file = file, .bytes = bytes, .bytes_max = sizeof bytes,
 *                      .fields = fields, .fields_max = LENGTH(fields) };
 *
 *   while ((outcome = csv_next(&csv)) == CSV_RECORD)
 *           ... csv.fields[0] to csv.fields[csv.count - 1], a record that begins at csv.line
 *   if (outcome != CSV_END)
 *           ... csv.line, csv.line_read, csv_outcome_text(outcome)
 *
 * Fields may be quoted, with commas, line ends and doubled quotes inside; lines end in CRLF or
 * LF, the last one perhaps in neither; a UTF-8 byte order mark at the start is passed over. A
 * field ="0123" is that of quotes alone, as spreadsheets mean it. Nothing is trimmed or guessed.
 * Bytes are bytes: what they encode, how many fields a record must have and what the first record
 * says, the caller knows. An empty line is a record of one empty field. */

#ifndef CSV_H
#define CSV_H

#include "result.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* X(name, text): `text` is for the operator who has to mend the file. */
#define CSV_OUTCOME_LIST(X)                                                                \
	X(CSV_RECORD, "a record")                                                          \
	X(CSV_END, "the end of the file")                                                  \
	X(CSV_STRAY_QUOTE, "a quote in an unquoted field, or text behind a closing quote") \
	X(CSV_UNTERMINATED_QUOTE, "the file ends inside a quoted field")                   \
	X(CSV_STRAY_RETURN, "a carriage return that ends no line, outside quotes")         \
	X(CSV_NUL_BYTE, "a NUL byte (is the file UTF-16?)")                                \
	X(CSV_RECORD_TOO_LONG, "a record is too long (is a quote left open?)")             \
	X(CSV_TOO_MANY_FIELDS, "a record has too many fields")                             \
	X(CSV_READ_FAILED, "the file can not be read")

#define CSV_OUTCOME_ENUM_(name, text) name,
enum csv_outcome { CSV_OUTCOME_LIST(CSV_OUTCOME_ENUM_) CSV_OUTCOME__MAX };
#undef CSV_OUTCOME_ENUM_

struct csv {
	/* Given by the caller and still the caller's, to close and, where rows are secret, to wipe
	 * (the stream's own buffer too). */
	FILE *file;
	char *bytes; /* the fields of one record, each with a NUL behind it */
	size_t bytes_max;
	const char **fields; /* where they begin */
	size_t fields_max;
	int separator; /* between fields; 0: a comma */

	/* Of the record last read; good until the next call. */
	size_t count;
	uint64_t line;      /* the physical line it begins on, from 1 */
	uint64_t line_read; /* the line of the last byte read: on an error, where it is */

	/* The reader's own; zero at the start. */
	unsigned char ahead[3];
	size_t ahead_at, ahead_count;
	size_t used;
	int last;
	enum csv_outcome over;
};

/* Reads the next record. Anything but CSV_RECORD is final: later calls say the same.
 * CSV_READ_FAILED leaves errno. */
enum csv_outcome csv_next(struct csv *) MUST_USE;

/* What an outcome means, for a person; never NULL. */
const char *csv_outcome_text(enum csv_outcome);

#endif
