/* act_journal.c - what was done to accounts, kept outside of the database. */

#include "act_journal.h"

#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_LENGTH_MAX 2000 /* of `audit`, with a reason */

/* The words that are acts. */
static const struct {
	enum audit_event_kind event;
	enum act_kind kind;
} act_events[] = {
	{ AUDIT_ACCOUNT_DISABLED, ACT_DISABLED },
	{ AUDIT_ACCOUNT_ENABLED, ACT_ENABLED },
	{ AUDIT_ACCOUNT_LEFT, ACT_ENDED },
	{ AUDIT_ACCOUNT_ENDED_BY_OPERATOR, ACT_ENDED },
	{ AUDIT_PASSWORD_CHANGED, ACT_PASSWORD },
	{ AUDIT_PASSWORD_RESET, ACT_PASSWORD },
	{ AUDIT_EMAIL_CHANGED, ACT_ADDRESS },
	{ AUDIT_PERSON_ERASED, ACT_ERASED },
	{ AUDIT_POSTED_CODE_REISSUED, ACT_CODE },
	{ AUDIT_POSTED_CODES_REPLACED, ACT_CODES },
};

/* Writing ------------------------------------------------------------------------------------- */

static int
journal_open(const struct key_folder *folder, int flags)
{
	return openat(dirfd(folder->dir), KEY_FOLDER_ACTS,
	    flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, S_IRUSR | S_IWUSR);
}

static bool
journal_write(const struct key_folder *folder, int fd, const char *line)
{
	const ssize_t length = (ssize_t)strlen(line);

	return fd >= 0 && key_folder_give(folder, fd) && flock(fd, LOCK_EX) == 0 &&
	       write(fd, line, (size_t)length) == length && fsync(fd) == 0;
}

/* "-": none. */
static void
write_id(const uint8_t id[static ID_SIZE], char ret[static 2 * ID_SIZE + 1])
{
	if (id_is_none(id))
		text_copy_cut(ret, 2 * ID_SIZE + 1, "-");
	else
		text_hex(id, ID_SIZE, ret);
}

bool
act_journal_add(const char *path, const struct act_note *note, char errbuf[static ERRBUF_MAX + 1])
{
	CLEANUP(key_folder_close) struct key_folder folder = { .path = path, .errbuf = errbuf };
	const bool is_on_person = !id_is_none(note->person_id.bytes);
	char time[CLOCK_TEXT_MAX + 1], account[2 * ID_SIZE + 1], person[2 * ID_SIZE + 1], line[200];

	clock_text(note->now, time);
	write_id(note->account_id.bytes, account);
	write_id(note->person_id.bytes, person);
	if (!key_folder_open(&folder))
		return false;
	if (!text_format(line, sizeof line, "%s %s %s%s%s\n", time, audit_word(note->event),
		account, is_on_person ? " " : "", is_on_person ? person : ""))
		return key_folder_reject(&folder, KEY_FOLDER_ACTS, "the line does not fit");
	CLEANUP(cleanup_close)
	const int fd = journal_open(&folder, O_WRONLY | O_APPEND | O_CREAT);
	return journal_write(&folder, fd, line) ||
	       key_folder_reject_errno(&folder, KEY_FOLDER_ACTS, "cannot be written");
}

/* Reading ------------------------------------------------------------------------------------- */

bool
act_list_open(struct act_list *list)
{
	list->count = 0;
	list->acts = calloc(ACTS_MAX, sizeof *list->acts);
	return list->acts != NULL;
}

void
act_list_close(struct act_list *list)
{
	free(list->acts);
}

/* False: the word is no act, and the line is skipped. */
static bool
word_is_act(const char *word, enum act_kind *ret)
{
	for (size_t i = 0; i < LENGTH(act_events); i++)
		if (strcmp(audit_word((int64_t)act_events[i].event), word) == 0) {
			*ret = act_events[i].kind;
			return true;
		}
	return false;
}

