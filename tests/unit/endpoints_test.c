/* endpoints_test.c - which method and path meet which endpoint, and what Allow says of the
 * others. */

#include "endpoints.h"

#include "bounds.h"
#include "key_rotation.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef enum result handler(struct call *);

/* clang-format off */
static const struct {
	const char *method, *path;
	handler *serve; /* NULL: `error_info` */
	enum result error_info;
} calls[] = {
	{ "POST", "/v1/captcha", post_captcha, OK },
	{ "POST", "/v1/registration/email", post_registration_email, OK },
	{ "GET", "/v1/registration/stage", get_registration_stage, OK },
	{ "HEAD", "/v1/registration/stage", get_registration_stage, OK },
	{ "POST", "/v1/registration/identity", post_registration_identity, OK },
	{ "POST", "/v1/registration/authentication-key", post_registration_authentication_key, OK },
	{ "POST", "/v1/registration/account", post_registration_account, OK },
	{ "POST", "/v1/me/email/confirmation", post_me_email_confirmation, OK },
	{ "GET", "/v1/sessions", get_sessions, OK },
	{ "DELETE", "/v1/sessions", delete_sessions, OK },
	{ "DELETE", "/v1/sessions/current", delete_sessions_current, OK },
	{ "DELETE", "/v1/sessions/AAECAwQFBgcICQoLDA0ODw", delete_sessions_id, OK },
	{ "POST", "/v1/sessions/refresh", post_sessions_refresh, OK },
	{ "GET", "/.well-known/jwks.json", get_jwks, OK },
	{ "GET", "/v1/config", get_config, OK },
	{ "GET", "/v1/openapi.yaml", get_openapi, OK },
	{ "HEAD", "/v1/openapi.yaml", get_openapi, OK },
	{ "PATCH", "/v1/me", patch_me, OK },
	{ "DELETE", "/v1/me", delete_me, OK },
	{ "DELETE", "/v1/me/pending-email", delete_me_pending_email, OK },

	/* an id is 16 bytes in base64url, whole and in its one spelling */
	{ "GET",     "/v1/sessions/AAECAwQFBgcICQoLDA0ODw", NULL, METHOD_NOT_ALLOWED },
	{ "DELETE",  "/v1/sessions/AAECAwQFBgcICQoLDA0OD",  NULL, NOT_FOUND },
	{ "DELETE",  "/v1/sessions/AAECAwQFBgcICQoLDA0ODwA", NULL, NOT_FOUND },
	{ "DELETE",  "/v1/sessions/AAECAwQFBgcICQoLDA0ODx", NULL, NOT_FOUND },
	{ "DELETE",  "/v1/sessions/AAECAwQFBgcICQoLDA0OD=", NULL, NOT_FOUND },
	{ "DELETE",  "/v1/sessions/AAECAwQFBgcICQoLDA0O/w", NULL, NOT_FOUND },
	{ "DELETE",  "/v1/sessions/{id}",                   NULL, NOT_FOUND },
	{ "DELETE",  "/v1/sessions/",                       NULL, NOT_FOUND },
	{ "DELETE",  "/v1/sessions/refresh",                NULL, METHOD_NOT_ALLOWED },
	{ "DELETE",  "/v1/me/AAECAwQFBgcICQoLDA0ODw",       NULL, NOT_FOUND },

	/* a link opened by a mail scanner must meet nothing that changes anything */
	{ "GET",     "/v1/registration/identity",           NULL, METHOD_NOT_ALLOWED },
	{ "HEAD",    "/v1/registration/identity",           NULL, METHOD_NOT_ALLOWED },
	{ "HEAD",    "/v1/me/email/confirmation",           NULL, METHOD_NOT_ALLOWED },
	{ "POST",    "/v1/registration/stage",              NULL, METHOD_NOT_ALLOWED },
	{ "PUT",     "/v1/registration/account",            NULL, METHOD_NOT_ALLOWED },
	{ "DELETE",  "/v1/registration/account",            NULL, METHOD_NOT_ALLOWED },
	{ "PATCH",   "/v1/registration/account",            NULL, METHOD_NOT_ALLOWED },
	{ "OPTIONS", "/v1/registration/account",            NULL, METHOD_NOT_ALLOWED },
	{ "TRACE",   "/v1/registration/account",            NULL, METHOD_NOT_ALLOWED },
	{ "post",    "/v1/registration/account",            NULL, METHOD_NOT_ALLOWED },
	{ "get",     "/v1/registration/stage",              NULL, METHOD_NOT_ALLOWED },
	{ "head",    "/v1/registration/stage",              NULL, METHOD_NOT_ALLOWED },
	{ "POSTS",   "/v1/registration/account",            NULL, METHOD_NOT_ALLOWED },
	{ "POS",     "/v1/registration/account",            NULL, METHOD_NOT_ALLOWED },
	{ "",        "/v1/registration/account",            NULL, METHOD_NOT_ALLOWED },

	{ "GET",     "/",                                   NULL, NOT_FOUND },
	{ "GET",     "",                                    NULL, NOT_FOUND },
	{ "GET",     "/v1",                                 NULL, NOT_FOUND },
	{ "GET",     "/v1/registration",                    NULL, NOT_FOUND },
	{ "POST",    "/v1/registration/",                   NULL, NOT_FOUND },
	{ "POST",    "/v1/captcha/",                        NULL, NOT_FOUND },
	{ "POST",    "/v1/captcha//",                       NULL, NOT_FOUND },
	{ "POST",    "//v1/captcha",                        NULL, NOT_FOUND },
	{ "POST",    "/v1//captcha",                        NULL, NOT_FOUND },
	{ "POST",    "/v1/./captcha",                       NULL, NOT_FOUND },
	{ "POST",    "/v1/x/../captcha",                    NULL, NOT_FOUND },
	{ "POST",    "v1/captcha",                          NULL, NOT_FOUND },
	{ "POST",    "/v1/captch",                          NULL, NOT_FOUND },
	{ "POST",    "/v1/captchas",                        NULL, NOT_FOUND },
	{ "POST",    "/v1/Captcha",                         NULL, NOT_FOUND },
	{ "POST",    "/V1/captcha",                         NULL, NOT_FOUND },
	{ "POST",    "/v1%2fcaptcha",                       NULL, NOT_FOUND },
	{ "POST",    "/v1%2Fcaptcha",                       NULL, NOT_FOUND },
	{ "POST",    "/v1/%63aptcha",                       NULL, NOT_FOUND },
	{ "POST",    "/v1/captcha%00",                      NULL, NOT_FOUND },
	{ "POST",    "/v1/captcha%20",                      NULL, NOT_FOUND },
	{ "POST",    "/v1/captcha;x=1",                     NULL, NOT_FOUND },
	{ "POST",    "/v1/captcha?x=1",                     NULL, NOT_FOUND },
	{ "POST",    "/v1/captcha#x",                       NULL, NOT_FOUND },
	{ "POST",    "/v1/captcha.json",                    NULL, NOT_FOUND },
	{ "POST",    "/v2/captcha",                         NULL, NOT_FOUND },
	{ "POST",    "http://portal.example/v1/captcha",    NULL, NOT_FOUND },
	{ "OPTIONS", "*",                                   NULL, NOT_FOUND },
	{ "GET",     "/healthz",                            NULL, NOT_FOUND },
	{ "GET",     "/readyz",                             NULL, NOT_FOUND },
	{ "GET",     "/metrics",                            NULL, NOT_FOUND },
};
/* clang-format on */

