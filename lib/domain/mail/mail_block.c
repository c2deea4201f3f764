/* mail_block.c - the blocks of a text. */

#include "mail_block.h"

#include "text.h"

#include <string.h>

#define IDEOGRAPHIC_SPACE "\xE3\x80\x80"

bool
mail_line_is_empty(const char *line)
{
	for (;;) {
		line += strspn(line, " \t");
		if (!text_starts_with(line, IDEOGRAPHIC_SPACE))
			return *line == '\n' || *line == '\0';
		line += strlen(IDEOGRAPHIC_SPACE);
	}
}

/* Behind the line, and its line end. */
static char *
next_line(char *line)
{
	line += strcspn(line, "\n");
	return *line == '\n' ? line + 1 : line;
}

bool
mail_block_next(char **at, struct mail_block *ret)
{
	char *line = *at;

	while (*line != '\0' && mail_line_is_empty(line))
		line = next_line(line);
	*at = line;
	if (*line == '\0')
		return false;
	ret->begin = line;
	while (*line != '\0' && !mail_line_is_empty(line)) {
		ret->end = line + strcspn(line, "\n");
		line = next_line(line);
	}
	*at = line;
	return true;
}
