/* roster_line.c - the header of a roster, and one line of it as a person. */

#include "roster_line.h"

#include "insured_number.h"
#include "roster_date.h"
#include "roster_text.h"
#include "text.h"
#include "unicode.h"

#include <string.h>

static void
report_line(
    const struct roster_reporter *reporter, uint64_t line, const char *column, const char *reason)
{
	const struct roster_remark remark = { .line = line, .column = column, .reason = reason };

	reporter->report(reporter->context, &remark);
}

/* The header ---------------------------------------------------------------------------------- */

static bool
all_utf8(const char *const *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!roster_text_is_utf8(fields[i]))
			return false;
	return true;
}

/* How many columns have this name; *ret_at: the last of them. */
static unsigned
count_columns(
    const struct roster_header *header, const char *const *fields, const char *name, size_t *ret_at)
{
	char text[ROSTER_FIELD_MAX + 1];
	unsigned found = 0;

	for (size_t i = 0; i < header->fields; i++) {
		if (roster_text_read(header->from_cp932, fields[i], text) != NULL ||
		    strcmp(text, name) != 0)
			continue;
		*ret_at = i;
		found++;
	}
	return found;
}

/* Finds one column. False: it is missing, or there twice. */
static bool
find_column(struct roster_header *header, enum roster_column column, const char *name,
    const char *const *fields, const struct roster_reporter *reporter)
{
	const unsigned found = count_columns(header, fields, name, &header->at[column]);

	if (found == 0 && roster_column_is_optional(column)) {
		header->at[column] = ROSTER_NOWHERE;
		return true;
	}
	if (found == 0)
		report_line(
		    reporter, 1, roster_column_name(column), "the header lacks this column");
	if (found > 1)
		report_line(
		    reporter, 1, roster_column_name(column), "the header has this column twice");
	return found == 1;
}

/* The old pair is two columns, or none. */
static bool
old_pair_is_whole(const struct roster_header *header, const struct roster_reporter *reporter)
{
	const bool symbol = header->at[ROSTER_OLD_SYMBOL] != ROSTER_NOWHERE;
	const bool number = header->at[ROSTER_OLD_NUMBER] != ROSTER_NOWHERE;

	if (symbol != number)
		report_line(reporter, 1,
		    roster_column_name(symbol ? ROSTER_OLD_NUMBER : ROSTER_OLD_SYMBOL),
		    "the header has only the other column of the old pair");
	return symbol == number;
}

bool
roster_header_read(struct roster_header *header, const struct roster_columns *columns,
    const char *const *fields, size_t count, const struct roster_reporter *reporter)
{
	bool found_all = true;

	*header = (struct roster_header){ .fields = count };
	if (columns->is_cp932 || !all_utf8(fields, count))
		header->from_cp932 = iconv_open("UTF-8", "CP932");
	if (header->from_cp932 == (iconv_t)-1) {
		header->from_cp932 = NULL;
		report_line(reporter, 1, NULL, "not UTF-8, and this system can not convert CP932");
		return false;
	}
	for (unsigned i = 0; i < ROSTER_COLUMN__MAX; i++)
		found_all &= find_column(
		    header, (enum roster_column)i, columns->names[i], fields, reporter);
	return found_all && old_pair_is_whole(header, reporter);
}

void
roster_header_close(struct roster_header *header)
{
	if (header->from_cp932 != NULL)
		iconv_close(header->from_cp932);
	header->from_cp932 = NULL;
}

/* One column: reads its plain text; returns NULL, or the reason why it can not --------------- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* 1000001.0 and 1.0E+06: what a spreadsheet makes of a number that it takes for one. The point and
 * the sign would drop out as separators do, and leave another number. */
static bool
is_of_spreadsheet(const char *text)
{
	const size_t digits = strspn(text, "0123456789");
	const char *behind = text + digits;

	if (digits == 0 || *behind != '.')
		return false;
	behind += 1 + strspn(behind + 1, "0123456789");
	return *behind == '\0' ||
	       ((*behind == 'E' || *behind == 'e') &&
		   (behind[1] == '+' || behind[1] == '-' || is_digit(behind[1])));
}

