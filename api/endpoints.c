/* endpoints.c - the table of endpoints. */

#include "endpoints.h"

#include "key_rotation.h"
#include "secret.h"
#include "text.h"

#include <string.h>

/* A key is published for at least KEY_ROTATION_S before it signs. Whoever keeps the set for half of
 * that knows each key in time, with half a minute for slow copies and clocks that differ; and of a
 * key that was removed because others saw it, nobody learns later. */
#define KEYS_MAX_AGE_S (KEY_ROTATION_S / 2)

/* What changes with a restart only: after it all apps know within five minutes. */
#define PUBLIC_MAX_AGE_S 300

/* clang-format off */
static const struct endpoint rows_public[] = {
	/* method, path, which token it demands, and of which stage;
	 *   body, what it costs most, limit beside the source's requests, handler,
	 *   how long anybody may keep its success, as which step it is counted
	 * Of those that demand one stage the first spends its token (endpoint_of_stage()). */
	{ "GET", "/v1/config", DEMAND_NOTHING, STAGE_NONE,
	  NULL, LOAD_REST, LIMIT_NONE, get_config, PUBLIC_MAX_AGE_S },
	{ "GET", "/v1/openapi.yaml", DEMAND_NOTHING, STAGE_NONE,
	  NULL, LOAD_REST, LIMIT_NONE, get_openapi, PUBLIC_MAX_AGE_S },

	{ "POST", "/v1/registration/email", DEMAND_NOTHING, STAGE_NONE,
	  &email_body, LOAD_REST, LIMIT_SOURCE_MAILS, post_registration_email, 0, STEP_EMAIL },
	{ "GET", "/v1/registration/stage", DEMAND_ANY_STAGE, STAGE_NONE,
	  NULL, LOAD_REST, LIMIT_NONE, get_registration_stage },
	{ "POST", "/v1/registration/identity", DEMAND_STAGE, STAGE_IDENTITY,
	  &identity_body, LOAD_REST, LIMIT_NONE, post_registration_identity, 0, STEP_IDENTITY },
	{ "POST", "/v1/captcha", DEMAND_STAGE, STAGE_IDENTITY,
	  &captcha_body, LOAD_PICTURES, LIMIT_LINK_CAPTCHAS, post_captcha, 0, STEP_CAPTCHA },
	{ "POST", "/v1/registration/authentication-key", DEMAND_STAGE, STAGE_AUTHENTICATION_KEY,
	  &authentication_key_body, LOAD_REST, LIMIT_NONE, post_registration_authentication_key,
	  0, STEP_AUTHENTICATION_KEY },
	{ "POST", "/v1/registration/account", DEMAND_STAGE, STAGE_ACCOUNT,
	  &account_body, LOAD_HASHING, LIMIT_NONE, post_registration_account, 0, STEP_ACCOUNT },

	{ "POST", "/v1/sessions", DEMAND_NOTHING, STAGE_NONE,
	  &login_body, LOAD_HASHING, LIMIT_NONE, post_sessions, 0, STEP_LOGIN },
	{ "GET", "/v1/sessions", DEMAND_SESSION, STAGE_NONE,
	  NULL, LOAD_REST, LIMIT_NONE, get_sessions },
	{ "DELETE", "/v1/sessions", DEMAND_SESSION, STAGE_NONE,
	  NULL, LOAD_REST, LIMIT_NONE, delete_sessions },
	{ "POST", "/v1/sessions/refresh", DEMAND_NOTHING, STAGE_NONE,
	  &refresh_body, LOAD_REST, LIMIT_NONE, post_sessions_refresh },
	{ "DELETE", "/v1/sessions/current", DEMAND_SESSION_OR_COOKIE, STAGE_NONE,
	  NULL, LOAD_REST, LIMIT_NONE, delete_sessions_current },
	{ "DELETE", "/v1/sessions/{id}", DEMAND_SESSION, STAGE_NONE,
	  NULL, LOAD_REST, LIMIT_NONE, delete_sessions_id },
	{ "GET", "/.well-known/jwks.json", DEMAND_NOTHING, STAGE_NONE,
	  NULL, LOAD_REST, LIMIT_NONE, get_jwks, KEYS_MAX_AGE_S },

	{ "POST", "/v1/recovery/login-id", DEMAND_NOTHING, STAGE_NONE,
	  &login_id_reminder_body, LOAD_REST, LIMIT_SOURCE_MAILS, post_recovery_login_id },
	{ "POST", "/v1/recovery/password", DEMAND_NOTHING, STAGE_NONE,
	  &password_reset_request_body, LOAD_REST, LIMIT_SOURCE_MAILS, post_recovery_password },
	{ "POST", "/v1/recovery/password/reset", DEMAND_STAGE, STAGE_PASSWORD_RESET,
	  &password_reset_body, LOAD_HASHING, LIMIT_NONE, post_recovery_password_reset },
	{ "POST", "/v1/account-deletion", DEMAND_NOTHING, STAGE_NONE,
	  &account_deletion_body, LOAD_REST, LIMIT_SOURCE_MAILS, post_account_deletion },
	{ "POST", "/v1/account-deletion/confirmation", DEMAND_STAGE, STAGE_ACCOUNT_DELETION,
	  NULL, LOAD_REST, LIMIT_NONE, post_account_deletion_confirmation },

	{ "GET", "/v1/me", DEMAND_SESSION, STAGE_NONE,
	  NULL, LOAD_REST, LIMIT_NONE, get_me },
	{ "PATCH", "/v1/me", DEMAND_SESSION, STAGE_NONE,
	  &profile_body, LOAD_REST, LIMIT_NONE, patch_me },
	{ "DELETE", "/v1/me", DEMAND_SESSION, STAGE_NONE,
	  &delete_account_body, LOAD_HASHING, LIMIT_NONE, delete_me },
	{ "PUT", "/v1/me/password", DEMAND_SESSION, STAGE_NONE,
	  &new_password_body, LOAD_HASHING, LIMIT_NONE, put_me_password },
	{ "PUT", "/v1/me/email", DEMAND_SESSION, STAGE_NONE,
	  &new_email_body, LOAD_HASHING, LIMIT_SOURCE_MAILS, put_me_email },
	{ "POST", "/v1/me/email/confirmation", DEMAND_STAGE, STAGE_EMAIL_CONFIRMATION,
	  NULL, LOAD_REST, LIMIT_NONE, post_me_email_confirmation },
	{ "DELETE", "/v1/me/pending-email", DEMAND_SESSION, STAGE_NONE,
	  NULL, LOAD_REST, LIMIT_NONE, delete_me_pending_email },
	{ "PUT", "/v1/me/login-id", DEMAND_SESSION, STAGE_NONE,
	  &new_login_id_body, LOAD_HASHING, LIMIT_NONE, put_me_login_id },
};

