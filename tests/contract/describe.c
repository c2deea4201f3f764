/* describe.c - prints the program's tables as JSON; contract_test.py compares openapi.yaml and the
 * documents with it.
 *
 *   describe                      prints every table that clients or operators see
 *   describe METHOD PATH <BODY    prints what is wrong with a body, by the rules of that endpoint;
 *                                 the endpoint itself is not called
 */

#include "access_token.h"
#include "auth_key.h"
#include "json.h"
#include "bounds.h"
#include "cleanup.h"
#include "config.h"
#include "device.h"
#include "email.h"
#include "endpoints.h"
#include "field_errors.h"
#include "session.h"
#include "limit_table.h"
#include "problem.h"
#include "proof_of_work.h"
#include "refresh_token.h"
#include "result.h"
#include "secret.h"
#include "service.h"
#include "session_rows.h"
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 131072 /* all the tables are about 50 kB */

/* Tables -------------------------------------------------------------------------------------- */

static void
describe_fields(struct json *json, const struct body_rule *body)
{
	json_array(json, "fields");
	for (const struct field *field = body->fields; field->name != NULL; field++) {
		json_item(json);
		json_text(json, "name", field->name);
		json_number(json, "input_max", (int64_t)field->rule->input_max);
		json_bool(json, "optional", field->optional);
		json_up(json);
	}
	json_up(json);
}

/* The token that an endpoint demands, in the words of x-token. */
static const char *
token_of(const struct endpoint *endpoint)
{
	switch (endpoint->demand) {
	case DEMAND_NOTHING:
		return "none";
	case DEMAND_ANY_STAGE:
		return "any";
	case DEMAND_STAGE:
		return stage_rule(endpoint->stage)->name;
	case DEMAND_SESSION:
		return "access";
	case DEMAND_SESSION_OR_COOKIE:
		return "access-or-cookie";
	}
	return NULL;
}

static void
describe_endpoints(struct json *json, const char *name, const struct endpoint_table *table)
{
	json_array(json, name);
	for (size_t i = 0; i < table->count; i++) {
		const struct endpoint *endpoint = &table->rows[i];

		json_item(json);
		json_text(json, "method", endpoint->method);
		json_text(json, "path", endpoint->path);
		json_text(json, "token", token_of(endpoint));
		json_number(json, "max_age_s", endpoint->max_age_s);
		if (endpoint->body != NULL)
			describe_fields(json, endpoint->body);
		json_up(json);
	}
	json_up(json);
}

static void
describe_languages(struct json *json, const char *name, const char *ja, const char *en)
{
	json_object(json, name);
	json_text(json, "ja", ja);
	json_text(json, "en", en);
	json_up(json);
}

/* The results that become answers, one of each code. NO_ROW and DUPLICATE stay in lib/domain. */
static void
describe_problems(struct json *json)
{
	json_array(json, "problems");
	for (enum result result = OK + 1; result < RESULT__MAX; result++) {
		const struct problem *problem = problem_of(result);

		if (result == NO_ROW || result == DUPLICATE ||
		    result_first_of_code(result) != result)
			continue;
		json_item(json);
		json_text(json, "code", result_code(result));
		json_number(json, "status", problem->status);
		describe_languages(
		    json, "title", problem->title[PROBLEM_JA], problem->title[PROBLEM_EN]);
		describe_languages(
		    json, "detail", problem->detail[PROBLEM_JA], problem->detail[PROBLEM_EN]);
		json_up(json);
	}
	json_up(json);
}

static void
describe_field_errors(struct json *json)
{
	json_array(json, "field_errors");
	for (enum field_error field_error = FIELD_OK + 1; field_error < FIELD_ERROR__MAX;
	     field_error++) {
		json_item(json);
		json_text(json, "code", field_error_code(field_error));
		describe_languages(json, "detail", problem_field_text(field_error, PROBLEM_JA),
		    problem_field_text(field_error, PROBLEM_EN));
		json_up(json);
	}
	json_up(json);
}

static void
describe_stages(struct json *json)
{
	json_array(json, "stages");
	for (enum stage stage = STAGE_NONE + 1; stage < STAGE__MAX; stage++) {
		const struct stage_rule *rule = stage_rule(stage);

		if (rule->name == NULL)
			continue;
		json_item(json);
		json_text(json, "name", rule->name);
		json_text(json, "path", endpoint_of_stage(stage)->path);
		json_text(json, "portal_path", rule->portal_path != NULL ? rule->portal_path : "");
		json_up(json);
	}
	json_up(json);
}

static void
describe_limits(struct json *json)
{
	json_array(json, "limits");
	for (enum limit_id limit_id = LIMIT_INVITATION_MAIL; limit_id < LIMIT__MAX; limit_id++) {
		const struct limit *limit = limit_of(limit_id);

		json_item(json);
		json_text(json, "name", limit->name);
		json_number(json, "max", limit->max);
		json_number(json, "lock_from", limit->lock_from);
		json_number(json, "lock_s", limit->lock_s);
		json_number(json, "lock_max_s", limit->lock_max_s);
		json_up(json);
	}
	json_up(json);
}