static const char *
read_insured_number(const char *text, char *ret)
{
	if (is_of_spreadsheet(text))
		return "is a decimal number, as a spreadsheet writes one: export the column as "
		       "text";
	switch (insured_number_fold(text, ret, INSURED_NUMBER_SIZE_MAX + 1)) {
	case FIELD_OK:
		return NULL;
	case FIELD_REQUIRED:
		return "empty";
	case FIELD_TOO_LONG:
		return "longer than 38 characters";
	default:
		return "has a character that is no letter, digit, kana or kanji";
	}
}

static const char *
read_symbol(const char *text, struct roster_line *ret)
{
	return read_insured_number(text, ret->symbol);
}

static const char *
read_number(const char *text, struct roster_line *ret)
{
	return read_insured_number(text, ret->number);
}

/* The branch does not say who is insured and is not stored, so one that has lost its zero does no
 * harm. A wrong one means that columns slipped. */
static const char *
read_branch(const char *text, struct roster_line *ret)
{
	(void)ret;
	if (strspn(text, "0123456789") <= 2 && text[strspn(text, "0123456789")] == '\0')
		return NULL;
	return "neither one or two digits nor empty";
}

static const char *
read_category(const char *text, struct roster_line *ret)
{
	if (strcmp(text, "1") != 0 && strcmp(text, "2") != 0)
		return "neither 1 (insured) nor 2 (dependent)";
	ret->insured = text[0] == '1';
	return NULL;
}

static bool
is_part_of_name(int32_t code_point)
{
	switch (unicode_kind(code_point)) {
	case UNICODE_LETTER:
	case UNICODE_COMBINING:
	case UNICODE_SPACE:
	case UNICODE_OTHER:
		return true;
	case UNICODE_MARKUP:
	case UNICODE_CONTROL:
	case UNICODE_JOINER:
	case UNICODE_FORMAT:
	case UNICODE_UNASSIGNED:
		return false;
	}
	return false;
}

static const char *
read_kana_name(const char *text, struct roster_line *ret)
{
	int32_t code_point;

	if (text[0] == '\0')
		return "empty";
	for (const char *at = text; unicode_next(&at, &code_point);)
		if (!is_part_of_name(code_point))
			return "has a character that no name has";
	return text_copy(ret->kana_name, sizeof ret->kana_name, text)
		   ? NULL
		   : "longer than 300 bytes of UTF-8";
}

static const char *
read_date(const char *text, char *ret)
{
	return text[0] == '\0' ? "empty" : roster_date_read(text, ret);
}

static const char *
read_birth_date(const char *text, struct roster_line *ret)
{
	return read_date(text, ret->birth_date);
}

static const char *
read_eligible_from(const char *text, struct roster_line *ret)
{
	return read_date(text, ret->eligible_from);
}

static const char *
read_eligible_until(const char *text, struct roster_line *ret)
{
	ret->eligible_until[0] = '\0';
	if (text[0] == '\0' || roster_date_is_no_end(text))
		return NULL;
	return read_date(text, ret->eligible_until);
}

static const char *
read_old_symbol(const char *text, struct roster_line *ret)
{
	return text[0] == '\0' ? NULL : read_insured_number(text, ret->old_symbol);
}

static const char *
read_old_number(const char *text, struct roster_line *ret)
{
	return text[0] == '\0' ? NULL : read_insured_number(text, ret->old_number);
}

static const char *(*const readers[ROSTER_COLUMN__MAX])(const char *, struct roster_line *) = {
	[ROSTER_SYMBOL] = read_symbol,
	[ROSTER_NUMBER] = read_number,
	[ROSTER_BRANCH] = read_branch,
	[ROSTER_CATEGORY] = read_category,
	[ROSTER_KANA_NAME] = read_kana_name,
	[ROSTER_BIRTH_DATE] = read_birth_date,
	[ROSTER_ELIGIBLE_FROM] = read_eligible_from,
	[ROSTER_ELIGIBLE_UNTIL] = read_eligible_until,
	[ROSTER_OLD_SYMBOL] = read_old_symbol,
	[ROSTER_OLD_NUMBER] = read_old_number,
};

/* One line ------------------------------------------------------------------------------------ */

/* A column that the file has not is empty. */
static const char *
read_column_text(const struct roster_header *header, const struct roster_record *record,
    enum roster_column column, char ret[static ROSTER_FIELD_MAX + 1])
{
	ret[0] = '\0';
	if (header->at[column] == ROSTER_NOWHERE)
		return NULL;
	return roster_text_read(header->from_cp932, record->fields[header->at[column]], ret);
}