static const struct endpoint nobody;

static void
calls_meet_their_endpoint_or_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(calls); i++) {
		const struct endpoint *found = &nobody;
		const enum result result = endpoint_find(
		    &endpoints_public, calls[i].method, calls[i].path, &found);

		if (result != calls[i].error_info)
			fail_msg("%s %s: %s", calls[i].method, calls[i].path, result_code(result));
		if (result == OK && found->serve != calls[i].serve)
			fail_msg("%s %s: met %s", calls[i].method, calls[i].path, found->path);
		if (result != OK && found != &nobody)
			fail_msg("%s %s: named an endpoint", calls[i].method, calls[i].path);
	}
}

static void
the_inside_has_its_own(void **state)
{
	/* clang-format off */
	static const struct {
		const char *method, *path;
		handler *serve;
		enum result error_info;
	} rows[] = {
		{ "GET",  "/healthz",     get_healthz, OK },
		{ "HEAD", "/healthz",     get_healthz, OK },
		{ "GET",  "/readyz",      get_readyz,  OK },
		{ "HEAD", "/readyz",      get_readyz,  OK },
		{ "GET",  "/metrics",     get_metrics, OK },
		{ "POST", "/metrics",     NULL,        METHOD_NOT_ALLOWED },
		{ "GET",  "/healthz/",    NULL,        NOT_FOUND },
		{ "GET",  "/health",      NULL,        NOT_FOUND },
		{ "POST", "/v1/captcha",  NULL,        NOT_FOUND },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct endpoint *found = &nobody;
		const enum result result = endpoint_find(
		    &endpoints_inside, rows[i].method, rows[i].path, &found);

		if (result != rows[i].error_info || (result == OK && found->serve != rows[i].serve))
			fail_msg("%s %s: %s", rows[i].method, rows[i].path, result_code(result));
	}
}

