/* roster_file_test.c - which file is a roster, and which of its lines are valid. */

#include "roster_file.h"

#include "bounds.h"
#include "cleanup.h"
#include "roster_date.h"
#include "secret.h"
#include "text.h"

#include <fcntl.h>
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

static struct roster_columns columns;

static int
set_up(void **state)
{
	(void)state;
	roster_columns_default(&columns);
	return secret_start() ? 0 : -1;
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
	{ "with the old pair", "旧番号,旧記号,記号,番号,枝番,被保険者区分,氏名カナ,生年月日,資格取得日,資格喪失日", "" },
	{ "half of the old pair", "旧番号,記号,番号,枝番,被保険者区分,氏名カナ,生年月日,資格取得日,資格喪失日", "1:旧記号;" },
	{ "the old pair twice", "旧番号,旧番号,旧記号,記号,番号,枝番,被保険者区分,氏名カナ,生年月日,資格取得日,資格喪失日",
	  "1:旧番号;" },
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
		const bool read = roster_header_read(&header, &columns, fields, count, &reporter);
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
	[ROSTER_OLD_SYMBOL] = "",
	[ROSTER_OLD_NUMBER] = "",
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
	{ "no end, as databases say it", ROSTER_ELIGIBLE_UNTIL, "9999-12-31", "" },
	{ "no end with slashes",        ROSTER_ELIGIBLE_UNTIL, "9999/12/31", "" },
	{ "no end in digits",           ROSTER_ELIGIBLE_UNTIL, "99991231",  "" },
	{ "no end with a time",         ROSTER_ELIGIBLE_UNTIL, "9999/12/31 0:00:00", "" },
	{ "an end of an era",           ROSTER_ELIGIBLE_UNTIL, "令和6年4月1日", "2024-04-01" },
	{ "as spreadsheets keep a text", ROSTER_NUMBER, "=\"0056789\"",     "0056789" },
	{ "the same, full width inside", ROSTER_NUMBER, "=\"００５６７８９\"", "0056789" },
	{ "a thousand's comma",         ROSTER_NUMBER, "56,789",            "56789" },
	{ "groups with points",         ROSTER_NUMBER, "12.34.56",          "123456" },
	{ "letters behind a point",     ROSTER_SYMBOL, "12.A",              "12A" },
	{ "a branch without its zero",  ROSTER_BRANCH, "0",                 NULL },
	{ "another one",                ROSTER_BRANCH, "1",                 NULL },
	{ "as spreadsheets keep a branch", ROSTER_BRANCH, "=\"00\"",        NULL },
	{ "a birth date of an era",     ROSTER_BIRTH_DATE, "S53.4.12",      "1978-04-12" },
	{ "a begin without zeros",      ROSTER_ELIGIBLE_FROM, "2001-4-1",   "2001-04-01" },
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
	{ "shorter",                    ROSTER_NUMBER, "1.0E+06",           NULL },
	{ "without a plus",             ROSTER_NUMBER, "1.0E06",            NULL },
	{ "in small letters",           ROSTER_NUMBER, "1.5e-7",            NULL },
	{ "as a decimal number",        ROSTER_NUMBER, "1000001.0",         NULL },
	{ "in full width",              ROSTER_NUMBER, "１０００００１．０",    NULL },
	{ "with a point at its end",    ROSTER_NUMBER, "1000001.",          NULL },
	{ "a symbol as a decimal number", ROSTER_SYMBOL, "100.00",          NULL },
	{ "a decimal number kept as text", ROSTER_NUMBER, "=\"56789.0\"",   NULL },
	{ "half of such a text",        ROSTER_NUMBER, "=\"56789",          NULL },
	{ "a sum",                      ROSTER_NUMBER, "=A1",               NULL },
	{ "longer than any field",      ROSTER_NUMBER, N99(TEN(" ")) N99(" ") "56789", NULL },
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
	{ "a birth date outside its era", ROSTER_BIRTH_DATE, "S64.1.8",     NULL },
	{ "nobody is born at the end",  ROSTER_BIRTH_DATE, "9999-12-31",    NULL },
	{ "no such birth date",         ROSTER_BIRTH_DATE, "1978-04-31",    NULL },
	{ "no begin",                   ROSTER_ELIGIBLE_FROM, "",           NULL },
	{ "no such begin",              ROSTER_ELIGIBLE_FROM, "2001-4-31",  NULL },
	{ "no begin at the end",        ROSTER_ELIGIBLE_FROM, "9999-12-31", NULL },
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
		"1990-01-01", "2010-01-01", "", "", "" };
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