/* Members type 番号 and 記号 as one string, which must fold to what is stored of the two. A long vowel
 * mark at the start of 記号 is a kana after a 番号 in kana, and a hyphen everywhere else. */
static const char *
validate_typed_together(const struct roster_header *header, const struct roster_record *record,
    const struct roster_line *line)
{
	char typed[2 * ROSTER_FIELD_MAX + 1];
	char symbol[ROSTER_FIELD_MAX + 1];
	char folded[INSURED_NUMBER_SIZE_MAX + 1];
	const char *reason = read_column_text(header, record, ROSTER_NUMBER, typed);

	if (reason == NULL)
		reason = read_column_text(header, record, ROSTER_SYMBOL, symbol);
	if (reason != NULL)
		return reason;
	memcpy(typed + strlen(typed), symbol, strlen(symbol) + 1);
	if (insured_number_fold(typed, folded, sizeof folded) != FIELD_OK)
		return "longer than 38 characters together with 記号";
	if (strncmp(folded, line->number, strlen(line->number)) != 0 ||
	    strcmp(folded + strlen(line->number), line->symbol) != 0)
		return "read otherwise in front of 記号 than alone";
	return NULL;
}

static bool
read_columns(const struct roster_header *header, const struct roster_record *record,
    const struct roster_reporter *reporter, struct roster_line *ret)
{
	char text[ROSTER_FIELD_MAX + 1];
	bool valid = true;

	for (unsigned i = 0; i < ROSTER_COLUMN__MAX; i++) {
		const enum roster_column column = (enum roster_column)i;
		const char *reason = read_column_text(header, record, column, text);

		if (reason == NULL)
			reason = readers[i](text, ret);
		if (reason != NULL)
			report_line(reporter, record->line, roster_column_name(column), reason);
		valid = valid && reason == NULL;
	}
	return valid;
}

/* A pair that did not change is none. */
static const char *
validate_old_pair(struct roster_line *line)
{
	if ((line->old_number[0] == '\0') != (line->old_symbol[0] == '\0'))
		return "the old pair is not whole: 旧番号 and 旧記号 are both given, or none";
	if (strcmp(line->old_number, line->number) == 0 &&
	    strcmp(line->old_symbol, line->symbol) == 0)
		line->old_number[0] = line->old_symbol[0] = '\0';
	return NULL;
}

/* What columns must be together. */
static bool
validate_columns_together(const struct roster_header *header, const struct roster_record *record,
    struct roster_line *line, const struct roster_reporter *reporter)
{
	const char *old_reason = validate_old_pair(line);
	const char *reason = validate_typed_together(header, record, line);
	const bool backwards = line->eligible_until[0] != '\0' &&
			       strcmp(line->eligible_until, line->eligible_from) < 0;

	if (reason != NULL)
		report_line(reporter, line->line, roster_column_name(ROSTER_NUMBER), reason);
	if (backwards)
		report_line(reporter, line->line, roster_column_name(ROSTER_ELIGIBLE_UNTIL),
		    "before 資格取得日");
	if (old_reason != NULL)
		report_line(
		    reporter, line->line, roster_column_name(ROSTER_OLD_NUMBER), old_reason);
	return reason == NULL && old_reason == NULL && !backwards;
}

bool
roster_record_is_blank(const struct roster_header *header, const struct roster_record *record)
{
	char text[ROSTER_FIELD_MAX + 1];

	for (size_t i = 0; i < record->count; i++)
		if (record->fields[i][0] != '\0' &&
		    (roster_text_read(header->from_cp932, record->fields[i], text) != NULL ||
			text[0] != '\0'))
			return false;
	return true;
}

bool
roster_line_read(const struct roster_header *header, const struct roster_record *record,
    const struct roster_reporter *reporter, struct roster_line *ret)
{
	struct roster_line line = { .line = record->line };

	if (record->count != header->fields) {
		report_line(reporter, record->line, NULL,
		    record->count < header->fields ? "fewer fields than the header"
						   : "more fields than the header");
		return false;
	}
	if (!read_columns(header, record, reporter, &line) ||
	    !validate_columns_together(header, record, &line, reporter))
		return false;
	*ret = line;
	return true;
}
