/* roster_file_test.c - which file is a roster, and which of its lines are valid. */

#include "roster_import.h"

#include "bounds.h"
#include "cleanup.h"
#include "roster_file.h"
#include "text.h"

#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define FIVE(text)  text text text text text
#define TEN(text)   FIVE(text) FIVE(text)
#define N19(text)   TEN(text) FIVE(text) text text text text
#define N20(text)   TEN(text) TEN(text)
#define N38(text)   N19(text) N19(text)
#define N99(text)   N20(text) N20(text) N20(text) N20(text) N19(text)
#define HEADER      "記号,番号,枝番,被保険者区分,氏名カナ,生年月日,資格取得日,資格喪失日\n"
#define FIELDS_MAX  16
#define REMARKS_MAX 2000

/* Remarks ------------------------------------------------------------------------------------- */

/* Everything reported: "1:番号:reason;2::reason;" */
struct notes {
	char text[REMARKS_MAX];
};

static void
add_remark(void *context, const struct roster_remark *remark)
{
	struct notes *notes = context;
	const size_t used = strlen(notes->text);

	assert_false(remark->warning);
	assert_true(text_format(notes->text + used, sizeof notes->text - used, "%lu:%s:%s;",
	    (unsigned long)remark->line, remark->column != NULL ? remark->column : "",
	    remark->reason));
}

/* Only which line and column: "1:番号;2:;" */
static void
add_place(void *context, const struct roster_remark *remark)
{
	struct notes *notes = context;
	const size_t used = strlen(notes->text);

	assert_true(text_format(notes->text + used, sizeof notes->text - used, "%lu:%s;",
	    (unsigned long)remark->line, remark->column != NULL ? remark->column : ""));
}

/* Splits a line without quotes. */
static size_t
split(char *line, const char *fields[static FIELDS_MAX])
{
	size_t count = 0;

	for (char *at = line; at != NULL && count < FIELDS_MAX;) {
		fields[count++] = at;
		at = strchr(at, ',');
		if (at != NULL)
			*at++ = '\0';
	}
	return count;
}

/* The header ---------------------------------------------------------------------------------- */

/* clang-format off */
static const struct header_row {
	const char *why, *header, *reported;
} headers[] = {
	{ "as documented", "記号,番号,枝番,被保険者区分,氏名カナ,生年月日,資格取得日,資格喪失日", "" },
	{ "in another order", "資格喪失日,資格取得日,生年月日,氏名カナ,被保険者区分,枝番,番号,記号", "" },
	{ "other columns between", "x,記号,番号,枝番,住所,被保険者区分,氏名カナ,生年月日,資格取得日,資格喪失日,", "" },
	{ "other columns twice", "x,x,記号,番号,枝番,被保険者区分,氏名カナ,生年月日,資格取得日,資格喪失日", "" },
	{ "half-width kana", "記号,番号,枝番,被保険者区分,氏名ｶﾅ,生年月日,資格取得日,資格喪失日", "" },
	{ "spaces around", " 記号,番号 ,枝番,　被保険者区分　,氏名カナ,生年月日,資格取得日,資格喪失日 ", "" },
	{ "one is missing", "記号,枝番,被保険者区分,氏名カナ,生年月日,資格取得日,資格喪失日", "1:番号;" },
	{ "one that may be empty is missing", "記号,番号,枝番,被保険者区分,氏名カナ,生年月日,資格取得日", "1:資格喪失日;" },
	{ "one is there twice", "記号,番号,番号,枝番,被保険者区分,氏名カナ,生年月日,資格取得日,資格喪失日", "1:番号;" },
	{ "twice, in two widths", "氏名ｶﾅ,記号,番号,枝番,被保険者区分,氏名カナ,生年月日,資格取得日,資格喪失日", "1:氏名カナ;" },
	{ "missing and double, all told", "番号,番号,枝番,氏名カナ,生年月日,資格取得日,資格喪失日",
	  "1:記号;1:番号;1:被保険者区分;" },
	{ "a name with a space in it", "記 号,番号,枝番,被保険者区分,氏名カナ,生年月日,資格取得日,資格喪失日", "1:記号;" },
	{ "a longer name", "記号1,番号,枝番,被保険者区分,氏名カナ,生年月日,資格取得日,資格喪失日", "1:記号;" },
	{ "tabs for commas", "記号\t番号\t枝番\t被保険者区分\t氏名カナ\t生年月日\t資格取得日\t資格喪失日",
	  "1:記号;1:番号;1:枝番;1:被保険者区分;1:氏名カナ;1:生年月日;1:資格取得日;1:資格喪失日;" },
	{ "names in English",
	  "symbol,number,branch,category,kana_name,birth_date,eligible_from,eligible_until",
	  "1:記号;1:番号;1:枝番;1:被保険者区分;1:氏名カナ;1:生年月日;1:資格取得日;1:資格喪失日;" },
	{ "a line of the roster instead", "100,56789,00,1,ﾐﾎﾝ ﾊﾅｺ,1978-04-12,2001-04-01,",
	  "1:記号;1:番号;1:枝番;1:被保険者区分;1:氏名カナ;1:生年月日;1:資格取得日;1:資格喪失日;" },
	{ "nothing", "",
	  "1:記号;1:番号;1:枝番;1:被保険者区分;1:氏名カナ;1:生年月日;1:資格取得日;1:資格喪失日;" },
};
/* clang-format on */

