/* mail_folder.c - reads a society's own templates from a folder. */

#include "mail_folder.h"

#include "bounds.h"
#include "cleanup.h"
#include "mail_sample.h"
#include "mail_template_file.h"
#include "mail_text.h"
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum part { TEXT_PART, HTML_PART };

/* The parts of a file's name behind the template's. */
static const struct suffix {
	const char *end;
	enum mail_language language;
	enum part part;
} suffixes[] = {
	{ ".ja.txt", MAIL_JAPANESE, TEXT_PART },
	{ ".en.txt", MAIL_ENGLISH, TEXT_PART },
	{ ".ja.html", MAIL_JAPANESE, HTML_PART },
	{ ".en.html", MAIL_ENGLISH, HTML_PART },
};

/* A folder that is being read. */
struct reading {
	DIR *dir;
	struct mail_faults *faults;
	struct mail_template_set *set;
};

static void
close_folder(DIR *const *dir)
{
	if (*dir != NULL)
		closedir(*dir);
}

/* One file ------------------------------------------------------------------------------------- */

/* Whoever can write a template can send members a mail. False, and told. */
static bool
file_is_good(struct mail_faults *faults, int fd, const char *name)
{
	struct stat status;

	if (fd < 0 || fstat(fd, &status) != 0)
		mail_fault(faults, "%s: cannot be read: %s", name, strerror(errno));
	else if (!S_ISREG(status.st_mode))
		mail_fault(faults, "%s: must be a file", name);
	else if ((status.st_mode & S_IWOTH) != 0)
		mail_fault(faults, "%s: must not be writable by everybody", name);
	else if (status.st_size > MAIL_TEMPLATE_FILE_MAX)
		mail_fault(faults, "%s: must be at most %d bytes", name, MAIL_TEMPLATE_FILE_MAX);
	else
		return true;
	return false;
}