static void
allow_names_the_methods(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const struct endpoint_table *table;
		const char *path;
		const char *expected;
	} rows[] = {
		{ "what is posted to", &endpoints_public, "/v1/captcha", "POST, OPTIONS" },
		{ "what is read has HEAD",
		  &endpoints_public, "/v1/registration/stage", "GET, HEAD, OPTIONS" },
		{ "the inside's", &endpoints_inside, "/metrics", "GET, HEAD, OPTIONS" },
		{ "no such path",             &endpoints_public, "/v1/nothing",            "" },
		{ "not quite the path",       &endpoints_public, "/v1/captcha/",           "" },
		{ "a path of the other door", &endpoints_public, "/metrics",               "" },
	};
	/* clang-format on */
	char allow[ALLOW_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		memset(allow, 'x', sizeof allow);
		endpoint_allow(rows[i].table, rows[i].path, allow);
		if (strcmp(allow, rows[i].expected) != 0)
			fail_msg("%s: \"%.*s\"", rows[i].why, ALLOW_MAX, allow);
	}
}

static enum result
serve_nothing(struct call *call)
{
	(void)call;
	return OK;
}

/* One path, several methods, as /v1/me will have them. */
static void
a_path_may_have_several_methods(void **state)
{
	/* clang-format off */
	static const struct endpoint rows[] = {
		{ "GET",
		  "/v1/me", DEMAND_NOTHING, STAGE_NONE, NULL, LOAD_REST, LIMIT_NONE,
		  serve_nothing },
		{ "PATCH",
		  "/v1/me", DEMAND_NOTHING, STAGE_NONE, NULL, LOAD_REST, LIMIT_NONE,
		  serve_nothing },
		{ "DELETE",
		  "/v1/me", DEMAND_NOTHING, STAGE_NONE, NULL, LOAD_REST, LIMIT_NONE,
		  serve_nothing },
		{ "PUT",
		  "/v1/me/xxx", DEMAND_NOTHING, STAGE_NONE, NULL, LOAD_REST, LIMIT_NONE,
		  serve_nothing },
	};
	/* clang-format on */
	static const struct endpoint_table table = { rows, LENGTH(rows) };
	const struct endpoint *found;
	char allow[ALLOW_MAX + 1];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(endpoint_find(&table, rows[i].method, "/v1/me", &found), OK);
		assert_ptr_equal(found, &rows[i]);
	}
	assert_int_equal(endpoint_find(&table, "HEAD", "/v1/me", &found), OK);
	assert_ptr_equal(found, &rows[0]);
	assert_int_equal(endpoint_find(&table, "PUT", "/v1/me", &found), METHOD_NOT_ALLOWED);
	endpoint_allow(&table, "/v1/me", allow);
	assert_string_equal(allow, "GET, HEAD, PATCH, DELETE, OPTIONS");
}

/* The table itself: what the gate takes for granted. */
static void
check_endpoint(const struct endpoint_table *table, size_t i)
{
	const struct endpoint *const row = &table->rows[i];
	const bool reads = strcmp(row->method, "GET") == 0;

	assert_non_null(row->serve);
	assert_int_equal(row->path[0], '/');
	const char *const id = strstr(row->path, "/{id}");
	const size_t fixed = id != NULL ? (size_t)(id - row->path) + 1 : strlen(row->path);
	assert_int_equal(strspn(row->path, "abcdefghijklmnopqrstuvwxyz0123456789-/."), fixed);
	assert_true(id == NULL || strcmp(id, "/{id}") == 0);
	for (const char *at = row->method; *at != '\0'; at++)
		assert_true(isupper((unsigned char)*at));
	if (reads && row->body != NULL)
		fail_msg("%s: a GET with a body", row->path);
	if (row->body != NULL && row->body->size > BODY_STRUCT_MAX)
		fail_msg("%s: its body does not fit", row->path);
	if ((row->demand == DEMAND_STAGE) != (row->stage != STAGE_NONE))
		fail_msg("%s: a stage without a demand for it, or the other way round", row->path);
	for (size_t j = 0; j < i; j++)
		if (strcmp(row->path, table->rows[j].path) == 0 &&
		    strcmp(row->method, table->rows[j].method) == 0)
			fail_msg("%s: twice", row->path);
}

static void
rows_are_what_the_gate_takes_for_granted(void **state)
{
	(void)state;
	for (size_t i = 0; i < endpoints_public.count; i++)
		check_endpoint(&endpoints_public, i);
	for (size_t i = 0; i < endpoints_inside.count; i++)
		check_endpoint(&endpoints_inside, i);
}

