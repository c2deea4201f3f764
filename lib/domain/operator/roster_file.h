/* roster_file.h - a roster as the society's system exports it: CSV in, judged lines out.
 *
 * The header names the columns: in any order, others between them ignored. It also tells the
 * encoding: 記号 is never the same bytes in UTF-8 and in Shift_JIS (Microsoft's, CP932), and
 * neither reads as the other. Every fault is told with its line and column and never with what
 * stood there: these numbers are secrets by law (健康保険法 第194条の2), and so are names. */

#ifndef ROSTER_FILE_H
#define ROSTER_FILE_H

#include "bounds.h"
#include "clock.h"
#include "result.h"
#include "secret.h"

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

/* Where the columns are in one file, and how its texts become UTF-8. */
struct roster_header {
	size_t fields;
	size_t at[ROSTER_COLUMN__MAX];
	iconv_t from_cp932; /* NULL: the file is UTF-8 */
};

/* A line that is right. Empty eligible_until: no end is known. */
struct roster_line {
	uint64_t line; /* where it begins, from 1 */
	bool insured;  /* or else a dependent */
	char number[INSURED_NUMBER_SIZE_MAX + 1];
	char symbol[INSURED_NUMBER_SIZE_MAX + 1];
	char kana_name[ROSTER_KANA_NAME_MAX + 1];
	char birth_date[CLOCK_DATE_MAX + 1];
	char eligible_from[CLOCK_DATE_MAX + 1];
	char eligible_until[CLOCK_DATE_MAX + 1];
};

/* What is to be said of a line. Texts are lent for the call. */
struct roster_remark {
	uint64_t line;
	const char *column; /* NULL: the line as a whole */
	const char *reason;
	bool warning; /* or else a fault: nothing is imported */
};

struct roster_listener {
	void (*hear)(void *context, const struct roster_remark *);
	void *context;
};

/* Finds the columns. False, and each missing or doubled one told. Close: roster_header_close(),
 * which accepts what was never read. */
bool roster_header_read(struct roster_header *, const char *const *fields, size_t count,
    const struct roster_listener *) MUST_USE;
void roster_header_close(struct roster_header *);

/* Judges the fields of a record that begins at `line`. False, and every faulty column told. */
bool roster_line_judge(const struct roster_header *, uint64_t line, const char *const *fields,
    size_t count, struct roster_line *ret, const struct roster_listener *) MUST_USE;

struct roster_file;

/* Opens a regular file and reads its header. NULL, and `why` says it; empty where the listener
 * heard the faults. The listener is borrowed until roster_file_close(). */
struct roster_file *roster_file_open(
    const char *path, const struct roster_listener *, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* Closes, and wipes every copy of a line that it held. NULL is fine. */
void roster_file_close(struct roster_file *);

/* The next line that is right; faulty ones before it are told and passed over. False: no more. */
bool roster_file_next(struct roster_file *, struct roster_line *ret) MUST_USE;

/* At the end. Lines behind the header, and how many of them were faulty. */
uint64_t roster_file_lines(const struct roster_file *);
uint64_t roster_file_faulty_lines(const struct roster_file *);

/* At the end. SHA-256 of all that was read. False: the file was written to meanwhile. */
bool roster_file_finish(struct roster_file *, uint8_t ret_hash[static SECRET_SHA256_SIZE]) MUST_USE;

#endif
