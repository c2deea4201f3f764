/* registration.h - the flow of a registration: one function a step.
 *
 *   registration_invite()           address -> a mail with the first link
 *   registration_draw_captcha()     first link -> a CAPTCHA picture; or
 *   registration_speak_captcha()    the same as sound; or
 *   registration_set_work()         a proof of work for the client's machine
 *   registration_identify()         first link, CAPTCHA, insured number -> a key on the screen, and
 *                                   a mail with the second link
 *   registration_confirm_key()      second link, key -> the token of the account step
 *   registration_create_account()   that token, login ID, password, ... -> the account, and a mail
 *   registration_status()           any of these tokens -> which step is next
 *
 * The state of a registration travels in its token, opened before as struct stage_claims (stage.h);
 * the database knows which tokens are spent and how many tries they have left (token_state.h). All
 * texts are folded and checked before (email.h, insured_number.h, ...), and are borrowed.
 *
 * A step that is repeated with the same token and the same body gives the same answer; with another
 * body TOKEN_SPENT. LINK_EXHAUSTED: the tries of the token are used up; the registration begins
 * again with a new invitation. UNAVAILABLE and OVERLOADED may come from every step, which may then
 * be repeated as it is. */

#ifndef REGISTRATION_H
#define REGISTRATION_H

#include "account.h"
#include "app.h"
#include "bounds.h"
#include "captcha.h"
#include "client.h"
#include "error_info.h"
#include "proof_of_work.h"
#include "result.h"
#include "secret.h"
#include "stage.h"

#include <stdint.h>

/* Enqueues the invitation, at most one in a mail interval and address; the answer does not tell.
 * OVERLOADED, with error_info->wait_s: the whole service sends too many mails (mail_interval.h). */
enum result registration_invite(
    const struct app *, const char *email, const char *language, struct error_info *) MUST_USE;

/* Is a CAPTCHA of this kind on offer? A proof of work is where app->captcha_work is not 0. */
bool registration_offers_captcha(const struct app *, enum captcha_kind);

/* A CAPTCHA, and the token that seals its answer: nothing is stored. It is good for the link that
 * asks for it, once, until expires_at (seconds since 1970). LINK_EXHAUSTED: the link has
 * no tries left. */

/* A picture. 49 kB: too big for the stack of a worker. */
struct drawn_captcha {
	char token[TOKEN_MAX + 1];
	int64_t expires_at;
	char png_base64[CAPTCHA_PNG_BASE64_MAX + 1];
	uint8_t png[CAPTCHA_PNG_MAX]; /* the same picture before it was encoded */
};
enum result registration_draw_captcha(
    const struct app *, const struct stage_claims *, struct drawn_captcha *ret) MUST_USE;

/* A sound, for those who do not see the picture. 225 kB. `language` is "ja" or "en". */
struct spoken_captcha {
	char token[TOKEN_MAX + 1];
	int64_t expires_at;
	char wav_base64[CAPTCHA_BASE64_MAX + 1];
	uint8_t wav[CAPTCHA_WAV_MAX]; /* the same sound before it was encoded */
};
enum result registration_speak_captcha(const struct app *, const struct stage_claims *,
    const char *language, struct spoken_captcha *ret) MUST_USE;

/* A proof of work, where it is on offer. */
struct work_captcha {
	char token[TOKEN_MAX + 1];
	int64_t expires_at;
	int64_t number_max; /* the number to find is at most this */
	struct proof_of_work_challenge challenge;
};
enum result registration_set_work(
    const struct app *, const struct stage_claims *, struct work_captcha *ret) MUST_USE;

/* Where a registration stands. Follows the tokens that were made of this one: a first link does not
 * know the person, and is told of an account only where its own second link made it.
 * LINK_EXHAUSTED: the token has no tries left. TOKEN_SPENT: it made an account, which was deleted
 * since. */
struct registration_status {
	enum stage next;   /* the step that comes next; STAGE_NONE: logging in */
	int attempts_left; /* of the token */
};
enum result registration_status(
    const struct app *, const struct stage_claims *, struct registration_status *ret) MUST_USE;

/* What a client sends to say who they are. */
struct identity_request {
	const struct client *client;
	const char *insured_number; /* folded (insured_number.h) */
	const char *birth_date;     /* folded; "": not given */
	const char *posted_code;    /* folded (auth_key.h); "": not given */
	const char *captcha_token;
	const char *captcha_answer; /* folded: captcha_typed_fold() */
};

/* Checks CAPTCHA and number, spends the link, enqueues the mail with the second link, and derives
 * the key that is shown. A person who has an account gets the same answer; only the mail tells.
 *
 * CAPTCHA_WRONG, CAPTCHA_EXPIRED (it was not compared), IDENTITY_MISMATCH: ret_info->attempts_left
 * tries are left. LINK_EXHAUSTED: that was the last, or none was left. TOKEN_SPENT: the link was
 * used for another number. PERSON_NOT_ELIGIBLE: it was used for this number, whose person has lost
 * eligibility since. TOO_MANY: the source was right or wrong too often; OVERLOADED: too many were
 * wrong (identity_limits.h); ret_info->wait_s says for how long, and nothing was spent. */
enum result registration_identify(const struct app *, const struct stage_claims *,
    const struct identity_request *, struct secret *ret_key, struct error_info *ret_info) MUST_USE;

/* The token of the account step. */
struct account_step {
	char token[TOKEN_MAX + 1];
	int64_t expires_at;
};

/* Compares the key, and spends the second link. KEY_WRONG: *ret_attempts_left tries are left; -1:
 * not told. LINK_EXHAUSTED: that was the last, or none was left. TOKEN_SPENT: it was used with
 * another key. */
enum result registration_confirm_key(const struct app *, const struct stage_claims *,
    const struct secret *key, struct account_step *ret, int *ret_attempts_left) MUST_USE;

/* The account that a client asks for. */
struct account_request {
	const struct client *client;
	const char *login_id; /* folded, as all of these */
	const char *email;    /* the proven address, or another, which must then be confirmed */
	const char *nickname;
	const struct secret *password; /* keeps the rules (password.h) */
};

/* Creates the account, and spends the token and the posted code that began the registration, in one
 * transaction (account_creation.h); *ret is the account, to be wiped by the caller. TAKEN: another
 * account has the login ID; ret_info->attempts_left says how many more taken login IDs may be
 * tried. LINK_EXHAUSTED: too many were. ACCOUNT_EXISTS: the person has an account by now, or the
 * posted code was spent or replaced. PERSON_NOT_ELIGIBLE: the person is deleted; or a posted code
 * is demanded, and the registration began without one. TOO_MANY: too many tries of this person,
 * whatever their tokens; ret_info->wait_s. TOKEN_SPENT: the token made an account with other
 * facts. */
enum result registration_create_account(const struct app *, const struct stage_claims *,
    const struct account_request *, struct account *ret, struct error_info *ret_info) MUST_USE;

#endif
