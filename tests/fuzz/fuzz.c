/* fuzz.c - texts out of an input, and how a broken promise is told. */

#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint8_t
fuzz_byte(struct fuzz_input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->at++;
}

static char *
copy(const uint8_t *bytes, size_t size, size_t spare)
{
	char *const text = calloc(1, size + spare);

	if (text == NULL)
		abort();
	if (size > 0)
		memcpy(text, bytes, size);
	return text;
}

char *
fuzz_text(struct fuzz_input *input)
{
	const uint8_t *const nul = input->left > 0 ? memchr(input->at, '\0', input->left) : NULL;
	const size_t length = nul != NULL ? (size_t)(nul - input->at) : input->left;
	char *const text = copy(input->at, length, 1);

	input->at += length + (nul != NULL);
	input->left -= length + (nul != NULL);
	return text;
}

char *
fuzz_rest(struct fuzz_input *input, size_t *ret_size)
{
	char *const rest = copy(input->at, input->left, input->left == 0);

	*ret_size = input->left;
	input->at += input->left;
	input->left = 0;
	return rest;
}

void
fuzz_check(bool kept, const char *file, int line, const char *promise)
{
	if (kept)
		return;
	(void)fprintf(stderr, "%s:%d: not kept: %s\n", file, line, promise);
	abort();
}

bool
fuzz_is_visible_ascii(const char *text)
{
	while (*text >= 0x20 && *text < 0x7F)
		text++;
	return *text == '\0';
}
