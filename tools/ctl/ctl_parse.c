/* ctl_parse.c - reads a command line by the row of its command. */

#include "ctl_parse.h"

#include "clock.h"
#include "config_rules.h"
#include "ctl_table.h"
#include "text.h"
#include "unicode.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX    4  /* of a command */
#define SHOWN_MAX    24 /* of a word that is shown although it is none of ours */
#define SYNOPSIS_MAX 1024
#define TEXT_MAX     1024 /* code points of a CTL_TEXT without a bound of its own */

/* What is left to read. */
struct words {
	int at, count;
	char **all;
};

static const char common_options[] = "--json --instance --help";

/* Says what is wrong, and how the command is called. Returns CTL_USAGE. */
static enum ctl_status reject(const struct ctl_command *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static enum ctl_status
reject(const struct ctl_command *command, const char *format, ...)
{
	char synopsis[SYNOPSIS_MAX];
	va_list values;

	fprintf(stderr, "myportalctl: %s%s", command != NULL ? command->words : "",
	    command != NULL ? ": " : "");
	va_start(values, format);
	(void)vfprintf(stderr, format, values);
	va_end(values);
	fputc('\n', stderr);
	if (command == NULL) {
		fputs("usage: myportalctl [--instance NAME] COMMAND ...\n"
		      "`myportalctl help` lists the commands.\n",
		    stderr);
		return CTL_USAGE;
	}
	ctl_synopsis(command, synopsis, sizeof synopsis);
	fprintf(stderr,
	    "usage: myportalctl %s\n"
	    "`myportalctl help %s` says more.\n",
	    synopsis, command->words);
	return CTL_USAGE;
}

/* A word of the command line as a message may show it: one that could be about a person is not. */
static const char *
shown(const char *word, char ret[static SHOWN_MAX + 1])
{
	const size_t length = strcspn(word, "=");
	const size_t plain = strspn(word, "abcdefghijklmnopqrstuvwxyz-");

	if (length == 0 || plain != length || length > SHOWN_MAX)
		return "of this name";
	text_copy_cut(ret, length + 1, word);
	return ret;
}

static bool
is_option_word(const char *word)
{
	return word[0] == '-' && word[1] != '\0';
}

/* Is the word this option, perhaps with "=value" behind it? */
static bool
names_option(const char *word, const char *option)
{
	const size_t length = strlen(option);

	return strncmp(word, option, length) == 0 && (word[length] == '\0' || word[length] == '=');
}

/* Values --------------------------------------------------------------------------------------- */

static bool
is_one_of_words(const char *value, const char *words)
{
	const size_t length = strlen(value);

	for (const char *word = words; length > 0 && word != NULL; word = strchr(word, '|')) {
		word += *word == '|';
		if (strncmp(word, value, length) == 0 &&
		    (word[length] == '|' || word[length] == '\0'))
			return true;
	}
	return false;
}

/* The first second of a day in UTC, as times are printed. */
static bool
read_day(const char *text, int64_t *ret)
{
	struct tm day = { 0 };
	int64_t year, month, mday;
	char parts[CLOCK_DATE_MAX + 1];

	if (!clock_date_is_valid(text) || !text_copy(parts, sizeof parts, text))
		return false;
	parts[4] = parts[7] = '\0';
	if (!text_number(parts, 1850, 2199, &year) || !text_number(parts + 5, 1, 12, &month) ||
	    !text_number(parts + 8, 1, 31, &mday))
		return false;
	day.tm_year = (int)year - 1900;
	day.tm_mon = (int)month - 1;
	day.tm_mday = (int)mday;
	*ret = timegm(&day);
	return true;
}

static bool
is_id(const char *text)
{
	uint8_t id[ID_SIZE];

	return text_unhex(text, id, sizeof id);
}

static bool
is_one_line(const struct ctl_param *param, const char *text)
{
	const size_t length = unicode_code_points(text);
	const int64_t max = param->max > 0 ? param->max : TEXT_MAX;

	return (int64_t)length >= param->min && (int64_t)length <= max &&
	       (length > 0 || text[0] == '\0') && !unicode_has_invisible(text);
}

/* Puts a value where its kind wants it. False: it is not of that kind. */
static bool
take_value(const struct ctl_param *param, const char *value, struct ctl_argument *ret)
{
	ret->text = value;
	switch (param->kind) {
	case CTL_TEXT:
		return is_one_line(param, value);
	case CTL_NUMBER:
		return text_number(value, param->min, param->max, &ret->number);
	case CTL_DAY:
		return read_day(value, &ret->number);
	case CTL_ID:
		return is_id(value);
	case CTL_ID_OR_STDIN:
		return strcmp(value, "-") == 0 || is_id(value);
	case CTL_WORD:
		return is_one_of_words(value, param->words);
	case CTL_FILE:
	case CTL_NEW_FILE:
	case CTL_FOLDER:
		return value[0] != '\0';
	case CTL_FLAG:
	case CTL_KIND__MAX:
		break;
	}
	return true;
}

static enum ctl_status
reject_value(const struct ctl_command *command, const struct ctl_param *param)
{
	static const char *const wanted[CTL_KIND__MAX] = {
		[CTL_DAY] = "a day as 2026-11-22",
		[CTL_ID] = "an id: 32 hex digits",
		[CTL_ID_OR_STDIN] =
		    "an id: 32 hex digits; or \"-\", to read a line of standard input",
		[CTL_FILE] = "a file",
		[CTL_NEW_FILE] = "a file to be made",
		[CTL_FOLDER] = "a folder",
	};

	if (param->kind == CTL_NUMBER)
		return reject(command, "%s must be a whole number of %lld-%lld", param->name,
		    (long long)param->min, (long long)param->max);
	if (param->kind == CTL_TEXT)
		return reject(command, "%s must be one line of %lld-%lld characters in UTF-8",
		    param->name, (long long)param->min,
		    (long long)(param->max > 0 ? param->max : TEXT_MAX));
	if (param->kind == CTL_WORD)
		return reject(command, "%s must be one of %s", param->name, param->words);
	return reject(command, "%s must be %s", param->name, wanted[param->kind]);
}

/* Options -------------------------------------------------------------------------------------- */

/* The value of the option that the last word is; NULL: it has none. */
static const char *
option_value(struct words *words, const char *word)
{
	const char *const equals = strchr(word, '=');

	if (equals != NULL)
		return equals + 1;
	return words->at < words->count ? words->all[words->at++] : NULL;
}

/* One that every command has. False: it is another. */
static bool
take_common_option(
    struct ctl_call *call, struct words *words, const char *word, enum ctl_status *ret_status)
{
	*ret_status = CTL_DONE;
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		call->help = true;
	} else if (strcmp(word, "--json") == 0) {
		call->json = true;
	} else if (names_option(word, "--instance")) {
		call->instance = option_value(words, word);
		if (call->instance == NULL)
			*ret_status = reject(call->command, "--instance wants a name");
	} else {
		return false;
	}
	return true;
}