static void
headers_name_the_columns(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(headers); i++) {
		const struct header_row *row = &headers[i];
		struct notes notes = { "" };
		const struct roster_reporter reporter = { add_place, &notes };
		CLEANUP(roster_header_close) struct roster_header header = { 0 };
		const char *fields[FIELDS_MAX];
		char line[512];

		assert_true(text_copy(line, sizeof line, row->header));
		const size_t count = split(line, fields);
		const bool read = roster_header_read(&header, fields, count, &reporter);
		if (strcmp(notes.text, row->reported) != 0 || read != (row->reported[0] == '\0'))
			fail_msg("%s: %s", row->why, notes.text);
		assert_null(header.from_cp932);
	}
}

/* Lines --------------------------------------------------------------------------------------- */

static const char *const good_line[ROSTER_COLUMN__MAX] = {
	[ROSTER_SYMBOL] = "100",
	[ROSTER_NUMBER] = "56789",
	[ROSTER_BRANCH] = "00",
	[ROSTER_CATEGORY] = "1",
	[ROSTER_KANA_NAME] = "ミホン ハナコ",
	[ROSTER_BIRTH_DATE] = "1978-04-12",
	[ROSTER_ELIGIBLE_FROM] = "2001-04-01",
	[ROSTER_ELIGIBLE_UNTIL] = "",
};

/* A good line with one other value. `stored`: what is stored of it, NULL for a column that is
 * not. */