/* The old pair -------------------------------------------------------------------------------- */

/* clang-format off */
static const struct old_row {
	const char *why, *symbol, *number;
	const char *kept; /* number and symbol, or what is reported */
} old_rows[] = {
	{ "none",                     "",       "",      "/" },
	{ "another one",              "１０１",  "567-89", "56789/101" },
	{ "the same: no transfer",    "100",    "56789", "/" },
	{ "the same, written otherwise", "１００", "56-789", "/" },
	{ "only a number",            "",       "56789", "7:旧番号;" },
	{ "only a symbol",            "101",    "",      "7:旧番号;" },
	{ "a number of a spreadsheet", "101",   "56789.0", "7:旧番号;" },
};
/* clang-format on */

static void
the_old_pair_is_whole_or_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(old_rows); i++) {
		const struct old_row *row = &old_rows[i];
		const char *fields[ROSTER_COLUMN__MAX];
		const struct roster_record record = { 7, fields, ROSTER_COLUMN__MAX };
		struct roster_header header = { .fields = ROSTER_COLUMN__MAX };
		struct notes notes = { "" };
		const struct roster_reporter reporter = { add_place, &notes };
		struct roster_line line;
		char kept[100];

		for (size_t j = 0; j < ROSTER_COLUMN__MAX; j++)
			header.at[j] = j;
		memcpy(fields, good_line, sizeof fields);
		fields[ROSTER_OLD_SYMBOL] = row->symbol;
		fields[ROSTER_OLD_NUMBER] = row->number;
		if (roster_line_read(&header, &record, &reporter, &line))
			assert_true(text_format(
			    kept, sizeof kept, "%s/%s", line.old_number, line.old_symbol));
		else
			assert_true(text_copy(kept, sizeof kept, notes.text));
		if (strcmp(kept, row->kept) != 0)
			fail_msg("%s: \"%s\"", row->why, kept);
	}
}