/* The bytes of a file, ended by NUL, which the set owns from now on; NULL, and told. */
static char *
read_file(const struct reading *reading, const char *name)
{
	CLEANUP(cleanup_close)
	const int fd = openat(dirfd(reading->dir), name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (!file_is_good(reading->faults, fd, name))
		return NULL;
	char *const text = calloc(1, MAIL_TEMPLATE_FILE_MAX + 2);
	if (text == NULL) {
		mail_fault(reading->faults, "%s: no memory", name);
		return NULL;
	}
	reading->set->texts[reading->set->files++] = text;
	const ssize_t length = read(fd, text, MAIL_TEMPLATE_FILE_MAX + 1);
	if (length < 0 || length > MAIL_TEMPLATE_FILE_MAX || strlen(text) != (size_t)length) {
		mail_fault(reading->faults, "%s: cannot be read whole, or has a NUL in it", name);
		return NULL;
	}
	return text;
}

static void
read_template(
    const struct reading *reading, const char *name, unsigned id, const struct suffix *suffix)
{
	static const char byte_order_mark[] = "\xEF\xBB\xBF";
	const struct mail_template *const ours = mail_template(id, suffix->language);
	char *const text = read_file(reading, name);

	if (text == NULL)
		return;
	const struct mail_file file = {
		.name = name,
		.text = text + (text_starts_with(text, byte_order_mark) ? 3 : 0),
		.faults = reading->faults,
	};
	struct mail_template *const replaced = &reading->set->replaced[id][suffix->language];
	if (suffix->part == TEXT_PART)
		(void)mail_template_read_text(&file, ours, replaced);
	else
		(void)mail_template_read_html(&file, ours, replaced);
}

/* The folder ----------------------------------------------------------------------------------- */

/* What an editor or a person leaves beside the templates. */
static bool
is_no_template(const char *name)
{
	const size_t length = strlen(name);

	return name[0] == '.' || (length > 0 && name[length - 1] == '~') ||
	       strcmp(name, "README") == 0;
}

/* Takes a file's name apart. NULL: it is none of a template. */
static const struct suffix *
suffix_of(const char *name, unsigned *ret_id)
{
	char template[MAIL_TEMPLATE_NAME_MAX + 1];

	for (size_t i = 0; i < LENGTH(suffixes); i++) {
		const size_t whole = strlen(name), end = strlen(suffixes[i].end);

		if (whole <= end || whole - end > MAIL_TEMPLATE_NAME_MAX ||
		    strcmp(name + whole - end, suffixes[i].end) != 0)
			continue;
		text_copy_cut(template, whole - end + 1, name);
		return mail_template_of_name(template, ret_id) ? &suffixes[i] : NULL;
	}
	return NULL;
}

static void
read_entry(const struct reading *reading, const char *name)
{
	unsigned id = MAIL_TEMPLATE_FOOTER;
	const struct suffix *const suffix = suffix_of(name, &id);

	if (is_no_template(name))
		return;
	if (suffix == NULL)
		mail_fault(reading->faults,
		    "%.60s: no mail has this name; names are invitation.ja.txt, footer.en.html ...",
		    name);
	else
		read_template(reading, name, id, suffix);
}

/* As many as there are names; a folder that goes on is not read to its end. */
static void
read_entries(const struct reading *reading)
{
	const struct dirent *entry;

	errno = 0;
	for (unsigned i = 0; (entry = readdir(reading->dir)) != NULL; i++) {
		if (i == 4 * MAIL_TEMPLATE_FILES_MAX) {
			mail_fault(reading->faults, "the folder has more than %u files", i);
			return;
		}
		read_entry(reading, entry->d_name);
		errno = 0;
	}
	if (errno != 0)
		mail_fault(reading->faults, "the folder cannot be read: %s", strerror(errno));
}

/* The set as a whole --------------------------------------------------------------------------- */

/* A mail has both parts, and both languages. */
static void
check_whole(const struct mail_template_set *set, unsigned id, enum mail_language language,
    struct mail_faults *faults)
{
	const struct mail_template *const one = &set->replaced[id][language];
	const struct mail_template *const other =
	    &set->replaced[id][language == MAIL_JAPANESE ? MAIL_ENGLISH : MAIL_JAPANESE];
	const char *const word = language == MAIL_JAPANESE ? "ja" : "en";
	char name[MAIL_TEMPLATE_NAME_MAX + 1];

	mail_template_name(id, name);
	if (one->html[0] != NULL && !mail_template_is_there(one))
		mail_fault(faults, "%s.%s.html: needs %s.%s.txt, the same as text", name, word,
		    name, word);
	else if (mail_template_is_there(other) && !mail_template_is_there(one))
		mail_fault(faults,
		    "%s.%s.txt: is missing: what is replaced in one language is replaced in both; "
		    "`myportalctl mail template` prints ours",
		    name, word);
}

static void
check_length(const struct mail_template_set *set, unsigned id, enum mail_language language,
    struct mail_faults *faults)
{
	static struct mail_message message;
	struct mail_facts facts = mail_sample_longest(id, language);
	char name[MAIL_TEMPLATE_NAME_MAX + 1];

	facts.templates = set;
	if (id == MAIL_TEMPLATE_FOOTER || mail_text_render(&facts, &message) == OK)
		return;
	mail_template_name(id, name);
	mail_fault(faults,
	    "%s.%s.txt: with the longest names and links the mail is larger than %d bytes of "
	    "subject, "
	    "%d of text or %d of HTML",
	    name, facts.language, SUBJECT_MAX, MAIL_TEXT_MAX, MAIL_HTML_MAX);
}

static void
for_each_template(const struct mail_template_set *set, struct mail_faults *faults,
    void (*check)(
	const struct mail_template_set *, unsigned, enum mail_language, struct mail_faults *))
{
	for (unsigned id = 0; id < MAIL_TEMPLATES__MAX; id++)
		for (unsigned language = 0; language < MAIL_LANGUAGE__MAX; language++)
			if (mail_template(id, language) != NULL)
				check(set, id, language, faults);
}

static void
read_folder(const char *folder, struct mail_template_set *set, struct mail_faults *faults)
{
	CLEANUP(close_folder) DIR *dir = opendir(folder);
	const struct reading reading = { .dir = dir, .faults = faults, .set = set };
	const size_t before = faults->count;

	if (dir == NULL) {
		mail_fault(faults, "the folder cannot be read: %s", strerror(errno));
		return;
	}
	read_entries(&reading);
	if (faults->count == before)
		for_each_template(set, faults, check_whole);
	if (faults->count == before)
		for_each_template(set, faults, check_length);
}

struct mail_template_set *
mail_folder_read(const char *folder, struct mail_faults *faults)
{
	struct mail_template_set *const set = calloc(1, sizeof *set);
	const size_t before = faults->count;

	if (set == NULL)
		mail_fault(faults, "no memory");
	else if (folder[0] != '\0')
		read_folder(folder, set, faults);
	if (faults->count == before)
		return set;
	mail_template_set_free(set);
	return NULL;
}
