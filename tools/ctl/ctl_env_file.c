/* ctl_env_file.c - reads settings as systemd's EnvironmentFile= does.
 *
 * The grammar is that of parse_env_file_internal() in systemd's src/basic/env-file.c. */

#include "ctl_env_file.h"

#include "config_rules.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

struct env_reader {
	const char *at, *end;
	size_t line;
	const char *fault; /* NULL: none yet */
	size_t fault_line;
	size_t length; /* of the value so far */
	size_t kept;   /* of it, what is no blank that may be dropped */
	char name[CTL_ENV_NAME_MAX + 1];
	char value[CTL_ENV_VALUE_MAX + 1];
};

static bool
is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

static bool
is_env_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_at_end(const struct env_reader *r)
{
	return r->at == r->end;
}

/* Is at the end of the line, or of the text. */
static bool
is_at_line_end(const struct env_reader *r)
{
	return is_at_end(r) || is_line_end(*r->at);
}

static char
next_char(struct env_reader *r)
{
	r->line += *r->at == '\n';
	return *r->at++;
}

/* Keeps the first fault. Returns false. */
static bool
fail_at(struct env_reader *r, size_t line, const char *fault)
{
	r->fault = fault;
	r->fault_line = line;
	return false;
}

static void
append_char(struct env_reader *r, char c, bool keep)
{
	if (r->length < CTL_ENV_VALUE_MAX) {
		r->value[r->length] = c;
		r->kept = keep ? r->length + 1 : r->kept;
	}
	r->length++; /* beyond the room, too: so it is noticed */
}

static bool
read_comment(struct env_reader *r)
{
	while (!is_at_line_end(r)) {
		const bool joins = *r->at == '\\';

		next_char(r);
		if (joins && is_at_line_end(r))
			return fail_at(r, r->line,
			    "a comment ends with \"\\\": versions of systemd differ about the next "
			    "line");
	}
	return true;
}

/* Is it a name as variables of the environment have (POSIX)? */
static bool
is_variable_name(const char *name)
{
	const char *at = name;

	while (*at == '_' || (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z') ||
	       (at > name && *at >= '0' && *at <= '9'))
		at++;
	return at > name && *at == '\0';
}

/* NAME and the "=" behind it. */
static bool
read_name(struct env_reader *r)
{
	const char *const begin = r->at;
	size_t length;

	while (!is_at_line_end(r) && *r->at != '=')
		next_char(r);
	if (is_at_line_end(r))
		return fail_at(r, r->line, "there is no \"=\"");
	for (length = (size_t)(r->at - begin); length > 0 && is_env_blank(begin[length - 1]);)
		length--;
	next_char(r);
	if (length > CTL_ENV_NAME_MAX)
		return fail_at(r, r->line, "the name is longer than 80 bytes");
	memcpy(r->name, begin, length);
	r->name[length] = '\0';
	return is_variable_name(r->name) ||
	       fail_at(r, r->line, "what stands before \"=\" is no name");
}

static bool
read_single_quoted(struct env_reader *r)
{
	const size_t begun = r->line;

	for (next_char(r); !is_at_end(r); append_char(r, next_char(r), true))
		if (*r->at == '\'') {
			next_char(r);
			return true;
		}
	return fail_at(r, begun, "a single quote is not closed");
}

/* Behind a backslash in double quotes. */
static void
append_escaped(struct env_reader *r)
{
	const char c = next_char(r);

	if (c == '\n')
		return;
	if (strchr("\"\\`$", c) == NULL)
		append_char(r, '\\', true);
	append_char(r, c, true);
}

static bool
read_double_quoted(struct env_reader *r)
{
	const size_t begun = r->line;

	next_char(r);
	while (!is_at_end(r)) {
		const char c = next_char(r);

		if (c == '"')
			return true;
		if (c != '\\')
			append_char(r, c, true);
		else if (!is_at_end(r))
			append_escaped(r);
	}
	return fail_at(r, begun, "a double quote is not closed");
}

/* Blanks at its end are dropped, unless a backslash stands before them. */
static bool
read_plain(struct env_reader *r)
{
	while (!is_at_line_end(r)) {
		const char c = next_char(r);

		if (c != '\\') {
			append_char(r, c, !is_env_blank(c));
			continue;
		}
		r->kept = r->length;
		if (is_at_end(r))
			return fail_at(r, r->line, "the file ends with \"\\\"");
		if (is_line_end(*r->at))
			next_char(r);
		else
			append_char(r, next_char(r), true);
	}
	r->length = r->length <= CTL_ENV_VALUE_MAX ? r->kept : r->length;
	return true;
}

static bool
read_value(struct env_reader *r)
{
	const size_t begun = r->line;
	bool read = true;

	r->length = r->kept = 0;
	while (!is_at_line_end(r) && is_env_blank(*r->at))
		next_char(r);
	const char quote = is_at_end(r) ? '\0' : *r->at;
	if (quote != '\'' && quote != '"')
		read = read_plain(r);
	else
		read = quote == '"' ? read_double_quoted(r) : read_single_quoted(r);
	while (read && !is_at_line_end(r) && is_env_blank(*r->at))
		next_char(r);
	if (read && !is_at_line_end(r))
		return fail_at(r, r->line, "there is something behind the closing quote");
	if (read && r->length > CTL_ENV_VALUE_MAX)
		return fail_at(r, begun, "the value is longer than 4096 bytes");
	r->value[r->length <= CTL_ENV_VALUE_MAX ? r->length : 0] = '\0';
	if (read && config_rule_utf8(r->value) != NULL)
		return fail_at(r, begun, "the value is not UTF-8");
	return read;
}

bool
ctl_env_parse(const char *text, size_t size,
    void (*take)(const char *name, const char *value, void *context), void *context,
    char errbuf[static ERRBUF_MAX + 1])
{
	struct env_reader r = { .at = text, .end = text + size, .line = 1 };
	bool read = memchr(text, '\0', size) == NULL ||
		    fail_at(&r, 1, "there is a NUL in it, here or further down");

	while (read) {
		while (!is_at_end(&r) && (is_env_blank(*r.at) || is_line_end(*r.at)))
			next_char(&r);
		if (is_at_end(&r))
			return true;
		if (*r.at == '#' || *r.at == ';') {
			read = read_comment(&r);
			continue;
		}
		read = read_name(&r) && read_value(&r);
		if (read)
			take(r.name, r.value, context);
	}
	(void)snprintf(errbuf, ERRBUF_MAX + 1, "line %zu: %s", r.fault_line, r.fault);
	return false;
}