static const struct endpoint rows_inside[] = {
	{ "GET", "/healthz", DEMAND_NOTHING, STAGE_NONE,
	  NULL, LOAD_REST, LIMIT_NONE, get_healthz },
	{ "GET", "/readyz", DEMAND_NOTHING, STAGE_NONE,
	  NULL, LOAD_REST, LIMIT_NONE, get_readyz },
	{ "GET", "/metrics", DEMAND_NOTHING, STAGE_NONE,
	  NULL, LOAD_REST, LIMIT_NONE, get_metrics },
};
/* clang-format on */

const struct endpoint_table endpoints_public = { rows_public, LENGTH(rows_public) };
const struct endpoint_table endpoints_inside = { rows_inside, LENGTH(rows_inside) };

#define ID_PARAMETER "{id}"

bool
endpoint_path_id(const struct endpoint *endpoint, const char *path, struct session_id *ret)
{
	const char *parameter = strstr(endpoint->path, ID_PARAMETER);
	size_t size = 0;

	if (parameter == NULL)
		return false;
	const size_t before = (size_t)(parameter - endpoint->path);
	return strncmp(endpoint->path, path, before) == 0 &&
	       secret_unbase64url(
		   path + before, strlen(path + before), ret->bytes, ID_SIZE, &size) &&
	       size == ID_SIZE;
}

static bool
has_path(const struct endpoint *endpoint, const char *path)
{
	struct session_id id;

	if (strstr(endpoint->path, ID_PARAMETER) != NULL)
		return endpoint_path_id(endpoint, path, &id);
	return strcmp(endpoint->path, path) == 0;
}

static bool
has_method(const struct endpoint *endpoint, const char *method)
{
	return strcmp(endpoint->method, method) == 0 ||
	       (strcmp(method, "HEAD") == 0 && strcmp(endpoint->method, "GET") == 0);
}

enum result
endpoint_find(const struct endpoint_table *table, const char *method, const char *path,
    const struct endpoint **ret)
{
	bool known = false;

	for (size_t i = 0; i < table->count; i++) {
		if (!has_path(&table->rows[i], path))
			continue;
		known = true;
		if (!has_method(&table->rows[i], method))
			continue;
		*ret = &table->rows[i];
		return OK;
	}
	return known ? METHOD_NOT_ALLOWED : NOT_FOUND;
}

const struct endpoint *
endpoint_of_stage(enum stage stage)
{
	for (size_t i = 0; i < LENGTH(rows_public); i++) {
		const struct endpoint *row = &rows_public[i];

		if (stage == STAGE_NONE ? row->serve == post_sessions
					: row->demand == DEMAND_STAGE && row->stage == stage)
			return row;
	}
	return NULL;
}

void
endpoint_allow(const struct endpoint_table *table, const char *path, char ret[static ALLOW_MAX + 1])
{
	size_t length = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < table->count; i++) {
		if (!has_path(&table->rows[i], path))
			continue;
		const bool get = strcmp(table->rows[i].method, "GET") == 0;
		const char *method = get ? "GET, HEAD" : table->rows[i].method;

		if (text_format(ret + length, ALLOW_MAX + 1 - length, "%s, ", method))
			length += strlen(ret + length);
	}
	if (length > 0 && !text_format(ret + length, ALLOW_MAX + 1 - length, "OPTIONS"))
		ret[length - 2] = '\0';
}
