/* registration_captcha.c - the CAPTCHA before the identity step: drawn, spoken, or work for the
 * client's machine. Each is bound to a link that has not ended. */

#include "registration.h"

#include "auth_key.h"
#include "captcha.h"
#include "cleanup.h"
#include "clock.h"
#include "token_state.h"
#include "captcha_pool.h"
#include "sound.h"
#include "text.h"

#include <string.h>

_Static_assert(CAPTCHA_PNG_BASE64_MAX == SECRET_BASE64_MAX(CAPTCHA_PNG_MAX), "the largest picture");
_Static_assert(CAPTCHA_BASE64_MAX == SECRET_BASE64_MAX(CAPTCHA_WAV_MAX), "the longest sound fits");
_Static_assert(
    CAPTCHA_BASE64_MAX + TOKEN_MAX + 1024 < REPLY_MAX, "and the answer around it with it");

/* A fresh one for this link, without what answers it. */
static struct captcha
captcha_for(const struct app *p, const struct stage_claims *claims)
{
	struct captcha captcha = { .issued_at = clock_now() };

	captcha.expires_at = captcha.issued_at + p->captcha_lives_s;
	secret_random(captcha.jti.bytes, sizeof captcha.jti.bytes);
	captcha.invitation_jti = claims->jti;
	return captcha;
}

enum result
registration_draw_captcha(
    const struct app *p, const struct stage_claims *claims, struct drawn_captcha *ret)
{
	CLEANUP(captcha_wipe) struct captcha captcha = captcha_for(p, claims);
	CLEANUP(secret_wipe) struct secret answer = { 0 };
	struct token_state state;
	size_t png_size = 0;

	TRY(token_state_read(p, claims, &state));
	TRY(captcha_pool_take(p->pictures, &answer, ret->png, &png_size));
	secret_base64(ret->png, png_size, ret->png_base64);

	if (!text_copy(captcha.answer, sizeof captcha.answer, answer.text))
		return INTERNAL;
	ret->expires_at = captcha.expires_at;
	return captcha_seal(p->keyring, &captcha, ret->token);
}

enum result
registration_speak_captcha(const struct app *p, const struct stage_claims *claims,
    const char *language, struct spoken_captcha *ret)
{
	CLEANUP(captcha_wipe) struct captcha captcha = captcha_for(p, claims);
	struct token_state state;
	uint8_t seed[SECRET_KEY_SIZE];
	size_t wav_size = 0;

	TRY(token_state_read(p, claims, &state));
	captcha_answer_random(captcha.answer);
	secret_random(seed, sizeof seed);
	TRY(sound_speak(captcha.answer, language, seed, ret->wav, &wav_size));
	secret_base64(ret->wav, wav_size, ret->wav_base64);

	ret->expires_at = captcha.expires_at;
	return captcha_seal(p->keyring, &captcha, ret->token);
}

enum result
registration_set_work(
    const struct app *p, const struct stage_claims *claims, struct work_captcha *ret)
{
	CLEANUP(captcha_wipe) struct captcha captcha = captcha_for(p, claims);
	const uint32_t number_max = (uint32_t)p->captcha_work;
	struct token_state state;

	TRY(token_state_read(p, claims, &state));
	proof_of_work_new(&captcha.work, captcha.expires_at);
	proof_of_work_set(&captcha.work, secret_random_below(number_max + 1), &ret->challenge);

	ret->number_max = number_max;
	ret->expires_at = captcha.expires_at;
	return captcha_seal(p->keyring, &captcha, ret->token);
}