static enum ctl_status
reject_option(const struct ctl_command *command, const char *word)
{
	char name[SHOWN_MAX + 1];
	const char *const option = shown(word, name);

	for (const struct ctl_param *param = command->params; param->name != NULL; param++)
		if (ctl_is_option(param) && config_name_is_close(option, param->name))
			return reject(
			    command, "there is no option %s; %s is one", option, param->name);
	return reject(command, "there is no option %s", option);
}

static enum ctl_status
take_option(struct ctl_call *call, struct words *words, const char *word)
{
	const struct ctl_command *const command = call->command;
	size_t i = 0;

	while (command->params[i].name != NULL && !names_option(word, command->params[i].name))
		i++;
	const struct ctl_param *const param = &command->params[i];
	if (param->name == NULL)
		return reject_option(command, word);
	if (call->arguments[i].text != NULL)
		return reject(command, "%s is there twice", param->name);
	if (param->kind == CTL_FLAG && strcmp(word, param->name) != 0)
		return reject(command, "%s has no value", param->name);
	const char *const value = param->kind == CTL_FLAG ? word : option_value(words, word);
	if (value == NULL)
		return reject(command, "%s wants a value: %s", param->name, ctl_value_name(param));
	if (!take_value(param, value, &call->arguments[i]))
		return reject_value(command, param);
	return CTL_DONE;
}

static enum ctl_status
take_operand(struct ctl_call *call, const char *word)
{
	const struct ctl_command *const command = call->command;
	size_t i = 0;

	while (command->params[i].name != NULL &&
	       (ctl_is_option(&command->params[i]) || call->arguments[i].text != NULL))
		i++;
	if (command->params[i].name == NULL)
		return reject(command, "there is one word too many");
	if (!take_value(&command->params[i], word, &call->arguments[i]))
		return reject_value(command, &command->params[i]);
	return CTL_DONE;
}