/* clang-format off */
static const struct line_row {
	const char *why;
	enum roster_column column;
	const char *value, *stored;
} valid_lines[] = {
	{ "digits",                     ROSTER_SYMBOL, "100",               "100" },
	{ "full-width digits",          ROSTER_SYMBOL, "１００",             "100" },
	{ "half-width kana",            ROSTER_SYMBOL, "ﾎﾝｼｬ",              "ホンシャ" },
	{ "separators drop out",        ROSTER_SYMBOL, "い-12",              "い12" },
	{ "letters become capitals",    ROSTER_SYMBOL, "ab12",              "AB12" },
	{ "a column filled with spaces", ROSTER_SYMBOL, "100       ",       "100" },
	{ "a long vowel mark in front", ROSTER_SYMBOL, "ーシャ",              "シャ" },
	{ "33 characters with 5 of the number",
	  ROSTER_SYMBOL, N20("7") TEN("7") "777", N20("7") TEN("7") "777" },
	{ "zeros in front stay",        ROSTER_NUMBER, "0056789",           "0056789" },
	{ "filled with full-width spaces", ROSTER_NUMBER, "　　56789",        "56789" },
	{ "35 characters with 3 of the symbol",
	  ROSTER_NUMBER, N20("7") TEN("7") FIVE("7"), N20("7") TEN("7") FIVE("7") },
	{ "no branch",                  ROSTER_BRANCH, "",                  NULL },
	{ "branch of spaces",           ROSTER_BRANCH, "  ",                NULL },
	{ "the last branch",            ROSTER_BRANCH, "99",                NULL },
	{ "a full-width branch",        ROSTER_BRANCH, "０１",               NULL },
	{ "insured",                    ROSTER_CATEGORY, "1",               NULL },
	{ "insured, full width",        ROSTER_CATEGORY, "１",               NULL },
	{ "half-width name",            ROSTER_KANA_NAME, "ﾐﾎﾝ ﾊﾅｺ",        "ミホン ハナコ" },
	{ "full-width space",           ROSTER_KANA_NAME, "ミホン　ハナコ",     "ミホン ハナコ" },
	{ "voiced half-width name",     ROSTER_KANA_NAME, "ﾎﾝﾀﾞ ｼﾞﾝﾊﾟ",     "ホンダ ジンパ" },
	{ "a name in letters",          ROSTER_KANA_NAME, "O'HARA-SMITH J.", "O'HARA-SMITH J." },
	{ "middle dot",                 ROSTER_KANA_NAME, "アン・マリー",       "アン・マリー" },
	{ "a hundred kana",             ROSTER_KANA_NAME, N99("ア") "ア",     N99("ア") "ア" },
	{ "a hundred voiced, half width", ROSTER_KANA_NAME, N99("ｶﾞ") "ｶﾞ",  N99("ガ") "ガ" },
	{ "birth date with slashes",    ROSTER_BIRTH_DATE, "1978/04/12",    "1978-04-12" },
	{ "birth date in digits",       ROSTER_BIRTH_DATE, "19780412",      "1978-04-12" },
	{ "begins later",               ROSTER_ELIGIBLE_FROM, "2090-04-01", "2090-04-01" },
	{ "has ended",                  ROSTER_ELIGIBLE_UNTIL, "2024-04-01", "2024-04-01" },
	{ "ended on the day it began",  ROSTER_ELIGIBLE_UNTIL, "20010401",  "2001-04-01" },
	{ "end of spaces",              ROSTER_ELIGIBLE_UNTIL, "          ", "" },
};

