/* proof_of_work.c - the CAPTCHA that the client's machine solves. */

#include "proof_of_work.h"

#include "json.h"
#include "text.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#define NUMBER_MAX    INT32_MAX
#define NUMBER_LENGTH 10

#define JSON_MAX ((size_t)PROOF_OF_WORK_INPUT_MAX / 4 * 3)

/* The members of a payload that are read. */
struct solution {
	char algorithm[sizeof PROOF_OF_WORK_ALGORITHM];
	char number[NUMBER_LENGTH + 1];
	char challenge[PROOF_OF_WORK_HEX + 1];
	char salt[PROOF_OF_WORK_SALT_MAX + 1];
	char signature[PROOF_OF_WORK_HEX + 1];
};

/* Making --------------------------------------------------------------------------------------- */

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

/* Reading -------------------------------------------------------------------------------------- */

/* No member types it: nothing is dropped around these texts. */
static const struct text_rule machine_text = { NULL, PROOF_OF_WORK_INPUT_MAX, { 0 }, true };

static const struct field fields[] = {
	TEXT_FIELD(solution, algorithm, machine_text),
	TEXT_FIELD(solution, challenge, machine_text),
	WHOLE_FIELD(solution, number, machine_text),
	TEXT_FIELD(solution, salt, machine_text),
	TEXT_FIELD(solution, signature, machine_text),
	END_OF_FIELDS,
};

/* Unknown members are ignored: the widgets send how long it took, among others. json_read() lists
 * the field errors of known members before them. */
static bool
known_members_are_valid(enum result read, const struct field_errors *field_errors)
{
	return read == OK ||
	       (read == BAD_FIELD && field_errors->list[0].field_error == FIELD_UNKNOWN_FIELD);
}

static bool
read_payload(const char *payload, struct solution *ret)
{
	char json[JSON_MAX + 1];
	size_t size = 0;
	const struct field_table table = { fields, sizeof *ret };
	struct field_errors field_errors;

	if (!secret_unbase64(payload, strlen(payload), json, JSON_MAX, &size))
		return false;
	json[size] = '\0';
	return known_members_are_valid(
	    json_read(json, size, &table, ret, &field_errors), &field_errors);
}

/* Checking ------------------------------------------------------------------------------------- */

bool
proof_of_work_is_done(const struct proof_of_work *work, const char *payload)
{
	struct solution solution;
	struct proof_of_work_challenge challenge = { 0 };
	int64_t number = 0;

	if (!read_payload(payload, &solution) ||
	    strcmp(solution.algorithm, PROOF_OF_WORK_ALGORITHM) != 0 ||
	    !text_number(solution.number, 0, NUMBER_MAX, &number))
		return false;
	proof_of_work_set(work, number, &challenge);
	return secret_equal_bytes(
		   solution.challenge, challenge.challenge, sizeof challenge.challenge) &&
	       secret_equal_bytes(solution.salt, challenge.salt, sizeof challenge.salt) &&
	       secret_equal_bytes(
		   solution.signature, challenge.signature, sizeof challenge.signature);
}