/* Dates --------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct date_row {
	const char *text, *date; /* NULL: none */
} date_rows[] = {
	{ "1978-04-12", "1978-04-12" },      { "1978/04/12", "1978-04-12" },
	{ "1978/4/12", "1978-04-12" },       { "1978-4-2", "1978-04-02" },
	{ "19780412", "1978-04-12" },        { "1978年4月12日", "1978-04-12" },
	{ "1978年04月12日", "1978-04-12" },    { "1978/4/12 0:00", "1978-04-12" },
	{ "1978/4/12 0:00:00", "1978-04-12" }, { "1978-04-12 00:00:00", "1978-04-12" },
	{ "1978-04-12 00:00", "1978-04-12" }, { "2000/2/29", "2000-02-29" },
	/* eras, in each of their forms */
	{ "S53.4.12", "1978-04-12" },        { "s53.4.12", "1978-04-12" },
	{ "S53/4/12", "1978-04-12" },        { "S53-04-12", "1978-04-12" },
	{ "S530412", "1978-04-12" },         { "昭和53年4月12日", "1978-04-12" },
	{ "昭和53.4.12", "1978-04-12" },      { "昭和530412", "1978-04-12" },
	{ "S5.4.2", "1930-04-02" },          { "R06.04.01", "2024-04-01" },
	/* their first and last days, and the first year, which has a name of its own */
	{ "明治6年1月1日", "1873-01-01" },     { "M5.12.31", NULL },
	{ "M45.7.29", "1912-07-29" },        { "M45.7.30", NULL },
	{ "T1.7.30", "1912-07-30" },         { "大正元年7月29日", NULL },
	{ "大正元年7月30日", "1912-07-30" },   { "T15.12.24", "1926-12-24" },
	{ "T15.12.25", NULL },               { "昭和元年12月25日", "1926-12-25" },
	{ "S1.12.24", NULL },                { "S1.12.25", "1926-12-25" },
	{ "S64.1.7", "1989-01-07" },         { "S64.1.8", NULL },
	{ "平成元年1月8日", "1989-01-08" },    { "H1.1.7", NULL },
	{ "H31.4.30", "2019-04-30" },        { "H31.5.1", NULL },
	{ "平成31年5月1日", NULL },           { "令和元年5月1日", "2019-05-01" },
	{ "R1.4.30", NULL },                 { "R1.5.1", "2019-05-01" },
	{ "R元.5.1", "2019-05-01" },          { "R99.1.1", "2117-01-01" },
	/* no era, no day, or none that means one */
	{ "", NULL },                        { "53.4.12", NULL },
	{ "53/4/12", NULL },                 { "4/12/1978", NULL },
	{ "78-04-12", NULL },                { "1978.4.12", NULL },
	{ "28592", NULL },                   { "3530412", NULL },
	{ "1978/4", NULL },                  { "1978/4/12/", NULL },
	{ "1978/4-12", NULL },               { "1978/004/12", NULL },
	{ "1978/4/12 9:30", NULL },          { "1978/4/12 0:00 ", NULL },
	{ "1978-02-29", NULL },              { "1978/13/1", NULL },
	{ "1978/0/1", NULL },                { "S0.4.12", NULL },
	{ "S53.2.29", NULL },                { "S53", NULL },
	{ "S53.4", NULL },                   { "S53.4.12.", NULL },
	{ "S53412", NULL },                  { "S053.4.12", NULL },
	{ "S-1.4.12", NULL },                { "SS53.4.12", NULL },
	{ "X53.4.12", NULL },                { "昭53.4.12", NULL },
	{ "慶応3年1月1日", NULL },            { "昭和年4月12日", NULL },
	{ "昭和元元年4月12日", NULL },         { "昭和53年4月12", NULL },
	{ "9999-12-31", NULL },              { "2200-01-01", NULL },
	{ "1849-12-31", NULL },              { "00000000", NULL },
	{ "99999999999999999999", NULL },    { "1978/99999999999/1", NULL },
};
/* clang-format on */

static void
dates_mean_one_day_or_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(date_rows); i++) {
		char date[CLOCK_DATE_MAX + 1] = "";
		const char *reason = roster_date_read(date_rows[i].text, date);

		if ((reason == NULL) != (date_rows[i].date != NULL))
			fail_msg("%s: %s", date_rows[i].text, reason != NULL ? reason : date);
		if (reason == NULL && strcmp(date, date_rows[i].date) != 0)
			fail_msg("%s: %s", date_rows[i].text, date);
	}
}

