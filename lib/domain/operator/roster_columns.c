/* roster_columns.c - the columns of a roster, and the names under which a file has them. */

#include "roster_columns.h"

#include "cleanup.h"
#include "roster_text.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is read of a mapping file, and where it is wrong. */
struct mapping_ctx {
	struct roster_columns *columns;
	bool mapped[ROSTER_COLUMN__MAX];
	unsigned line;
	char *errbuf;
};

const char *
roster_column_name(enum roster_column column)
{
#define ROSTER_COLUMN_NAME_(name, text) [name] = (text),
	static const char *const names[] = { ROSTER_COLUMN_LIST(ROSTER_COLUMN_NAME_) };
#undef ROSTER_COLUMN_NAME_
	return names[column];
}

bool
roster_column_is_optional(enum roster_column column)
{
	return column == ROSTER_OLD_SYMBOL || column == ROSTER_OLD_NUMBER;
}

void
roster_columns_default(struct roster_columns *ret)
{
	ret->is_cp932 = false;
	for (unsigned i = 0; i < ROSTER_COLUMN__MAX; i++)
		text_copy_cut(
		    ret->names[i], sizeof ret->names[i], roster_column_name((enum roster_column)i));
}

static bool
mapping_fault(const struct mapping_ctx *ctx, const char *reason)
{
	if (!text_format(ctx->errbuf, ERRBUF_MAX + 1, "line %u: %s", ctx->line, reason))
		text_copy_cut(ctx->errbuf, ERRBUF_MAX + 1, reason);
	return false;
}

/* The place of our column with this name; ROSTER_COLUMN__MAX: there is none. */
static unsigned
column_named(const char *name)
{
	unsigned i = 0;

	while (
	    i < ROSTER_COLUMN__MAX && strcmp(roster_column_name((enum roster_column)i), name) != 0)
		i++;
	return i;
}

static bool
map_column(struct mapping_ctx *ctx, const char *ours, const char *theirs)
{
	const unsigned column = column_named(ours);

	if (column == ROSTER_COLUMN__MAX)
		return mapping_fault(ctx, "left of \"=\" is no column of a roster");
	if (ctx->mapped[column])
		return mapping_fault(ctx, "this column has a name already");
	ctx->mapped[column] = true;
	if (theirs[0] == '\0')
		return mapping_fault(ctx, "right of \"=\" is no name");
	if (!text_copy(ctx->columns->names[column], ROSTER_COLUMN_NAME_MAX + 1, theirs))
		return mapping_fault(ctx, "the name is longer than 300 bytes");
	return true;
}

static bool
set_encoding(struct mapping_ctx *ctx, const char *encoding)
{
	ctx->columns->is_cp932 = text_equal_ignoring_case(encoding, "Shift_JIS") ||
				 text_equal_ignoring_case(encoding, "CP932");
	if (ctx->columns->is_cp932 || text_equal_ignoring_case(encoding, "UTF-8"))
		return true;
	return mapping_fault(ctx, "文字コード is UTF-8 or Shift_JIS");
}

/* A line without its end. */
static bool
read_mapping_line(struct mapping_ctx *ctx, char *line)
{
	char text[ROSTER_FIELD_MAX + 1], theirs[ROSTER_FIELD_MAX + 1];
	char *sign = strchr(line, '=');

	if (line[0] == '#' || line[strspn(line, " ")] == '\0')
		return true;
	if (sign == NULL)
		return mapping_fault(ctx, "there is no \"=\"");
	*sign = '\0';
	if (roster_text_read(NULL, line, text) != NULL ||
	    roster_text_read(NULL, sign + 1, theirs) != NULL)
		return mapping_fault(ctx, "is no UTF-8, or too long");
	if (strcmp(text, "文字コード") == 0)
		return set_encoding(ctx, theirs);
	return map_column(ctx, text, theirs);
}

/* Two columns of ours can not be one of the file. */
static bool
names_differ(struct mapping_ctx *ctx)
{
	for (unsigned i = 0; i < ROSTER_COLUMN__MAX; i++)
		for (unsigned j = 0; j < i; j++)
			if (strcmp(ctx->columns->names[i], ctx->columns->names[j]) == 0)
				return mapping_fault(ctx, "two columns have the same name");
	return true;
}

static bool
read_mapping_text(struct mapping_ctx *ctx, char *text)
{
	static const char mark[] = "\xEF\xBB\xBF";
	char *at = text_starts_with(text, mark) ? text + sizeof mark - 1 : text;

	while (*at != '\0') {
		const size_t length = strcspn(at, "\n");
		char *next = at + length + (at[length] == '\n');

		at[length] = '\0';
		if (length > 0 && at[length - 1] == '\r')
			at[length - 1] = '\0';
		ctx->line++;
		if (!read_mapping_line(ctx, at))
			return false;
		at = next;
	}
	return names_differ(ctx);
}

/* All of the file, as a text that the caller frees; NULL: it is no text, or too long. */
static char *
read_small_text(int fd)
{
	char *text = malloc(ROSTER_MAPPING_MAX + 2);
	size_t size = 0;
	ssize_t count = 1;

	for (; text != NULL && count > 0 && size <= ROSTER_MAPPING_MAX; size += (size_t)count) {
		count = read(fd, text + size, ROSTER_MAPPING_MAX + 1 - size);
		if (count < 0)
			break;
	}
	if (text == NULL)
		return NULL;
	text[size] = '\0';
	if (count == 0 && strlen(text) == size)
		return text;
	free(text);
	return NULL;
}

bool
roster_columns_read(struct roster_columns *columns, int fd, char errbuf[static ERRBUF_MAX + 1])
{
	struct mapping_ctx ctx = { .columns = columns, .errbuf = errbuf };
	CLEANUP(cleanup_free) char *text = read_small_text(fd);

	if (text != NULL)
		return read_mapping_text(&ctx, text);
	text_copy_cut(errbuf, ERRBUF_MAX + 1, "is no text of at most 8192 bytes");
	return false;
}
