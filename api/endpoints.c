/* endpoints.c - THE table. */

#include "endpoints.h"

#include "text.h"

#include <string.h>

/* clang-format off */
static const struct endpoint rows_public[] = {
	/* method  path                                    carries a token of                           body                      served by */
	{ "POST", "/v1/captcha",                           DEMAND_STAGE, STAGE_IDENTITY,                &captcha_body,            post_captcha },
	{ "POST", "/v1/registration/email",                DEMAND_NOTHING, STAGE_NONE,                  &email_body,              post_registration_email },
	{ "GET",  "/v1/registration/stage",                DEMAND_ANY_STAGE, STAGE_NONE,                NULL,                     get_registration_stage },
	{ "POST", "/v1/registration/identity",             DEMAND_STAGE, STAGE_IDENTITY,                &identity_body,           post_registration_identity },
	{ "POST", "/v1/registration/authentication-key",   DEMAND_STAGE, STAGE_AUTHENTICATION_KEY,      &authentication_key_body, post_registration_authentication_key },
	{ "POST", "/v1/registration/account",              DEMAND_STAGE, STAGE_ACCOUNT,                 &account_body,            post_registration_account },
	{ "POST", "/v1/me/email/confirmation",             DEMAND_STAGE, STAGE_EMAIL_CONFIRMATION,      NULL,                     post_me_email_confirmation },
};

static const struct endpoint rows_inside[] = {
	{ "GET",  "/healthz",                              DEMAND_NOTHING, STAGE_NONE,                  NULL,                     get_healthz },
	{ "GET",  "/readyz",                               DEMAND_NOTHING, STAGE_NONE,                  NULL,                     get_readyz },
	{ "GET",  "/metrics",                              DEMAND_NOTHING, STAGE_NONE,                  NULL,                     get_metrics },
};
/* clang-format on */

const struct endpoint_table endpoints_public = { rows_public, LENGTH(rows_public) };
const struct endpoint_table endpoints_inside = { rows_inside, LENGTH(rows_inside) };

static bool
serves(const struct endpoint *endpoint, const char *method)
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
		if (strcmp(table->rows[i].path, path) != 0)
			continue;
		known = true;
		if (!serves(&table->rows[i], method))
			continue;
		*ret = &table->rows[i];
		return OK;
	}
	return known ? METHOD_NOT_ALLOWED : NOT_FOUND;
}

void
endpoint_allow(const struct endpoint_table *table, const char *path, char ret[static ALLOW_MAX + 1])
{
	size_t length = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < table->count; i++) {
		if (strcmp(table->rows[i].path, path) != 0)
			continue;
		const bool get = strcmp(table->rows[i].method, "GET") == 0;
		const char *method = get ? "GET, HEAD" : table->rows[i].method;

		if (text_format(ret + length, ALLOW_MAX + 1 - length, "%s, ", method))
			length += strlen(ret + length);
	}
	if (length > 0 && !text_format(ret + length, ALLOW_MAX + 1 - length, "OPTIONS"))
		ret[length - 2] = '\0';
}
