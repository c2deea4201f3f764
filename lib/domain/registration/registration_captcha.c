/* registration_captcha.c - the CAPTCHA before the identity step: a picture, a sound, or a proof of
 * work.
 *
 * Each is bound to the first link of a registration that has tries left. Nothing is stored: the
 * answer is sealed in the token (captcha.h). */

#include "registration.h"

#include "auth_key.h"
#include "captcha.h"
#include "captcha_pool.h"
#include "cleanup.h"
#include "clock.h"
#include "sound.h"
#include "text.h"
#include "token_state.h"

#include <string.h>

_Static_assert(CAPTCHA_PNG_BASE64_MAX == SECRET_BASE64_MAX(CAPTCHA_PNG_MAX), "the largest picture");
_Static_assert(CAPTCHA_BASE64_MAX == SECRET_BASE64_MAX(CAPTCHA_WAV_MAX), "the longest sound fits");
_Static_assert(CAPTCHA_BASE64_MAX + TOKEN_MAX + 1024 < REPLY_MAX, "a sound fits into an answer");

bool
registration_offers_captcha(const struct app *app, enum captcha_kind kind)
{
	return kind != CAPTCHA_PROOF_OF_WORK || app->captcha_work > 0;
}

/* A new one for this link. Its answer is still missing. */
static struct captcha
captcha_of_link(const struct app *app, const struct stage_claims *claims)
{
	struct captcha captcha = { .issued_at = clock_now() };

	captcha.expires_at = captcha.issued_at + app->captcha_lives_s;
	secret_random(captcha.jti.bytes, sizeof captcha.jti.bytes);
	captcha.invitation_jti = claims->jti;
	return captcha;
}

enum result
registration_draw_captcha(
    const struct app *app, const struct stage_claims *claims, struct drawn_captcha *ret)
{
	CLEANUP(captcha_wipe) struct captcha captcha = captcha_of_link(app, claims);
	CLEANUP(secret_wipe) struct secret answer = { 0 };
	struct token_state state;
	size_t png_size = 0;

	TRY(token_state_read(app, claims, &state));
	TRY(captcha_pool_take(app->pictures, &answer, ret->png, &png_size));
	secret_base64(ret->png, png_size, ret->png_base64);

	if (!text_copy(captcha.answer, sizeof captcha.answer, answer.text))
		return INTERNAL;
	ret->expires_at = captcha.expires_at;
	return captcha_seal(app->keyring, &captcha, ret->token);
}

enum result
registration_speak_captcha(const struct app *app, const struct stage_claims *claims,
    const char *language, struct spoken_captcha *ret)
{
	CLEANUP(captcha_wipe) struct captcha captcha = captcha_of_link(app, claims);
	struct token_state state;
	uint8_t seed[SECRET_KEY_SIZE];
	size_t wav_size = 0;

	TRY(token_state_read(app, claims, &state));
	captcha_answer_random(captcha.answer);
	secret_random(seed, sizeof seed);
	TRY(sound_speak(captcha.answer, language, seed, ret->wav, &wav_size));
	secret_base64(ret->wav, wav_size, ret->wav_base64);

	ret->expires_at = captcha.expires_at;
	return captcha_seal(app->keyring, &captcha, ret->token);
}

enum result
registration_set_work(
    const struct app *app, const struct stage_claims *claims, struct work_captcha *ret)
{
	CLEANUP(captcha_wipe) struct captcha captcha = captcha_of_link(app, claims);
	const uint32_t number_max = (uint32_t)app->captcha_work;
	struct token_state state;

	TRY(token_state_read(app, claims, &state));
	proof_of_work_new(&captcha.work, captcha.expires_at);
	proof_of_work_set(&captcha.work, secret_random_below(number_max + 1), &ret->challenge);

	ret->number_max = number_max;
	ret->expires_at = captcha.expires_at;
	return captcha_seal(app->keyring, &captcha, ret->token);
}
