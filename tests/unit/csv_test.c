/* csv_test.c - RFC 4180 as it is written, and everything that is only nearly so. */

/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _GNU_SOURCE 1 /* fopencookie: files that never end, or fail midway */

#include "csv.h"

#include "bounds.h"
#include "cleanup.h"
#include "text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) (text), sizeof(text) - 1
#define BYTES_MAX   64
#define FIELDS_MAX  4
#define SHOWN_MAX   256
#define MARK        "\xEF\xBB\xBF"
#define TEN(text)   text text text text text text text text text text
#define SIXTY(text) TEN(text) TEN(text) TEN(text) TEN(text) TEN(text) TEN(text)

struct row {
	const char *why;
	const char *file;
	size_t size;
	const char *shown; /* every record read: its line, then each field in brackets */
	enum csv_outcome outcome;
	uint64_t line_read; /* where the error is; 0 where there is none */
};

/* clang-format off */
static const struct row honest[] = {
	{ "an empty file has no record", BYTES(""),          "",                      CSV_END, 0 },
	{ "a mark alone is an empty file", BYTES(MARK),      "",                      CSV_END, 0 },
	{ "one record, LF",        BYTES("a,b\n"),           "1[a][b]",               CSV_END, 0 },
	{ "one record, CRLF",      BYTES("a,b\r\n"),         "1[a][b]",               CSV_END, 0 },
	{ "no line end at the end", BYTES("a,b"),            "1[a][b]",               CSV_END, 0 },
	{ "LF and CRLF in one file", BYTES("a\nb\r\nc"),     "1[a]2[b]3[c]",          CSV_END, 0 },
	{ "records of different width", BYTES("a,b\nc\n"),   "1[a][b]2[c]",           CSV_END, 0 },
	{ "an empty line is one empty field", BYTES("a\n\nb\n"), "1[a]2[]3[b]",       CSV_END, 0 },
	{ "an empty line, CRLF",   BYTES("\r\na"),           "1[]2[a]",               CSV_END, 0 },
	{ "empty fields",          BYTES(",,\n"),            "1[][][]",               CSV_END, 0 },
	{ "a comma at the very end", BYTES("a,"),            "1[a][]",                CSV_END, 0 },
	{ "as many fields as fit", BYTES("a,b,c,d"),         "1[a][b][c][d]",         CSV_END, 0 },
	{ "spaces are text",       BYTES(" a , b \n"),       "1[ a ][ b ]",           CSV_END, 0 },
	{ "an equals sign and quotes", BYTES("=\"a,\"\"b\",=\"\"\n"), "1[a,\"b][]", CSV_END, 0 },
	{ "an equals sign alone",  BYTES("=,=a,a=\n="),      "1[=][=a][a=]2[=]",      CSV_END, 0 },
	{ "tabs are text",         BYTES("a\tb"),            "1[a\tb]",               CSV_END, 0 },
	{ "a quoted field",        BYTES("\"a\",b\n"),       "1[a][b]",               CSV_END, 0 },
	{ "a quoted last field, CRLF", BYTES("a,\"b\"\r\nc"), "1[a][b]2[c]",          CSV_END, 0 },
	{ "a quoted field at the very end", BYTES("a,\"b\""), "1[a][b]",              CSV_END, 0 },
	{ "an empty quoted field", BYTES("\"\",\"\""),       "1[][]",                 CSV_END, 0 },
	{ "a comma in quotes",     BYTES("\"a,b\",c"),       "1[a,b][c]",             CSV_END, 0 },
	{ "doubled quotes",        BYTES("\"a\"\"b\""),      "1[a\"b]",               CSV_END, 0 },
	{ "a field that is one quote", BYTES("\"\"\"\""),    "1[\"]",                 CSV_END, 0 },
	{ "a field that is two quotes", BYTES("\"\"\"\"\"\",x"), "1[\"\"][x]",        CSV_END, 0 },
	{ "line ends in quotes are kept", BYTES("\"a\r\nb\nc\",d"), "1[a\r\nb\nc][d]", CSV_END, 0 },
	{ "a lone CR in quotes is text", BYTES("\"a\rb\",d"), "1[a\rb][d]",           CSV_END, 0 },
	{ "lines in quotes count as lines", BYTES("\"\n\r\n\",b\nc\nd"), "1[\n\r\n][b]4[c]5[d]",
	  CSV_END, 0 },
	{ "the mark is passed over", BYTES(MARK "a,b\nc"),   "1[a][b]2[c]",           CSV_END, 0 },
	{ "the mark before a quote", BYTES(MARK "\"a,b\"\n"), "1[a,b]",               CSV_END, 0 },
	{ "a second mark is text", BYTES(MARK MARK "a"),     "1[" MARK "a]",          CSV_END, 0 },
	{ "a mark further on is text", BYTES("a\n" MARK "b"), "1[a]2[" MARK "b]",     CSV_END, 0 },
	{ "full-width text is no mark", BYTES("\xEF\xBC\xA1,b"), "1[\xEF\xBC\xA1][b]", CSV_END, 0 },
	{ "part of a mark is text", BYTES("\xEF\xBB"),       "1[\xEF\xBB]",           CSV_END, 0 },
	{ "fewer bytes than a mark", BYTES("\n"),            "1[]",                   CSV_END, 0 },
	{ "every byte but NUL is text", BYTES("\xFF\x01\x7F\x80"), "1[\xFF\x01\x7F\x80]",
	  CSV_END, 0 },
	{ "a record of as many bytes as fit", BYTES(SIXTY("x") "xxx"), "1[" SIXTY("x") "xxx]",
	  CSV_END, 0 },
	{ "the bound counts each field's NUL", BYTES(SIXTY("x") "x,y"), "1[" SIXTY("x") "x][y]",
	  CSV_END, 0 },
	{ "the bound is each record's", BYTES(SIXTY("x") "\n" SIXTY("y")),
	  "1[" SIXTY("x") "]2[" SIXTY("y") "]", CSV_END, 0 },
	{ "doubled quotes count once", BYTES("\"" SIXTY("\"\"") "xxx\""), "1[" SIXTY("\"") "xxx]",
	  CSV_END, 0 },
};

