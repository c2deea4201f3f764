/* post_captcha.c - POST /v1/captcha: a picture for the identity step, bound to the first link; or a
 * sound, or work for the client's machine. */

#include "endpoints.h"

#include "cleanup.h"
#include "registration.h"
#include "service.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

#define KIND_MAX 16 /* "proof_of_work" fits */

struct captcha_body_fields {
	char kind[KIND_MAX + 1]; /* empty: a picture */
};

/* Kinds --------------------------------------------------------------------------------------- */

static void
reply_captcha(struct json *json, const char *token, const char *kind, int64_t expires_at)
{
	json_text(json, "captcha_token", token);
	json_text(json, "kind", kind);
	json_time(json, "expires_at", expires_at);
}

static void
reply_captcha_data(struct json *json, const char *media_type, const char *base64)
{
	json_text(json, "media_type", media_type);
	json_text(json, "data", base64);
}

static enum result
draw(struct call *call, const char *kind)
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
speak(struct call *call, const char *kind)
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
set_work(struct call *call, const char *kind)
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

#define WORK "proof_of_work"

static const struct kind {
	const char *name;
	enum result (*serve)(struct call *, const char *kind);
} kinds[] = {
	{ "image", draw },
	{ "audio", speak },
	{ WORK, set_work },
};

/* The kind of a name; the first for an empty one, NULL for any other. */
static const struct kind *
kind_named(const char *name)
{
	if (name[0] == '\0')
		return &kinds[0];
	for (size_t i = 0; i < LENGTH(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

/* The body ------------------------------------------------------------------------------------ */

static enum field_error
kind_check(const char *typed, char *ret, size_t ret_size)
{
	if (typed[0] == '\0' || kind_named(typed) == NULL || !text_copy(ret, ret_size, typed))
		return FIELD_NOT_OFFERED;
	return FIELD_OK;
}

/* A proof of work is the operator's to offer. */
static void
judge(const struct service *service, const void *body, struct field_errors *field_errors)
{
	const struct captcha_body_fields *in = body;

	if (strcmp(in->kind, WORK) == 0 && service->app.captcha_work == 0)
		field_errors_add(field_errors, "kind", FIELD_NOT_OFFERED);
}

static const struct field fields[] = {
	OPTIONAL_FIELD(captcha_body_fields, kind, KIND_MAX, kind_check),
	END_OF_FIELDS,
};

const struct body_rule captcha_body = { fields, sizeof(struct captcha_body_fields), judge };

enum result
post_captcha(struct call *call)
{
	const struct captcha_body_fields *in = call->body;
	const struct kind *kind = kind_named(in->kind);

	call->status = 201;
	return kind->serve(call, kind->name);
}
