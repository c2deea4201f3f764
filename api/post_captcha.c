/* post_captcha.c - POST /v1/captcha: a picture for the identity step, bound to the first link. */

#include "endpoints.h"

#include "cleanup.h"
#include "registration.h"
#include "service.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

struct captcha_wish {
	char kind[8];
};

static enum fault
kind_check(const char *typed, char *ret, size_t ret_size)
{
	if (strcmp(typed, "image") != 0)
		return FAULT_NOT_OFFERED;
	text_copy_cut(ret, ret_size, typed);
	return FAULT_NONE;
}

static const struct field fields[] = {
	OPTIONAL_FIELD(captcha_wish, kind, 16, kind_check),
	END_OF_FIELDS,
};

const struct body_rule captcha_body = { fields, sizeof(struct captcha_wish), NULL };

enum result
post_captcha(struct call *call)
{
	CLEANUP(cleanup_free) struct drawn_captcha *captcha = malloc(sizeof *captcha);

	if (captcha == NULL)
		return UNAVAILABLE;
	TRY(registration_draw_captcha(&call->service->portal, call->pass, captcha));

	call->status = 201;
	json_text(call->json, "captcha_token", captcha->token);
	json_text(call->json, "kind", "image");
	json_text(call->json, "media_type", "image/png");
	json_text(call->json, "data", captcha->png_base64);
	json_time(call->json, "expires_at", captcha->expires_at);
	return OK;
}
