/* roster_file.c - reads a roster as the society's system exports it: CSV in, valid lines out. */

#include "roster_file.h"

#include "csv.h"
#include "roster_stream.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

#define RECORD_MAX 65536 /* bytes of a record */
#define FIELDS_MAX 256   /* in a record: exports have columns that are not ours */

struct roster_file {
	struct roster_stream stream;
	uint64_t lines, invalid_lines;
	uint64_t blank_line; /* the first of the blank ones that were read last; 0: there is none */
	const struct roster_reporter *reporter;
	struct roster_header header;
	struct csv csv;
	const char *fields[FIELDS_MAX];
	char record[RECORD_MAX];
};

/* Reports an error of a line as a whole. */
static void
report_whole_line(const struct roster_file *file, uint64_t line, const char *reason)
{
	const struct roster_remark remark = { .line = line, .reason = reason };

	file->reporter->report(file->reporter->context, &remark);
}

/* False: the end of the file, or an error after which no record can be read. */
static bool
read_record(struct roster_file *file)
{
	const enum csv_outcome outcome = csv_next(&file->csv);
	const char *fault = outcome == CSV_READ_FAILED ? file->stream.fault : NULL;

	if (outcome == CSV_RECORD)
		return true;
	if (outcome != CSV_END) {
		file->invalid_lines++;
		report_whole_line(file, file->csv.line_read > 0 ? file->csv.line_read : 1,
		    fault != NULL ? fault : csv_outcome_text(outcome));
	}
	return false;
}

static void
begin_csv(struct roster_file *file, char separator)
{
	file->csv = (struct csv){ .file = file->stream.file,
		.bytes = file->record,
		.bytes_max = RECORD_MAX,
		.fields = file->fields,
		.fields_max = FIELDS_MAX,
		.separator = separator };
}

/* A header of one field with tabs in it: they part the fields. */
static bool
read_header_record(struct roster_file *file)
{
	begin_csv(file, ',');
	if (!read_record(file))
		return false;
	if (file->csv.count != 1 || strchr(file->fields[0], '\t') == NULL)
		return true;
	if (!roster_stream_rewind(&file->stream)) {
		file->invalid_lines++;
		report_whole_line(file, 1, csv_outcome_text(CSV_READ_FAILED));
		return false;
	}
	begin_csv(file, '\t');
	return read_record(file);
}

/* The mark of UTF-16 says more than a mapping: what is read of such a file is UTF-8. */
static bool
read_header(struct roster_file *file, const struct roster_columns *columns)
{
	const bool found = read_header_record(file);
	struct roster_columns names = *columns;

	names.is_cp932 &= !roster_stream_is_utf16(&file->stream);
	if (found)
		return roster_header_read(
		    &file->header, &names, file->fields, file->csv.count, file->reporter);
	if (file->invalid_lines == 0)
		report_whole_line(file, 1, "there is no header");
	return false;
}

struct roster_file *
roster_file_open(int fd, const struct roster_columns *columns,
    const struct roster_reporter *reporter, char errbuf[static ERRBUF_MAX + 1])
{
	struct roster_file *file = calloc(1, sizeof *file);

	errbuf[0] = '\0';
	if (file == NULL) {
		text_copy_cut(errbuf, ERRBUF_MAX + 1, "no memory");
		return NULL;
	}
	file->reporter = reporter;
	if (roster_stream_open(&file->stream, fd, errbuf) && read_header(file, columns))
		return file;
	roster_file_close(file);
	return NULL;
}

void
roster_file_close(struct roster_file *file)
{
	if (file == NULL)
		return;
	roster_header_close(&file->header);
	roster_stream_close(&file->stream);
	secret_wipe_bytes(file, sizeof *file);
	free(file);
}

/* Blank lines are nothing at the end of a file. Between lines the first of them is an error. */
static bool
pass_blank(struct roster_file *file, const struct roster_record *record)
{
	if (roster_record_is_blank(&file->header, record)) {
		if (file->blank_line == 0)
			file->blank_line = record->line;
		return true;
	}
	if (file->blank_line > 0) {
		file->invalid_lines++;
		report_whole_line(file, file->blank_line, "is empty, and lines follow it");
	}
	file->blank_line = 0;
	return false;
}

/* What DOS put behind the last line, and some exports still do. */
static bool
is_end_mark(const struct roster_record *record)
{
	return record->count == 1 && strcmp(record->fields[0], "\x1A") == 0;
}

/* Behind the mark there is nothing. */
static void
expect_end(struct roster_file *file)
{
	if (!read_record(file))
		return;
	file->invalid_lines++;
	report_whole_line(file, file->csv.line, "stands behind an end mark (Ctrl-Z)");
}

bool
roster_file_next(struct roster_file *file, struct roster_line *ret)
{
	while (read_record(file)) {
		const struct roster_record record = {
			.line = file->csv.line,
			.fields = file->fields,
			.count = file->csv.count,
		};

		if (is_end_mark(&record)) {
			expect_end(file);
			return false;
		}
		if (pass_blank(file, &record))
			continue;
		file->lines++;
		if (roster_line_read(&file->header, &record, file->reporter, ret))
			return true;
		file->invalid_lines++;
	}
	return false;
}

unsigned
roster_file_read_permille(const struct roster_file *file)
{
	const struct roster_stream *stream = &file->stream;

	return stream->size_whole > 0 ? (unsigned)(stream->size * 1000 / stream->size_whole) : 0;
}

uint64_t
roster_file_lines(const struct roster_file *file)
{
	return file->lines;
}

uint64_t
roster_file_invalid_lines(const struct roster_file *file)
{
	return file->invalid_lines;
}

bool
roster_file_finish(struct roster_file *file, uint8_t ret_hash[static SECRET_SHA256_SIZE])
{
	return roster_stream_finish(&file->stream, ret_hash);
}