/* `stored`: the column that is reported, where it is another one. */
static const struct line_row invalid_lines[] = {
	{ "no symbol",                  ROSTER_SYMBOL, "",                  NULL },
	{ "a symbol of separators",     ROSTER_SYMBOL, "-・ ",               NULL },
	{ "a symbol in Greek",          ROSTER_SYMBOL, "αβγ",               NULL },
	{ "a symbol of 39",             ROSTER_SYMBOL, N38("7") "7",        NULL },
	{ "a newline in the symbol",    ROSTER_SYMBOL, "1\n00",             NULL },
	{ "not UTF-8",                  ROSTER_SYMBOL, "\x8b\x4c",          NULL },
	{ "overlong UTF-8",             ROSTER_SYMBOL, "\xc0\xb1",          NULL },
	{ "a surrogate",                ROSTER_SYMBOL, "\xed\xa0\x80",      NULL },
	{ "39 characters together",     ROSTER_SYMBOL, N20("7") TEN("7") "7777", "番号" },
	{ "no number",                  ROSTER_NUMBER, "",                  NULL },
	{ "a number of spaces",         ROSTER_NUMBER, "　 ",                NULL },
	{ "a number with a plus",       ROSTER_NUMBER, "+56789",            NULL },
	{ "as a spreadsheet rounds it", ROSTER_NUMBER, "5.6789E+12",        NULL },
	{ "longer than any field",      ROSTER_NUMBER, N99(TEN(" ")) N99(" ") "56789", NULL },
	{ "one digit",                  ROSTER_BRANCH, "0",                 NULL },
	{ "three digits",               ROSTER_BRANCH, "000",               NULL },
	{ "a letter",                   ROSTER_BRANCH, "0A",                NULL },
	{ "a space within",             ROSTER_BRANCH, "0 0",               NULL },
	{ "no category",                ROSTER_CATEGORY, "",                NULL },
	{ "category 0",                 ROSTER_CATEGORY, "0",               NULL },
	{ "category 3",                 ROSTER_CATEGORY, "3",               NULL },
	{ "category 11",                ROSTER_CATEGORY, "11",              NULL },
	{ "category in words",          ROSTER_CATEGORY, "本人",             NULL },
	{ "no name",                    ROSTER_KANA_NAME, "",               NULL },
	{ "a name of spaces",           ROSTER_KANA_NAME, "　 ",             NULL },
	{ "a tab in the name",          ROSTER_KANA_NAME, "ミホン\tハナコ",    NULL },
	{ "a bidi mark in the name",    ROSTER_KANA_NAME, "ミホン\u200Eハナコ", NULL },
	{ "a character of private use", ROSTER_KANA_NAME, "ミホン\uE000",      NULL },
	{ "an unassigned character",    ROSTER_KANA_NAME, "ミホン\u0378",      NULL },
	{ "a zero width space",         ROSTER_KANA_NAME, "ミホン\u200Bハナコ", NULL },
	{ "301 bytes",                  ROSTER_KANA_NAME, N99("ア") "アA",    NULL },
	{ "no birth date",              ROSTER_BIRTH_DATE, "",              NULL },
	{ "a birth date of an era",     ROSTER_BIRTH_DATE, "S53.4.12",      NULL },
	{ "no such birth date",         ROSTER_BIRTH_DATE, "1978-04-31",    NULL },
	{ "no begin",                   ROSTER_ELIGIBLE_FROM, "",           NULL },
	{ "no such begin",              ROSTER_ELIGIBLE_FROM, "2001-4-1",   NULL },
	{ "no such end",                ROSTER_ELIGIBLE_UNTIL, "99999999",  NULL },
	{ "ended the day before it began", ROSTER_ELIGIBLE_UNTIL, "2001-03-31", NULL },
};
/* clang-format on */

/* Reads a good line with the row's value in its column. */
static bool
read_line_row(const struct line_row *row, struct roster_line *ret, struct notes *notes)
{
	const struct roster_reporter reporter = { add_place, notes };
	struct roster_header header = { .fields = ROSTER_COLUMN__MAX };
	const char *fields[ROSTER_COLUMN__MAX];
	const struct roster_record record = { 7, fields, ROSTER_COLUMN__MAX };

	for (size_t i = 0; i < ROSTER_COLUMN__MAX; i++)
		header.at[i] = i;
	memcpy(fields, good_line, sizeof fields);
	fields[row->column] = row->value;
	return roster_line_read(&header, &record, &reporter, ret);
}

static const char *
stored(const struct roster_line *line, enum roster_column column)
{
	const char *const texts[ROSTER_COLUMN__MAX] = {
		[ROSTER_SYMBOL] = line->symbol,
		[ROSTER_NUMBER] = line->number,
		[ROSTER_KANA_NAME] = line->kana_name,
		[ROSTER_BIRTH_DATE] = line->birth_date,
		[ROSTER_ELIGIBLE_FROM] = line->eligible_from,
		[ROSTER_ELIGIBLE_UNTIL] = line->eligible_until,
	};

	return texts[column];
}

static void
valid_lines_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(valid_lines); i++) {
		const struct line_row *row = &valid_lines[i];
		struct roster_line line = { 0 };
		struct notes notes = { "" };

		if (!read_line_row(row, &line, &notes))
			fail_msg("%s: %s", row->why, notes.text);
		assert_string_equal(notes.text, "");
		assert_int_equal(line.line, 7);
		assert_true(line.insured);
		if (row->stored != NULL && strcmp(stored(&line, row->column), row->stored) != 0)
			fail_msg("%s: \"%s\"", row->why, stored(&line, row->column));
	}
}

