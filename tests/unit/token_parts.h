/* token_parts.h - a token taken apart, changed, put together; and what is done to every kind of
 * it. */

#ifndef TOKEN_PARTS_H
#define TOKEN_PARTS_H

#include "result.h"

#define TOKEN_PART_SIZE 768  /* of one as text, with NUL */
#define FORGED_SIZE     3072 /* of two in base64 and a signature, with NUL */

struct token_parts {
	char header[TOKEN_PART_SIZE];
	char payload[TOKEN_PART_SIZE];
};

struct token_parts token_parts_of(const char *token);

/* Puts `new` in the place of the first `old`; an empty `old` means: behind everything. */
void text_replace(char text[static TOKEN_PART_SIZE], const char *old, const char *new);

/* Writes what is to be signed: both in base64, a dot between them. */
void token_parts_write(const struct token_parts *, char ret[static FORGED_SIZE]);

/* How a kind of token is opened. */
struct token_opening {
	enum result (*open)(const void *context, const char *token);
	const void *context;
};

/* Of a token that opens: not with any character as another one, with a signature spelled otherwise
 * or longer, nor any beginning or end of it alone. Nor what is as long as a token or far longer. */
void assert_no_other_character_opens(const struct token_opening *, const char *token);
void assert_signature_has_one_spelling(const struct token_opening *, const char *token);
void assert_no_part_opens(const struct token_opening *, const char *token);
void assert_long_ones_do_not_open(const struct token_opening *);

#endif
