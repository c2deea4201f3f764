/* say.c - members that several answers have in common. */

#include "say.h"

#include "body.h"
#include "email.h"
#include "stage.h"

void
say_masked_email(struct json *json, const char *email)
{
	char masked[EMAIL_MASKED_MAX + 1];

	email_mask(email, masked);
	json_text(json, "email", masked);
}

void
say_next(struct json *json, const struct stage_rule *rule)
{
	json_object(json, "next");
	json_text(json, "method", rule != NULL ? rule->method : STAGE_LOGIN_METHOD);
	json_text(json, "path", rule != NULL ? rule->path : STAGE_LOGIN_PATH);
	json_up(json);
}