static void
invalid_lines_are_reported_by_line_and_column(void **state)
{
	static const char *const names[] = {
#define ROSTER_COLUMN_NAME_(name, text) [name] = (text),
		ROSTER_COLUMN_LIST(ROSTER_COLUMN_NAME_)
#undef ROSTER_COLUMN_NAME_
	};
	static const struct roster_line untouched = { .line = 99 };

	(void)state;
	for (size_t i = 0; i < LENGTH(invalid_lines); i++) {
		const struct line_row *row = &invalid_lines[i];
		const char *column = row->stored != NULL ? row->stored : names[row->column];
		struct roster_line line = untouched;
		struct notes notes = { "" };
		char wanted[100];

		assert_true(text_format(wanted, sizeof wanted, "7:%s;", column));
		if (read_line_row(row, &line, &notes) || strcmp(notes.text, wanted) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", row->why, notes.text, wanted);
		assert_memory_equal(&line, &untouched, sizeof line);
	}
}

static void
dependents_are_told_apart(void **state)
{
	static const struct line_row dependent = { "", ROSTER_CATEGORY, "2", NULL };
	struct roster_line line = { .insured = true };
	struct notes notes = { "" };

	(void)state;
	assert_true(read_line_row(&dependent, &line, &notes));
	assert_false(line.insured);
}

/* 番号 カ and 記号 ーシャ are typed カーシャ, which is another string than カ and シャ. */
static void
a_long_vowel_mark_between_two_kana_is_an_error(void **state)
{
	static const char *const fields[ROSTER_COLUMN__MAX] = { "ーシャ", "カ", "", "1", "ア",
		"1990-01-01", "2010-01-01", "" };
	static const struct roster_record record = { 3, fields, LENGTH(fields) };
	struct roster_header header = { .fields = ROSTER_COLUMN__MAX };
	struct notes notes = { "" };
	const struct roster_reporter reporter = { add_place, &notes };
	struct roster_line line;

	(void)state;
	for (size_t i = 0; i < ROSTER_COLUMN__MAX; i++)
		header.at[i] = i;
	assert_false(roster_line_read(&header, &record, &reporter, &line));
	assert_string_equal(notes.text, "3:番号;");
}

/* Files --------------------------------------------------------------------------------------- */

#define GOOD        "100,56789,00,1,ミホン ハナコ,1978-04-12,2001-04-01,\n"
#define CHILD       "100,56789,01,2,ミホン サクラ,2008-02-29,2008-02-29,\n"
#define OTHER       "100,56790,00,1,レイ タロウ,1985-09-03,2010-04-01,\n"
#define BYTES(text) (text), sizeof(text) - 1

/* clang-format off */
static const struct file_row {
	const char *why;
	const char *bytes;
	size_t size;
	const char *seen; /* the valid lines, then what was reported */
} files[] = {
	{ "a header and two people",     BYTES(HEADER GOOD OTHER),               "2 3 " },
	{ "a dependent between",         BYTES(HEADER GOOD CHILD OTHER),         "2 3 4 " },
	{ "no line end at the end",      BYTES(HEADER "1,2,,1,ア,19900101,20100101,"), "2 " },
	{ "a byte order mark",           BYTES("\xEF\xBB\xBF" HEADER GOOD),      "2 " },
	{ "CRLF and quotes",             BYTES("\"記号\",番号,枝番,被保険者区分,氏名カナ,生年月日,資格取得日,資格喪失日\r\n"
	                                       "\"100\",\"56,789\",00,1,ア,19900101,20100101,\r\n"),
	                                       "2 " },
	{ "a header alone",              BYTES(HEADER),                          "" },
	{ "nothing at all",              BYTES(""),                              "1:;" },
	{ "a mark alone",                BYTES("\xEF\xBB\xBF"),                  "1:;" },
	{ "a field too few", BYTES(HEADER "1,2,,1,ア,19900101,20100101\n" GOOD), "3 2:;" },
	{ "a field too many", BYTES(HEADER GOOD "1,2,,1,ア,19900101,20100101,,\n"), "2 3:;" },
	{ "an empty line",               BYTES(HEADER GOOD "\n" OTHER),          "2 4 3:;" },
	{ "a file end mark of old",      BYTES(HEADER GOOD "\x1A"),              "2 3:;" },
	{ "two faults of one line",
	  BYTES(HEADER "1,2,X,9,ア,19900101,20100101,\n"), "2:枝番;2:被保険者区分;" },
	{ "faults of two lines",         BYTES(HEADER "1,,,1,ア,19900101,20100101,\n"
	  GOOD "1,2,,1,,19900101,20100101,\n"),
	                                 "3 2:番号;4:氏名カナ;" },
	{ "one line is not UTF-8",
	  BYTES(HEADER GOOD "100,56791,00,1,\x83\x7E\x83\x7A,19900101,20100101,\n" OTHER),
	                                 "2 4 3:氏名カナ;" },
	{ "a line end in quotes",
	  BYTES(HEADER "\"1\n\",2,,1,ア,19900101,20100101,\n" GOOD),    "4 2:記号;" },
	{ "a stray quote ends it",
	  BYTES(HEADER GOOD "1\"0,2,,1,ア,19900101,20100101,\n" OTHER), "2 3:;" },
	{ "an open quote ends it",
	  BYTES(HEADER GOOD "\"10,2,,1,ア,19900101,20100101,\n" OTHER), "2 5:;" },
	{ "a NUL ends it",
	  BYTES(HEADER GOOD "1\0,2,,1,ア,19900101,20100101,\n"),        "2 3:;" },
	{ "UTF-16",
	  BYTES("\xFF\xFE\x18\x8A\xF7\x53,\0"),                        "1:;" },
};
/* clang-format on */

static void
temporary_file(const void *bytes, size_t size, char path[static 40])
{
	assert_true(text_copy(path, 40, "/tmp/roster_test.XXXXXX"));
	const int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), (ssize_t)size);
	close(fd);
}