static void
describe_bounds(struct json *json)
{
#define BOUND(name)           \
	{                     \
#name, (name) \
	}
	static const struct {
		const char *name;
		int64_t value;
	} bounds[] = {
		BOUND(ACCESS_COORDINATE_MAX),
		BOUND(ACCESS_TOKEN_LIFE_MAX_S),
		BOUND(AUTH_KEY_LENGTH),
		BOUND(AUTH_KEY_SHOWN_MAX),
		BOUND(BIRTH_DATE_LENGTH),
		BOUND(BODY_MAX),
		BOUND(CAPTCHA_BASE64_MAX),
		BOUND(CAPTCHA_LENGTH),
		BOUND(CAPTCHA_PNG_BASE64_MAX),
		BOUND(CAPTCHA_PNG_MAX),
		BOUND(CAPTCHA_WAV_MAX),
		BOUND(DEVICE_MAX),
		BOUND(EMAIL_MASKED_MAX),
		BOUND(EMAIL_MAX),
		BOUND(FIELD_ERRORS_MAX),
		BOUND(FIELD_ERROR_NAME_MAX),
		BOUND(INSURED_NUMBER_MAX),
		BOUND(JSON_DEPTH_MAX),
		BOUND(KID_MAX),
		BOUND(SESSION_REPEAT_S),
		BOUND(NICKNAME_GRAPHEMES_MAX),
		BOUND(NICKNAME_MARKS_MAX),
		BOUND(NICKNAME_MAX),
		BOUND(PASSWORD_CODE_POINTS_MAX),
		BOUND(PROOF_OF_WORK_HEX),
		BOUND(PROOF_OF_WORK_SALT_MAX),
		BOUND(REFRESH_TOKEN_LENGTH),
		BOUND(REQUEST_ID_TEXT),
		BOUND(SOCIETY_CONTACT_MAX),
		BOUND(SOCIETY_NAME_MAX),
		BOUND(SESSIONS_MAX),
		BOUND(TOKEN_MAX),
		BOUND(URL_MAX),
	};
#undef BOUND

	json_object(json, "bounds");
	for (size_t i = 0; i < LENGTH(bounds); i++)
		json_number(json, bounds[i].name, bounds[i].value);
	json_up(json);
}

/* The table of settings, as `myportald --settings` prints it. */
static void
describe_settings(struct json *json)
{
	CLEANUP(cleanup_free) char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return;
	config_print_table(out);
	if (fclose(out) == 0)
		json_text(json, "settings", text);
}

static void
describe_tables(struct json *json)
{
	describe_endpoints(json, "public", &endpoints_public);
	describe_endpoints(json, "inside", &endpoints_inside);
	describe_problems(json);
	describe_field_errors(json);
	describe_stages(json);
	describe_limits(json);
	describe_bounds(json);
	describe_settings(json);
	json_text(json, "problem_type", PROBLEM_TYPE_PREFIX);
	json_text(json, "login", endpoint_of_stage(STAGE_NONE)->path);
}

/* Bodies -------------------------------------------------------------------------------------- */

/* What a body is read into. It is too big for a stack frame. */
struct room {
	_Alignas(max_align_t) char body[BODY_STRUCT_MAX];
	char text[BODY_MAX + 1];
	struct field_errors field_errors;
};

/* Does what the gate does, with the settings' defaults, but offers the proof of work. */
static enum result
validate_body(const struct endpoint *endpoint, struct room *room)
{
	static const struct config config = { .identity_birth_date = "no" };
	static const struct service service = {
		.config = &config,
		.app.captcha_work = 1000, /* the proof of work is offered */
		.app.password_rules = { .length_min = 8,
		    .letter_and_digit = true,
		    .society_words = "" },
	};
	const struct body_rule *rule = endpoint->body;
	const size_t size = fread(room->text, 1, BODY_MAX, stdin);
	const enum result read = json_read(room->text, size,
	    &(struct field_table){ rule->fields, rule->size }, room->body, &room->field_errors);

	if (read != OK && read != BAD_FIELD)
		return read;
	if (rule->validate != NULL)
		rule->validate(&service, room->body, &room->field_errors);
	return room->field_errors.count == 0 ? OK : BAD_FIELD;
}

static void
describe_error(struct json *json, const struct field_errors *field_errors, size_t i)
{
	json_item(json);
	json_text(json, "field", field_errors->list[i].field);
	json_text(json, "code", field_error_code(field_errors->list[i].field_error));
	json_number(json, "min", field_errors->list[i].length.min);
	json_number(json, "max", field_errors->list[i].length.max);
	json_up(json);
}

static enum result
describe_verdict(struct json *json, const char *method, const char *path)
{
	CLEANUP(cleanup_free) struct room *room = calloc(1, sizeof *room);
	const struct endpoint *endpoint = NULL;

	TRY(endpoint_find(&endpoints_public, method, path, &endpoint));
	if (room == NULL || endpoint->body == NULL)
		return INTERNAL;
	json_text(json, "code", result_code(validate_body(endpoint, room)));
	json_array(json, "errors");
	for (size_t i = 0; i < room->field_errors.count; i++)
		describe_error(json, &room->field_errors, i);
	json_up(json);
	return OK;
}

int
main(int argc, char **argv)
{
	CLEANUP(json_free) struct json *json = json_new();
	CLEANUP(cleanup_free) char *text = malloc(TEXT_MAX);
	enum result result = OK;
	size_t length = 0;

	if (argc == 3)
		result = describe_verdict(json, argv[1], argv[2]);
	else
		describe_tables(json);
	if (text != NULL && result == OK)
		result = json_finish(json, text, TEXT_MAX, &length);
	if (text == NULL || result != OK) {
		fprintf(stderr, "describe: %s\n", result_code(result));
		return EXIT_FAILURE;
	}
	puts(text);
	return EXIT_SUCCESS;
}
