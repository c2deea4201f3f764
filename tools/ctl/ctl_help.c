/* ctl_help.c - says how commands are called, from their rows. */

#include "ctl_help.h"

#include "ctl_output.h"
#include "ctl_table.h"
#include "text.h"
#include "unicode.h"

#include <stdio.h>
#include <string.h>

#define SYNOPSIS_MAX 1024
#define NAME_MAX_    80
#define COLUMNS      79

/* Every command has them. */
static const struct ctl_param common_params[] = {
	{ "--instance", CTL_TEXT, "NAME", "the society's instance: /etc/myportal/NAME.env" },
	{ "--json", CTL_FLAG, .help = "print one JSON document" },
	{ "--help", CTL_FLAG, .help = "say how the command is called" },
	{ NULL },
};

static const struct {
	const char *name;
	int number;
	const char *meaning;
} statuses[] = {
#define CTL_STATUS_ROW_(name, number, meaning) { #name, number, meaning },
	CTL_STATUS_LIST(CTL_STATUS_ROW_)
#undef CTL_STATUS_ROW_
};

/* Text ----------------------------------------------------------------------------------------- */

/* The columns that so many bytes of a text take. */
static size_t
width_of(const char *text, size_t length)
{
	char word[128];

	text_copy_cut(word, length + 1 < sizeof word ? length + 1 : sizeof word, text);
	return unicode_width(word);
}

/* A paragraph in lines of at most COLUMNS, of which all but the first begin with `indent` blanks.
 * `at`: how far the first has come. */
static void
print_wrapped(const char *text, size_t at, size_t indent)
{
	while (*text != '\0') {
		const size_t length = strcspn(text, " ");
		const size_t width = width_of(text, length);

		if (at > indent && at + 1 + width > COLUMNS) {
			printf("\n%*s", (int)indent, "");
			at = indent;
		} else if (at > indent) {
			putchar(' ');
			at++;
		}
		printf("%.*s", (int)length, text);
		at += width;
		text += length + strspn(text + length, " ");
	}
	putchar('\n');
}

/* Paragraphs, an empty line before each. */
static void
print_paragraphs(const char *text)
{
	char paragraph[2048];

	while (text != NULL && *text != '\0') {
		const size_t length = strcspn(text, "\n");

		text_copy_cut(
		    paragraph, length + 1 < sizeof paragraph ? length + 1 : sizeof paragraph, text);
		putchar('\n');
		print_wrapped(paragraph, 0, 0);
		text += length + (text[length] == '\n');
	}
}

static void
write_param_name(const struct ctl_param *param, char ret[static NAME_MAX_])
{
	const bool valued = ctl_is_option(param) && ctl_value_name(param)[0] != '\0';

	(void)snprintf(ret, NAME_MAX_, "%s%s%s", param->name, valued ? " " : "",
	    valued ? ctl_value_name(param) : "");
}

static void
print_param(const struct ctl_param *param)
{
	const size_t column = 26;
	char name[NAME_MAX_];
	char help[512];

	write_param_name(param, name);
	(void)snprintf(help, sizeof help, "%s%s%s", param->help != NULL ? param->help : "",
	    param->preset != NULL ? "; otherwise " : "",
	    param->preset != NULL ? param->preset : "");
	printf("  %-*s", (int)column - 2, name);
	if (strlen(name) + 3 > column)
		printf("\n%*s", (int)column, "");
	print_wrapped(help, column, column);
}

static void
print_command(const struct ctl_command *command)
{
	char synopsis[SYNOPSIS_MAX], title[SYNOPSIS_MAX];

	ctl_synopsis(command, synopsis, sizeof synopsis);
	(void)snprintf(
	    title, sizeof title, "myportalctl %s - %s", command->words, command->summary);
	print_wrapped(title, 0, 0);
	fputs("\nusage: myportalctl ", stdout);
	print_wrapped(synopsis, strlen("usage: myportalctl "), strlen("usage: myportalctl "));
	print_paragraphs(command->help);
	putchar('\n');
	for (const struct ctl_param *param = command->params; param->name != NULL; param++)
		print_param(param);
	for (const struct ctl_param *param = common_params; param->name != NULL; param++)
		print_param(param);
}

