/* roster_file.c - reads a roster as the society's system exports it: CSV in, valid lines out. */

/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _GNU_SOURCE 1 /* fopencookie: bytes are hashed on their way to the CSV reader */

#include "roster_file.h"

#include "csv.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECORD_MAX 65536 /* bytes of a record */
#define FIELDS_MAX 256   /* in a record: exports have columns that are not ours */

struct roster_file {
	int fd;
	struct stat at_start;
	struct secret_sha256 hash;
	uint64_t size; /* bytes read */
	uint64_t lines, invalid_lines;
	const struct roster_reporter *reporter;
	struct roster_header header;
	struct csv csv;
	FILE *stream;
	const char *fields[FIELDS_MAX];
	char record[RECORD_MAX];
	char stream_buffer[RECORD_MAX]; /* ours, so that it can be wiped */
};

/* Reports an error of a line as a whole. */
static void
report_whole_line(const struct roster_file *file, uint64_t line, const char *reason)
{
	const struct roster_remark remark = { .line = line, .reason = reason };

	file->reporter->report(file->reporter->context, &remark);
}

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

/* A pipe is rejected: nobody can see whether it was written to meanwhile. */
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
	    setvbuf(file->stream, file->stream_buffer, _IOFBF, sizeof file->stream_buffer) != 0) {
		text_copy_cut(errbuf, ERRBUF_MAX + 1, "no memory");
		return false;
	}
	return true;
}

/* False: the end of the file, or an error after which no record can be read. */
static bool
read_record(struct roster_file *file)
{
	const enum csv_outcome outcome = csv_next(&file->csv);

	if (outcome == CSV_RECORD)
		return true;
	if (outcome != CSV_END) {
		file->invalid_lines++;
		report_whole_line(file, file->csv.line_read, csv_outcome_text(outcome));
	}
	return false;
}

static bool
read_header(struct roster_file *file)
{
	if (read_record(file))
		return roster_header_read(
		    &file->header, file->fields, file->csv.count, file->reporter);
	if (file->invalid_lines == 0)
		report_whole_line(file, 1, "there is no header");
	return false;
}

struct roster_file *
roster_file_open(
    const char *path, const struct roster_reporter *reporter, char errbuf[static ERRBUF_MAX + 1])
{
	struct roster_file *file = calloc(1, sizeof *file);

	errbuf[0] = '\0';
	if (file == NULL) {
		text_copy_cut(errbuf, ERRBUF_MAX + 1, "no memory");
		return NULL;
	}
	file->reporter = reporter;
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
	while (read_record(file)) {
		const struct roster_record record = {
			.line = file->csv.line,
			.fields = file->fields,
			.count = file->csv.count,
		};

		file->lines++;
		if (roster_line_read(&file->header, &record, file->reporter, ret))
			return true;
		file->invalid_lines++;
	}
	return false;
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
	const struct stat *before = &file->at_start;
	struct stat after;

	secret_sha256_end(&file->hash, ret_hash);
	return fstat(file->fd, &after) == 0 && after.st_size == before->st_size &&
	       after.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	       after.st_mtim.tv_nsec == before->st_mtim.tv_nsec &&
	       file->size == (uint64_t)before->st_size;
}
