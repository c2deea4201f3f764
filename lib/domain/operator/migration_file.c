/* migration_file.c - one file of schema/: its number, its statements, its checksum. */

#include "migration_file.h"

#include "cleanup.h"
#include "text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_DIGITS 4
#define SUFFIX        ".sql"
#define STATEMENT_END ";\n"

static bool
reject_file(char *errbuf, const char *name, const char *reason)
{
	(void)snprintf(errbuf, ERRBUF_MAX + 1, "%.80s: %s", name, reason);
	return false;
}

int
migration_file_is_one(const struct dirent *entry)
{
	const char *name = entry->d_name;
	const size_t length = strlen(name);

	return length > NUMBER_DIGITS + 1 + strlen(SUFFIX) &&
	       strspn(name, "0123456789") == NUMBER_DIGITS && name[NUMBER_DIGITS] == '_' &&
	       strcmp(name + length - strlen(SUFFIX), SUFFIX) == 0;
}

/* Why the file must not be run, or NULL. What stands behind the last ";" at the end of a line would
 * not be run, and the file would be recorded all the same; so would all of one with CR LF. */
static const char *
find_fault(const char *text, size_t size)
{
	if (strlen(text) != size)
		return "has a NUL byte";
	if (strchr(text, '\r') != NULL)
		return "has line ends of CR LF; they must be LF";
	if (size < strlen(STATEMENT_END) ||
	    strcmp(text + size - strlen(STATEMENT_END), STATEMENT_END) != 0)
		return "does not end with \";\" at the end of a line";
	return NULL;
}

/* Reads all of it, and a NUL behind. */
static bool
read_text(const char *path, struct migration_file *file, char *errbuf)
{
	CLEANUP(cleanup_fclose) FILE *const stream = fopen(path, "re");

	file->text = stream != NULL ? malloc(MIGRATION_FILE_MAX + 1) : NULL;
	if (file->text == NULL)
		return reject_file(errbuf, file->name, "can not be read");
	file->size = fread(file->text, 1, MIGRATION_FILE_MAX + 1, stream);
	if (ferror(stream) || file->size > MIGRATION_FILE_MAX)
		return reject_file(errbuf, file->name, "can not be read or is too large");
	file->text[file->size] = '\0';
	return true;
}

static size_t
count_statements(const char *text)
{
	size_t count = 0;

	while ((text = strstr(text, STATEMENT_END)) != NULL) {
		text += strlen(STATEMENT_END);
		count++;
	}
	return count;
}

bool
migration_file_read(const char *folder, const char *name, struct migration_file *ret,
    char errbuf[static ERRBUF_MAX + 1])
{
	char path[PATH_MAX], digits[NUMBER_DIGITS + 1];

	*ret = (struct migration_file){ .version = 0 };
	text_copy_cut(digits, sizeof digits, name);
	if (!text_copy(ret->name, sizeof ret->name, name) ||
	    !text_format(path, sizeof path, "%s/%s", folder, name))
		return reject_file(errbuf, name, "has too long a name");
	if (!text_number(digits, 1, 9999, &ret->version))
		return reject_file(errbuf, name, "has no number of 0001 to 9999");
	if (!read_text(path, ret, errbuf))
		return false;
	const char *const fault = find_fault(ret->text, ret->size);
	if (fault != NULL)
		return reject_file(errbuf, name, fault);
	ret->statements = count_statements(ret->text);
	secret_sha256(ret->text, ret->size, ret->checksum);
	return true;
}

void
migration_file_free(struct migration_file *file)
{
	free(file->text);
	file->text = NULL;
}

/* Skips empty lines and comments, which no message needs, and counts them. */
static const char *
skip_comments(const char *at, const char *end, size_t *line)
{
	while (at < end && (*at == '\n' || text_starts_with(at, "--"))) {
		at = strchr(at, '\n') + 1;
		(*line)++;
	}
	return at;
}

static size_t
lines_in(const char *at, const char *end)
{
	size_t lines = 0;

	for (; at < end; at++)
		lines += *at == '\n';
	return lines;
}

void
migration_file_statement(const struct migration_file *file, size_t i, struct migration_part *ret)
{
	const char *at = file->text, *end = strstr(at, STATEMENT_END);

	for (; i > 0; i--) {
		at = end + strlen(STATEMENT_END);
		end = strstr(at, STATEMENT_END);
	}
	*ret = (struct migration_part){ .text = at,
		.length = (size_t)(end - at),
		.line = 1 + lines_in(file->text, at),
		.end = (size_t)(end - file->text) + strlen(STATEMENT_END) };
	const char *const first = skip_comments(at, end, &ret->line);
	const size_t length = strcspn(first, "\n");
	const size_t within = first + length > end ? (size_t)(end - first) : length;

	memcpy(ret->first, first, within < MIGRATION_FIRST_MAX ? within : MIGRATION_FIRST_MAX);
}

void
migration_file_hash(
    const struct migration_file *file, size_t count, uint8_t ret[static SECRET_SHA256_SIZE])
{
	struct migration_part last;

	memset(ret, 0, SECRET_SHA256_SIZE);
	if (count == 0)
		return;
	migration_file_statement(file, count - 1, &last);
	secret_sha256(file->text, last.end, ret);
}
