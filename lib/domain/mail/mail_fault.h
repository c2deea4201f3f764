/* mail_fault.h - what is wrong with a society's own template, told as compilers do:
 * "invitation.ja.txt:3: what it is". */

#ifndef MAIL_FAULT_H
#define MAIL_FAULT_H

#include <stddef.h>

#define MAIL_FAULTS_MAX 100 /* more are counted, and not told */

/* Whom every fault is told, a line each, and how many there were. A line shows at most some words
 * of the file that it is about. */
struct mail_faults {
	void (*tell)(const char *line, void *context);
	void *context;
	size_t count;
};

/* A file that is looked at. `text` ends with NUL; until it was found right it has all its line
 * ends, of one byte each. All are borrowed. */
struct mail_file {
	const char *name;
	char *text;
	struct mail_faults *faults;
};

/* Tells what is wrong at a place in the text; NULL: in the first line. */
void mail_fault_at(const struct mail_file *, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Tells what is wrong with a file or the folder as a whole. */
void mail_fault(struct mail_faults *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
