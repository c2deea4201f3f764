/* get_config.c - GET /v1/config: what an app must know of this society's service before anybody
 * types anything.
 *
 * The same for everybody, and of the settings alone: whoever has it may keep it (endpoints.c). */

#include "endpoints.h"

#include "auth_key.h"
#include "captcha.h"
#include "email.h"
#include "email_domains.h"
#include "insured_number.h"
#include "nickname.h"
#include "registration.h"
#include "reply_fields.h"
#include "service.h"

static void
reply_society(struct json *json, const struct config *config)
{
	json_object(json, "society");
	json_object(json, "name");
	json_text(json, "ja", config->society_name_ja);
	json_text(json, "en", config->society_name_en);
	json_up(json);
	json_object(json, "contact");
	json_text_or_null(json, "ja", config->society_contact_ja);
	json_text_or_null(json, "en", config->society_contact_en);
	json_up(json);
	json_text(json, "mail_from", config->mail_from);
	json_up(json);
}

/* As addresses are folded; none: any. */
static void
reply_email_domains(struct json *json, const struct email_domains *domains)
{
	json_array(json, "registration_email_domains");
	for (size_t i = 0; i < domains->count; i++)
		json_text_item(json, domains->names[i]);
	json_up(json);
}

static void
reply_languages(struct json *json)
{
	json_array(json, "languages");
	for (enum problem_language language = 0; language < PROBLEM_LANGUAGE__MAX; language++)
		json_text_item(json, problem_language_code(language));
	json_up(json);
}

/* The protocol is told where it is on offer. */
static void
reply_captcha_kinds(struct json *json, const struct app *app)
{
	json_object(json, "captcha");
	json_array(json, "kinds");
	for (enum captcha_kind kind = 0; kind < CAPTCHA_KIND__MAX; kind++)
		if (registration_offers_captcha(app, kind))
			json_text_item(json, captcha_kind_name(kind));
	json_up(json);
	if (registration_offers_captcha(app, CAPTCHA_PROOF_OF_WORK)) {
		json_object(json, "proof_of_work");
		json_text(json, "protocol", PROOF_OF_WORK_PROTOCOL);
		json_text(json, "algorithm", PROOF_OF_WORK_ALGORITHM);
		json_number(json, "maxnumber", app->captcha_work);
		json_up(json);
	}
	json_up(json);
}

static void
reply_length(struct json *json, const char *name, const struct text_rule *rule)
{
	json_object(json, name);
	if (rule->length.min > 0)
		json_number(json, "min", rule->length.min);
	json_number(json, "max", rule->length.max);
	json_up(json);
}

/* As the errors of these fields tell them. */
static void
reply_lengths(struct json *json)
{
	json_object(json, "lengths");
	reply_length(json, "email", &email_rule);
	reply_length(json, "login_id", &login_id_rule);
	reply_length(json, "nickname", &nickname_rule);
	reply_length(json, "insured_number", &insured_number_rule);
	reply_length(json, "posted_code", &auth_key_rule);
	reply_length(json, "authentication_key", &auth_key_rule);
	reply_length(json, "captcha_answer", &captcha_typed_rule);
	json_up(json);
}

static void
reply_link(struct json *json, enum stage stage, int64_t lives_s)
{
	json_item(json);
	json_text(json, "stage", stage_rule(stage)->name);
	json_text(json, "path", stage_rule(stage)->portal_path);
	json_number(json, "expires_in", lives_s);
	json_up(json);
}

static void
reply_links(struct json *json, const struct app *app)
{
	json_array(json, "links");
	reply_link(json, STAGE_IDENTITY, app->invitation_lives_s);
	reply_link(json, STAGE_AUTHENTICATION_KEY, app->second_link_lives_s);
	reply_link(json, STAGE_EMAIL_CONFIRMATION, app->email_confirmation_lives_s);
	reply_link(json, STAGE_PASSWORD_RESET, app->password_reset_lives_s);
	reply_link(json, STAGE_ACCOUNT_DELETION, app->account_deletion_lives_s);
	json_up(json);
}

static void
reply_token_lives(struct json *json, const struct app *app)
{
	json_object(json, "expires_in");
	json_number(json, "captcha_token", app->captcha_lives_s);
	json_number(json, "stage_token", app->account_step_lives_s);
	json_number(json, "access_token", app->access_token_lives_s);
	json_number(json, "refresh_token", app->session_idle_s);
	json_number(json, "session", app->session_lives_s);
	json_up(json);
}

enum result
get_config(struct call *call)
{
	const struct config *config = call->service->config;
	const struct app *app = &call->service->app;
	struct json *json = call->json;

	reply_society(json, config);
	json_text(json, "portal_url", config->portal_url);
	reply_languages(json);
	json_bool(json, "birth_date_required", config_is(config->identity_birth_date, "yes"));
	json_bool(json, "posted_code_required", app->demands_posted_code);
	reply_email_domains(json, &call->service->registration_domains);
	reply_captcha_kinds(json, app);
	reply_password_policy(json, config);
	reply_lengths(json);
	reply_links(json, app);
	reply_token_lives(json, app);
	json_number(json, "resend_after", app->mail_interval_s);
	return OK;
}