static void
only_the_last_day_of_all_is_no_end(void **state)
{
	static const char *const others[] = { "", "9999-12-30", "9999-99-99", "99999999",
		"R99.12.31", "2199-12-31", "9999-12-31x", "9999" };

	(void)state;
	assert_true(roster_date_is_no_end("9999-12-31"));
	assert_true(roster_date_is_no_end("9999年12月31日"));
	for (size_t i = 0; i < LENGTH(others); i++)
		if (roster_date_is_no_end(others[i]))
			fail_msg("%s", others[i]);
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
	{ "an empty line between",       BYTES(HEADER GOOD "\n" OTHER),          "2 4 3:;" },
	{ "empty lines at the end",      BYTES(HEADER GOOD "\n\n\n"),            "2 " },
	{ "lines of commas at the end",  BYTES(HEADER GOOD ",,,,,,,\n,,\r\n,,,,,,,,,,\n"), "2 " },
	{ "lines of spaces at the end",  BYTES(HEADER GOOD " , ,　,,,,,\n\"\",,\n   "), "2 " },
	{ "a line of commas between",    BYTES(HEADER GOOD ",,,,,,,\n" OTHER),   "2 4 3:;" },
	{ "some empty ones between are one error",
	  BYTES(HEADER GOOD "\n\n,,\n" OTHER "\n"), "2 6 3:;" },
	{ "empty ones in front",         BYTES(HEADER "\n" GOOD),                "3 2:;" },
	{ "a file end mark of old",      BYTES(HEADER GOOD "\x1A"),              "2 " },
	{ "with a line end",             BYTES(HEADER GOOD "\x1A\r\n"),          "2 " },
	{ "behind empty lines",          BYTES(HEADER GOOD "\r\n,,\r\n\x1A"),    "2 " },
	{ "a line behind the end mark",  BYTES(HEADER GOOD "\x1A\n" OTHER),      "2 4:;" },
	{ "an end mark within a line",
	  BYTES(HEADER "100,56\x1A,00,1,ア,19900101,20100101,\n" OTHER),
	  "3 2:番号;" },
	{ "texts of a spreadsheet",
	  BYTES(HEADER "=\"100\",=\"056,789\",=\"00\",1,ア,19900101,20100101,\n"
	        "\"=\"\"100\"\"\",\"=\"\"1\"\"\",0,1,ア,19900101,20100101,\n"), "2 3 " },
	{ "tabs, as Unicode text has",
	  BYTES("記号\t番号\t枝番\t被保険者区分\t氏名カナ\t生年月日\t資格取得日\t資格喪失日\n"
	        "100\t56,789\t00\t1\tア\t1990/1/1\t2010/1/1\t\n\t\t\n"), "2 " },
	{ "tabs and a stray comma",      BYTES("記号\t番号,枝番\n"),
	  "1:記号;1:番号;1:被保険者区分;1:氏名カナ;1:生年月日;1:資格取得日;1:資格喪失日;" },
	{ "half a character of UTF-16",  BYTES("\xFF\xFE\x18\x8A\xF7"),         "1:;" },
	{ "half a pair of UTF-16",       BYTES("\xFF\xFE\x18\x8A\x40\xD8"),     "1:;" },
	{ "a pair the wrong way round",  BYTES("\xFE\xFF\xDC\x0B\xD8\x40"),     "1:;" },
	{ "a mark of UTF-16 alone",      BYTES("\xFE\xFF"),                      "1:;" },
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
	{ "a header of UTF-16",          BYTES("\xFF\xFE\x18\x8A\xF7\x53,\0"),
	  "1:番号;1:枝番;1:被保険者区分;1:氏名カナ;1:生年月日;1:資格取得日;1:資格喪失日;" },
	{ "UTF-16 without its mark",     BYTES("\x18\x8A\xF7\x53,\0"),         "1:;" },
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

static int
open_path(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
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

	CLEANUP(cleanup_close) const int fd = open_path(path);
	CLEANUP(close_file)
	struct roster_file *file = roster_file_open(fd, &columns, &reporter, errbuf);
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
	CLEANUP(cleanup_close) const int fd = open_path(path);
	CLEANUP(close_file)
	struct roster_file *file = roster_file_open(fd, &columns, &reporter, errbuf);
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
	CLEANUP(cleanup_close) const int fd = open_path(path);
	CLEANUP(close_file)
	struct roster_file *file = roster_file_open(fd, &columns, &reporter, errbuf);
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
	CLEANUP(cleanup_close) const int fd = open_path(path);
	CLEANUP(close_file)
	struct roster_file *file = roster_file_open(fd, &columns, &reporter, errbuf);
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
	CLEANUP(cleanup_close) const int fd = open_path(path);
	CLEANUP(close_file)
	struct roster_file *file = roster_file_open(fd, &columns, &reporter, errbuf);
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
		CLEANUP(cleanup_close) const int fd = open_path(paths[i]);

		assert_null(roster_file_open(fd, &columns, &reporter, errbuf));
		assert_true(strlen(errbuf) > 0);
	}
	temporary_file("", 0, path);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	CLEANUP(cleanup_close) const int fd = open_path(path);
	assert_null(roster_file_open(fd, &columns, &reporter, errbuf));
	unlink(path);
	assert_string_equal(errbuf, "not a regular file");
	assert_string_equal(notes.text, "");
}

