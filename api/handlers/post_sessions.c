/* post_sessions.c - POST /v1/sessions: a member logs in. */

#include "endpoints.h"

#include "cleanup.h"
#include "email.h"
#include "session.h"
#include "password.h"
#include "reply_fields.h"
#include "service.h"
#include "text.h"

#include <string.h>

struct login_input {
	char login_id[EMAIL_MAX + 1];
	char password[PASSWORD_MAX + 1];
	char refresh[8];
};

static enum field_error
refresh_check(const char *typed, char *ret, size_t ret_size)
{
	if (strcmp(typed, "body") != 0 && strcmp(typed, "cookie") != 0)
		return FIELD_NOT_OFFERED;
	text_copy_cut(ret, ret_size, typed);
	return FIELD_OK;
}

static const struct text_rule refresh_rule = { refresh_check, 16, { 0, 16 } };

static const struct field fields[] = {
	TEXT_FIELD(login_input, login_id, login_id_rule),
	TEXT_FIELD(login_input, password, given_password_rule),
	OPTIONAL_FIELD(login_input, refresh, refresh_rule),
	END_OF_FIELDS,
};

const struct body_rule login_body = { fields, sizeof(struct login_input), NULL };

enum result
post_sessions(struct call *call)
{
	const struct login_input *in = call->body;
	CLEANUP(session_tokens_wipe) struct session_tokens tokens = { 0 };
	CLEANUP(secret_wipe) struct secret password = { 0 };
	const struct log_in_request request = {
		.client = call->client,
		.login_id = in->login_id,
		.password = &password,
	};

	if (!secret_set(&password, in->password))
		return INTERNAL;
	TRY(session_log_in(&call->service->app, &request, &tokens, &call->error_info));

	call->status = 201;
	reply_session_tokens(call, &tokens, strcmp(in->refresh, "cookie") == 0);
	return OK;
}