static void
close_file(struct roster_file **file)
{
	roster_file_close(*file);
}

/* Reads it all: the valid lines, then what was reported. */
static void
read_rows(const char *path, char seen[static REMARKS_MAX])
{
	struct notes notes = { "" };
	const struct roster_reporter reporter = { add_place, &notes };
	struct roster_line line;
	char errbuf[ERRBUF_MAX + 1];
	size_t used = 0;

	CLEANUP(close_file) struct roster_file *file = roster_file_open(path, &reporter, errbuf);
	seen[0] = '\0';
	while (file != NULL && roster_file_next(file, &line)) {
		assert_true(
		    text_format(seen + used, REMARKS_MAX - used, "%lu ", (unsigned long)line.line));
		used = strlen(seen);
	}
	assert_true(text_format(seen + used, REMARKS_MAX - used, "%s", notes.text));
	assert_string_equal(errbuf, "");
}

static void
files_are_read_line_by_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(files); i++) {
		char seen[REMARKS_MAX];
		char path[40];

		temporary_file(files[i].bytes, files[i].size, path);
		read_rows(path, seen);
		unlink(path);
		if (strcmp(seen, files[i].seen) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", files[i].why, seen, files[i].seen);
	}
}

static size_t
to_cp932(const char *text, char *ret, size_t ret_size)
{
	iconv_t converter = iconv_open("CP932", "UTF-8");
	char *in = (char *)(uintptr_t)text, *out = ret;
	size_t in_left = strlen(text), out_left = ret_size;

	assert_true(converter != (iconv_t)-1);
	assert_int_equal(iconv(converter, &in, &in_left, &out, &out_left), 0);
	iconv_close(converter);
	return ret_size - out_left;
}