static enum ctl_status
take_word(struct ctl_call *call, struct words *words, bool *options_ended)
{
	const char *const word = words->all[words->at++];
	enum ctl_status status;

	if (*options_ended || !is_option_word(word))
		return take_operand(call, word);
	if (strcmp(word, "--") == 0) {
		*options_ended = true;
		return CTL_DONE;
	}
	if (take_common_option(call, words, word, &status))
		return status;
	return take_option(call, words, word);
}

/* What must be there, and what must not be there together. */
static enum ctl_status
check_whole(const struct ctl_call *call)
{
	const struct ctl_param *param = call->command->params;

	for (size_t i = 0; param[i].name != NULL; i++) {
		const bool given = call->arguments[i].text != NULL;

		if (!given && ctl_is_option(&param[i]) && param[i].demanded)
			return reject(call->command, "%s %s is missing", param[i].name,
			    ctl_value_name(&param[i]));
		if (!given && !ctl_is_option(&param[i]) && !param[i].optional)
			return reject(call->command, "%s is missing", param[i].name);
		if (given && param[i].without != NULL && ctl_given(call, param[i].without))
			return reject(call->command, "%s and %s exclude each other", param[i].name,
			    param[i].without);
	}
	return CTL_DONE;
}

static void
take_presets(struct ctl_call *call)
{
	const struct ctl_param *param = call->command->params;

	for (size_t i = 0; param[i].name != NULL; i++) {
		struct ctl_argument preset = { .fd = -1 };

		if (call->arguments[i].text == NULL && param[i].preset != NULL &&
		    take_value(&param[i], param[i].preset, &preset))
			call->arguments[i].number = preset.number;
	}
}

/* The command ---------------------------------------------------------------------------------- */

/* The words that may be a command's, one blank between. */
static size_t
join_words(char *const *from, size_t count, char *ret, size_t ret_size)
{
	size_t used = 0;

	ret[0] = '\0';
	for (; used < count && !is_option_word(from[used]); used++) {
		const size_t length = strlen(ret);

		if (length + 1 + strlen(from[used]) >= ret_size)
			break;
		(void)snprintf(
		    ret + length, ret_size - length, "%s%s", used > 0 ? " " : "", from[used]);
	}
	return used;
}

/* Names the commands that begin so. */
static enum ctl_status
reject_half_command(const char *words)
{
	char synopsis[SYNOPSIS_MAX];

	fprintf(stderr, "myportalctl: %s: the command goes on\n", words);
	for (size_t i = 0; ctl_command_at(i) != NULL; i++) {
		if (!text_starts_with(ctl_command_at(i)->words, words) ||
		    ctl_command_at(i)->words[strlen(words)] != ' ')
			continue;
		ctl_synopsis(ctl_command_at(i), synopsis, sizeof synopsis);
		fprintf(stderr, "usage: myportalctl %s\n", synopsis);
	}
	return CTL_USAGE;
}

static enum ctl_status
reject_command(const struct words *words)
{
	char *const *const rest = words->all + words->at;
	const size_t left = (size_t)(words->count - words->at);
	char joined[64], name[SHOWN_MAX + 1];

	for (size_t count = left < WORDS_MAX ? left : WORDS_MAX; count > 0; count--) {
		join_words(rest, count, joined, sizeof joined);
		if (joined[0] != '\0' && ctl_command_like(joined) != NULL &&
		    !ctl_command_goes_on(joined))
			return reject(NULL, "there is no command of this name; %s is one",
			    ctl_command_like(joined)->words);
	}
	join_words(rest, 1, joined, sizeof joined);
	if (joined[0] != '\0' && ctl_command_goes_on(joined))
		return reject_half_command(joined);
	return reject(NULL, "there is no command %s", shown(joined, name));
}

/* Options before the command, and "help". */
static enum ctl_status
take_words_before(struct ctl_call *call, struct words *words)
{
	enum ctl_status status = CTL_DONE;
	char name[SHOWN_MAX + 1];

	while (status == CTL_DONE && words->at < words->count) {
		const char *const word = words->all[words->at];

		if (strcmp(word, "help") == 0)
			call->help = true;
		else if (!is_option_word(word))
			return CTL_DONE;
		words->at++;
		if (is_option_word(word) && !take_common_option(call, words, word, &status))
			return reject(NULL, "there is no option %s before the command (%s)",
			    shown(word, name), common_options);
	}
	return status;
}

