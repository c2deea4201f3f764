/* sql_text.c - a statement as it is written, and as the server wants it. */

#include "sql_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
is_name_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* The name that follows a `:` or a `$`. */
static struct sql_name
name_at(const char *text)
{
	struct sql_name name = { .start = text, .length = 0 };

	while (is_name_character(text[name.length]))
		name.length++;
	return name;
}

static const struct sql_constant *
constant_named(const struct sql_constant *constants, struct sql_name name)
{
	for (; constants != NULL && constants->name != NULL; constants++)
		if (strlen(constants->name) == name.length &&
		    memcmp(constants->name, name.start, name.length) == 0)
			return constants;
	return NULL;
}

/* The pieces of a statement. Each writes what stands at `at` as the server wants it and returns how
 * many characters it read; 0: it cannot be. */

/* An open quotation ends with the statement: the server refuses it. */
static size_t
write_quoted(const char *at, FILE *out)
{
	const char *end = strchr(at + 1, at[0]);
	const size_t length = end != NULL ? (size_t)(end - at) + 1 : strlen(at);

	fwrite(at, 1, length, out);
	return length;
}

static size_t
write_parameter(struct sql_text *text, const char *at, FILE *out)
{
	const struct sql_name name = name_at(at + 1);
	struct sql_name *names = NULL;

	if (text->params < SQL_PARAMS_MAX)
		names = reallocarray(text->names, text->params + 1, sizeof *names);
	if (names == NULL)
		return 0;
	names[text->params++] = name;
	text->names = names;
	fputc('?', out);
	return 1 + name.length;
}

static size_t
write_constant(const char *at, const struct sql_constant *constants, FILE *out)
{
	const struct sql_name name = name_at(at + 1);
	const struct sql_constant *constant = constant_named(constants, name);

	if (constant == NULL)
		return 0;
	fprintf(out, "%lld", (long long)constant->number);
	return 1 + name.length;
}

static size_t
write_piece(struct sql_text *text, const char *at, const struct sql_constant *constants, FILE *out)
{
	switch (*at) {
	case '\'':
	case '"':
	case '`':
		return write_quoted(at, out);
	case ':':
		if (name_at(at + 1).length > 0)
			return write_parameter(text, at, out);
		break;
	case '$':
		return write_constant(at, constants, out);
	default:
		break;
	}
	fputc(*at, out);
	return 1;
}

enum result
sql_text_read(struct sql_text *ret, const char *written, const struct sql_constant *constants)
{
	struct sql_text text = { .params = 0 };
	size_t size = 0, length = 1;
	FILE *out = open_memstream(&text.sql, &size);

	if (out == NULL)
		return INTERNAL;
	for (const char *at = written; *at != '\0' && length > 0; at += length)
		length = write_piece(&text, at, constants, out);
	const bool is_written = fclose(out) == 0 && length > 0;
	if (!is_written) {
		sql_text_free(&text);
		return INTERNAL;
	}
	*ret = text;
	return OK;
}

void
sql_text_free(struct sql_text *text)
{
	free(text->sql);
	free(text->names);
	*text = (struct sql_text){ .sql = NULL };
}