static const struct row crooked[] = {
	{ "an open quote behind an equals sign", BYTES("=\"a"), "",  CSV_UNTERMINATED_QUOTE, 1 },
	{ "a quote after an equals sign and text", BYTES("=a\"b\""), "", CSV_STRAY_QUOTE,  1 },
	{ "a quote inside a field", BYTES("a\"b,c\n"),        "",     CSV_STRAY_QUOTE,        1 },
	{ "a quote at a field's end", BYTES("ab\",c\n"),      "",     CSV_STRAY_QUOTE,        1 },
	{ "a quote after a space",  BYTES("a, \"b\"\n"),      "",     CSV_STRAY_QUOTE,        1 },
	{ "text behind a closing quote", BYTES("\"a\"b,c\n"), "",     CSV_STRAY_QUOTE,        1 },
	{ "a space behind a closing quote", BYTES("\"a\" ,b\n"), "",  CSV_STRAY_QUOTE,        1 },
	{ "three quotes and text",  BYTES("\"\"\"a\"b\n"),    "",     CSV_STRAY_QUOTE,        1 },
	{ "a quoted field that goes on", BYTES("\"\"a\n"),    "",     CSV_STRAY_QUOTE,        1 },
	{ "a NUL behind a closing quote", BYTES("\"a\"\0\n"), "",     CSV_STRAY_QUOTE,        1 },
	{ "a quote before a second mark", BYTES(MARK MARK "\"a\""), "", CSV_STRAY_QUOTE,      1 },
	{ "good records stay good", BYTES("a\nb\nc\"\nd\n"),  "1[a]2[b]", CSV_STRAY_QUOTE,    3 },
	{ "the error's line, not the record's", BYTES("a\n\"b\n\nc\"d"), "1[a]",
	  CSV_STRAY_QUOTE, 4 },
	{ "an open quote",          BYTES("\"a"),             "",     CSV_UNTERMINATED_QUOTE, 1 },
	{ "a quote alone",          BYTES("\""),              "",     CSV_UNTERMINATED_QUOTE, 1 },
	{ "three quotes",           BYTES("a,\"\"\""),        "",     CSV_UNTERMINATED_QUOTE, 1 },
	{ "an open quote takes the rest", BYTES("a\n\"b,c\nd,e"), "1[a]",
	  CSV_UNTERMINATED_QUOTE, 3 },
	{ "a CR within a field",    BYTES("a\rb\n"),          "",     CSV_STRAY_RETURN,       1 },
	{ "a CR at the end of the file", BYTES("a,b\r"),      "",     CSV_STRAY_RETURN,       1 },
	{ "two CRs before the LF",  BYTES("a\r\r\n"),         "",     CSV_STRAY_RETURN,       1 },
	{ "a CR before a comma",    BYTES("a\r,b\n"),         "",     CSV_STRAY_RETURN,       1 },
	{ "a CR before a quote",    BYTES("\r\"a\"\n"),       "",     CSV_STRAY_RETURN,       1 },
	{ "a CR behind a closing quote", BYTES("\"a\"\rb\n"), "",     CSV_STRAY_RETURN,       1 },
	{ "the line ends of old Macs", BYTES("x\ny\ra,b\rc,d\r"), "1[x]", CSV_STRAY_RETURN,   2 },
	{ "a NUL in a field",       BYTES("a\0b\n"),          "",     CSV_NUL_BYTE,           1 },
	{ "a NUL in quotes",        BYTES("\"a\0b\"\n"),      "",     CSV_NUL_BYTE,           1 },
	{ "a NUL on its own line",  BYTES("a\n\0\n"),         "1[a]", CSV_NUL_BYTE,           2 },
	{ "UTF-16",                 BYTES("\xFF\xFE" "a\0,\0"), "",   CSV_NUL_BYTE,           1 },
	{ "one field too many",     BYTES("a,b,c,d,e\n"),     "",     CSV_TOO_MANY_FIELDS,    1 },
	{ "one empty field too many", BYTES("a\nb,c,d,e,\n"), "1[a]", CSV_TOO_MANY_FIELDS,    2 },
	{ "one byte too many",      BYTES(SIXTY("x") "xxxx"), "",     CSV_RECORD_TOO_LONG,    1 },
	{ "one byte too many, for the NULs", BYTES(SIXTY("x") "x,yy"), "", CSV_RECORD_TOO_LONG, 1 },
	{ "one byte too many, in quotes", BYTES("\"" SIXTY("x") "xxxx\""), "",
	  CSV_RECORD_TOO_LONG, 1 },
	{ "one byte too many, second record", BYTES("a\n" SIXTY("x") "xxxx"), "1[a]",
	  CSV_RECORD_TOO_LONG, 2 },
	{ "an open quote met by the bound", BYTES("a\n\"b\n" SIXTY("x\n")), "1[a]",
	  CSV_RECORD_TOO_LONG, 34 },
};
/* clang-format on */