/* UTF-16 and names of others ------------------------------------------------------------------ */

/* Writes a text as UTF-16 with its mark. */
static size_t
to_utf16(const char *text, const char *encoding, char *ret, size_t ret_size)
{
	iconv_t converter = iconv_open(encoding, "UTF-8");
	char marked[2000];
	char *in = marked, *out = ret;
	size_t out_left = ret_size;

	assert_true(converter != (iconv_t)-1);
	assert_true(text_format(marked, sizeof marked, "\uFEFF%s", text));
	size_t in_left = strlen(marked);
	assert_int_equal(iconv(converter, &in, &in_left, &out, &out_left), 0);
	iconv_close(converter);
	return ret_size - out_left;
}

/* 𠮷 is a pair. */
static void
the_same_roster_in_utf16_reads_the_same(void **state)
{
	static const char *const encodings[] = { "UTF-16LE", "UTF-16BE" };
	static const char text[] = HEADER GOOD
	    "𠮷1,ア12,00,1,\"ソノ,　ジロウ\",S53.4.12,2010-01-01,\r\n,,\r\n";

	(void)state;
	for (size_t i = 0; i < LENGTH(encodings); i++) {
		struct notes notes = { "" };
		const struct roster_reporter reporter = { add_remark, &notes };
		struct roster_line line;
		uint8_t hash[SECRET_SHA256_SIZE], wanted[SECRET_SHA256_SIZE];
		static char bytes[4000];
		char path[40], errbuf[ERRBUF_MAX + 1];
		const size_t size = to_utf16(text, encodings[i], bytes, sizeof bytes);

		secret_sha256(bytes, size, wanted);
		temporary_file(bytes, size, path);
		CLEANUP(cleanup_close) const int fd = open_path(path);
		unlink(path);
		static struct roster_columns mapped;
		mapped = columns;
		mapped.is_cp932 = true; /* the mark says more */
		CLEANUP(close_file)
		struct roster_file *file = roster_file_open(fd, &mapped, &reporter, errbuf);
		assert_non_null(file);
		assert_true(roster_file_next(file, &line));
		assert_string_equal(line.kana_name, "ミホン ハナコ");
		assert_true(roster_file_next(file, &line));
		assert_string_equal(line.symbol, "𠮷1");
		assert_string_equal(line.kana_name, "ソノ, ジロウ");
		assert_int_equal(line.line, 3);
		assert_false(roster_file_next(file, &line));
		assert_string_equal(notes.text, "");
		assert_true(roster_file_finish(file, hash));
		assert_memory_equal(hash, wanted, sizeof hash);
		assert_int_equal(roster_file_read_permille(file), 1000);
	}
}

/* Characters lie across the pieces in which a file is read. */
static void
a_long_file_of_utf16_is_read_whole(void **state)
{
	static char text[200000], bytes[500000];
	const struct roster_reporter reporter = { add_remark, &(struct notes){ "" } };
	struct roster_line line;
	char path[40], errbuf[ERRBUF_MAX + 1];
	iconv_t converter = iconv_open("UTF-16LE", "UTF-8");
	char *in = text, *out = bytes;
	size_t used, out_left = sizeof bytes;

	(void)state;
	assert_true(text_copy(text, sizeof text, "\uFEFF" HEADER));
	for (unsigned i = 0; i < 2000; i++) {
		used = strlen(text);
		assert_true(text_format(text + used, sizeof text - used,
		    "𠮷%u,%u,,1,%.*s,19900101,20100101,\n", i, i, (int)((i % 30 + 1) * 3),
		    N38("ア")));
	}
	used = strlen(text);
	assert_int_equal(iconv(converter, &in, &used, &out, &out_left), 0);
	iconv_close(converter);
	temporary_file(bytes, sizeof bytes - out_left, path);
	CLEANUP(cleanup_close) const int fd = open_path(path);
	unlink(path);
	CLEANUP(close_file)
	struct roster_file *file = roster_file_open(fd, &columns, &reporter, errbuf);
	assert_non_null(file);
	for (unsigned i = 0; i < 2000; i++) {
		assert_true(roster_file_next(file, &line));
		assert_int_equal(line.line, i + 2);
		assert_int_equal(strlen(line.kana_name), (i % 30 + 1) * 3);
	}
	assert_false(roster_file_next(file, &line));
	assert_int_equal(roster_file_lines(file), 2000);
}

