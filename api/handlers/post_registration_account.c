/* post_registration_account.c - POST /v1/registration/account: the account is created. */

#include "endpoints.h"

#include "cleanup.h"
#include "email.h"
#include "nickname.h"
#include "password.h"
#include "registration.h"
#include "reply_fields.h"
#include "service.h"

struct account_input {
	char login_id[EMAIL_MAX + 1];
	char password[PASSWORD_MAX + 1];
	char password_confirmation[PASSWORD_MAX + 1];
	char email[EMAIL_MAX + 1];
	char nickname[NICKNAME_MAX + 1];
};

static const struct field fields[] = {
	TEXT_FIELD(account_input, login_id, login_id_rule),
	TEXT_FIELD(account_input, password, password_rule),
	TEXT_FIELD(account_input, password_confirmation, password_rule),
	TEXT_FIELD(account_input, email, email_rule),
	TEXT_FIELD(account_input, nickname, nickname_rule),
	END_OF_FIELDS,
};

static void
validate_account(const struct service *service, const void *body, struct field_errors *field_errors)
{
	const struct account_input *in = body;
	const char *const personal[] = { in->login_id, in->email, in->nickname, NULL };

	password_check_both(&service->app.password_rules, in->password, in->password_confirmation,
	    personal, field_errors);
}

const struct body_rule account_body = { fields, sizeof(struct account_input), validate_account };

enum result
post_registration_account(struct call *call)
{
	const struct account_input *in = call->body;
	CLEANUP(account_wipe) struct account account = { 0 };
	CLEANUP(secret_wipe) struct secret password = { 0 };
	const struct account_request request = {
		.client = call->client,
		.login_id = in->login_id,
		.email = in->email,
		.nickname = in->nickname,
		.password = &password,
	};

	if (!secret_set(&password, in->password))
		return INTERNAL;
	TRY(registration_create_account(
	    &call->service->app, call->claims, &request, &account, &call->error_info));

	/* An address other than the proven one is shown as the member typed it; it is not verified
	 * until the link that was mailed to it is used. */
	const bool verified = account.pending_email[0] == '\0';
	call->status = 201;
	json_object(call->json, "account");
	json_text(call->json, "login_id", account.login_id);
	json_text(call->json, "nickname", account.nickname);
	json_text(call->json, "email", verified ? account.email : account.pending_email);
	json_bool(call->json, "email_verified", verified);
	json_up(call->json);
	reply_next(call->json, STAGE_NONE);
	return OK;
}