struct reader {
	struct csv csv;
	char bytes[BYTES_MAX];
	const char *fields[FIELDS_MAX];
};

static void
reader_open(struct reader *reader, FILE *file)
{
	memset(reader, 0, sizeof *reader);
	memset(reader->bytes, '#', sizeof reader->bytes);
	assert_non_null(file);
	reader->csv = (struct csv){ .file = file,
		.bytes = reader->bytes,
		.bytes_max = sizeof reader->bytes,
		.fields = reader->fields,
		.fields_max = LENGTH(reader->fields) };
}

static void
show_record(const struct csv *csv, FILE *shown)
{
	fprintf(shown, "%u", (unsigned)csv->line);
	for (size_t i = 0; i < csv->count; i++)
		fprintf(shown, "[%s]", csv->fields[i]);
}

/* Reads all of it, showing the records, and then asks twice more. */
static enum csv_outcome
read_and_show(struct csv *csv, char shown_text[static SHOWN_MAX])
{
	CLEANUP(cleanup_fclose) FILE *shown = fmemopen(shown_text, SHOWN_MAX, "w");
	enum csv_outcome outcome;

	assert_non_null(shown);
	while ((outcome = csv_next(csv)) == CSV_RECORD)
		show_record(csv, shown);
	fputc('\0', shown);
	assert_int_equal(csv_next(csv), outcome);
	assert_int_equal(csv_next(csv), outcome);
	assert_int_equal(csv->count, 0);
	return outcome;
}

static void
check_csv_row(const struct row *row)
{
	char file_bytes[SHOWN_MAX] = "", shown[SHOWN_MAX] = "";
	struct reader reader;

	memcpy(file_bytes, row->file, row->size);
	CLEANUP(cleanup_fclose) FILE *file = fmemopen(file_bytes, row->size, "r");
	reader_open(&reader, file);
	const enum csv_outcome outcome = read_and_show(&reader.csv, shown);
	if (outcome != row->outcome)
		fail_msg("%s: %s", row->why, csv_outcome_text(outcome));
	if (strcmp(shown, row->shown) != 0)
		fail_msg("%s: read %s", row->why, shown);
	if (row->line_read != 0 && reader.csv.line_read != row->line_read)
		fail_msg("%s: on line %u", row->why, (unsigned)reader.csv.line_read);
}

static void
honest_files_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(honest); i++)
		check_csv_row(&honest[i]);
}

static void
crooked_files_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(crooked); i++)
		check_csv_row(&crooked[i]);
}

/* A small generator of our own: the same bytes on every machine. */
static unsigned
chance(uint32_t *seed, unsigned below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 16) % below;
}

static size_t
put_quoted(char *to, const char *text)
{
	const char *const start = to;

	*to++ = '"';
	for (; *text != '\0'; text++) {
		if (*text == '"')
			*to++ = '"';
		*to++ = *text;
	}
	*to++ = '"';
	return (size_t)(to - start);
}