/* clang-format off */
static const struct mapping_row {
	const char *why, *text;
	const char *number; /* the name of 番号, or what is wrong */
} mapping_rows[] = {
	{ "nothing",                   "",                          "番号" },
	{ "a name",                    "番号=証番号\n",              "証番号" },
	{ "no line end, spaces around", "  番号 = 証番号　",           "証番号" },
	{ "CRLF and a mark",           "\xEF\xBB\xBF番号=証番号\r\n", "証番号" },
	{ "remarks and empty lines",   "# 番号=x\n\n   \n番号=証番号\n", "証番号" },
	{ "in half width",             "番号=ｼｮｳ番号\n",             "ショウ番号" },
	{ "a sign in the name",        "番号=a=b\n",                "a=b" },
	{ "names that change places",  "番号=記号\n記号=番号\n",      "記号" },
	{ "no encoding that is known", "文字コード=EUC-JP\n",
	  "line 1: 文字コード is UTF-8 or Shift_JIS" },
	{ "no sign",                   "番号\n",
	  "line 1: there is no \"=\"" },
	{ "no column of ours",         "# x\n電話=TEL\n",
	  "line 2: left of \"=\" is no column of a roster" },
	{ "no name",                   "番号= \n",
	  "line 1: right of \"=\" is no name" },
	{ "twice",                     "番号=a\n番号=b\n",
	  "line 2: this column has a name already" },
	{ "the name of another",       "番号=記号\n",
	  "line 1: two columns have the same name" },
	{ "not UTF-8",                 "番号=\x8F\x58\n",
	  "line 1: is no UTF-8, or too long" },
	{ "a name of 303 bytes",       "番号=" N99("ア") "アイ",
	  "line 1: the name is longer than 300 bytes" },
};
/* clang-format on */

static void
read_mapping(const char *text, size_t size, char errbuf[static ERRBUF_MAX + 1],
    struct roster_columns *ret, bool wanted)
{
	char path[40];

	temporary_file(text, size, path);
	CLEANUP(cleanup_close) const int fd = open_path(path);
	unlink(path);
	roster_columns_default(ret);
	errbuf[0] = '\0';
	assert_int_equal(roster_columns_read(ret, fd, errbuf), wanted);
}

static void
a_mapping_names_the_columns(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(mapping_rows); i++) {
		const struct mapping_row *row = &mapping_rows[i];
		const bool wanted = !text_starts_with(row->number, "line ");
		struct roster_columns mapped;
		char errbuf[ERRBUF_MAX + 1];

		read_mapping(row->text, strlen(row->text), errbuf, &mapped, wanted);
		if (strcmp(wanted ? mapped.names[ROSTER_NUMBER] : errbuf, row->number) != 0)
			fail_msg("%s: %s", row->why, errbuf);
	}
}

static void
a_mapping_has_a_bound(void **state)
{
	static char text[ROSTER_MAPPING_MAX + 1];
	struct roster_columns mapped;
	char errbuf[ERRBUF_MAX + 1];

	(void)state;
	memset(text, '#', sizeof text);
	read_mapping(text, ROSTER_MAPPING_MAX, errbuf, &mapped, true);
	read_mapping(text, ROSTER_MAPPING_MAX + 1, errbuf, &mapped, false);
	assert_string_equal(errbuf, "is no text of at most 8192 bytes");
	read_mapping("番号=\0a", 8, errbuf, &mapped, false);
}

