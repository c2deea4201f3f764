/* roster_line.h - the header of a roster, and one line of it as a person.
 *
 * The header names the columns, in any order and with others between them, which are ignored. It
 * also shows the encoding: 記号 is never the same bytes in UTF-8 and in Shift_JIS (Microsoft's,
 * CP932), and neither is valid in the other.
 *
 * An error is reported with its line and column and never with what stood there: these numbers
 * are secrets by law (健康保険法 第194条の2), and so are names. */

#ifndef ROSTER_LINE_H
#define ROSTER_LINE_H

#include "bounds.h"
#include "clock.h"
#include "result.h"
#include "roster_columns.h"

#include <iconv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROSTER_KANA_NAME_MAX 300 /* bytes after NFKC, as in the table: a hundred kana */

#define ROSTER_NOWHERE SIZE_MAX /* an optional column that the file has not */

/* What the header says of a file. */
struct roster_header {
	size_t fields;                 /* in every line, columns of others included */
	size_t at[ROSTER_COLUMN__MAX]; /* the place of each column, from 0, or ROSTER_NOWHERE */
	iconv_t from_cp932;            /* NULL: the file is UTF-8 */
};

/* A valid line. Numbers are folded, dates are YYYY-MM-DD. */
struct roster_line {
	uint64_t line; /* where it begins, from 1 */
	bool insured;  /* false: a dependent */
	char number[INSURED_NUMBER_SIZE_MAX + 1];
	char symbol[INSURED_NUMBER_SIZE_MAX + 1];
	char kana_name[ROSTER_KANA_NAME_MAX + 1];
	char birth_date[CLOCK_DATE_MAX + 1];
	char eligible_from[CLOCK_DATE_MAX + 1];
	char eligible_until[CLOCK_DATE_MAX +
			    1]; /* the first day without eligibility; "": not known */
	/* The pair that the person had before; "" where the file names none, or the same. */
	char old_number[INSURED_NUMBER_SIZE_MAX + 1];
	char old_symbol[INSURED_NUMBER_SIZE_MAX + 1];
};

/* What is reported of a line. Texts are borrowed for the call. */
struct roster_remark {
	uint64_t line;
	const char *column; /* NULL: the line as a whole */
	const char *reason;
	bool warning; /* false: an error, and nothing of the file is imported */
};

/* Who gets the remarks. */
struct roster_reporter {
	void (*report)(void *context, const struct roster_remark *);
	void *context;
};

/* Reads the names of the columns, which the file has under these names. False: a column is
 * missing or there twice; each is reported. Close with roster_header_close() in either case; it
 * accepts { 0 }, too. */
bool roster_header_read(struct roster_header *, const struct roster_columns *,
    const char *const *fields, size_t count, const struct roster_reporter *) MUST_USE;
void roster_header_close(struct roster_header *);

/* The `count` fields of a record, and the line on which it begins. */
struct roster_record {
	uint64_t line;
	const char *const *fields;
	size_t count;
};

/* Is every field empty, or of spaces? So are lines that spreadsheets write behind the last one. */
bool roster_record_is_blank(const struct roster_header *, const struct roster_record *);

/* Validates a record. False: it is no line of a roster; every column with an error is reported,
 * and `ret` is untouched. */
bool roster_line_read(const struct roster_header *, const struct roster_record *,
    const struct roster_reporter *, struct roster_line *ret) MUST_USE;

#endif
