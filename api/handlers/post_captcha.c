/* post_captcha.c - POST /v1/captcha: a picture for the identity step, bound to the first link; or a
 * sound, or work for the client's machine. */

#include "endpoints.h"

#include "cleanup.h"
#include "registration.h"
#include "reply_fields.h"
#include "service.h"
#include "text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define KIND_MAX 16 /* "proof_of_work" fits */

struct captcha_input {
	char kind[KIND_MAX + 1]; /* empty: a picture */
};

/* Kinds --------------------------------------------------------------------------------------- */

static void
reply_captcha(struct json *json, const char *token, const char *kind, int64_t expires_at)
{
	json_text(json, "captcha_token", token);
	json_text(json, "kind", kind);
	reply_expires_at(json, expires_at);
}

static void
reply_captcha_data(struct json *json, const char *media_type, const char *base64)
{
	json_text(json, "media_type", media_type);
	json_text(json, "data", base64);
}

static enum result
reply_picture(struct call *call, const char *kind)
{
	CLEANUP(cleanup_free) struct drawn_captcha *captcha = malloc(sizeof *captcha);

	if (captcha == NULL)
		return UNAVAILABLE;
	TRY(registration_draw_captcha(&call->service->app, call->claims, captcha));
	reply_captcha(call->json, captcha->token, kind, captcha->expires_at);
	reply_captcha_data(call->json, "image/png", captcha->png_base64);
	return OK;
}

static enum result
reply_sound(struct call *call, const char *kind)
{
	CLEANUP(cleanup_free) struct spoken_captcha *captcha = malloc(sizeof *captcha);

	if (captcha == NULL)
		return UNAVAILABLE;
	TRY(registration_speak_captcha(
	    &call->service->app, call->claims, problem_language_code(call->language), captcha));
	reply_captcha(call->json, captcha->token, kind, captcha->expires_at);
	reply_captcha_data(call->json, "audio/wav", captcha->wav_base64);
	return OK;
}

/* The challenge's members are named as ALTCHA's clients know them. */
static enum result
reply_proof_of_work(struct call *call, const char *kind)
{
	struct work_captcha captcha = { 0 };

	TRY(registration_set_work(&call->service->app, call->claims, &captcha));
	reply_captcha(call->json, captcha.token, kind, captcha.expires_at);
	json_object(call->json, "challenge");
	json_text(call->json, "algorithm", PROOF_OF_WORK_ALGORITHM);
	json_text(call->json, "challenge", captcha.challenge.challenge);
	json_number(call->json, "maxnumber", captcha.number_max);
	json_text(call->json, "salt", captcha.challenge.salt);
	json_text(call->json, "signature", captcha.challenge.signature);
	json_up(call->json);
	return OK;
}

static enum result (*const reply_kind[CAPTCHA_KIND__MAX])(struct call *, const char *kind) = {
	[CAPTCHA_IMAGE] = reply_picture,
	[CAPTCHA_AUDIO] = reply_sound,
	[CAPTCHA_PROOF_OF_WORK] = reply_proof_of_work,
};

/* The kind of this name: a picture for the empty name, CAPTCHA_KIND__MAX for an unknown one. */
static enum captcha_kind
captcha_kind_named(const char *name)
{
	enum captcha_kind kind = CAPTCHA_IMAGE;

	if (name[0] == '\0')
		return kind;
	while (kind < CAPTCHA_KIND__MAX && strcmp(captcha_kind_name(kind), name) != 0)
		kind++;
	return kind;
}

/* The body ------------------------------------------------------------------------------------ */

static enum field_error
captcha_kind_check(const char *typed, char *ret, size_t ret_size)
{
	if (typed[0] == '\0' || captcha_kind_named(typed) == CAPTCHA_KIND__MAX ||
	    !text_copy(ret, ret_size, typed))
		return FIELD_NOT_OFFERED;
	return FIELD_OK;
}

/* A proof of work is offered only where CAPTCHA_PROOF_OF_WORK says so. */
static void
validate_captcha(const struct service *service, const void *body, struct field_errors *field_errors)
{
	const struct captcha_input *in = body;

	if (!registration_offers_captcha(&service->app, captcha_kind_named(in->kind)))
		field_errors_add(field_errors, "kind", FIELD_NOT_OFFERED);
}

static const struct text_rule kind_rule = { captcha_kind_check, KIND_MAX, { 0, KIND_MAX } };

static const struct field fields[] = {
	OPTIONAL_FIELD(captcha_input, kind, kind_rule),
	END_OF_FIELDS,
};

const struct body_rule captcha_body = { fields, sizeof(struct captcha_input), validate_captcha };

enum result
post_captcha(struct call *call)
{
	const struct captcha_input *in = call->body;
	const enum captcha_kind kind = captcha_kind_named(in->kind);

	assert(kind < CAPTCHA_KIND__MAX); /* captcha_kind_check() */
	call->status = 201;
	return reply_kind[kind](call, captcha_kind_name(kind));
}
