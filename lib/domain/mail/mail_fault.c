/* mail_fault.c - what is wrong with a society's own template. */

#include "mail_fault.h"

#include "bounds.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>

static void
tell_fault(struct mail_faults *faults, const char *line)
{
	if (faults->count++ < MAIL_FAULTS_MAX)
		faults->tell(line, faults->context);
}

static unsigned
line_of(const char *text, const char *at)
{
	unsigned line = 1;

	for (; at != NULL && text < at; text++)
		line += *text == '\n';
	return line;
}

void
mail_fault_at(const struct mail_file *file, const char *at, const char *format, ...)
{
	char what[ERRBUF_MAX + 1];
	char line[2 * ERRBUF_MAX];
	va_list values;

	va_start(values, format);
	(void)vsnprintf(what, sizeof what, format, values);
	va_end(values);
	if (text_format(
		line, sizeof line, "%.300s:%u: %s", file->name, line_of(file->text, at), what))
		tell_fault(file->faults, line);
}

void
mail_fault(struct mail_faults *faults, const char *format, ...)
{
	char line[2 * ERRBUF_MAX];
	va_list values;

	va_start(values, format);
	(void)vsnprintf(line, sizeof line, format, values);
	va_end(values);
	tell_fault(faults, line);
}
