/* roster_file.c - a roster as the society's system exports it: CSV in, judged lines out. */

/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _GNU_SOURCE 1 /* fopencookie: bytes are hashed on their way to the CSV reader */

#include "roster_file.h"

#include "calendar_date.h"
#include "csv.h"
#include "insured_number.h"
#include "text.h"
#include "unicode.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECORD_MAX 65536
#define FIELDS_MAX 256  /* exports have columns that are not ours */
#define FIELD_MAX  1024 /* as text; a name of 300 bytes has 600 in half-width kana */

struct roster_file {
	int fd;
	struct stat at_start;
	struct secret_sha256 hash;
	uint64_t size; /* bytes read */
	uint64_t lines, faulty_lines;
	const struct roster_listener *listener;
	struct roster_header header;
	struct csv csv;
	FILE *stream;
	const char *fields[FIELDS_MAX];
	char record[RECORD_MAX];
	char ahead[RECORD_MAX]; /* the stream's buffer: ours, so that it can be wiped */
};

static const char *
column_name(enum roster_column column)
{
#define ROSTER_COLUMN_NAME_(name, text) [name] = (text),
	static const char *const names[] = { ROSTER_COLUMN_LIST(ROSTER_COLUMN_NAME_) };
#undef ROSTER_COLUMN_NAME_
	return names[column];
}

static void
tell(const struct roster_listener *listener, uint64_t line, const char *column, const char *reason)
{
	const struct roster_remark remark = { .line = line, .column = column, .reason = reason };

	listener->hear(listener->context, &remark);
}

/* Texts --------------------------------------------------------------------------------------- */

