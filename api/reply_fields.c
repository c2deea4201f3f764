/* reply_fields.c - members that several answers have in common. */

#include "reply_fields.h"

#include "json.h"
#include "cleanup.h"
#include "clock.h"
#include "config.h"
#include "email.h"
#include "endpoints.h"
#include "insured_number.h"
#include "refresh_cookie.h"
#include "secret.h"

void
reply_masked_email(struct json *json, const char *email)
{
	char masked[EMAIL_MASKED_MAX + 1];

	email_mask(email, masked);
	json_text(json, "email", masked);
}

void
reply_expires_at(struct json *json, int64_t expires_at)
{
	json_time(json, "expires_at", expires_at);
	json_time(json, "server_time", clock_now());
}

void
reply_next(struct json *json, enum stage next)
{
	const struct endpoint *call = endpoint_of_stage(next);

	json_object(json, "next");
	json_text(json, "method", call->method);
	json_text(json, "path", call->path);
	json_up(json);
}

void
reply_id(struct json *json, struct session_id id)
{
	char text[SECRET_BASE64_MAX(ID_SIZE) + 1];

	secret_base64url(id.bytes, ID_SIZE, text);
	json_text(json, "id", text);
}

void
reply_password_policy(struct json *json, const struct config *config)
{
	json_object(json, "password_policy");
	json_number(json, "length_min", config->password_length_min);
	json_number(json, "length_max", PASSWORD_CODE_POINTS_MAX);
	json_text(json, "composition", config->password_composition);
	json_up(json);
}

struct masked_number {
	char text[SESSION_NUMBER_MAX + 1];
};

static void
masked_number_wipe(struct masked_number *masked)
{
	secret_wipe_bytes(masked, sizeof *masked);
}

void
reply_profile(struct json *json, const struct member *member)
{
	const struct account *account = &member->account;
	CLEANUP(masked_number_wipe)
	struct masked_number number;

	insured_number_mask(member->person.number, number.text);
	json_text(json, "login_id", account->login_id);
	json_text(json, "nickname", account->nickname);
	json_text(json, "email", account->email);
	json_text_or_null(json, "pending_email", account->pending_email);
	json_text(json, "insured_number", number.text);
	json_text(json, "language", account->language);
	json_time(json, "created_at", account->created_at);
	json_time(json, "password_changed_at", account->password_changed_at);
	json_text_or_null(json, "eligible_until", member->person.eligible_until);
	json_text_or_null(json, "access_until", member->person.access_until);
}

void
reply_session_tokens(const struct call *call, const struct session_tokens *tokens, bool in_cookie)
{
	struct json *json = call->json;

	json_text(json, "access_token", tokens->access);
	json_text(json, "token_type", "Bearer");
	json_number(json, "expires_in", tokens->access_lives_s);
	if (in_cookie)
		refresh_cookie_set(call, tokens->refresh, tokens->refresh_lives_s);
	else
		json_text(json, "refresh_token", tokens->refresh);
	json_number(json, "refresh_expires_in", tokens->refresh_lives_s);
}