/* What `next` tells the app to call wants the token it gets, and spends it. */
static void
every_stage_has_the_call_that_spends_its_token(void **state)
{
	static const char *const paths[STAGE__MAX] = {
		[STAGE_IDENTITY] = "/v1/registration/identity", /* not /v1/captcha */
		[STAGE_AUTHENTICATION_KEY] = "/v1/registration/authentication-key",
		[STAGE_ACCOUNT] = "/v1/registration/account",
		[STAGE_EMAIL_CONFIRMATION] = "/v1/me/email/confirmation",
		[STAGE_PASSWORD_RESET] = "/v1/recovery/password/reset",
		[STAGE_ACCOUNT_DELETION] = "/v1/account-deletion/confirmation",
	};

	(void)state;
	assert_string_equal(endpoint_of_stage(STAGE_NONE)->path, "/v1/sessions");
	assert_string_equal(endpoint_of_stage(STAGE_NONE)->method, "POST");
	assert_null(endpoint_of_stage(STAGE_CAPTCHA)); /* no call of its own spends it */
	for (enum stage stage = STAGE_IDENTITY; stage < STAGE__MAX; stage++) {
		const struct endpoint *const found = endpoint_of_stage(stage);

		if (stage == STAGE_CAPTCHA)
			continue;
		if (found == NULL)
			fail_msg("%s: no call spends it", stage_rule(stage)->name);
		assert_string_equal(found->path, paths[stage]);
		assert_string_equal(found->method, "POST");
		assert_int_equal(found->demand, DEMAND_STAGE);
		assert_int_equal(found->stage, stage);
	}
}

static void
only_who_can_have_no_token_needs_none(void **state)
{
	static const char *const without[] = { "/v1/registration/email", "/v1/sessions",
		"/v1/sessions/refresh", "/v1/recovery/login-id", "/v1/recovery/password",
		"/v1/account-deletion", "/.well-known/jwks.json", "/v1/config",
		"/v1/openapi.yaml" };

	(void)state;
	for (size_t i = 0; i < endpoints_public.count; i++) {
		const struct endpoint *const row = &endpoints_public.rows[i];

		bool listed = false;

		for (size_t j = 0; j < LENGTH(without); j++)
			listed |= strcmp(row->path, without[j]) == 0;
		/* of a path with several methods only POST is without */
		if ((row->demand == DEMAND_NOTHING) !=
		    (listed && (strcmp(row->method, "POST") == 0 || row->max_age_s > 0)))
			fail_msg("%s %s: token", row->method, row->path);
	}
}

/* All else is somebody's own, or of one moment. */
/* asvs 14.2.2 14.3.2 */
static void
only_what_is_the_same_for_all_may_be_kept(void **state)
{
	/* clang-format off */
	static const struct {
		const char *path;
		int64_t max_age_s;
	} kept[] = {
		{ "/.well-known/jwks.json", 30 },
		{ "/v1/config", 300 },
		{ "/v1/openapi.yaml", 300 },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < endpoints_public.count; i++) {
		const struct endpoint *const row = &endpoints_public.rows[i];
		int64_t max_age_s = 0;

		for (size_t j = 0; j < LENGTH(kept); j++)
			if (strcmp(row->path, kept[j].path) == 0)
				max_age_s = kept[j].max_age_s;
		if (row->max_age_s != max_age_s)
			fail_msg("%s %s: %d", row->method, row->path, (int)row->max_age_s);
		if (max_age_s > 0 &&
		    (strcmp(row->method, "GET") != 0 || row->demand != DEMAND_NOTHING))
			fail_msg("%s %s: not for everybody", row->method, row->path);
	}
	for (size_t i = 0; i < endpoints_inside.count; i++)
		assert_int_equal(endpoints_inside.rows[i].max_age_s, 0);
}

/* Whoever keeps the keys knows each before it signs, though a replica sees it a second late. */
static void
the_keys_are_kept_for_less_than_they_wait(void **state)
{
	const struct endpoint *keys;

	(void)state;
	assert_int_equal(
	    endpoint_find(&endpoints_public, "GET", "/.well-known/jwks.json", &keys), OK);
	assert_true(2 * keys->max_age_s <= KEY_ROTATION_S);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_meet_their_endpoint_or_none),
		cmocka_unit_test(the_inside_has_its_own),
		cmocka_unit_test(allow_names_the_methods),
		cmocka_unit_test(a_path_may_have_several_methods),
		cmocka_unit_test(rows_are_what_the_gate_takes_for_granted),
		cmocka_unit_test(every_stage_has_the_call_that_spends_its_token),
		cmocka_unit_test(only_who_can_have_no_token_needs_none),
		cmocka_unit_test(only_what_is_the_same_for_all_may_be_kept),
		cmocka_unit_test(the_keys_are_kept_for_less_than_they_wait),
	};

	return cmocka_run_group_tests_name("endpoints", tests, NULL, NULL);
}
