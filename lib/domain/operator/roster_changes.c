/* roster_changes.c - the list of who would change, for the operator's eyes. */

#include "roster_changes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct roster_changes {
	FILE *file;
	bool has_header;
	bool is_whole; /* the comparison has come to its end */
};

/* A row; an empty text where a cell says nothing. */
struct change_row {
	const char *change;
	uint64_t line; /* 0: the file has none */
	const char *number, *symbol, *column, *before, *after;
};

struct roster_changes *
roster_changes_open(int fd)
{
	struct roster_changes *changes = calloc(1, sizeof *changes);
	const int own = dup(fd);

	if (changes != NULL && own >= 0)
		changes->file = fdopen(own, "w");
	if (changes != NULL && changes->file != NULL)
		return changes;
	if (own >= 0)
		close(own);
	free(changes);
	return NULL;
}

bool
roster_changes_close(struct roster_changes *changes)
{
	if (changes == NULL)
		return true;
	const bool written = fflush(changes->file) == 0 && !ferror(changes->file);
	const bool emptied = changes->is_whole || ftruncate(fileno(changes->file), 0) == 0;
	const bool closed = fclose(changes->file) == 0;
	free(changes);
	return written && emptied && closed;
}

static void
write_header(struct roster_changes *changes)
{
	if (!changes->has_header)
		fputs("\xEF\xBB\xBF"
		      "change,line,番号,記号,column,before,after\r\n",
		    changes->file);
	changes->has_header = true;
}

bool
roster_changes_end(struct roster_changes *changes)
{
	if (changes == NULL)
		return true;
	write_header(changes);
	changes->is_whole = true;
	return fflush(changes->file) == 0 && !ferror(changes->file);
}

/* Quotes around everything, so that a spreadsheet keeps commas; those within are doubled. */
static void
write_cell(FILE *file, const char *text, const char *behind)
{
	putc('"', file);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putc('"', file);
		putc(*text, file);
	}
	fprintf(file, "\"%s", behind);
}

static void
write_row(struct roster_changes *changes, const struct change_row *row)
{
	write_header(changes);
	fprintf(changes->file, "%s,", row->change);
	if (row->line > 0)
		fprintf(changes->file, "%" PRIu64, row->line);
	putc(',', changes->file);
	write_cell(changes->file, row->number, ",");
	write_cell(changes->file, row->symbol, ",");
	write_cell(changes->file, row->column, ",");
	write_cell(changes->file, row->before, ",");
	write_cell(changes->file, row->after, "\r\n");
}

void
roster_changes_added(struct roster_changes *changes, const struct roster_line *line)
{
	if (changes != NULL)
		write_row(changes, &(struct change_row){ "added", line->line, line->number,
				       line->symbol, "氏名カナ", "", line->kana_name });
}

void
roster_changes_ended(
    struct roster_changes *changes, const struct roster_person *before, const char *today)
{
	if (changes != NULL)
		write_row(changes,
		    &(struct change_row){ "ended", 0, before->pair.number, before->pair.symbol,
			"資格喪失日", before->eligible_until, today });
}

void
roster_changes_moved(struct roster_changes *changes, const struct roster_person *before,
    const struct roster_line *line)
{
	if (changes == NULL)
		return;
	write_row(changes, &(struct change_row){ "moved", line->line, line->number, line->symbol,
			       "番号", before->pair.number, line->number });
	write_row(changes, &(struct change_row){ "moved", line->line, line->number, line->symbol,
			       "記号", before->pair.symbol, line->symbol });
}

void
roster_changes_changed(struct roster_changes *changes, const struct roster_person *before,
    const struct roster_line *line)
{
	const struct {
		const char *column, *before, *after;
	} columns[] = {
		{ "氏名カナ", before->kana_name, line->kana_name },
		{ "生年月日", before->birth_date, line->birth_date },
		{ "資格取得日", before->eligible_from, line->eligible_from },
		{ "資格喪失日", before->eligible_until, line->eligible_until },
	};

	for (size_t i = 0; changes != NULL && i < LENGTH(columns); i++)
		if (strcmp(columns[i].before, columns[i].after) != 0)
			write_row(changes,
			    &(struct change_row){ "changed", line->line, line->number, line->symbol,
				columns[i].column, columns[i].before, columns[i].after });
}