static void
the_same_roster_in_cp932_reads_the_same(void **state)
{
	struct notes notes = { "" };
	const struct roster_reporter reporter = { add_remark, &notes };
	struct roster_line line;
	uint8_t hash[SECRET_SHA256_SIZE];
	char bytes[1000], path[40], errbuf[ERRBUF_MAX + 1];

	(void)state;
	/* 表 and ソ end in a backslash's byte, ﾎﾝ are single bytes, ① is Microsoft's own. */
	const size_t size = to_cp932(
	    HEADER GOOD "表ﾎﾝ,①2,00,1,ソノ　ジロウ,1990-01-01,2010-01-01,\n", bytes, sizeof bytes);
	temporary_file(bytes, size, path);
	CLEANUP(close_file) struct roster_file *file = roster_file_open(path, &reporter, errbuf);
	unlink(path);
	assert_non_null(file);
	assert_true(roster_file_next(file, &line));
	assert_string_equal(line.kana_name, "ミホン ハナコ");
	assert_true(roster_file_next(file, &line));
	assert_string_equal(line.symbol, "表ホン");
	assert_string_equal(line.number, "12");
	assert_string_equal(line.kana_name, "ソノ ジロウ");
	assert_false(roster_file_next(file, &line));
	assert_string_equal(notes.text, "");
	assert_true(roster_file_finish(file, hash));
}

static void
bytes_that_are_not_cp932_are_reported(void **state)
{
	char bytes[1000], seen[REMARKS_MAX], path[40];
	static const char broken[] = "100,56791,00,1,\x83,19900101,20100101,\n"
				     "100,56792,00,1,\xFD\xFD,19900101,20100101,\n"
				     "100,56793,00,1,\x83\x7E,19900101,20100101,\n";

	(void)state;
	const size_t size = to_cp932(HEADER GOOD, bytes, sizeof bytes);
	memcpy(bytes + size, broken, sizeof broken - 1);
	temporary_file(bytes, size + sizeof broken - 1, path);
	read_rows(path, seen);
	unlink(path);
	assert_string_equal(seen, "2 5 3:氏名カナ;4:氏名カナ;");
}

/* asvs 14.2.4 */
static void
what_stood_there_is_never_reported(void **state)
{
	static const char bytes[] = HEADER
	    "SECRET!,SECRET!,SECRET,SECRET,\x01SECRET,SECRET,SECRET,SECRET\n"
	    "SECRET\n";
	struct notes notes = { "" };
	const struct roster_reporter reporter = { add_remark, &notes };
	struct roster_line line;
	char path[40], errbuf[ERRBUF_MAX + 1];

	(void)state;
	temporary_file(BYTES(bytes), path);
	CLEANUP(close_file) struct roster_file *file = roster_file_open(path, &reporter, errbuf);
	unlink(path);
	assert_non_null(file);
	assert_false(roster_file_next(file, &line));
	assert_int_equal(roster_file_lines(file), 2);
	assert_int_equal(roster_file_invalid_lines(file), 2);
	assert_non_null(strstr(notes.text, "2:資格喪失日:"));
	assert_null(strstr(notes.text, "SECRET"));
}

static void
the_hash_is_that_of_the_file(void **state)
{
	static const char bytes[] = "\xEF\xBB\xBF" HEADER GOOD CHILD OTHER;
	const struct roster_reporter reporter = { add_remark, &(struct notes){ "" } };
	uint8_t hash[SECRET_SHA256_SIZE], wanted[SECRET_SHA256_SIZE];
	struct roster_line line;
	char path[40], errbuf[ERRBUF_MAX + 1];

	(void)state;
	secret_sha256(bytes, sizeof bytes - 1, wanted);
	temporary_file(BYTES(bytes), path);
	CLEANUP(close_file) struct roster_file *file = roster_file_open(path, &reporter, errbuf);
	unlink(path);
	assert_non_null(file);
	while (roster_file_next(file, &line))
		;
	assert_int_equal(roster_file_lines(file), 3);
	assert_true(roster_file_finish(file, hash));
	assert_memory_equal(hash, wanted, sizeof hash);
}

