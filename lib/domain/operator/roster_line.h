/* roster_line.h - the columns of a roster, and one line of it as a person.
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

#include <iconv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROSTER_KANA_NAME_MAX 300 /* bytes after NFKC, as in the table: a hundred kana */

/* X(name, text): `text` is its name in the header. */
#define ROSTER_COLUMN_LIST(X)                 \
	X(ROSTER_SYMBOL, "記号")              \
	X(ROSTER_NUMBER, "番号")              \
	X(ROSTER_BRANCH, "枝番")              \
	X(ROSTER_CATEGORY, "被保険者区分")    \
	X(ROSTER_KANA_NAME, "氏名カナ")       \
	X(ROSTER_BIRTH_DATE, "生年月日")      \
	X(ROSTER_ELIGIBLE_FROM, "資格取得日") \
	X(ROSTER_ELIGIBLE_UNTIL, "資格喪失日")

#define ROSTER_COLUMN_ENUM_(name, text) name,
enum roster_column { ROSTER_COLUMN_LIST(ROSTER_COLUMN_ENUM_) ROSTER_COLUMN__MAX };
#undef ROSTER_COLUMN_ENUM_

/* What the header says of a file. */
struct roster_header {
	size_t fields;                 /* in every line, columns of others included */
	size_t at[ROSTER_COLUMN__MAX]; /* the place of each column, from 0 */
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

/* Reads the names of the columns. False: a column is missing or there twice; each is reported.
 * Close with roster_header_close() in either case; it accepts { 0 }, too. */
bool roster_header_read(struct roster_header *, const char *const *fields, size_t count,
    const struct roster_reporter *) MUST_USE;
void roster_header_close(struct roster_header *);

/* The `count` fields of a record, and the line on which it begins. */
struct roster_record {
	uint64_t line;
	const char *const *fields;
	size_t count;
};

/* Validates a record. False: it is no line of a roster; every column with an error is reported,
 * and `ret` is untouched. */
bool roster_line_read(const struct roster_header *, const struct roster_record *,
    const struct roster_reporter *, struct roster_line *ret) MUST_USE;

#endif
