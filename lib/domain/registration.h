/* registration.h - the story of a registration, one function per step.
 *
 *   invite           any address -> a mail with the first link
 *   draw_captcha     first link -> a picture bound to it; or
 *   speak_captcha    a sound, for those who do not see it; or
 *   set_work         work for their machine
 *   identify         first link, number, CAPTCHA -> a key on the screen and a mail with the second link
 *   confirm_key      second link, key -> the token of the account step
 *   create_account   that token, login ID, password, ... -> the account, and a mail
 *
 * Inputs are folded and judged before (email.h, insured_number.h, ...). A step repeated with the
 * same token and the same facts gives the same answer; with other facts TOKEN_SPENT. UNAVAILABLE
 * and OVERLOADED may come from every step, and it may then be repeated as it is. */

#ifndef REGISTRATION_H
#define REGISTRATION_H

#include "account.h"
#include "bounds.h"
#include "portal.h"
#include "proof_of_work.h"
#include "refusal.h"
#include "result.h"
#include "secret.h"
#include "stage.h"
#include "visitor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Owes the invitation, at most one a cool-down and address. The answer tells nothing. OVERLOADED, and
 * refusal->wait_s: the service owes too many letters (cooldown.h). */
enum result registration_invite(
    const struct portal *, const char *email, const char *language, struct refusal *) MUST_USE;

/* A CAPTCHA and the token that seals what answers it. OVER: the link has ended. */

/* 49 kB, too big for a worker's stack. */
struct drawn_captcha {
	char token[TOKEN_MAX + 1];
	int64_t expires_at;
	char png_base64[CAPTCHA_PNG_BASE64_MAX + 1];
	uint8_t png[CAPTCHA_PNG_MAX]; /* the same picture, on its way there */
};
enum result registration_draw_captcha(
    const struct portal *, const struct pass *, struct drawn_captcha *ret) MUST_USE;

/* 225 kB. In `language`, "ja" or "en". */
struct spoken_captcha {
	char token[TOKEN_MAX + 1];
	int64_t expires_at;
	char wav_base64[CAPTCHA_BASE64_MAX + 1];
	uint8_t wav[CAPTCHA_WAV_MAX];
};
enum result registration_speak_captcha(const struct portal *, const struct pass *,
    const char *language, struct spoken_captcha *ret) MUST_USE;

/* Where the setting offers it (portal.captcha_work). */
struct work_captcha {
	char token[TOKEN_MAX + 1];
	int64_t expires_at;
	int64_t number_max;
	struct proof_of_work_challenge challenge;
};
enum result registration_set_work(
    const struct portal *, const struct pass *, struct work_captcha *ret) MUST_USE;

/* Where the holder of a token stands. OVER: the link has ended. */
struct standing {
	const struct stage_rule *next; /* whose call comes next; NULL: logging in */
	int attempts_left;
};
enum result registration_standing(
    const struct portal *, const struct pass *, struct standing *ret) MUST_USE;

/* IDENTITY_MISMATCH, CAPTCHA_WRONG: the refusal says how many tries the link has; OVER: that was the
 * last, or it had ended; TOKEN_SPENT: the link was used for another number; TOO_MANY: the source was
 * right or wrong too often, OVERLOADED: too many were wrong (identity_guard.h); the refusal says how
 * long, and nothing was spent. */
struct identity {
	const char *insured_number; /* folded */
	const char *birth_date;     /* "" where not demanded */
	const char *captcha_token;
	const char *captcha_answer; /* folded: captcha_typed_fold() */
};
enum result registration_identify(const struct portal *, const struct visitor *,
    const struct pass *, const struct identity *, struct secret *ret_key,
    struct refusal *ret_refusal) MUST_USE;

/* KEY_WRONG, OVER, TOKEN_SPENT as above. */
struct account_step {
	char token[TOKEN_MAX + 1];
	int64_t expires_at;
};
enum result registration_confirm_key(const struct portal *, const struct pass *,
    const struct secret *key, struct account_step *ret, int *ret_attempts_left) MUST_USE;

/* TAKEN: another login ID is needed; the refusal says how often that will be told. OVER: too many
 * were taken, or the person has an account by now. TOO_MANY: too many of the person's, through
 * whatever tokens. TOKEN_SPENT: it made an account with other facts. */
struct account_wish {
	const char *login_id;
	const char *email;
	const char *nickname;
	const struct secret *password;
};
enum result registration_create_account(const struct portal *, const struct visitor *,
    const struct pass *, const struct account_wish *, struct account *ret,
    struct refusal *ret_refusal) MUST_USE;

#endif
