/* proof_of_work.c - the CAPTCHA that a client's machine solves.
 *
 * A payload is JSON from a stranger, but flat and with five members that count, each of a form that
 * is known: so it is read here, strictly, rather than by a parser that knows all of JSON. */

#include "proof_of_work.h"

#include "cleanup.h"
#include "text.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#define MEMBER_MAX    32 /* bytes of a name; nobody sends longer ones */
#define VALUE_MAX     160
#define NUMBER_MAX    INT32_MAX
#define NUMBER_LENGTH 10

#define JSON_MAX ((size_t)PROOF_OF_WORK_INPUT_MAX / 4 * 3)

/* What a payload says. */
struct solution {
	char algorithm[sizeof PROOF_OF_WORK_ALGORITHM];
	char number[NUMBER_LENGTH + 1];
	struct proof_of_work_challenge challenge;
};

/* Setting ------------------------------------------------------------------------------------- */

void
proof_of_work_new(struct proof_of_work *work, int64_t expires_at)
{
	secret_random(work->key, sizeof work->key);
	secret_random(work->salt, sizeof work->salt);
	work->expires_at = expires_at;
}

void
proof_of_work_set(
    const struct proof_of_work *work, int64_t number, struct proof_of_work_challenge *ret)
{
	char message[PROOF_OF_WORK_SALT_MAX + NUMBER_LENGTH + 1];
	uint8_t hash[SECRET_SHA256_SIZE];
	char salt[2 * PROOF_OF_WORK_SALT_SIZE + 1];

	text_hex(work->salt, sizeof work->salt, salt);
	/* The "&" keeps the digits of the time and of the number apart. */
	const bool fits = text_format(ret->salt, sizeof ret->salt, "%s?expires=%" PRId64 "&", salt,
			      work->expires_at) &&
			  text_format(message, sizeof message, "%s%" PRId64, ret->salt, number);
	assert(fits && number >= 0 && number <= NUMBER_MAX);
	(void)fits;
	secret_sha256(message, strlen(message), hash);
	text_hex(hash, sizeof hash, ret->challenge);
	secret_hmac(work->key, ret->challenge, PROOF_OF_WORK_HEX, hash);
	text_hex(hash, sizeof hash, ret->signature);
}

/* Reading ------------------------------------------------------------------------------------- */

/* Each takes what it is named after from *at; false: something else stands there. */

static void
skip_space(const char **at)
{
	*at += strspn(*at, " \t\r\n");
}

static bool
take(const char **at, char character)
{
	skip_space(at);
	if (**at != character)
		return false;
	++*at;
	return true;
}

/* What an escape means, if it means one of ASCII's printable characters; else NUL. Writers of JSON
 * differ in what they escape: "&" and "/" among others. */
static char
take_escape(const char **at)
{
	uint8_t code[2];

	if (**at == '"' || **at == '\\' || **at == '/')
		return *(*at)++;
	if (**at != 'u' || strnlen(*at, 5) < 5)
		return '\0';
	const char digits[] = { (*at)[1], (*at)[2], (*at)[3], (*at)[4], '\0' };

	if (!text_unhex(digits, code, sizeof code) || code[0] != 0 || code[1] < ' ' ||
	    code[1] > '~')
		return '\0';
	*at += 5;
	return (char)code[1];
}

/* A text in quotes. */
static bool
take_text(const char **at, char *ret, size_t ret_size)
{
	size_t length = 0;

	if (!take(at, '"'))
		return false;
	while (**at != '"') {
		char character = *(*at)++;

		if (character == '\\')
			character = take_escape(at);
		if (character < ' ' || character > '~' || length + 1 >= ret_size)
			return false;
		ret[length++] = character;
	}
	ret[length] = '\0';
	++*at;
	return true;
}

/* A number, or true, false, null. */
static bool
take_bare(const char **at, char *ret, size_t ret_size)
{
	skip_space(at);
	const size_t length = strspn(*at, "+-.0123456789Eaeflnrstu");

	if (length == 0 || length >= ret_size)
		return false;
	memcpy(ret, *at, length);
	ret[length] = '\0';
	*at += length;
	return true;
}

/* Keeps a member that counts; it may come once. */
static bool
keep(struct solution *s, const char *name, const char *value)
{
	const struct {
		const char *name;
		char *to;
		size_t size;
	} members[] = {
		{ "algorithm", s->algorithm, sizeof s->algorithm },
		{ "challenge", s->challenge.challenge, sizeof s->challenge.challenge },
		{ "number", s->number, sizeof s->number },
		{ "salt", s->challenge.salt, sizeof s->challenge.salt },
		{ "signature", s->challenge.signature, sizeof s->challenge.signature },
	};

	for (size_t i = 0; i < LENGTH(members); i++)
		if (strcmp(members[i].name, name) == 0)
			return members[i].to[0] == '\0' &&
			       text_copy(members[i].to, members[i].size, value);
	return true;
}

static bool
take_member(const char **at, struct solution *ret)
{
	char name[MEMBER_MAX + 1], value[VALUE_MAX + 1];

	if (!take_text(at, name, sizeof name) || !take(at, ':'))
		return false;
	skip_space(at);
	return (**at == '"' ? take_text(at, value, sizeof value)
			    : take_bare(at, value, sizeof value)) &&
	       keep(ret, name, value);
}

static bool
read_json(const char *json, struct solution *ret)
{
	if (!take(&json, '{'))
		return false;
	do
		if (!take_member(&json, ret))
			return false;
	while (take(&json, ','));
	if (!take(&json, '}'))
		return false;
	skip_space(&json);
	return *json == '\0';
}

static bool
read_payload(const char *payload, struct solution *ret)
{
	char json[JSON_MAX + 1];
	size_t size = 0;

	if (!secret_unbase64(payload, strlen(payload), json, JSON_MAX, &size))
		return false;
	json[size] = '\0';
	return strlen(json) == size && read_json(json, ret);
}

/* Judging ------------------------------------------------------------------------------------- */

/* Both are of one size, and after their NUL nothing but zeros. */
static bool
same(const struct proof_of_work_challenge *a, const struct proof_of_work_challenge *b)
{
	return secret_equal_bytes(a, b, sizeof *a);
}

bool
proof_of_work_is_done(const struct proof_of_work *work, const char *payload)
{
	struct solution solution = { 0 };
	struct proof_of_work_challenge set = { 0 };
	int64_t number = 0;

	if (!read_payload(payload, &solution) ||
	    strcmp(solution.algorithm, PROOF_OF_WORK_ALGORITHM) != 0 ||
	    !text_number(solution.number, 0, NUMBER_MAX, &number))
		return false;
	proof_of_work_set(work, number, &set);
	return same(&solution.challenge, &set);
}
