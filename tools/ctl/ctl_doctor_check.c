/* ctl_doctor_check.c - what the checks of myportalctl doctor have in common. */

#include "ctl_doctor_check.h"

#include "text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
doctor_find(struct doctor_finding *ret, enum doctor_state state, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	(void)vsnprintf(ret->text, sizeof ret->text, format, values);
	va_end(values);
	ret->state = state;
}

const char *
doctor_state_name(enum doctor_state state)
{
	static const char *const names[] = {
		[DOCTOR_OK] = "ok",
		[DOCTOR_WARNING] = "warning",
		[DOCTOR_PROBLEM] = "problem",
		[DOCTOR_SKIPPED] = "skipped",
	};

	return names[state];
}

bool
doctor_read_file(int fd, char ret[static DOCTOR_FILE_MAX + 1])
{
	size_t size = 0;
	ssize_t got;

	while (size <= DOCTOR_FILE_MAX &&
	       (got = read(fd, ret + size, DOCTOR_FILE_MAX + 1 - size)) != 0) {
		if (got < 0 && errno != EINTR)
			return false;
		size += got > 0 ? (size_t)got : 0;
	}
	if (size > DOCTOR_FILE_MAX)
		return false;
	ret[size] = '\0';
	return true;
}

void
doctor_fault(struct doctor_faults *faults, const char *line)
{
	if (faults->count < DOCTOR_FAULTS_MAX)
		text_copy_cut(faults->lines[faults->count++], ERRBUF_MAX + 1, line);
}

/* Does the line begin with one of the words? */
static bool
begins_with_one(const char *line, const char *words)
{
	for (size_t length; *words != '\0'; words += length + 1) {
		length = strcspn(words, " ");
		if (strncmp(line, words, length) == 0)
			return true;
	}
	return false;
}

bool
doctor_faulty_setting(
    const struct doctor_faults *faults, const char *beginnings, char ret[static 80])
{
	for (size_t i = 0; i < faults->count; i++)
		if (begins_with_one(faults->lines[i], beginnings)) {
			text_copy_cut(ret, 80, faults->lines[i]);
			ret[strcspn(ret, " :")] = '\0';
			return true;
		}
	return false;
}