static void
what_is_quoted_comes_back(void **state)
{
	static const char letters[] = "a,\"\r\n \xE5";
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		char texts[2][9] = { "", "" }, file_bytes[64] = "";
		struct reader reader;
		size_t size = 0;

		for (size_t field = 0; field < 2; field++) {
			const unsigned length = chance(&seed, 9);

			for (unsigned i = 0; i < length; i++)
				texts[field][i] = letters[chance(&seed, sizeof letters - 1)];
			size += put_quoted(file_bytes + size, texts[field]);
			file_bytes[size++] = field == 0 ? ',' : '\n';
		}
		CLEANUP(cleanup_fclose) FILE *file = fmemopen(file_bytes, size, "r");
		reader_open(&reader, file);
		assert_int_equal(csv_next(&reader.csv), CSV_RECORD);
		assert_int_equal(reader.csv.count, 2);
		assert_string_equal(reader.fields[0], texts[0]);
		assert_string_equal(reader.fields[1], texts[1]);
		assert_int_equal(csv_next(&reader.csv), CSV_END);
	}
}

static ssize_t
endless_read(void *given, char *buffer, size_t size)
{
	*(size_t *)given += size;
	memset(buffer, 'x', size);
	return (ssize_t)size;
}

static void
an_endless_line_is_given_up(void **state)
{
	size_t given = 0;
	struct reader reader;

	(void)state;
	CLEANUP(cleanup_fclose)
	FILE *file = fopencookie(&given, "r", (cookie_io_functions_t){ .read = endless_read });
	reader_open(&reader, file);
	assert_int_equal(csv_next(&reader.csv), CSV_RECORD_TOO_LONG);
	assert_true(given <= (size_t)2 * BUFSIZ);
}

static ssize_t
rows_read(void *left, char *buffer, size_t size)
{
	static const char row[] = "100,\"a\nb\"\r\n";
	size_t filled = 0;

	for (; *(unsigned *)left > 0 && size - filled >= sizeof row; --*(unsigned *)left) {
		memcpy(buffer + filled, row, sizeof row - 1);
		filled += sizeof row - 1;
	}
	return (ssize_t)filled;
}

static void
a_long_file_needs_one_record_of_memory(void **state)
{
	unsigned left = 100000;
	struct reader reader;

	(void)state;
	CLEANUP(cleanup_fclose)
	FILE *file = fopencookie(&left, "r", (cookie_io_functions_t){ .read = rows_read });
	reader_open(&reader, file);
	for (unsigned i = 0; i < 100000; i++) {
		assert_int_equal(csv_next(&reader.csv), CSV_RECORD);
		assert_int_equal(reader.csv.line, 1 + 2 * i);
	}
	assert_int_equal(csv_next(&reader.csv), CSV_END);
}

static ssize_t
failing_read(void *calls, char *buffer, size_t size)
{
	static const char rows[] = "a\nb\n";

	(void)size;
	if (++*(unsigned *)calls > 1) {
		errno = EIO;
		return -1;
	}
	memcpy(buffer, rows, sizeof rows - 1);
	return sizeof rows - 1;
}

static void
a_failing_disk_is_no_end(void **state)
{
	unsigned calls = 0;
	struct reader reader;

	(void)state;
	CLEANUP(cleanup_fclose)
	FILE *file = fopencookie(&calls, "r", (cookie_io_functions_t){ .read = failing_read });
	reader_open(&reader, file);
	assert_int_equal(csv_next(&reader.csv), CSV_RECORD);
	assert_int_equal(csv_next(&reader.csv), CSV_RECORD);
	assert_int_equal(csv_next(&reader.csv), CSV_READ_FAILED);
	assert_int_equal(errno, EIO);
	assert_int_equal(csv_next(&reader.csv), CSV_READ_FAILED);
}

static void
a_folder_is_no_file(void **state)
{
	struct reader reader;

	(void)state;
	CLEANUP(cleanup_fclose) FILE *file = fopen("/", "r");
	reader_open(&reader, file);
	assert_int_equal(csv_next(&reader.csv), CSV_READ_FAILED);
}

static void
every_outcome_has_its_text(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CSV_OUTCOME__MAX; i++)
		assert_true(strlen(csv_outcome_text((enum csv_outcome)i)) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(honest_files_are_read),
		cmocka_unit_test(crooked_files_are_refused),
		cmocka_unit_test(what_is_quoted_comes_back),
		cmocka_unit_test(an_endless_line_is_given_up),
		cmocka_unit_test(a_long_file_needs_one_record_of_memory),
		cmocka_unit_test(a_failing_disk_is_no_end),
		cmocka_unit_test(a_folder_is_no_file),
		cmocka_unit_test(every_outcome_has_its_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
