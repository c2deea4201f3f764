/* captcha.h - the CAPTCHA of the identity step: a token that seals what answers it, spent at the first
 * try.
 *
 * Six characters, drawn or spoken, or a proof of work. Nothing is stored when one is made: answer
 * and invitation are in the token's sealed part. */

#ifndef CAPTCHA_H
#define CAPTCHA_H

#include "bounds.h"
#include "ids.h"
#include "field_errors.h"
#include "keyring.h"
#include "proof_of_work.h"
#include "result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An opened token. Wiped by its owner. */
struct captcha {
	struct jti jti;
	struct jti invitation_jti;       /* the only link it is good for */
	char answer[CAPTCHA_LENGTH + 1]; /* empty: it is a proof of work */
	struct proof_of_work work;       /* then; it expires as the token does */
	int64_t issued_at;
	int64_t expires_at;
};

enum result captcha_seal(
    const struct keyring *, const struct captcha *, char ret_token[static TOKEN_MAX + 1]) MUST_USE;

/* TOKEN_INVALID or TOKEN_EXPIRED; whether it belongs to the link is the caller's question. */
enum result captcha_open(
    const struct keyring *, const char *token, int64_t now, struct captcha *ret) MUST_USE;

/* Folds what was typed: the characters as auth_key.h says, with its faults. What is longer than those
 * may be and base64 is a proof of work's payload, and stays as it is; which of the two is wanted, the
 * token says. ret_size is PROOF_OF_WORK_INPUT_MAX + 1. */
enum field_error captcha_typed_fold(const char *typed, char *ret, size_t ret_size);

/* Compares in constant time; `answer` is folded. */
bool captcha_answer_is(const struct captcha *, const char *answer);

void captcha_wipe(struct captcha *);

#endif
