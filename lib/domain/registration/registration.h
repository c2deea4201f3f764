/* registration.h - the flow of a registration, one function per step.
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
#include "app.h"
#include "proof_of_work.h"
#include "error_info.h"
#include "result.h"
#include "secret.h"
#include "stage.h"
#include "client.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Owes the invitation, at most one a mail interval and address. The answer tells nothing. OVERLOADED, and
 * refusal->wait_s: the service owes too many letters (mail_interval.h). */
enum result registration_invite(
    const struct app *, const char *email, const char *language, struct error_info *) MUST_USE;

/* A CAPTCHA and the token that seals what answers it. OVER: the link has ended. */

/* 49 kB, too big for a worker's stack. */
struct drawn_captcha {
	char token[TOKEN_MAX + 1];
	int64_t expires_at;
	char png_base64[CAPTCHA_PNG_BASE64_MAX + 1];
	uint8_t png[CAPTCHA_PNG_MAX]; /* the same picture, on its way there */
};
enum result registration_draw_captcha(
    const struct app *, const struct stage_claims *, struct drawn_captcha *ret) MUST_USE;

/* 225 kB. In `language`, "ja" or "en". */
struct spoken_captcha {
	char token[TOKEN_MAX + 1];
	int64_t expires_at;
	char wav_base64[CAPTCHA_BASE64_MAX + 1];
	uint8_t wav[CAPTCHA_WAV_MAX];
};
enum result registration_speak_captcha(const struct app *, const struct stage_claims *,
    const char *language, struct spoken_captcha *ret) MUST_USE;

/* Where the setting offers it (portal.captcha_work). */
struct work_captcha {
	char token[TOKEN_MAX + 1];
	int64_t expires_at;
	int64_t number_max;
	struct proof_of_work_challenge challenge;
};
enum result registration_set_work(
    const struct app *, const struct stage_claims *, struct work_captcha *ret) MUST_USE;

/* Where the holder of a token stands. OVER: the link has ended. */
struct registration_status {
	const struct stage_rule *next; /* whose call comes next; NULL: logging in */
	int attempts_left;
};
enum result registration_status(
    const struct app *, const struct stage_claims *, struct registration_status *ret) MUST_USE;

/* IDENTITY_MISMATCH, CAPTCHA_WRONG: the refusal says how many tries the link has; OVER: that was the
 * last, or it had ended; TOKEN_SPENT: the link was used for another number; TOO_MANY: the source was
 * right or wrong too often, OVERLOADED: too many were wrong (identity_limits.h); the refusal says how
 * long, and nothing was spent. */
struct identity {
	const char *insured_number; /* folded */
	const char *birth_date;     /* "" where not demanded */
	const char *captcha_token;
	const char *captcha_answer; /* folded: captcha_typed_fold() */
};
enum result registration_identify(const struct app *, const struct client *,
    const struct stage_claims *, const struct identity *, struct secret *ret_key,
    struct error_info *ret_info) MUST_USE;

/* KEY_WRONG, OVER, TOKEN_SPENT as above. */
struct account_step {
	char token[TOKEN_MAX + 1];
	int64_t expires_at;
};
enum result registration_confirm_key(const struct app *, const struct stage_claims *,
    const struct secret *key, struct account_step *ret, int *ret_attempts_left) MUST_USE;

/* TAKEN: another login ID is needed; the refusal says how often that will be told. OVER: too many
 * were taken, or the person has an account by now. TOO_MANY: too many of the person's, through
 * whatever tokens. TOKEN_SPENT: it made an account with other facts. */
struct account_request {
	const char *login_id;
	const char *email;
	const char *nickname;
	const struct secret *password;
};
enum result registration_create_account(const struct app *, const struct client *,
    const struct stage_claims *, const struct account_request *, struct account *ret,
    struct error_info *ret_info) MUST_USE;

#endif
