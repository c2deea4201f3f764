/* csv.c - strict RFC 4180 records, read one at a time from a stream.
 *
 * A file that is nearly CSV is refused, not guessed at: a roster whose columns slipped by one quote
 * would let strangers in and keep members out. */

#include "csv.h"

#include <stdbool.h>
#include <string.h>

static const unsigned char byte_order_mark[3] = { 0xEF, 0xBB, 0xBF };

/* Full-width text begins with the mark's first byte too, so what is no mark is read again. */
static void
pass_byte_order_mark(struct csv *csv)
{
	csv->ahead_count = fread(csv->ahead, 1, sizeof csv->ahead, csv->file);
	if (csv->ahead_count == sizeof csv->ahead &&
	    memcmp(csv->ahead, byte_order_mark, sizeof csv->ahead) == 0)
		csv->ahead_at = csv->ahead_count;
}

/* Reads a byte into `last`. Both kinds of line end have an LF last, so that is what counts lines;
 * the LF itself is still of the line that it ends. */
static int
byte_next(struct csv *csv)
{
	if (csv->last == '\n')
		csv->line_read++;
	if (csv->ahead_at < csv->ahead_count)
		csv->last = csv->ahead[csv->ahead_at++];
	else
		csv->last = getc_unlocked(csv->file);
	return csv->last;
}

static enum csv_outcome
append_byte(struct csv *csv, char byte)
{
	if (csv->used == csv->bytes_max)
		return CSV_RECORD_TOO_LONG;
	csv->bytes[csv->used++] = byte;
	return CSV_RECORD;
}

static enum csv_outcome
put_last(struct csv *csv)
{
	return csv->last == '\0' ? CSV_NUL_BYTE : append_byte(csv, (char)csv->last);
}

static bool
ends_field(const struct csv *csv)
{
	return csv->last == csv->separator || csv->last == '\n' || csv->last == EOF;
}

/* The last byte is a CR outside quotes: only an LF may follow. */
static enum csv_outcome
line_feed_read(struct csv *csv)
{
	return byte_next(csv) == '\n' ? CSV_RECORD : CSV_STRAY_RETURN;
}

static enum csv_outcome
unquoted_read(struct csv *csv)
{
	while (!ends_field(csv)) {
		if (csv->last == '"')
			return CSV_STRAY_QUOTE;
		if (csv->last == '\r')
			return line_feed_read(csv);

		const enum csv_outcome outcome = put_last(csv);
		if (outcome != CSV_RECORD)
			return outcome;
		byte_next(csv);
	}
	return CSV_RECORD;
}

/* The last byte is the one behind a closing quote. */
static enum csv_outcome
quoted_end(struct csv *csv)
{
	if (csv->last == '\r')
		return line_feed_read(csv);
	return ends_field(csv) ? CSV_RECORD : CSV_STRAY_QUOTE;
}

static enum csv_outcome
quoted_read(struct csv *csv)
{
	while (byte_next(csv) != EOF) {
		if (csv->last == '"' && byte_next(csv) != '"')
			return quoted_end(csv);

		const enum csv_outcome outcome = put_last(csv);
		if (outcome != CSV_RECORD)
			return outcome;
	}
	return CSV_UNTERMINATED_QUOTE;
}

/* The last byte is "=". What spreadsheets must not take for a number stands as ="0123" in a file;
 * that it is a text is all that the sign says. */
static enum csv_outcome
equals_read(struct csv *csv)
{
	if (byte_next(csv) == '"')
		return quoted_read(csv);

	const enum csv_outcome outcome = append_byte(csv, '=');
	return outcome == CSV_RECORD ? unquoted_read(csv) : outcome;
}

static enum csv_outcome
content_read(struct csv *csv)
{
	switch (csv->last) {
	case '"':
		return quoted_read(csv);
	case '=':
		return equals_read(csv);
	default:
		return unquoted_read(csv);
	}
}

/* The last byte is the field's first; afterwards it is the one that ends it. */
static enum csv_outcome
field_read(struct csv *csv)
{
	if (csv->count == csv->fields_max)
		return CSV_TOO_MANY_FIELDS;
	csv->fields[csv->count++] = csv->bytes + csv->used;

	const enum csv_outcome outcome = content_read(csv);
	return outcome == CSV_RECORD ? append_byte(csv, '\0') : outcome;
}

static enum csv_outcome
record_read(struct csv *csv)
{
	enum csv_outcome outcome;

	csv->used = 0;
	csv->count = 0;
	if (byte_next(csv) == EOF)
		return CSV_END;
	csv->line = csv->line_read;
	while ((outcome = field_read(csv)) == CSV_RECORD && csv->last == csv->separator)
		byte_next(csv);
	return outcome;
}

enum csv_outcome
csv_next(struct csv *csv)
{
	if (csv->over != CSV_RECORD)
		return csv->over;
	if (csv->line_read == 0) {
		if (csv->separator == '\0')
			csv->separator = ',';
		pass_byte_order_mark(csv);
		csv->line_read = 1;
	}
	csv->over = record_read(csv);
	/* A disk that fails looks like an early end, in whichever place. */
	if (ferror(csv->file))
		csv->over = CSV_READ_FAILED;
	if (csv->over != CSV_RECORD)
		csv->count = 0;
	return csv->over;
}

const char *
csv_outcome_text(enum csv_outcome outcome)
{
#define CSV_OUTCOME_TEXT_(name, text) [name] = (text),
	static const char *const texts[CSV_OUTCOME__MAX] = { CSV_OUTCOME_LIST(CSV_OUTCOME_TEXT_) };
#undef CSV_OUTCOME_TEXT_
	return texts[outcome];
}