static void
a_file_of_others_is_read_by_a_mapping(void **state)
{
	static const char mapping[] = "番号=証番号\n記号=証記号\n資格喪失日=喪失\n";
	static const char bytes[] =
	    "証記号,証番号,枝番,被保険者区分,氏名カナ,生年月日,資格取得日,喪失\n"
	    "100,56789,X,1,ア,1990-01-01,2010-01-01,\n" OTHER;
	struct notes notes = { "" };
	const struct roster_reporter reporter = { add_place, &notes };
	struct roster_columns mapped;
	struct roster_line line;
	char path[40], errbuf[ERRBUF_MAX + 1];

	(void)state;
	read_mapping(BYTES(mapping), errbuf, &mapped, true);
	temporary_file(BYTES(bytes), path);
	CLEANUP(cleanup_close) const int fd = open_path(path);
	unlink(path);
	CLEANUP(close_file)
	struct roster_file *file = roster_file_open(fd, &mapped, &reporter, errbuf);
	assert_non_null(file);
	assert_true(roster_file_next(file, &line));
	assert_string_equal(line.number, "56790");
	assert_string_equal(notes.text, "2:枝番;");
}

/* Its header is the same bytes in both encodings. */
static void
a_mapping_says_what_a_header_without_japanese_can_not(void **state)
{
	static const char names[] =
	    "記号=A\n番号=B\n枝番=C\n被保険者区分=D\n氏名カナ=E\n生年月日=F\n"
	    "資格取得日=G\n資格喪失日=H\n";
	static const char *const encodings[] = { "", "文字コード=UTF-8\n", "文字コード=cp932\n",
		"文字コード=Shift_JIS\n" };
	char bytes[500], path[40], errbuf[ERRBUF_MAX + 1];
	const size_t size = to_cp932("A,B,C,D,E,F,G,H\n" GOOD, bytes, sizeof bytes);

	(void)state;
	for (size_t i = 0; i < LENGTH(encodings); i++) {
		struct notes notes = { "" };
		const struct roster_reporter reporter = { add_place, &notes };
		struct roster_columns mapped;
		struct roster_line line = { .kana_name = "" };
		char mapping[400];

		assert_true(text_format(mapping, sizeof mapping, "%s%s", encodings[i], names));
		read_mapping(mapping, strlen(mapping), errbuf, &mapped, true);
		temporary_file(bytes, size, path);
		CLEANUP(cleanup_close) const int fd = open_path(path);
		unlink(path);
		CLEANUP(close_file)
		struct roster_file *file = roster_file_open(fd, &mapped, &reporter, errbuf);
		assert_non_null(file);
		assert_int_equal(roster_file_next(file, &line), i >= 2);
		assert_string_equal(line.kana_name, i >= 2 ? "ミホン ハナコ" : "");
		assert_string_equal(notes.text, i >= 2 ? "" : "2:氏名カナ;");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_name_the_columns),
		cmocka_unit_test(valid_lines_are_read),
		cmocka_unit_test(invalid_lines_are_reported_by_line_and_column),
		cmocka_unit_test(dependents_are_told_apart),
		cmocka_unit_test(the_old_pair_is_whole_or_none),
		cmocka_unit_test(dates_mean_one_day_or_none),
		cmocka_unit_test(only_the_last_day_of_all_is_no_end),
		cmocka_unit_test(a_long_vowel_mark_between_two_kana_is_an_error),
		cmocka_unit_test(files_are_read_line_by_line),
		cmocka_unit_test(the_same_roster_in_cp932_reads_the_same),
		cmocka_unit_test(bytes_that_are_not_cp932_are_reported),
		cmocka_unit_test(what_stood_there_is_never_reported),
		cmocka_unit_test(the_hash_is_that_of_the_file),
		cmocka_unit_test(a_file_that_grows_is_noticed),
		cmocka_unit_test(only_a_regular_file_is_read),
		cmocka_unit_test(the_same_roster_in_utf16_reads_the_same),
		cmocka_unit_test(a_long_file_of_utf16_is_read_whole),
		cmocka_unit_test(a_mapping_names_the_columns),
		cmocka_unit_test(a_mapping_has_a_bound),
		cmocka_unit_test(a_file_of_others_is_read_by_a_mapping),
		cmocka_unit_test(a_mapping_says_what_a_header_without_japanese_can_not),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
