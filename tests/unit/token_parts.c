/* token_parts.c - a token taken apart, changed, put together; and what is done to every kind of
 * it. */

#include "token_parts.h"

#include "cleanup.h"
#include "secret.h"
#include "text.h"
#include "token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
part_read(const char *text, size_t length, char ret[static TOKEN_PART_SIZE])
{
	size_t size;

	assert_true(secret_unbase64url(text, length, ret, TOKEN_PART_SIZE - 1, &size));
	ret[size] = '\0';
}

struct token_parts
token_parts_of(const char *token)
{
	const char *const payload = strchr(token, '.') + 1;
	const char *const signature = strchr(payload, '.') + 1;
	struct token_parts parts;

	part_read(token, (size_t)(payload - token) - 1, parts.header);
	part_read(payload, (size_t)(signature - payload) - 1, parts.payload);
	return parts;
}

void
text_replace(char text[static TOKEN_PART_SIZE], const char *old, const char *new)
{
	char rest[TOKEN_PART_SIZE];
	char *const at = old[0] == '\0' ? text + strlen(text) : strstr(text, old);

	if (at == NULL)
		fail_msg("no %s in %s", old, text);
	assert_true(text_copy(rest, sizeof rest, at + strlen(old)));
	assert_true(text_format(at, (size_t)(text + TOKEN_PART_SIZE - at), "%s%s", new, rest));
}

void
token_parts_write(const struct token_parts *parts, char ret[static FORGED_SIZE])
{
	secret_base64url(parts->header, strlen(parts->header), ret);
	char *const dot = ret + strlen(ret);
	*dot = '.';
	secret_base64url(parts->payload, strlen(parts->payload), dot + 1);
}

static enum result
open_by(const struct token_opening *by, const char *token)
{
	return by->open(by->context, token);
}

void
assert_no_other_character_opens(const struct token_opening *by, const char *token)
{
	static const char others[] = "Az09-_.=+/ \n\x01\x7F\x80\xFF";
	char other[TOKEN_MAX + 1];

	assert_true(text_copy(other, sizeof other, token));
	assert_int_equal(open_by(by, token), OK); /* and is remembered, by who remembers */
	for (size_t i = 0; token[i] != '\0'; i++) {
		for (size_t k = 0; k < sizeof others; k++) { /* the closing NUL, too */
			other[i] = others[k] != token[i] ? others[k] : 'B';
			if (open_by(by, other) != TOKEN_INVALID)
				fail_msg("character %zu as %02x", i, (unsigned)other[i] & 0xFF);
		}
		other[i] = (char)(token[i] ^ 1);
		assert_int_equal(open_by(by, other), TOKEN_INVALID);
		other[i] = token[i];
	}
	assert_int_equal(open_by(by, other), OK);
}

void
assert_signature_has_one_spelling(const struct token_opening *by, const char *token)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	static const char *const tails[] = { "=", "==", "A", "AA", ".", "..", " ", "\n", ".A",
		".e30", "*" };
	char other[TOKEN_MAX + 8];
	unsigned opened = 0;

	assert_true(text_copy(other, sizeof other, token));
	char *const last = other + strlen(other) - 1;
	for (const char *at = alphabet; *at != '\0'; at++) {
		*last = *at;
		opened += open_by(by, other) == OK;
	}
	assert_int_equal(opened, 1);
	for (size_t i = 0; i < LENGTH(tails); i++) {
		assert_true(text_format(other, sizeof other, "%s%s", token, tails[i]));
		if (open_by(by, other) != TOKEN_INVALID)
			fail_msg("opened with \"%s\" behind", tails[i]);
	}
	assert_int_equal(open_by(by, token), OK);
}

void
assert_no_part_opens(const struct token_opening *by, const char *token)
{
	char part[TOKEN_MAX + 1];

	assert_true(text_copy(part, sizeof part, token));
	for (size_t i = 1; token[i] != '\0'; i++)
		assert_int_equal(open_by(by, token + i), TOKEN_INVALID);
	for (size_t i = strlen(part); i-- > 0;) {
		part[i] = '\0';
		assert_int_equal(open_by(by, part), TOKEN_INVALID);
	}
}

void
assert_long_ones_do_not_open(const struct token_opening *by)
{
	static const size_t lengths[] = { TOKEN_MAX, TOKEN_MAX + 1, 90000, 9000000 };

	for (size_t i = 0; i < LENGTH(lengths); i++) {
		CLEANUP(cleanup_free) char *token = malloc(lengths[i] + 1);

		assert_non_null(token);
		memset(token, 'A', lengths[i]);
		token[lengths[i]] = '\0';
		assert_int_equal(open_by(by, token), TOKEN_INVALID);
		token[lengths[i] / 3] = token[2 * lengths[i] / 3] = '.';
		assert_int_equal(open_by(by, token), TOKEN_INVALID);
	}
}
