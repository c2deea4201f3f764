/* mail_block.h - the blocks of a text: lines with none between them that is empty. */

#ifndef MAIL_BLOCK_H
#define MAIL_BLOCK_H

#include <stdbool.h>

/* A place within a text, `end` behind its last byte and not its line end. */
struct mail_block {
	char *begin, *end;
};

/* Finds the next block, and moves on behind it and its line end. Lines of nothing but spaces, tabs
 * and ideographic spaces are empty. False: there is no more. */
bool mail_block_next(char **at, struct mail_block *ret);

/* Is nothing in the line that begins here? */
bool mail_line_is_empty(const char *line);

#endif
