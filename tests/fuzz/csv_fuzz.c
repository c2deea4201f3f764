/* csv_fuzz.c - CSV: bounded whatever the file holds, and what was read is read again.
 *
 * The first two bytes are how much room there is. */

#include "bounds.h"
#include "csv.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_MAX   256
#define FIELDS_MAX 8

struct record {
	char *bytes; /* of exactly the room there is */
	const char *fields[FIELDS_MAX];
	struct csv csv;
};

static void
record_open(struct record *record, FILE *file, size_t room, size_t fields_max)
{
	record->bytes = malloc(room);
	if (record->bytes == NULL)
		abort();
	record->csv = (struct csv){ .file = file,
		.bytes = record->bytes,
		.bytes_max = room,
		.fields = record->fields,
		.fields_max = fields_max };
}

static void
record_close(const struct record *record)
{
	free(record->bytes);
}

/* Every field in quotes, with CRLF. */
static size_t
write_record(const struct csv *csv, char *ret, size_t ret_size)
{
	CLEANUP(cleanup_fclose) FILE *const file = fmemopen(ret, ret_size, "w");

	for (size_t i = 0; i < csv->count; i++) {
		fputs(i == 0 ? "\"" : ",\"", file);
		for (const char *at = csv->fields[i]; *at != '\0'; at++)
			fputs(*at == '"' ? "\"\"" : (const char[]){ *at, '\0' }, file);
		fputs("\"", file);
	}
	fputs("\r\n", file);
	return (size_t)ftell(file);
}

static void
check_csv_again(const struct csv *csv)
{
	char text[3 * ROOM_MAX + 3 * FIELDS_MAX];
	const size_t size = write_record(csv, text, sizeof text);
	CLEANUP(cleanup_fclose) FILE *const file = fmemopen(text, size, "r");
	CLEANUP(record_close) struct record again = { 0 };

	record_open(&again, file, csv->bytes_max, csv->fields_max);
	FUZZ_CHECK(csv_next(&again.csv) == CSV_RECORD, "what was read can be written and read");
	FUZZ_CHECK(again.csv.count == csv->count, "with as many fields");
	for (size_t i = 0; i < csv->count; i++)
		FUZZ_CHECK(strcmp(again.fields[i], csv->fields[i]) == 0, "and they are the same");
	FUZZ_CHECK(csv_next(&again.csv) == CSV_END, "and nothing is left");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	const size_t room = 1 + fuzz_byte(&input) % ROOM_MAX;
	const size_t fields_max = 1 + fuzz_byte(&input) % FIELDS_MAX;
	size_t length;
	CLEANUP(cleanup_free) char *text = fuzz_rest(&input, &length);
	CLEANUP(cleanup_fclose) FILE *const file = fmemopen(text, length > 0 ? length : 1, "r");
	CLEANUP(record_close) struct record record = { 0 };
	struct csv *const csv = &record.csv;
	enum csv_outcome outcome;
	uint64_t line = 0;

	record_open(&record, file, room, fields_max);
	while ((outcome = csv_next(csv)) == CSV_RECORD) {
		FUZZ_CHECK(
		    csv->count > 0 && csv->count <= fields_max, "no more fields than allowed");
		FUZZ_CHECK(csv->line > line && csv->line <= csv->line_read, "lines go on");
		line = csv->line;
		check_csv_again(csv);
	}
	FUZZ_CHECK(outcome == CSV_END || csv->line_read > 0, "an error has a line");
	FUZZ_CHECK(csv->count == 0 && csv_next(csv) == outcome, "what is over stays over");
	FUZZ_CHECK(csv_outcome_text(outcome)[0] != '\0', "and has a text");
	return 0;
}
