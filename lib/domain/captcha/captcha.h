/* captcha.h - the CAPTCHA of the identity step: six characters, drawn or spoken, or a proof of
 * work.
 *
 * Its token seals the answer and the invitation that it belongs to, so that nothing is stored when
 * one is made. The token is spent at the first try (STAGE_CAPTCHA). */

#ifndef CAPTCHA_H
#define CAPTCHA_H

#include "bounds.h"
#include "ids.h"
#include "field_errors.h"
#include "keyring.h"
#include "proof_of_work.h"
#include "result.h"
#include "text_rule.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a client may ask for. */
enum captcha_kind { CAPTCHA_IMAGE, CAPTCHA_AUDIO, CAPTCHA_PROOF_OF_WORK, CAPTCHA_KIND__MAX };

/* "image", "audio", "proof_of_work": as clients name them. */
const char *captcha_kind_name(enum captcha_kind);

/* An opened token. Wiped by its owner. */
struct captcha {
	struct jti jti;
	struct jti invitation_jti;       /* of the only link it can be used with */
	char answer[CAPTCHA_LENGTH + 1]; /* "": it is a proof of work */
	struct proof_of_work work;       /* only then; expires as the token does */
	int64_t issued_at;
	int64_t expires_at;
};

/* Seals the token. INTERNAL: its times are not valid. */
enum result captcha_seal(
    const struct keyring *, const struct captcha *, char ret_token[static TOKEN_MAX + 1]) MUST_USE;

/* Opens a token. TOKEN_INVALID, TOKEN_EXPIRED. The caller compares invitation_jti. */
enum result captcha_open(
    const struct keyring *, const char *token, int64_t now, struct captcha *ret) MUST_USE;

/* Folds what was typed. Text of at most CAPTCHA_INPUT_MAX bytes is characters, folded as auth_key.h
 * says, with its field errors; longer text must be base64, the payload of a proof of work, and
 * stays as it is. Which of the two is expected is in the token. ret_size is at least
 * PROOF_OF_WORK_INPUT_MAX + 1. FIELD_OK, a field error of captcha_answer_fold(), or
 * FIELD_TOO_LONG. */
enum field_error captcha_typed_fold(const char *typed, char *ret, size_t ret_size);

extern const struct text_rule captcha_typed_rule;

/* Does the folded answer solve it? Compares in constant time. */
bool captcha_answer_is(const struct captcha *, const char *answer);

void captcha_wipe(struct captcha *);

#endif
