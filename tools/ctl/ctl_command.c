/* ctl_command.c - reads of a row of the table of commands, and of a call of it. */

#include "ctl_command.h"

#include "text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool
ctl_is_option(const struct ctl_param *param)
{
	return text_starts_with(param->name, "--");
}

/* A command that asks for a parameter which its row does not have is a bug. */
static const struct ctl_argument *
argument_of(const struct ctl_call *call, const char *name, const struct ctl_param **ret_param)
{
	size_t i = 0;

	while (call->command->params[i].name != NULL &&
	       strcmp(call->command->params[i].name, name) != 0)
		i++;
	assert(call->command->params[i].name != NULL);
	*ret_param = &call->command->params[i];
	return &call->arguments[i];
}

bool
ctl_given(const struct ctl_call *call, const char *name)
{
	const struct ctl_param *param;

	return argument_of(call, name, &param)->text != NULL;
}

const char *
ctl_text(const struct ctl_call *call, const char *name)
{
	const struct ctl_param *param;
	const struct ctl_argument *const argument = argument_of(call, name, &param);

	return argument->text != NULL ? argument->text : param->preset;
}

int64_t
ctl_number(const struct ctl_call *call, const char *name)
{
	const struct ctl_param *param;

	return argument_of(call, name, &param)->number;
}

bool
ctl_id(const struct ctl_call *call, const char *name, uint8_t ret[static ID_SIZE])
{
	const char *const text = ctl_text(call, name);

	return text != NULL && text_unhex(text, ret, ID_SIZE);
}

int
ctl_fd(const struct ctl_call *call, const char *name)
{
	const struct ctl_param *param;
	const struct ctl_argument *const argument = argument_of(call, name, &param);

	return argument->text != NULL ? argument->fd : -1;
}

const char *
ctl_value_name(const struct ctl_param *param)
{
	static const char *const names[CTL_KIND__MAX] = {
		[CTL_FLAG] = "",
		[CTL_TEXT] = "TEXT",
		[CTL_NUMBER] = "N",
		[CTL_DAY] = "YYYY-MM-DD",
		[CTL_ID] = "ID",
		[CTL_ID_OR_STDIN] = "ID|-",
		[CTL_WORD] = "",
		[CTL_FILE] = "FILE",
		[CTL_NEW_FILE] = "FILE",
		[CTL_FOLDER] = "FOLDER",
	};

	if (param->value != NULL)
		return param->value;
	return param->kind == CTL_WORD ? param->words : names[param->kind];
}

/* Appends as much as fits. */
static void append(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
append(char *text, size_t size, const char *format, ...)
{
	const size_t length = strlen(text);
	va_list values;

	va_start(values, format);
	(void)vsnprintf(text + length, size - length, format, values);
	va_end(values);
}

static void
append_param(char *text, size_t size, const struct ctl_param *param)
{
	const bool option = ctl_is_option(param);
	const bool may_miss = option ? !param->demanded : param->optional;
	const char *const value = ctl_value_name(param);

	append(text, size, " %s%s%s%s%s", may_miss ? "[" : "", param->name,
	    option && value[0] != '\0' ? " " : "", option ? value : "", may_miss ? "]" : "");
}

static void
write_synopsis(const struct ctl_command *command, bool options, char *ret, size_t ret_size)
{
	text_copy_cut(ret, ret_size, command->words);
	for (const struct ctl_param *param = command->params; options && param->name != NULL;
	     param++)
		if (ctl_is_option(param))
			append_param(ret, ret_size, param);
	for (const struct ctl_param *param = command->params; param->name != NULL; param++)
		if (!ctl_is_option(param))
			append_param(ret, ret_size, param);
}

void
ctl_synopsis(const struct ctl_command *command, char *ret, size_t ret_size)
{
	write_synopsis(command, true, ret, ret_size);
}

void
ctl_short_synopsis(const struct ctl_command *command, char *ret, size_t ret_size)
{
	write_synopsis(command, false, ret, ret_size);
}