static bool
is_ascii(const char *text)
{
	while (*text != '\0' && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

static bool
is_utf8(const char *text)
{
	int32_t code_point;

	while (unicode_next(&text, &code_point))
		;
	return *text == '\0';
}

static const char *
decode_cp932(iconv_t from_cp932, const char *field, char ret[static FIELD_MAX + 1])
{
	char *in = (char *)(uintptr_t)
	    field; /* the library takes a pointer to non-const and only reads */
	char *out = ret;
	size_t in_left = strlen(field), out_left = FIELD_MAX;

	if (iconv(from_cp932, &in, &in_left, &out, &out_left) != (size_t)-1) {
		*out = '\0';
		return NULL;
	}
	const bool too_long = errno == E2BIG;
	iconv(from_cp932, NULL, NULL, NULL, NULL);
	return too_long ? "too long" : "has bytes that are not Shift_JIS (CP932)";
}

/* A field as UTF-8, or why it is none. */
static const char *
decode(const struct roster_header *header, const char *field, char ret[static FIELD_MAX + 1])
{
	if (header->from_cp932 != NULL && !is_ascii(field))
		return decode_cp932(header->from_cp932, field, ret);
	if (!is_utf8(field))
		return "has bytes that are not UTF-8";
	return text_copy(ret, FIELD_MAX + 1, field) ? NULL : "too long";
}

static void
trim(char *text)
{
	const size_t spaces = strspn(text, " ");
	size_t length = strlen(text + spaces);

	while (length > 0 && text[spaces + length - 1] == ' ')
		length--;
	memmove(text, text + spaces, length);
	text[length] = '\0';
}

/* In NFKC, without the spaces around it: exports fill columns up, also with full-width ones. */
static const char *
plain_text(const struct roster_header *header, const char *field, char ret[static FIELD_MAX + 1])
{
	char text[FIELD_MAX + 1];
	const char *reason = decode(header, field, text);

	if (reason != NULL)
		return reason;
	if (is_ascii(text))
		memcpy(ret, text, strlen(text) + 1);
	else if (unicode_nfkc(text, ret, FIELD_MAX + 1) != OK)
		return "has a character that Unicode does not know";
	trim(ret);
	return NULL;
}

/* The header ---------------------------------------------------------------------------------- */

static bool
all_utf8(const char *const *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!is_utf8(fields[i]))
			return false;
	return true;
}

/* The columns of this name: how many, and where the last one is. */
static unsigned
find_column(
    const struct roster_header *header, const char *const *fields, const char *name, size_t *ret_at)
{
	char text[FIELD_MAX + 1];
	unsigned found = 0;

	for (size_t i = 0; i < header->fields; i++) {
		if (plain_text(header, fields[i], text) != NULL || strcmp(text, name) != 0)
			continue;
		*ret_at = i;
		found++;
	}
	return found;
}

bool
roster_header_read(struct roster_header *header, const char *const *fields, size_t count,
    const struct roster_listener *listener)
{
	bool found_all = true;

	*header = (struct roster_header){ .fields = count };
	if (!all_utf8(fields, count))
		header->from_cp932 = iconv_open("UTF-8", "CP932");
	if (header->from_cp932 == (iconv_t)-1) {
		header->from_cp932 = NULL;
		tell(listener, 1, NULL, "not UTF-8, and this system can not convert CP932");
		return false;
	}
	for (unsigned i = 0; i < ROSTER_COLUMN__MAX; i++) {
		const char *name = column_name((enum roster_column)i);
		const unsigned found = find_column(header, fields, name, &header->at[i]);

		if (found != 1)
			tell(listener, 1, name,
			    found == 0 ? "the header lacks this column"
				       : "the header has this column twice");
		found_all = found_all && found == 1;
	}
	return found_all;
}

void
roster_header_close(struct roster_header *header)
{
	if (header->from_cp932 != NULL)
		iconv_close(header->from_cp932);
	header->from_cp932 = NULL;
}

/* One line: a reader for each column takes its plain text, or says why it can not ---------------
 */

static const char *
read_number(const char *text, char *ret)
{
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
symbol_read(const char *text, struct roster_line *ret)
{
	return read_number(text, ret->symbol);
}

static const char *
number_read(const char *text, struct roster_line *ret)
{
	return read_number(text, ret->number);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* It does not tell who is insured, and nothing is stored of it; a wrong one means slipped columns.
 */
static const char *
branch_read(const char *text, struct roster_line *ret)
{
	(void)ret;
	if (text[0] == '\0' || (is_digit(text[0]) && is_digit(text[1]) && text[2] == '\0'))
		return NULL;
	return "neither two digits nor empty";
}

static const char *
category_read(const char *text, struct roster_line *ret)
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
kana_name_read(const char *text, struct roster_line *ret)
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
	if (text[0] == '\0')
		return "empty";
	if (calendar_date_fold(text, ret, CLOCK_DATE_MAX + 1) != FIELD_OK)
		return "no date as 2026-11-22, 2026/11/22 or 20261122 (Japanese eras are not read)";
	return NULL;
}

static const char *
birth_date_read(const char *text, struct roster_line *ret)
{
	return read_date(text, ret->birth_date);
}

static const char *
eligible_from_read(const char *text, struct roster_line *ret)
{
	return read_date(text, ret->eligible_from);
}

static const char *
eligible_until_read(const char *text, struct roster_line *ret)
{
	ret->eligible_until[0] = '\0';
	return text[0] == '\0' ? NULL : read_date(text, ret->eligible_until);
}

static const char *(*const readers[ROSTER_COLUMN__MAX])(const char *, struct roster_line *) = {
	[ROSTER_SYMBOL] = symbol_read,
	[ROSTER_NUMBER] = number_read,
	[ROSTER_BRANCH] = branch_read,
	[ROSTER_CATEGORY] = category_read,
	[ROSTER_KANA_NAME] = kana_name_read,
	[ROSTER_BIRTH_DATE] = birth_date_read,
	[ROSTER_ELIGIBLE_FROM] = eligible_from_read,
	[ROSTER_ELIGIBLE_UNTIL] = eligible_until_read,
};

/* Members type 番号 and 記号 as one string, which must fold to what is stored of the two: a long
 * vowel mark in front of 記号 is a kana behind a 番号 in kana, and a hyphen everywhere else. */
static const char *
judge_together(
    const struct roster_header *header, const char *const *fields, const struct roster_line *line)
{
	char typed[2 * FIELD_MAX + 1];
	char symbol[FIELD_MAX + 1];
	char folded[INSURED_NUMBER_SIZE_MAX + 1];
	const char *reason = plain_text(header, fields[header->at[ROSTER_NUMBER]], typed);

	if (reason == NULL)
		reason = plain_text(header, fields[header->at[ROSTER_SYMBOL]], symbol);
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
judge_whole(const struct roster_header *header, const char *const *fields,
    const struct roster_line *line, const struct roster_listener *listener)
{
	const char *reason = judge_together(header, fields, line);
	const bool backwards = line->eligible_until[0] != '\0' &&
			       strcmp(line->eligible_until, line->eligible_from) < 0;

	if (reason != NULL)
		tell(listener, line->line, column_name(ROSTER_NUMBER), reason);
	if (backwards)
		tell(listener, line->line, column_name(ROSTER_ELIGIBLE_UNTIL), "before 資格取得日");
	return reason == NULL && !backwards;
}

bool
roster_line_judge(const struct roster_header *header, uint64_t at_line, const char *const *fields,
    size_t count, struct roster_line *ret, const struct roster_listener *listener)
{
	struct roster_line line = { .line = at_line };
	char text[FIELD_MAX + 1];
	bool right = true;

	if (count != header->fields) {
		tell(listener, at_line, NULL,
		    count < header->fields ? "fewer fields than the header"
					   : "more fields than the header");
		return false;
	}
	for (unsigned i = 0; i < ROSTER_COLUMN__MAX; i++) {
		const char *reason = plain_text(header, fields[header->at[i]], text);

		if (reason == NULL)
			reason = readers[i](text, &line);
		if (reason != NULL)
			tell(listener, at_line, column_name((enum roster_column)i), reason);
		right = right && reason == NULL;
	}
	if (!right || !judge_whole(header, fields, &line, listener))
		return false;
	*ret = line;
	return true;
}

/* The file ------------------------------------------------------------------------------------ */

static ssize_t
read_and_hash(void *cookie, char *bytes, size_t size)
{
	struct roster_file *file = cookie;
	const ssize_t count = read(file->fd, bytes, size);

	if (count > 0) {
		secret_sha256_add(&file->hash, bytes, (size_t)count);
		file->size += (uint64_t)count;
	}
	return count;
}

/* Not a pipe: what was written to it meanwhile could not be told. */
static bool
open_stream(struct roster_file *file, const char *path, char errbuf[static ERRBUF_MAX + 1])
{
	file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file->fd < 0 || fstat(file->fd, &file->at_start) != 0) {
		text_copy_cut(errbuf, ERRBUF_MAX + 1, strerrordesc_np(errno));
		return false;
	}
	if (!S_ISREG(file->at_start.st_mode)) {
		text_copy_cut(errbuf, ERRBUF_MAX + 1, "not a regular file");
		return false;
	}
	file->stream = fopencookie(file, "r", (cookie_io_functions_t){ .read = read_and_hash });
	if (file->stream == NULL ||
	    setvbuf(file->stream, file->ahead, _IOFBF, sizeof file->ahead) != 0) {
		text_copy_cut(errbuf, ERRBUF_MAX + 1, "no memory");
		return false;
	}
	return true;
}

/* False: the file is over, with a fault or without. */
static bool
record_next(struct roster_file *file)
{
	const enum csv_outcome outcome = csv_next(&file->csv);

	if (outcome == CSV_RECORD)
		return true;
	if (outcome != CSV_END) {
		file->faulty_lines++;
		tell(file->listener, file->csv.line_read, NULL, csv_outcome_text(outcome));
	}
	return false;
}

static bool
read_header(struct roster_file *file)
{
	if (record_next(file))
		return roster_header_read(
		    &file->header, file->fields, file->csv.count, file->listener);
	if (file->faulty_lines == 0)
		tell(file->listener, 1, NULL, "there is no header");
	return false;
}

struct roster_file *
roster_file_open(
    const char *path, const struct roster_listener *listener, char errbuf[static ERRBUF_MAX + 1])
{
	struct roster_file *file = calloc(1, sizeof *file);

	errbuf[0] = '\0';
	if (file == NULL) {
		text_copy_cut(errbuf, ERRBUF_MAX + 1, "no memory");
		return NULL;
	}
	file->listener = listener;
	secret_sha256_begin(&file->hash);
	if (open_stream(file, path, errbuf)) {
		file->csv = (struct csv){ .file = file->stream,
			.bytes = file->record,
			.bytes_max = RECORD_MAX,
			.fields = file->fields,
			.fields_max = FIELDS_MAX };
		if (read_header(file))
			return file;
	}
	roster_file_close(file);
	return NULL;
}

void
roster_file_close(struct roster_file *file)
{
	if (file == NULL)
		return;
	roster_header_close(&file->header);
	if (file->stream != NULL)
		fclose(file->stream);
	if (file->fd >= 0)
		close(file->fd);
	secret_wipe_bytes(file, sizeof *file);
	free(file);
}

bool
roster_file_next(struct roster_file *file, struct roster_line *ret)
{
	while (record_next(file)) {
		file->lines++;
		if (roster_line_judge(&file->header, file->csv.line, file->fields, file->csv.count,
			ret, file->listener))
			return true;
		file->faulty_lines++;
	}
	return false;
}

uint64_t
roster_file_lines(const struct roster_file *file)
{
	return file->lines;
}

uint64_t
roster_file_faulty_lines(const struct roster_file *file)
{
	return file->faulty_lines;
}

bool
roster_file_finish(struct roster_file *file, uint8_t ret_hash[static SECRET_SHA256_SIZE])
{
	const struct stat *before = &file->at_start;
	struct stat after;

	secret_sha256_end(&file->hash, ret_hash);
	return fstat(file->fd, &after) == 0 && after.st_size == before->st_size &&
	       after.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	       after.st_mtim.tv_nsec == before->st_mtim.tv_nsec &&
	       file->size == (uint64_t)before->st_size;
}