/* What `audit` prints around its events. */
static bool
is_of_audit(const char *word)
{
	static const char *const words[] = { "events:", "TIME", "after:" };

	for (size_t i = 0; i < LENGTH(words); i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

/* Takes the words of a line; "-" for an account is none. */
static bool
line_read(char *line, struct act *ret, bool *ret_is_act)
{
	char *rest = line;
	const char *const time = strtok_r(rest, " \t\r\n", &rest);
	const char *const word = strtok_r(rest, " \t\r\n", &rest);
	const char *const account = strtok_r(rest, " \t\r\n", &rest);
	const char *const person = strtok_r(rest, " \t\r\n", &rest);

	*ret_is_act = false;
	if (time == NULL || is_of_audit(time))
		return true;
	if (account == NULL || !clock_text_read(time, &ret->happened_at))
		return false;
	const bool is_act = word_is_act(word, &ret->kind);
	const bool is_on_person = is_act && (ret->kind == ACT_ERASED || ret->kind == ACT_CODE);
	const char *const id = is_on_person ? person : account;
	if (id == NULL)
		return false;
	if (is_act && ret->kind == ACT_CODES) {
		memset(ret->id, 0, sizeof ret->id);
		*ret_is_act = true;
		return true;
	}
	if (strcmp(id, "-") == 0)
		return true;
	*ret_is_act = is_act;
	return text_unhex(id, ret->id, ID_SIZE);
}

static bool
reject_line(char *errbuf, const char *name, size_t number, const char *reason)
{
	(void)snprintf(errbuf, ERRBUF_MAX + 1, "%.200s:%zu: %s", name, number, reason);
	return false;
}

bool
act_list_read(
    struct act_list *list, FILE *file, const char *name, char errbuf[static ERRBUF_MAX + 1])
{
	char line[LINE_LENGTH_MAX + 2];
	struct act act;
	bool is_act;

	for (size_t number = 1; fgets(line, sizeof line, file) != NULL; number++) {
		const bool whole = strchr(line, '\n') != NULL;

		if (!whole && !feof(file))
			return reject_line(errbuf, name, number, "the line is too long");
		if (!line_read(line, &act, &is_act)) {
			if (!whole)
				break;
			return reject_line(errbuf, name, number,
			    "must be a time (2026-11-22T01:02:03Z), an event and an account, or "
			    "also a person");
		}
		if (!is_act)
			continue;
		if (list->count == ACTS_MAX)
			return reject_line(errbuf, name, number,
			    "more than 200,000 acts: leave out those of before the backup");
		list->acts[list->count++] = act;
	}
	return !ferror(file) || reject_line(errbuf, name, 0, "cannot be read");
}

bool
act_list_read_folder(struct act_list *list, const char *path, char errbuf[static ERRBUF_MAX + 1])
{
	CLEANUP(key_folder_close) struct key_folder folder = { .path = path, .errbuf = errbuf };

	if (!key_folder_open(&folder))
		return false;
	const int fd = journal_open(&folder, O_RDONLY);
	if (fd < 0)
		return errno == ENOENT ||
		       key_folder_reject_errno(&folder, KEY_FOLDER_ACTS, "cannot open");
	CLEANUP(cleanup_fclose) FILE *const file = fdopen(fd, "r");
	if (file == NULL) {
		close(fd);
		return key_folder_reject_errno(&folder, KEY_FOLDER_ACTS, "cannot open");
	}
	if (!key_folder_is_closed(&folder, KEY_FOLDER_ACTS, fd))
		return false;
	return act_list_read(list, file, KEY_FOLDER_ACTS, errbuf);
}

static int
compare_acts(const void *one, const void *other)
{
	const struct act *const a = one, *const b = other;
	const int ids = memcmp(a->id, b->id, ID_SIZE);

	if (ids != 0)
		return ids;
	return (a->happened_at > b->happened_at) - (a->happened_at < b->happened_at);
}

void
act_list_sort(struct act_list *list)
{
	qsort(list->acts, list->count, sizeof *list->acts, compare_acts);
}