enum ctl_status
ctl_parse(int argc, char **argv, struct ctl_call *ret)
{
	struct words words = { .at = 1, .count = argc, .all = argv };
	enum ctl_status status;
	bool options_ended = false;
	size_t used = 0;

	*ret = (struct ctl_call){ .command = NULL };
	for (size_t i = 0; i < CTL_PARAMS_MAX; i++)
		ret->arguments[i].fd = -1;
	status = take_words_before(ret, &words);
	if (status != CTL_DONE || (ret->help && words.at == words.count))
		return status;
	if (words.at >= words.count)
		return reject(NULL, "a command is missing");
	ret->command = ctl_command_find(
	    (const char *const *)argv + words.at, (size_t)(argc - words.at), &used);
	if (ret->command == NULL)
		return reject_command(&words);
	words.at += (int)used;
	while (status == CTL_DONE && words.at < words.count)
		status = take_word(ret, &words, &options_ended);
	if (status == CTL_DONE && !ret->help)
		status = check_whole(ret);
	take_presets(ret);
	return status;
}

/* Files ---------------------------------------------------------------------------------------- */

static enum ctl_status
print_file_error(const char *path, const char *what)
{
	fprintf(stderr, "myportalctl: %s: %s\n", path, what);
	return errno == ENOENT ? CTL_NOT_FOUND : CTL_ERROR;
}

static enum ctl_status
open_file(struct ctl_argument *argument)
{
	struct stat stat;

	if (strcmp(argument->text, "-") == 0) {
		argument->fd = STDIN_FILENO;
		return CTL_DONE;
	}
	argument->fd = open(argument->text, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (argument->fd < 0 || fstat(argument->fd, &stat) != 0)
		return print_file_error(argument->text, strerror(errno));
	if (!S_ISDIR(stat.st_mode))
		return CTL_DONE;
	errno = EISDIR;
	return print_file_error(argument->text, "is a folder, not a regular file");
}

/* Whoever called the program by sudo is to read what they asked for. */
static bool
give_to_caller(int fd)
{
	const char *const uid_text = getenv("SUDO_UID"), *const gid_text = getenv("SUDO_GID");
	int64_t uid, gid;

	if (geteuid() != 0 || uid_text == NULL || gid_text == NULL ||
	    !text_number(uid_text, 0, INT32_MAX, &uid) ||
	    !text_number(gid_text, 0, INT32_MAX, &gid))
		return true;
	return fchown(fd, (uid_t)uid, (gid_t)gid) == 0;
}

static enum ctl_status
make_file(struct ctl_argument *argument)
{
	argument->fd = open(argument->text,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (argument->fd < 0 && errno == EEXIST)
		return print_file_error(argument->text, "is there already: name a new file");
	if (argument->fd < 0 || !give_to_caller(argument->fd))
		return print_file_error(argument->text, strerror(errno));
	return CTL_DONE;
}

enum ctl_status
ctl_files_open(struct ctl_call *call)
{
	const struct ctl_param *param = call->command->params;
	enum ctl_status status = CTL_DONE;

	for (size_t i = 0; param[i].name != NULL && status == CTL_DONE; i++) {
		if (call->arguments[i].text == NULL)
			continue;
		if (param[i].kind == CTL_FILE)
			status = open_file(&call->arguments[i]);
		else if (param[i].kind == CTL_NEW_FILE)
			status = make_file(&call->arguments[i]);
	}
	return status;
}

/* The instance's user may be unable to: then the next call would find a file there. */
static void
remove_if_empty(const struct ctl_argument *argument)
{
	struct stat stat;

	if (fstat(argument->fd, &stat) == 0 && stat.st_size == 0 && stat.st_nlink > 0 &&
	    unlink(argument->text) != 0)
		fprintf(stderr, "myportalctl: %s was left empty: remove it\n", argument->text);
}

void
ctl_files_close(const struct ctl_call *call, enum ctl_status status)
{
	for (size_t i = 0; i < CTL_PARAMS_MAX; i++) {
		if (call->arguments[i].fd <= STDERR_FILENO)
			continue;
		if (status != CTL_DONE && call->command->params[i].kind == CTL_NEW_FILE)
			remove_if_empty(&call->arguments[i]);
		close(call->arguments[i].fd);
	}
}