static void
print_commands(void)
{
	const size_t column = 34;
	char synopsis[SYNOPSIS_MAX];

	fputs("usage: myportalctl [--instance NAME] COMMAND ...\n\n", stdout);
	for (size_t i = 0; ctl_command_at(i) != NULL; i++) {
		ctl_short_synopsis(ctl_command_at(i), synopsis, sizeof synopsis);
		printf("  %-*s", (int)column - 2, synopsis);
		if (strlen(synopsis) + 3 > column)
			printf("\n%*s", (int)column, "");
		print_wrapped(ctl_command_at(i)->summary, column, column);
	}
	fputs("\n`myportalctl help COMMAND` says more of one. Every command takes --instance NAME\n"
	      "and --json. `myportalctl --version` prints the version.\n",
	    stdout);
}

/* JSON ----------------------------------------------------------------------------------------- */

static const char *
kind_name(enum ctl_kind kind)
{
	static const char *const names[CTL_KIND__MAX] = {
		[CTL_FLAG] = "flag",
		[CTL_TEXT] = "text",
		[CTL_NUMBER] = "number",
		[CTL_DAY] = "day",
		[CTL_ID] = "id",
		[CTL_ID_OR_STDIN] = "id",
		[CTL_WORD] = "word",
		[CTL_FILE] = "file",
		[CTL_NEW_FILE] = "new file",
		[CTL_FOLDER] = "folder",
	};

	return names[kind];
}

static void
put_params(struct ctl_output *out, const struct ctl_param *param)
{
	ctl_begin_list(out, "parameters");
	for (; param->name != NULL; param++) {
		const bool option = ctl_is_option(param);

		ctl_begin_row(out);
		ctl_put_text(out, "name", param->name);
		ctl_put_bool(out, "option", option);
		ctl_put_text(out, "kind", kind_name(param->kind));
		ctl_put_text(out, "value", ctl_value_name(param));
		ctl_put_text(out, "words", param->words != NULL ? param->words : "");
		ctl_put_bool(out, "optional", option ? !param->demanded : param->optional);
		ctl_put_text(out, "help", param->help != NULL ? param->help : "");
		ctl_put_text(out, "preset", param->preset != NULL ? param->preset : "");
		if (param->kind == CTL_NUMBER) {
			ctl_put_number(out, "min", param->min);
			ctl_put_number(out, "max", param->max);
		}
		ctl_end(out);
	}
	ctl_end(out);
}

static void
put_command(struct ctl_output *out, const struct ctl_command *command)
{
	char synopsis[SYNOPSIS_MAX];

	ctl_begin_row(out);
	ctl_put_text(out, "words", command->words);
	ctl_short_synopsis(command, synopsis, sizeof synopsis);
	ctl_put_text(out, "short_synopsis", synopsis);
	ctl_synopsis(command, synopsis, sizeof synopsis);
	ctl_put_text(out, "synopsis", synopsis);
	ctl_put_text(out, "summary", command->summary);
	ctl_put_text(out, "help", command->help != NULL ? command->help : "");
	put_params(out, command->params);
	ctl_end(out);
}

static void
put_all(struct ctl_output *out)
{
	ctl_begin_list(out, "commands");
	for (size_t i = 0; ctl_command_at(i) != NULL; i++)
		put_command(out, ctl_command_at(i));
	ctl_end(out);
	ctl_begin_record(out, "every_command");
	put_params(out, common_params);
	ctl_end(out);
	ctl_begin_list(out, "exit_statuses");
	for (size_t i = 0; i < LENGTH(statuses); i++) {
		ctl_begin_row(out);
		ctl_put_number(out, "status", statuses[i].number);
		ctl_put_text(out, "meaning", statuses[i].meaning);
		ctl_end(out);
	}
	ctl_end(out);
}

enum ctl_status
ctl_help(const struct ctl_call *call)
{
	if (call->json)
		put_all(call->out);
	else if (call->command != NULL)
		print_command(call->command);
	else
		print_commands();
	return CTL_DONE;
}