/* A file that is still being written: what follows the last line read would be missing. */
static void
a_file_that_grows_is_noticed(void **state)
{
	const struct roster_reporter reporter = { add_remark, &(struct notes){ "" } };
	uint8_t hash[SECRET_SHA256_SIZE];
	struct roster_line line;
	char path[40], errbuf[ERRBUF_MAX + 1];

	(void)state;
	temporary_file(BYTES(HEADER GOOD), path);
	CLEANUP(close_file) struct roster_file *file = roster_file_open(path, &reporter, errbuf);
	assert_non_null(file);
	while (roster_file_next(file, &line))
		;
	FILE *writer = fopen(path, "a");
	assert_non_null(writer);
	fputs(OTHER, writer);
	fclose(writer);
	unlink(path);
	assert_false(roster_file_finish(file, hash));
}

static void
only_a_regular_file_is_read(void **state)
{
	static const char *const paths[] = { "/tmp", "/dev/null", "/dev/zero", "/nowhere/at/all",
		"" };
	struct notes notes = { "" };
	const struct roster_reporter reporter = { add_remark, &notes };
	char errbuf[ERRBUF_MAX + 1], path[40];

	(void)state;
	for (size_t i = 0; i < LENGTH(paths); i++) {
		assert_null(roster_file_open(paths[i], &reporter, errbuf));
		assert_true(strlen(errbuf) > 0);
	}
	temporary_file("", 0, path);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_null(roster_file_open(path, &reporter, errbuf)); /* and does not wait for a writer */
	unlink(path);
	assert_string_equal(errbuf, "not a regular file");
	assert_string_equal(notes.text, "");
}

/* Too many ended ------------------------------------------------------------------------------ */

/* clang-format off */
static const struct ended_row {
	const char *why;
	int64_t ended, eligible;
	bool too_many;
} ended_rows[] = {
	{ "the first import",               0,      0,       false },
	{ "nobody goes",                    0,      100000,  false },
	{ "a tenth goes",                   10000,  100000,  false },
	{ "one more than a tenth goes",     10001,  100000,  true },
	{ "all go",                         100000, 100000,  true },
	{ "twenty may always go",           20,     100,     false },
	{ "21 of a hundred may not",        21,     100,     true },
	{ "21 of 210 are a tenth",          21,     210,     false },
	{ "half of a small society",        20,     40,      false },
	{ "more than half of a small one",  20,     39,      true },
	{ "all of a small one",             9,      9,       true },
	{ "the only one",                   1,      1,       true },
	{ "one of two",                     1,      2,       false },
	{ "as many as there could be",      INT64_C(100000000), INT64_C(100000000), true },
};
/* clang-format on */

static void
too_many_ended_are_stopped(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(ended_rows); i++) {
		const struct ended_row *row = &ended_rows[i];

		if (roster_too_many_ended(row->ended, row->eligible) != row->too_many)
			fail_msg("%s", row->why);
	}
}

static void
every_outcome_has_its_text(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ROSTER_OUTCOME__MAX; i++)
		assert_true(strlen(roster_outcome_text((enum roster_outcome)i)) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_name_the_columns),
		cmocka_unit_test(valid_lines_are_read),
		cmocka_unit_test(invalid_lines_are_reported_by_line_and_column),
		cmocka_unit_test(dependents_are_told_apart),
		cmocka_unit_test(a_long_vowel_mark_between_two_kana_is_an_error),
		cmocka_unit_test(files_are_read_line_by_line),
		cmocka_unit_test(the_same_roster_in_cp932_reads_the_same),
		cmocka_unit_test(bytes_that_are_not_cp932_are_reported),
		cmocka_unit_test(what_stood_there_is_never_reported),
		cmocka_unit_test(the_hash_is_that_of_the_file),
		cmocka_unit_test(a_file_that_grows_is_noticed),
		cmocka_unit_test(only_a_regular_file_is_read),
		cmocka_unit_test(too_many_ended_are_stopped),
		cmocka_unit_test(every_outcome_has_its_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
