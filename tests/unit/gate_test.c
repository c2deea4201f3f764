/* gate_test.c - what a request meets before any handler, and that every end of it is one answer.
 *
 * The service is real but for its database, which is away: whoever passes all guards is told 503.
 * Requests are filled in by hand; those with a body come over a real listener. */

#include "gate.h"

#include "access_token.h"
#include "admission.h"
#include "captcha.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "hash_pool.h"
#include "keys_folder.h"
#include "loopback.h"
#include "mailer.h"
#include "metrics.h"
#include "captcha_pool.h"
#include "app_away.h"
#include "service.h"
#include "key_rotation.h"
#include "text.h"
#include "limit_local.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define REQUESTS_MAX 4
#define HASHING_MAX  2
#define PICTURES_MAX 1
#define EMAIL        "hanako.kenpo@example.jp"
#define ORIGIN       "https://portal.example"
#define STAGE_PATH   "/v1/registration/stage"
#define JSON         "application/json"
#define NOT_SET      NULL

static struct {
	struct config config;
	struct service service;
	struct gate public, inside;
	char tokens[STAGE__MAX][TOKEN_MAX + 1]; /* one of each stage */
	char expired[TOKEN_MAX + 1];
	char bearer[STAGE__MAX][TOKEN_MAX + 16];
	struct http_exchange exchange;
	int real, log[2]; /* standard error, and a stand-in */
	char logged[4096];
} f;

/* A service ---------------------------------------------------------------------------------- */

static bool
open_keys(struct app *app)
{
	char folder[KEYS_FOLDER_SIZE], kid[KID_MAX + 1], why[ERRBUF_MAX + 1];

	if (!keys_folder_make(folder) || !key_rotation_fill(folder, kid, why))
		return false;
	app->keyring = keyring_open(folder, why);
	app->access_keys = access_keys_open(folder, why);
	keys_folder_remove(folder);
	return app->keyring != NULL && app->access_keys != NULL;
}

static bool
mint_tokens(void)
{
	const struct keyring *const keyring = f.service.app.keyring;
	const int64_t now = clock_now();
	struct stage_claims claims = {
		.issued_at = now, .expires_at = now + 600, .email = EMAIL, .language = "ja"
	};
	const struct captcha captcha = {
		.answer = "7K9QMX", .issued_at = now, .expires_at = now + 600
	};

	for (enum stage stage = STAGE_IDENTITY; stage < STAGE__MAX; stage++) {
		if (stage == STAGE_CAPTCHA) /* has a token of its own */
			continue;
		claims.stage = stage;
		secret_random(claims.jti.bytes, sizeof claims.jti.bytes);
		if (stage_seal(keyring, &claims, f.tokens[stage]) != OK)
			return false;
	}
	claims.stage = STAGE_IDENTITY;
	claims.issued_at = now - 600;
	claims.expires_at = now - CLOCK_SKEW_S;
	if (stage_seal(keyring, &claims, f.expired) != OK ||
	    captcha_seal(keyring, &captcha, f.tokens[STAGE_CAPTCHA]) != OK)
		return false;
	for (enum stage stage = STAGE_IDENTITY; stage < STAGE__MAX; stage++)
		if (!text_format(f.bearer[stage], sizeof f.bearer[0], "Bearer %s", f.tokens[stage]))
			return false;
	return true;
}

static int
set_up(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	if (!open_keys(&f.service.app) || !smtp_start() || !db_start() || !mint_tokens() ||
	    !app_away_open(&f.service.app))
		return -1;
	f.config.requests_max = REQUESTS_MAX;
	f.config.hashing_max = HASHING_MAX;
	f.config.pictures_max = PICTURES_MAX;
	strcpy(f.config.identity_birth_date, "no");
	f.service.config = &f.config;
	f.service.metrics = metrics_new(&endpoints_public);
	f.service.app.limit_local = limit_local_open();
	f.service.app.password_rules = (struct password_rules){ 8, true, "" };
	f.public = (struct gate){ &f.service, &endpoints_public, false };
	f.inside = (struct gate){ &f.service, &endpoints_inside, true };
	f.real = dup(STDERR_FILENO);
	return f.service.metrics != NULL && f.service.app.limit_local != NULL && pipe(f.log) == 0
		   ? 0
		   : -1;
}

static int
tear_down(void **state)
{
	struct app *const app = &f.service.app;

	(void)state;
	mailer_close(app->mailer);
	captcha_pool_close(app->pictures);
	hash_pool_close(app->hash_pool);
	db_close(app->db);
	db_stop();
	limit_local_close(f.service.app.limit_local);
	metrics_free(f.service.metrics);
	access_keys_close(app->access_keys);
	keyring_close((struct keyring *)(uintptr_t)app->keyring);
	return 0;
}

static int
reset(void **state)
{
	(void)state;
	limit_local_close(f.service.app.limit_local);
	f.service.app.limit_local = limit_local_open();
	f.config.cors_origins[0] = '\0';
	atomic_store(&f.service.requests, 0);
	for (enum load load = 0; load < LOAD__MAX; load++)
		atomic_store(&f.service.loads[load], 0);
	atomic_store(&f.service.draining, false);
	return f.service.app.limit_local != NULL ? 0 : -1;
}

/* Asking ------------------------------------------------------------------------------------- */

/* The few things that a row says of a request. */
struct ask {
	const char *method, *path, *query, *authorization, *content_type, *origin, *preflight,
	    *language, *if_none_match;
	int64_t content_length;
	bool twice, encoded;
};

static void
take_log(void)
{
	struct pollfd waiting = { .fd = f.log[0], .events = POLLIN };
	size_t size = 0;

	while (poll(&waiting, 1, 0) > 0 && size < sizeof f.logged - 1) {
		const ssize_t more = read(f.log[0], f.logged + size, sizeof f.logged - 1 - size);

		size += more > 0 ? (size_t)more : 0;
	}
	f.logged[size] = '\0';
}

static void
begin_exchange(void)
{
	memset(&f.exchange, 0, sizeof f.exchange);
	f.exchange.request.content_length = -1;
	take_log();
	dup2(f.log[1], STDERR_FILENO);
}

static void
end_exchange(void)
{
	dup2(f.real, STDERR_FILENO);
	take_log();
	if (f.exchange.reply.body_size > REPLY_MAX ||
	    f.exchange.reply.headers_size != strlen(f.exchange.reply.headers))
		fail_msg("sizes that are none");
	f.exchange.reply.body[f.exchange.reply.body_size] = '\0';
}

static void
ask(struct gate *gate, const struct ask *ask)
{
	struct http_request *const request = &f.exchange.request;

	begin_exchange();
	request->method = ask->method;
	request->path = ask->path;
	request->query = ask->query;
	request->authorization = ask->authorization;
	request->authorization_twice = ask->twice;
	request->content_type = ask->content_type;
	request->encoded = ask->encoded;
	request->origin = ask->origin;
	request->preflight_method = ask->preflight;
	request->accept_language = ask->language;
	request->if_none_match = ask->if_none_match;
	request->content_length = ask->content_length != 0 ? ask->content_length : -1;
	gate_serve(gate, &f.exchange);
	end_exchange();
}

/* The value of a header of the answer, or NULL. One that comes twice fails. */
static const char *
header(const char *name)
{
	static char value[512];
	char line[600];
	bool found = false;

	for (const char *at = f.exchange.reply.headers; *at != '\0';) {
		const char *const end = strstr(at, "\r\n");

		assert_non_null(end);
		text_copy_cut(line,
		    sizeof line < (size_t)(end - at) + 1 ? sizeof line : (size_t)(end - at) + 1,
		    at);
		if (text_starts_with(line, name) && text_starts_with(line + strlen(name), ": ")) {
			assert_false(found);
			found = true;
			text_copy_cut(value, sizeof value, line + strlen(name) + 2);
		}
		at = end + 2;
	}
	return found ? value : NULL;
}

static bool
header_is(const char *name, const char *expected)
{
	const char *const value = header(name);

	return expected == NULL ? value == NULL : value != NULL && strcmp(value, expected) == 0;
}

static bool
body_has(const char *name, const char *value)
{
	char member[256];

	assert_true(text_format(member, sizeof member, "\"%s\":\"%s\"", name, value));
	return strstr(f.exchange.reply.body, member) != NULL;
}

/* What every answer with an error is, whatever the error. */
static void
assert_problem(const char *why, int status, const char *code)
{
	const struct http_reply *const reply = &f.exchange.reply;
	const char *const id = header("X-Request-Id");
	char member[32];

	if (reply->status != status || !body_has("code", code))
		fail_msg("%s: %d %s", why, reply->status, reply->body);
	assert_true(text_format(member, sizeof member, "\"status\":%d", status));
	if (strstr(reply->body, member) == NULL || reply->media_type == NULL ||
	    strcmp(reply->media_type, PROBLEM_MEDIA_TYPE) != 0)
		fail_msg("%s: no problem document: %s", why, reply->body);
	if (id == NULL || strlen(id) != REQUEST_ID_TEXT || !body_has("request_id", id))
		fail_msg("%s: request id", why);
	if (!header_is("WWW-Authenticate", status == 401 ? "Bearer" : NULL))
		fail_msg("%s: WWW-Authenticate", why);
	if (!header_is("Retry-After", status == 502 || status == 503 ? "1" : NULL))
		fail_msg("%s: Retry-After", why);
}

/* One line, of this request, and nothing personal in it. */
static void
assert_logged(const char *why, const char *route, const char *code)
{
	char member[160];
	const char *const id = header("X-Request-Id");
	const char *line = strstr(f.logged, "\"event\":\"request\"");

	if (line == NULL || strstr(line + 1, "\"event\":\"request\"") != NULL)
		fail_msg("%s: not one line: %s", why, f.logged);
	assert_true(text_format(member, sizeof member, "\"request\":\"%s\"", id));
	if (strstr(line, member) == NULL)
		fail_msg("%s: of another request: %s", why, f.logged);
	assert_true(text_format(member, sizeof member, "\"route\":\"%s\"", route));
	if (strstr(line, member) == NULL)
		fail_msg("%s: route: %s", why, f.logged);
	assert_true(text_format(member, sizeof member, "\"code\":\"%s\"", code));
	if (strstr(line, member) == NULL)
		fail_msg("%s: code: %s", why, f.logged);
	if (strstr(f.logged, "hanako") != NULL || strstr(f.logged, "eyJ") != NULL)
		fail_msg("%s: personal: %s", why, f.logged);
}

/* Guards ------------------------------------------------------------------------------------- */

static void
what_is_not_served_is_told_first(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		struct ask ask;
		int status;
		const char *code, *allow;
	} rows[] = {
		{ "no such path",
		  { "GET",    "/v1/nothing" },                    404, "not_found",          NULL },
		{ "no path",
		  { "GET",    "" },                               404, "not_found",          NULL },
		{ "an inside path",
		  { "GET",    "/metrics" },                       404, "not_found",          NULL },
		{ "a slash too many",
		  { "GET",    STAGE_PATH "/" },                   404, "not_found",          NULL },
		{ "an escaped slash",
		  { "GET",    "/v1%2fregistration/stage" },       404, "not_found",          NULL },
		{ "OPTIONS for nothing",
		  { "OPTIONS", "/v1/nothing" },                   404, "not_found",          NULL },
		{ "another method",
		  { "POST",   STAGE_PATH }, 405, "method_not_allowed", "GET, HEAD, OPTIONS" },
		{ "a link opened",
		  { "GET",    "/v1/registration/identity" }, 405, "method_not_allowed",
		    "POST, OPTIONS" },
		{ "a link looked at",
		  { "HEAD",   "/v1/registration/identity" }, 405, "method_not_allowed",
		    "POST, OPTIONS" },
		{ "a method in lower case",
		  { "get",    STAGE_PATH }, 405, "method_not_allowed", "GET, HEAD, OPTIONS" },
		{ "a method of nobody's",
		  { "BREW",   STAGE_PATH }, 405, "method_not_allowed", "GET, HEAD, OPTIONS" },
		{ "405 before the token",
		  { "DELETE", STAGE_PATH, .authorization = "x" }, 405, "method_not_allowed",
		    "GET, HEAD, OPTIONS" },
		{ "404 before the query",
		  { "GET",    "/v1/nothing", "a=1" },             404, "not_found",          NULL },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		ask(&f.public, &rows[i].ask);
		assert_problem(rows[i].why, rows[i].status, rows[i].code);
		if (!header_is("Allow", rows[i].allow))
			fail_msg("%s: Allow", rows[i].why);
		assert_logged(rows[i].why, "-", rows[i].code);
	}
}

static void
a_token_must_be_borne_as_it_should(void **state)
{
	static char lower[TOKEN_MAX + 32], upper[TOKEN_MAX + 32], spaces[TOKEN_MAX + 32],
	    behind[TOKEN_MAX + 32], tab[TOKEN_MAX + 32], expired[TOKEN_MAX + 32],
	    basic[TOKEN_MAX + 32], spoilt[TOKEN_MAX + 32], endless[4 * TOKEN_MAX];
	const char *const token = f.tokens[STAGE_IDENTITY];

	(void)state;
	assert_true(text_format(lower, sizeof lower, "bearer %s", token));
	assert_true(text_format(upper, sizeof upper, "BEARER %s", token));
	assert_true(text_format(spaces, sizeof spaces, "Bearer  %s", token));
	assert_true(text_format(behind, sizeof behind, "Bearer %s ", token));
	assert_true(text_format(tab, sizeof tab, "Bearer\t%s", token));
	assert_true(text_format(basic, sizeof basic, "Basic %s", token));
	assert_true(text_format(expired, sizeof expired, "Bearer %s", f.expired));
	assert_true(text_format(spoilt, sizeof spoilt, "Bearer %s", token));
	spoilt[strlen(spoilt) - 1] = spoilt[strlen(spoilt) - 1] == 'A' ? 'E' : 'A';
	memset(endless, 'a', sizeof endless - 1);
	memcpy(endless, "Bearer ", 7);
	endless[sizeof endless - 1] = '\0';
	/* clang-format off */
	const struct {
		const char *why;
		const char *value;
		bool twice;
		int status;
		const char *code;
	} rows[] = {
		{ "as it should", f.bearer[STAGE_IDENTITY], false, 503, "unavailable" },
		{ "the scheme in lower case", lower, false, 503, "unavailable" },
		{ "the scheme in upper case", upper, false, 503, "unavailable" },
		{ "none", NULL, false, 401, "token_missing" },
		{ "two", NULL, true, 401, "token_invalid" },
		{ "the bare token", token, false, 401, "token_invalid" },
		{ "another scheme", basic, false, 401, "token_invalid" },
		{ "nothing", "", false, 401, "token_invalid" },
		{ "the scheme alone", "Bearer", false, 401, "token_invalid" },
		{ "the scheme and a space", "Bearer ", false, 401, "token_invalid" },
		{ "two spaces", spaces, false, 401, "token_invalid" },
		{ "a space behind", behind, false, 401, "token_invalid" },
		{ "a tab", tab, false, 401, "token_invalid" },
		{ "no token at all", "Bearer x.y.z", false, 401, "token_invalid" },
		{ "a token without end", endless, false, 401, "token_invalid" },
		{ "another signature", spoilt, false, 401, "token_invalid" },
		{ "past its time", expired, false, 401, "token_expired" },
		{ "a CAPTCHA's", f.bearer[STAGE_CAPTCHA], false, 401, "token_invalid" },
	};
	/* clang-format on */
	for (size_t i = 0; i < LENGTH(rows); i++) {
		ask(&f.public, &(struct ask){ "GET", STAGE_PATH, .authorization = rows[i].value,
				   .twice = rows[i].twice });
		assert_problem(rows[i].why, rows[i].status, rows[i].code);
		assert_logged(rows[i].why, STAGE_PATH, rows[i].code);
	}
}

/* Does this endpoint take a token of this stage? */
static bool
takes(const struct endpoint *endpoint, enum stage stage)
{
	switch (endpoint->demand) {
	case DEMAND_NOTHING:
		return true;
	case DEMAND_STAGE:
		return endpoint->stage == stage;
	case DEMAND_SESSION:
	case DEMAND_SESSION_OR_COOKIE:
		return false;
	case DEMAND_ANY_STAGE:
		return stage != STAGE_CAPTCHA; /* that one is no Bearer token */
	}
	return false;
}

static bool
demands_login(const struct endpoint *endpoint)
{
	return endpoint->demand == DEMAND_SESSION || endpoint->demand == DEMAND_SESSION_OR_COOKIE;
}

/* Every endpoint against every token. A body of no type is the next guard, the database the
 * last. */
static void
every_token_opens_its_own_doors_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < endpoints_public.count; i++)
		for (enum stage stage = STAGE_IDENTITY; stage < STAGE__MAX; stage++) {
			const struct endpoint *const row = &endpoints_public.rows[i];
			const bool has_id = strstr(row->path, "{id}") != NULL;

			ask(&f.public,
			    &(struct ask){ row->method,
				has_id ? "/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA" : row->path,
				.authorization = f.bearer[stage] });
			if (!takes(row, stage))
				assert_problem(row->path, 401,
				    demands_login(row) ? "login_required" : "token_invalid");
			else if (row->body != NULL)
				assert_problem(row->path, 415, "unsupported_media_type");
			else if (row->demand != DEMAND_NOTHING) /* the public keys need none */
				assert_problem(row->path, 503, "unavailable");
		}
}

static void
guards_come_in_their_order(void **state)
{
	const char *const good = f.bearer[STAGE_EMAIL_CONFIRMATION];
	const char *const captcha = "/v1/captcha";
	const char *const confirm = "/v1/me/email/confirmation";
	/* clang-format off */
	const struct {
		const char *why;
		struct ask ask;
		int status;
		const char *code;
	} rows[] = {
		{ "a query",
		  { "POST", confirm, "a=1", good }, 400, "malformed_request" },
		{ "an empty query",
		  { "POST", confirm, "", good }, 400, "malformed_request" },
		{ "a token in the query",
		  { "GET", STAGE_PATH, f.tokens[STAGE_IDENTITY] }, 400, "malformed_request" },
		{ "the query before the token",
		  { "POST", confirm, "a=1", "x" }, 400, "malformed_request" },
		{ "a body where none is",
		  { "POST", confirm, NULL, good, JSON, .content_length = 2 }, 400,
		    "malformed_request" },
		{ "a body with a GET",
		  { "GET", STAGE_PATH, NULL, f.bearer[STAGE_IDENTITY], .content_length = 1 }, 400,
		    "malformed_request" },
		{ "the token before the body",
		  { "POST", confirm, NULL, "x", JSON, .content_length = 2 }, 401, "token_invalid" },
		{ "the token before the type",
		  { "POST", captcha, NULL, good, "text/plain", .content_length = 2 }, 401,
		    "token_invalid" },
		{ "a type where no body is told",
		  { "POST", confirm, NULL, good, "text/plain" }, 503, "unavailable" },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		ask(&f.public, &rows[i].ask);
		assert_problem(rows[i].why, rows[i].status, rows[i].code);
		assert_logged(rows[i].why, rows[i].ask.path, rows[i].code);
	}
}

/* Those that are taken are tried over the listener: they are read. */
/* asvs 3.5.2 */
static void
other_media_types_are_refused(void **state)
{
	static const char *const types[] = { NULL, "", " ", "json", "text/json", "text/plain",
		"application/jsonp", "application/json-patch+json", "application/problem+json",
		"application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "*/*",
		"application/json, application/json", "application/json,", "application/json x",
		"application/json charset=utf-8", "appli cation/json", "application/json;;x",
		"application/json; charset", "application/json; charset=shift_jis",
		"application/json; charset =utf-8", "application/json; charset=utf-8x",
		"application/json; charset=\"utf-8", "application/json; charset=utf-8 utf-8",
		"application/json; charset=utf-16", "application/json; charset=utf-8; q=1",
		"application/json; version=1", "text/plain; a=application/json",
		"application/json\x01",
		"application/json; charset=utf-8                                               x" };

	(void)state;
	for (size_t i = 0; i < LENGTH(types); i++) {
		ask(&f.public, &(struct ask){ "POST", "/v1/registration/email",
				   .content_type = types[i], .content_length = 2 });
		assert_problem(types[i] != NULL ? types[i] : "none", 415, "unsupported_media_type");
	}
}

/* Nothing is unpacked here; those that say "identity" are served (http_request_test.c). */
static void
encoded_bodies_are_refused(void **state)
{
	(void)state;
	ask(&f.public, &(struct ask){ "POST", "/v1/registration/email", .content_type = JSON,
			   .content_length = 2, .encoded = true });
	assert_problem("encoded", 415, "unsupported_media_type");
	assert_true(header_is("Accept-Encoding", "identity"));
	ask(&f.public, &(struct ask){ "POST", "/v1/registration/email", .content_length = 2 });
	assert_problem("another type", 415, "unsupported_media_type");
	assert_null(header("Accept-Encoding"));
	ask(&f.public, &(struct ask){ "POST", "/v1/me/email/confirmation",
			   .authorization = f.bearer[STAGE_EMAIL_CONFIRMATION], .encoded = true });
	assert_problem("no body", 503, "unavailable");
}

/* CORS --------------------------------------------------------------------------------------- */

/* asvs 3.4.2 */
static void
only_configured_origins_are_let_in(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *configured, *origin;
		bool vary, allowed;
	} rows[] = {
		{ "the one", ORIGIN, ORIGIN, true, true },
		{ "the first of two", ORIGIN ",http://127.0.0.1:5173", ORIGIN, true, true },
		{ "the second of two", "http://127.0.0.1:5173," ORIGIN, ORIGIN, true, true },
		{ "with spaces between",
		  "http://127.0.0.1:5173 , " ORIGIN " ", ORIGIN, true, true },
		{ "none configured", "", ORIGIN, false, false },
		{ "no browser", ORIGIN, NULL, true, false },
		{ "an empty one", ORIGIN, "", true, false },
		{ "an empty one among many", "," ORIGIN ",,", "", true, false },
		{ "a page from a file", ORIGIN, "null", true, false },
		{ "any", ORIGIN, "*", true, false },
		{ "another", ORIGIN, "https://evil.example", true, false },
		{ "a longer one", ORIGIN, ORIGIN ".evil.example", true, false },
		{ "a shorter one", ORIGIN, "https://portal.exampl", true, false },
		{ "without its scheme", ORIGIN, "portal.example", true, false },
		{ "another scheme", ORIGIN, "http://portal.example", true, false },
		{ "a port", ORIGIN, ORIGIN ":443", true, false },
		{ "a slash", ORIGIN, ORIGIN "/", true, false },
		{ "another case", ORIGIN, "https://Portal.example", true, false },
		{ "below it", ORIGIN, "https://x.portal.example", true, false },
		{ "the whole list", ORIGIN ",http://a", ORIGIN ",http://a", true, false },
		{ "a comma behind", ORIGIN ",http://a", ORIGIN ",", true, false },
		{ "a space behind", ORIGIN, ORIGIN " ", true, false },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_true(text_copy(
		    f.config.cors_origins, sizeof f.config.cors_origins, rows[i].configured));
		ask(&f.public, &(struct ask){ "GET", STAGE_PATH, .origin = rows[i].origin });
		assert_problem(rows[i].why, 401, "token_missing");
		if (!header_is("Access-Control-Allow-Origin", rows[i].allowed ? ORIGIN : NULL))
			fail_msg("%s: %s", rows[i].why, f.exchange.reply.headers);
		if (!header_is("Vary", rows[i].vary ? "Origin" : NULL))
			fail_msg("%s: Vary", rows[i].why);
		if (!header_is("Access-Control-Expose-Headers",
			rows[i].allowed ? "RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
					: NULL))
			fail_msg("%s: exposed headers", rows[i].why);
		if (!header_is("Access-Control-Allow-Credentials", rows[i].allowed ? "true" : NULL))
			fail_msg("%s: credentials", rows[i].why);
	}
}

/* A page that may not read an error can not tell its member what to do. */
static void
refusals_are_for_the_page_as_well(void **state)
{
	/* clang-format off */
	const struct {
		const char *why;
		struct ask ask;
		unsigned others;
		int status;
		const char *code;
	} rows[] = {
		{ "404",        { "GET", "/v1/nothing" },                  0, 404, "not_found" },
		{ "405", { "PUT", STAGE_PATH }, 0, 405, "method_not_allowed" },
		{ "415", { "POST", "/v1/registration/email" }, 0, 415, "unsupported_media_type" },
		{ "503",
		  { "GET", STAGE_PATH, NULL, f.bearer[STAGE_ACCOUNT] }, 0, 503, "unavailable" },
		{ "overloaded", { "GET", STAGE_PATH }, REQUESTS_MAX,          503, "overloaded" },
	};
	/* clang-format on */
	(void)state;
	strcpy(f.config.cors_origins, ORIGIN);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct ask asked = rows[i].ask;

		asked.origin = ORIGIN;
		atomic_store(&f.service.requests, rows[i].others);
		ask(&f.public, &asked);
		atomic_store(&f.service.requests, 0);
		assert_problem(rows[i].why, rows[i].status, rows[i].code);
		if (!header_is("Access-Control-Allow-Origin", ORIGIN) ||
		    !header_is("Vary", "Origin"))
			fail_msg("%s: %s", rows[i].why, f.exchange.reply.headers);
	}
}

static void
a_preflight_is_answered_from_the_table(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *path, *origin, *preflight;
		const char *allow;
		bool granted;
	} rows[] = {
		{ "a POST", "/v1/captcha", ORIGIN, "POST", "POST, OPTIONS", true },
		{ "a GET", STAGE_PATH, ORIGIN, "GET", "GET, HEAD, OPTIONS", true },
		{ "what is not served", STAGE_PATH, ORIGIN, "DELETE", "GET, HEAD, OPTIONS", true },
		{ "OPTIONS, no preflight", STAGE_PATH, ORIGIN, NULL, "GET, HEAD, OPTIONS", false },
		{ "of a stranger",
		  STAGE_PATH, "https://evil.example", "GET", "GET, HEAD, OPTIONS", false },
		{ "of no page", STAGE_PATH, NULL, "GET", "GET, HEAD, OPTIONS", false },
	};
	/* clang-format on */
	(void)state;
	strcpy(f.config.cors_origins, ORIGIN);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *const granted = rows[i].granted ? rows[i].allow : NULL;

		ask(&f.public, &(struct ask){ "OPTIONS", rows[i].path, .origin = rows[i].origin,
				   .preflight = rows[i].preflight });
		if (f.exchange.reply.status != 204 || f.exchange.reply.body_size != 0 ||
		    f.exchange.reply.media_type != NULL)
			fail_msg("%s: %d", rows[i].why, f.exchange.reply.status);
		if (!header_is("Allow", rows[i].allow))
			fail_msg("%s: Allow", rows[i].why);
		if (!header_is("Access-Control-Allow-Methods", granted))
			fail_msg("%s: methods", rows[i].why);
		if (!header_is("Access-Control-Allow-Headers",
			rows[i].granted ? "Authorization, Content-Type" : NULL))
			fail_msg("%s: headers", rows[i].why);
		if (!header_is("Access-Control-Max-Age", rows[i].granted ? "600" : NULL))
			fail_msg("%s: age", rows[i].why);
		assert_logged(rows[i].why, "-", "ok");
	}
}

/* A page that has asked as often as it may still gets its preflights, and so may read the 429. */
static void
preflights_do_not_count_as_requests(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		struct ask ask;
		bool counts;
	} rows[] = {
		{ "a preflight",
		  { "OPTIONS", "/v1/captcha", .origin = ORIGIN, .preflight = "POST" }, false },
		{ "for nothing",
		  { "OPTIONS", "/v1/nothing", .origin = ORIGIN, .preflight = "POST" }, false },
		{ "of a stranger",
		  { "OPTIONS", "/v1/captcha", .origin = "https://evil.example",
		    .preflight = "POST" }, true },
		{ "of no page", { "OPTIONS", "/v1/captcha", .preflight = "POST" }, true },
		{ "OPTIONS", { "OPTIONS", "/v1/captcha", .origin = ORIGIN }, true },
		{ "no OPTIONS",
		  { "GET", STAGE_PATH, .origin = ORIGIN, .preflight = "POST" }, true },
	};
	/* clang-format on */
	char wanted[64];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct limit *const counted = limit_of(
		    rows[i].counts ? LIMIT_SOURCE_REQUESTS : LIMIT_SOURCE_PREFLIGHTS);

		reset(NULL);
		strcpy(f.config.cors_origins, ORIGIN);
		ask(&f.public, &rows[i].ask);
		assert_true(text_format(wanted, sizeof wanted, "\"%s\";q=%d;w=%d", counted->name,
		    counted->max, (int)counted->window_s));
		if (!header_is("RateLimit-Policy", wanted))
			fail_msg("%s: %s", rows[i].why, f.exchange.reply.headers);
	}
	reset(NULL);
	strcpy(f.config.cors_origins, ORIGIN);
	for (int i = 0; i <= limit_of(LIMIT_SOURCE_REQUESTS)->max; i++)
		ask(&f.public, &(struct ask){ "GET", "/v1/nothing", .origin = ORIGIN });
	assert_int_equal(f.exchange.reply.status, 429);
	assert_true(header_is("Access-Control-Allow-Origin", ORIGIN));
	ask(&f.public, &rows[0].ask);
	assert_int_equal(f.exchange.reply.status, 204);
	assert_true(header_is("Access-Control-Allow-Methods", "POST, OPTIONS"));
}

/* They have a bound all the same. */
/* Whatever HASHING_MAX says. */
static void
passwords_that_would_wait_too_long_are_rejected(void **state)
{
	const struct ask ask_login = { "POST", "/v1/sessions" };
	struct hash_pool *const pool = f.service.app.hash_pool;
	CLEANUP(secret_wipe) struct secret password = { 0 };
	unsigned many = 1;
	bool equal;

	(void)state;
	reset(NULL);
	f.config.hashing_max = INT32_MAX;
	f.config.requests_max = INT32_MAX;
	assert_true(secret_set(&password, "asagao7rakuda"));
	for (unsigned i = 0; i < HASH_POOL_MEAN_OF; i++)
		assert_int_equal(hash_pool_verify(pool, &password, NULL, &equal), OK);
	while (hash_pool_wait_ms(pool, many) <= HASHING_WAIT_MS)
		many++;

	atomic_store(&f.service.loads[LOAD_HASHING], many - 1);
	ask(&f.public, &ask_login);
	assert_problem("few enough are before it", 415, "unsupported_media_type");
	atomic_store(&f.service.loads[LOAD_HASHING], many);
	ask(&f.public, &ask_login);
	assert_problem("it would wait for too long", 503, "overloaded");
	ask(&f.public, &(struct ask){ "GET", STAGE_PATH });
	assert_problem("the rest goes on", 401, "token_missing");

	f.config.hashing_max = HASHING_MAX;
	f.config.requests_max = REQUESTS_MAX;
}

/* asvs 2.4.1 */
static void
a_source_has_so_many_preflights(void **state)
{
	static const struct ask preflight = { "OPTIONS", "/v1/captcha", .origin = ORIGIN,
		.preflight = "POST" };
	const int max = limit_of(LIMIT_SOURCE_PREFLIGHTS)->max;

	(void)state;
	assert_true(max >= 10 * limit_of(LIMIT_SOURCE_REQUESTS)->max);
	strcpy(f.config.cors_origins, ORIGIN);
	for (int i = 0; i < max; i++) {
		ask(&f.public, &preflight);
		assert_int_equal(f.exchange.reply.status, 204);
	}
	ask(&f.public, &preflight);
	assert_int_equal(f.exchange.reply.status, 429);
	ask(&f.public, &(struct ask){ "GET", STAGE_PATH });
	assert_problem("requests are beside them", 401, "token_missing");
}

/* Load --------------------------------------------------------------------------------------- */

/* asvs 15.2.2 */
static void
beyond_the_bound_is_told_at_once(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		unsigned others;
		int status;
		const char *code;
	} rows[] = {
		{ "alone",               0,                401, "token_missing" },
		{ "the last place",      REQUESTS_MAX - 1, 401, "token_missing" },
		{ "no place left",       REQUESTS_MAX,     503, "overloaded" },
		{ "others wait as well", REQUESTS_MAX + 5, 503, "overloaded" },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		atomic_store(&f.service.requests, rows[i].others);
		ask(&f.public, &(struct ask){ "GET", STAGE_PATH });
		assert_problem(rows[i].why, rows[i].status, rows[i].code);
		if (atomic_load(&f.service.requests) != rows[i].others)
			fail_msg("%s: places lost", rows[i].why);
	}
}

/* asvs 15.2.2 */
static void
each_kind_of_load_has_a_bound_of_its_own(void **state)
{
	/* clang-format off */
	const struct {
		const char *why;
		struct ask ask;
		enum load busy;
		unsigned others;
		int status;
		const char *code;
	} rows[] = {
		{ "the last place to hash",
		  { "POST", "/v1/sessions" }, LOAD_HASHING, HASHING_MAX - 1, 415,
		    "unsupported_media_type" },
		{ "no place to hash",
		  { "POST", "/v1/sessions" }, LOAD_HASHING,  HASHING_MAX,      503, "overloaded" },
		{ "pictures are beside it",
		  { "POST", "/v1/captcha" }, LOAD_HASHING, HASHING_MAX, 401, "token_missing" },
		{ "no place for a picture",
		  { "POST", "/v1/captcha" },  LOAD_PICTURES, PICTURES_MAX,     503, "overloaded" },
		{ "hashing is beside them",
		  { "POST", "/v1/sessions" }, LOAD_PICTURES, PICTURES_MAX, 415,
		    "unsupported_media_type" },
		{ "the rest goes on",
		  { "GET", STAGE_PATH }, LOAD_HASHING, HASHING_MAX, 401, "token_missing" },
		{ "the rest has all the others",
		  { "GET", STAGE_PATH }, LOAD_REST, REQUESTS_MAX - 1, 401, "token_missing" },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		reset(NULL);
		atomic_store(&f.service.loads[rows[i].busy], rows[i].others);
		ask(&f.public, &rows[i].ask);
		assert_problem(rows[i].why, rows[i].status, rows[i].code);
		if (atomic_load(&f.service.loads[rows[i].busy]) != rows[i].others ||
		    atomic_load(&f.service.requests) != 0)
			fail_msg("%s: places lost", rows[i].why);
	}
}

/* asvs 2.4.1 */
static void
a_source_has_so_many_requests_and_is_told(void **state)
{
	const struct limit *const limit = limit_of(LIMIT_SOURCE_REQUESTS);
	char expected[80];

	(void)state;
	for (int left = limit->max - 1; left >= 0; left--) {
		ask(&f.public, &(struct ask){ "GET", "/v1/nothing" });
		assert_int_equal(f.exchange.reply.status, 404);
		assert_true(text_format(expected, sizeof expected, "\"%s\";r=%d;t=%d", limit->name,
		    left, (int)limit->window_s));
		if (left > limit->max - 20) /* within the first second */
			assert_true(header_is("RateLimit", expected));
	}
	assert_true(text_format(expected, sizeof expected, "\"%s\";q=%d;w=%d", limit->name,
	    limit->max, (int)limit->window_s));
	assert_true(header_is("RateLimit-Policy", expected));
	assert_non_null(strstr(f.logged, "\"limit_reached\""));
	assert_non_null(strstr(f.logged, limit->name));
	ask(&f.public, &(struct ask){ "GET", "/v1/nothing" });
	assert_int_equal(f.exchange.reply.status, 429);
	assert_in_range(atoi(header("Retry-After")), limit->window_s - 10, limit->window_s);
	assert_null(strstr(f.logged, "\"limit_reached\""));
	ask(&f.inside, &(struct ask){ "GET", "/healthz" });
	assert_int_equal(f.exchange.reply.status, 200);
	assert_null(header("RateLimit"));
}

static void
every_end_gives_its_place_back(void **state)
{
	/* clang-format off */
	const struct ask asks[] = {
		{ "GET", "/v1/nothing" },
		{ "PUT", STAGE_PATH },
		{ "OPTIONS", STAGE_PATH },
		{ "GET", STAGE_PATH, "query" },
		{ "GET", STAGE_PATH },
		{ "GET", STAGE_PATH, NULL, f.bearer[STAGE_IDENTITY] },
		{ "POST", "/v1/registration/email" },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(asks); i++) {
		ask(&f.public, &asks[i]);
		assert_int_equal(atomic_load(&f.service.requests), 0);
	}
}

static void
a_database_that_is_away_is_told_in_time(void **state)
{
	const int64_t started = clock_monotonic_ms();

	(void)state;
	for (int i = 0; i < 20; i++) {
		ask(&f.public,
		    &(struct ask){ "GET", STAGE_PATH, .authorization = f.bearer[STAGE_ACCOUNT] });
		assert_problem("away", 503, "unavailable");
	}
	assert_in_range(clock_monotonic_ms() - started, 0, 1500);
}

/* Answers ------------------------------------------------------------------------------------ */

static void
an_answer_speaks_the_members_language(void **state)
{
	(void)state;
	ask(&f.public, &(struct ask){ "GET", "/v1/nothing" });
	assert_true(header_is("Content-Language", "ja"));
	assert_true(body_has("title", problem_of(NOT_FOUND)->title[PROBLEM_JA]));
	ask(&f.public, &(struct ask){ "GET", "/v1/nothing", .language = "en-GB,ja;q=0.5" });
	assert_true(header_is("Content-Language", "en"));
	assert_true(body_has("title", problem_of(NOT_FOUND)->title[PROBLEM_EN]));
}

static void
no_two_requests_have_one_id(void **state)
{
	char first[REQUEST_ID_TEXT + 1];

	(void)state;
	ask(&f.public, &(struct ask){ "GET", "/v1/nothing" });
	assert_true(text_copy(first, sizeof first, header("X-Request-Id")));
	assert_int_equal(strspn(first, "0123456789abcdef"), REQUEST_ID_TEXT);
	ask(&f.public, &(struct ask){ "GET", "/v1/nothing" });
	assert_string_not_equal(first, header("X-Request-Id"));
}

static void
head_gets_what_get_gets(void **state)
{
	static const char *const paths[] = { "/healthz", "/readyz" };
	struct http_reply *const reply = &f.exchange.reply;

	(void)state;
	for (size_t i = 0; i < LENGTH(paths); i++) {
		ask(&f.inside, &(struct ask){ "GET", paths[i] });
		const int status = reply->status;
		ask(&f.inside, &(struct ask){ "HEAD", paths[i] });
		assert_int_equal(reply->status, status);
	}
	ask(&f.public,
	    &(struct ask){ "HEAD", STAGE_PATH, .authorization = f.bearer[STAGE_IDENTITY] });
	assert_int_equal(reply->status, 503);
	ask(&f.public, &(struct ask){ "HEAD", STAGE_PATH });
	assert_int_equal(reply->status, 401);
}

/* A guard below the gate has refused: nothing is known but why. */
static void
a_refusal_from_below_is_a_problem_as_well(void **state)
{
	/* clang-format off */
	static const struct {
		enum result why;
		int status;
	} rows[] = {
		{ MALFORMED, 400 }, { TIMED_OUT, 408 }, { HEADERS_TOO_LARGE, 431 },
		{ BAD_HTTP_VERSION, 505 }, { UNAVAILABLE, 503 }, { INTERNAL, 500 },
		{ LENGTH_REQUIRED, 411 }, { STOPPING, 502 },
	};
	/* clang-format on */
	(void)state;
	strcpy(f.config.cors_origins, ORIGIN);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		begin_exchange();
		gate_reject(&f.public, &f.exchange, rows[i].why);
		end_exchange();
		assert_problem(result_code(rows[i].why), rows[i].status, result_code(rows[i].why));
		assert_logged(result_code(rows[i].why), "-", result_code(rows[i].why));
		assert_true(header_is("Vary", "Origin"));
		assert_null(header("Access-Control-Allow-Origin"));
	}
	begin_exchange();
	gate_reject(&f.inside, &f.exchange, MALFORMED);
	end_exchange();
	assert_problem("inside", 400, "malformed_request");
	assert_string_equal(f.logged, "");
}

/* If it was a page that asked, and the head could be read, the page may read the answer. */
/* asvs 3.4.2 */
static void
a_refusal_from_below_is_for_the_page_as_well(void **state)
{
	static const char *const origins[] = { ORIGIN, "https://evil.example", "null" };

	(void)state;
	strcpy(f.config.cors_origins, ORIGIN);
	for (size_t i = 0; i < LENGTH(origins); i++) {
		const bool ours = i == 0;

		begin_exchange();
		f.exchange.request.origin = origins[i];
		f.exchange.request.accept_language = "en";
		gate_reject(&f.public, &f.exchange, HEADERS_TOO_LARGE);
		end_exchange();
		assert_problem(origins[i], 431, "headers_too_large");
		assert_true(header_is("Access-Control-Allow-Origin", ours ? ORIGIN : NULL));
		assert_true(header_is("Access-Control-Allow-Credentials", ours ? "true" : NULL));
		assert_true(header_is("Access-Control-Expose-Headers",
		    ours ? "RateLimit, RateLimit-Policy, Retry-After, X-Request-Id" : NULL));
		assert_true(header_is("Vary", "Origin"));
		assert_true(header_is("Content-Language", "en"));
	}
}

/* The most header lines: of a page with the longest origin that CORS_ORIGINS can hold, and the
 * largest limits. There is room for many more. */
static void
the_longest_answers_leave_room(void **state)
{
	static const char most[] = "source_requests=1000000000/3600,source_mails=1000000/86400,"
				   "source_preflights=1000000000/3600";
	static const char usual[] = "source_requests=600/60,source_mails=30/900,"
				    "source_preflights=6000/60";
	char *const origin = f.config.cors_origins;
	char why[ERRBUF_MAX + 1];
	size_t largest = 0;

	(void)state;
	assert_true(limit_table_set(most, 60, why));
	memset(origin, 'o', CONFIG_TEXT_MAX);
	origin[CONFIG_TEXT_MAX] = '\0';
	for (size_t i = 0; i < 2 * endpoints_public.count; i++) {
		const struct endpoint *const row = &endpoints_public.rows[i / 2];

		ask(&f.public, &(struct ask){ i % 2 == 0 ? "OPTIONS" : row->method, row->path,
				   .origin = origin, .preflight = "POST", .encoded = true });
		if (f.exchange.reply.headers_size > largest)
			largest = f.exchange.reply.headers_size;
	}
	assert_true(limit_table_set(usual, 60, why));
	print_message("             %zu of %d bytes\n", largest, HTTP_REPLY_HEADERS_MAX);
	assert_in_range(largest, CONFIG_TEXT_MAX + 256, HTTP_REPLY_HEADERS_MAX - 512);
}

/* Caching ------------------------------------------------------------------------------------ */

/* An answer that nobody may keep, whatever its path. */
static void
assert_not_kept(const char *why)
{
	if (f.exchange.reply.max_age_s != 0 || header("ETag") != NULL)
		fail_msg("%s: may be kept", why);
}

static void
assert_kept(const char *path, int status, const char *tag, int64_t max_age_s)
{
	const struct http_reply *const reply = &f.exchange.reply;

	if (reply->status != status || reply->max_age_s != max_age_s || !header_is("ETag", tag))
		fail_msg("%s: %d %s", path, reply->status, reply->headers);
	if ((reply->media_type == NULL) != (status == 304))
		fail_msg("%s: a body, or none", path);
	if (!header_is("Access-Control-Allow-Origin", ORIGIN) || !header_is("Vary", "Origin"))
		fail_msg("%s: CORS", path);
	assert_logged(path, path, "ok");
}

/* What is the same for everybody has one name, by which who has it gets a 304; a HEAD, too. */
static void
success_of_three_may_be_kept(void **state)
{
	char tag[80], list[120];

	(void)state;
	strcpy(f.config.cors_origins, ORIGIN);
	for (size_t i = 0; i < endpoints_public.count; i++) {
		const struct endpoint *const row = &endpoints_public.rows[i];
		struct ask asked = { "GET", row->path, .origin = ORIGIN };

		if (row->max_age_s == 0)
			continue;
		ask(&f.public, &asked);
		text_copy_cut(tag, sizeof tag, header("ETag") != NULL ? header("ETag") : "");
		assert_int_equal(strlen(tag), 34);
		assert_kept(row->path, 200, tag, row->max_age_s);
		ask(&f.public, &asked); /* of no moment, and of no request */
		assert_kept(row->path, 200, tag, row->max_age_s);
		asked.if_none_match = "\"another\"";
		ask(&f.public, &asked);
		assert_kept(row->path, 200, tag, row->max_age_s);
		assert_true(text_format(list, sizeof list, "\"x\", W/%s", tag));
		asked.if_none_match = list;
		ask(&f.public, &asked);
		assert_kept(row->path, 304, tag, row->max_age_s);
		asked.method = "HEAD";
		ask(&f.public, &asked);
		assert_kept(row->path, 304, tag, row->max_age_s);
		asked.if_none_match = NULL;
		ask(&f.public, &asked);
		assert_kept(row->path, 200, tag, row->max_age_s);
	}
}

/* Not even of a path whose successes are, and whatever the client has. */
/* asvs 14.2.2 14.3.2 */
static void
errors_and_all_else_may_not_be_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < endpoints_public.count; i++) {
		const struct endpoint *const row = &endpoints_public.rows[i];

		if (row->max_age_s == 0) {
			ask(&f.public,
			    &(struct ask){ row->method, row->path,
				.authorization = f.bearer[STAGE_IDENTITY], .if_none_match = "*" });
			assert_not_kept(row->path);
			continue;
		}
		ask(&f.public, &(struct ask){ "GET", row->path, "a=1", .if_none_match = "*" });
		assert_problem(row->path, 400, "malformed_request");
		assert_not_kept(row->path);
		ask(&f.public, &(struct ask){ "POST", row->path, .if_none_match = "*" });
		assert_problem(row->path, 405, "method_not_allowed");
		assert_not_kept(row->path);
		ask(&f.public, &(struct ask){ "OPTIONS", row->path, .if_none_match = "*" });
		assert_int_equal(f.exchange.reply.status, 204);
		assert_not_kept(row->path);
		atomic_store(&f.service.requests, REQUESTS_MAX);
		ask(&f.public, &(struct ask){ "GET", row->path, .if_none_match = "*" });
		atomic_store(&f.service.requests, 0);
		assert_problem(row->path, 503, "overloaded");
		assert_not_kept(row->path);
	}
	ask(&f.inside, &(struct ask){ "GET", "/healthz", .if_none_match = "*" });
	assert_int_equal(f.exchange.reply.status, 200);
	assert_not_kept("inside");
}

/* Inside ------------------------------------------------------------------------------------- */

static void
health_touches_nothing(void **state)
{
	const int64_t started = clock_monotonic_ms();

	(void)state;
	atomic_store(&f.service.requests, 10 * REQUESTS_MAX); /* the inside is never shed */
	atomic_store(&f.service.draining, true);
	strcpy(f.config.cors_origins, ORIGIN);
	ask(&f.inside, &(struct ask){ "GET", "/healthz", .origin = ORIGIN });
	assert_in_range(clock_monotonic_ms() - started, 0, 1500);
	assert_int_equal(f.exchange.reply.status, 200);
	assert_string_equal(f.exchange.reply.media_type, "application/json; charset=utf-8");
	assert_string_equal(f.exchange.reply.body, "{\"status\":\"alive\"}");
	assert_null(header("Access-Control-Allow-Origin"));
	assert_null(header("Vary"));
	assert_string_equal(f.logged, "");
	assert_int_equal(atomic_load(&f.service.requests), 10 * REQUESTS_MAX);
}

static void
ready_means_a_database(void **state)
{
	const int64_t started = clock_monotonic_ms();

	(void)state;
	ask(&f.inside, &(struct ask){ "GET", "/readyz" });
	assert_problem("away", 503, "unavailable");
	assert_in_range(clock_monotonic_ms() - started, 0, 1500);

	/* As where another request asks at this moment, and the database was there. */
	atomic_store(&f.service.ready.checking, true);
	atomic_store(&f.service.ready.was_ready, true);
	ask(&f.inside, &(struct ask){ "GET", "/readyz" });
	assert_int_equal(f.exchange.reply.status, 200);
	atomic_store(&f.service.draining, true);
	ask(&f.inside, &(struct ask){ "GET", "/readyz" });
	assert_problem("draining", 503, "unavailable");
	atomic_store(&f.service.ready.checking, false);
}

static void
the_inside_has_its_guards(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		struct ask ask;
		int status;
		const char *code;
	} rows[] = {
		{ "a query", { "GET", "/metrics", "a=1" }, 400, "malformed_request" },
		{ "a body", { "GET", "/healthz", .content_length = 3 }, 400, "malformed_request" },
		{ "another method", { "POST", "/readyz" }, 405, "method_not_allowed" },
		{ "a public path", { "GET", STAGE_PATH }, 404, "not_found" },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		ask(&f.inside, &rows[i].ask);
		assert_problem(rows[i].why, rows[i].status, rows[i].code);
		assert_string_equal(
		    strstr(f.logged, "\"event\":\"request\"") != NULL ? "logged" : "", "");
	}
}

/* The count of one line of the metrics; -1: there is none. */
static long
metric(const char *line)
{
	ask(&f.inside, &(struct ask){ "GET", "/metrics" });
	assert_int_equal(f.exchange.reply.status, 200);
	assert_true(text_starts_with(f.exchange.reply.media_type, "text/plain; version=0.0.4"));
	const char *const at = strstr(f.exchange.reply.body, line);
	return at != NULL ? strtol(at + strlen(line), NULL, 10) : -1;
}

static void
every_public_request_is_counted_once(void **state)
{
	static const char missing[] = "myportal_requests_total{method=\"GET\",route=\"" STAGE_PATH
				      "\",code=\"token_missing\"} ";
	static const char unknown[] =
	    "myportal_requests_total{method=\"-\",route=\"-\",code=\"not_found\"} ";
	static const char flying[] = "\nmyportal_requests_in_flight{load=\"rest\"} ";

	(void)state;
	ask(&f.public, &(struct ask){ "GET", STAGE_PATH });
	ask(&f.public, &(struct ask){ "GET", "/v1/nothing" });
	const long before[] = { metric(missing), metric(unknown) };
	assert_true(before[0] > 0 && before[1] > 0);
	ask(&f.public, &(struct ask){ "HEAD", STAGE_PATH });
	ask(&f.public, &(struct ask){ "GET", "/v1/other\"}" });
	ask(&f.inside, &(struct ask){ "GET", "/nothing" });
	assert_int_equal(metric(missing), before[0] + 1);
	assert_int_equal(metric(unknown), before[1] + 1);
	assert_int_equal(metric(flying), 0);
	assert_in_range(metric("\nmyportal_pictures_ready "), 0, 1);
	assert_null(strstr(f.exchange.reply.body, "other"));
}

/* A code is one series, whichever of its results it was: two of the same labels would not be
 * read. */
static void
a_code_is_one_series(void **state)
{
	static const char over[] = "code=\"registration_over\"} ";

	(void)state;
	metrics_count(f.service.metrics, NULL, LINK_EXHAUSTED, 1);
	metrics_count(f.service.metrics, NULL, ACCOUNT_EXISTS, 1);
	metrics_count(f.service.metrics, NULL, PERSON_NOT_ELIGIBLE, 1);
	assert_int_equal(metric(over), 3);
	const char *const at = strstr(f.exchange.reply.body, over);
	assert_null(strstr(at + strlen(over), over));
}

/* Over the wire ------------------------------------------------------------------------------ */

struct wire {
	struct http *http;
	uint16_t port;
};

static void
wire_open(struct wire *wire)
{
	const struct http_server server = { gate_serve, gate_reject, &f.public };
	char listen[32], why[ERRBUF_MAX + 1] = "";

	wire->port = loopback_free_port();
	assert_true(text_format(listen, sizeof listen, "127.0.0.1:%u", wire->port));
	const struct http_options options = { listen, 4, 0, 1000 };
	wire->http = http_open(&options, &server, why);
	if (wire->http == NULL)
		fail_msg("%s", why);
}

/* Sends, and reads into `answer` until the other side closes. */
static void
exchange_bytes(const struct wire *wire, const char *bytes, char *answer, size_t answer_size)
{
	const int fd = loopback_connect(wire->port);
	size_t size = 0;
	ssize_t more;

	assert_true(fd >= 0);
	assert_int_equal(send(fd, bytes, strlen(bytes), MSG_NOSIGNAL), strlen(bytes));
	while (size < answer_size - 1 &&
	       (more = recv(fd, answer + size, answer_size - 1 - size, 0)) > 0)
		size += (size_t)more;
	answer[size] = '\0';
	close(fd);
}

#define POST_HEAD "POST %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"

static void
bodies_are_judged_before_a_handler_sees_them(void **state)
{
	static char full[BODY_MAX + 1];

	(void)state;
	memset(full, ' ', BODY_MAX);
	memcpy(full, "{\"email\":\"" EMAIL "\"}", strlen("{\"email\":\"" EMAIL "\"}"));
	full[BODY_MAX] = '\0';
	/* clang-format off */
	const struct {
		const char *why;
		const char *path;
		enum stage stage;
		const char *type, *body;
		int64_t announced; /* 0: as long as it is */
		const char *status;
		const char *parts[6];
	} rows[] = {
		{ "all is well but the database",    "/v1/registration/email", STAGE_NONE, JSON,
		  "{\"email\":\"" EMAIL "\"}", 0,    "503", { "\"unavailable\"",
		  "Retry-After: 1\r\n" } },
		{ "with a charset",                  "/v1/registration/email", STAGE_NONE,
		  "application/json; charset=UTF-8",
		  "{\"email\":\"" EMAIL "\"}", 0,    "503", { "\"unavailable\"" } },
		{ "with a charset in quotes",        "/v1/registration/email", STAGE_NONE,
		  "Application/JSON;charset=\"utf-8\"",
		  "{\"email\":\"" EMAIL "\"}", 0,    "503", { "\"unavailable\"" } },
		{ "with a charset by another name",  "/v1/registration/email", STAGE_NONE,
		  "application/json; charset=utf8",
		  "{\"email\":\"" EMAIL "\"}", 0,    "503", { "\"unavailable\"" } },
		{ "with a semicolon behind",         "/v1/registration/email", STAGE_NONE,
		  "application/json ;",
		  "{\"email\":\"" EMAIL "\"}", 0,    "503", { "\"unavailable\"" } },
		{ "with semicolons around",          "/v1/registration/email", STAGE_NONE,
		  "application/json;; charset=\"UTF8\" ; ;",
		  "{\"email\":\"" EMAIL "\"}", 0,    "503", { "\"unavailable\"" } },
		{ "the longest body",                "/v1/registration/email", STAGE_NONE, JSON,
		  full, 0,
						     "503", { "\"unavailable\"" } },
		{ "one byte more",                   "/v1/registration/email", STAGE_NONE, JSON, "",
		  BODY_MAX + 1,
						     "413", { "\"body_too_large\"" } },
		{ "a gigabyte",                      "/v1/registration/email", STAGE_NONE, JSON, "",
		  1000000000,
						     "413", { "\"body_too_large\"" } },
		{ "too large, but of no type",       "/v1/registration/email", STAGE_NONE,
		  "text/plain", "", BODY_MAX + 1,
						     "415", { "\"unsupported_media_type\"" } },
		{ "too large, but no token",         "/v1/captcha", STAGE_NONE, JSON, "",
		  BODY_MAX + 1,
						     "401", { "\"token_missing\"" } },
		{ "nothing",                         "/v1/registration/email", STAGE_NONE, JSON, "",
		  0,
						     "400", { "\"malformed_request\"" } },
		{ "half of it",                      "/v1/registration/email", STAGE_NONE, JSON,
		  "{\"email\":", 0,
						     "400", { "\"malformed_request\"" } },
		{ "a list",                          "/v1/registration/email", STAGE_NONE, JSON,
		  "[]", 0,
						     "400", { "\"malformed_request\"" } },
		{ "bytes behind",                    "/v1/registration/email", STAGE_NONE, JSON,
		  "{\"email\":\"a@example.jp\"}x", 0, "400", { "\"malformed_request\"" } },
		{ "a member twice",                  "/v1/registration/email", STAGE_NONE, JSON,
		  "{\"email\":\"a@example.jp\",\"email\":\"b@example.jp\"}", 0, "400",
		  { "\"malformed_request\"" } },
		{ "no member",                       "/v1/registration/email", STAGE_NONE, JSON,
		  "{}", 0,
		  "400", { "\"invalid_fields\"", "\"field\":\"email\"", "\"required\"" } },
		{ "a number",                        "/v1/registration/email", STAGE_NONE, JSON,
		  "{\"email\":1}", 0,
		  "400", { "\"invalid_fields\"", "\"wrong_type\"" } },
		{ "two faults at once",              "/v1/registration/email", STAGE_NONE, JSON,
		  "{\"email\":\"nobody\",\"name\":\"x\"}", 0,
		  "400", { "\"field\":\"email\"", "\"field\":\"name\"", "\"unknown_field\"" } },
		{ "all of the account's at once",    "/v1/registration/account", STAGE_ACCOUNT,
		  JSON, "{}", 0,
		  "400", { "\"field\":\"login_id\"", "\"field\":\"password\"",
		  "\"field\":\"password_confirmation\"",
			   "\"field\":\"email\"", "\"field\":\"nickname\"" } },
		{ "what one field can not tell",     "/v1/registration/account", STAGE_ACCOUNT,
		  JSON,
		  "{\"login_id\":\"taro@example.jp\",\"email\":\"taro@example.jp\",\"nickname\""
		  ":\"Taro\","
		  "\"password\":\"kuma-no-ie-42\",\"password_confirmation\":\"kuma-no-ie-43\"}", 0,
		  "400", { "\"invalid_fields\"", "\"password_confirmation\"", "\"not_equal\"" } },
		{ "both fields of a new password",   "/v1/recovery/password/reset",
		  STAGE_PASSWORD_RESET, JSON,
		  "{\"password\":\"kuma-4\",\"password_confirmation\":\"kuma-5\"}", 0,
		  "400", { "\"field\":\"password\"", "\"too_short\"", "\"min\":",
		  "\"password_confirmation\"", "\"not_equal\"" } },
		{ "one too many for who wants none", "/v1/me/email/confirmation",
		  STAGE_EMAIL_CONFIRMATION, JSON, "{}", 0,
						     "400", { "\"malformed_request\"" } },
		{ "an unknown kind of CAPTCHA",      "/v1/captcha", STAGE_IDENTITY, JSON,
		  "{\"kind\":\"video\"}", 0,
		  "400", { "\"field\":\"kind\"", "\"not_offered\"" } },
	};
	/* clang-format on */
	static char request[BODY_MAX + 4096], answer[REPLY_MAX];
	struct wire wire;

	wire_open(&wire);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const int64_t length = rows[i].announced != 0 ? rows[i].announced
							      : (int64_t)strlen(rows[i].body);
		const char *const bearer = rows[i].stage != STAGE_NONE ? f.bearer[rows[i].stage]
								       : NULL;

		assert_true(text_format(request, sizeof request,
		    POST_HEAD "Content-Type: %s\r\n%s%s%sContent-Length: %lld\r\n\r\n%s",
		    rows[i].path, rows[i].type, bearer != NULL ? "Authorization: " : "",
		    bearer != NULL ? bearer : "", bearer != NULL ? "\r\n" : "", (long long)length,
		    rows[i].body));
		const int64_t started = clock_monotonic_ms();
		exchange_bytes(&wire, request, answer, sizeof answer);
		if (clock_monotonic_ms() - started > 1500)
			fail_msg("%s: took too long", rows[i].why);
		if (strncmp(answer, "HTTP/1.1 ", 9) != 0 ||
		    strncmp(answer + 9, rows[i].status, 3) != 0)
			fail_msg("%s: %s", rows[i].why, answer);
		for (size_t j = 0; j < LENGTH(rows[i].parts) && rows[i].parts[j] != NULL; j++)
			if (strstr(answer, rows[i].parts[j]) == NULL)
				fail_msg(
				    "%s: without %s: %s", rows[i].why, rows[i].parts[j], answer);
		if (strstr(answer, "hanako") != NULL)
			fail_msg("%s: says what it was told", rows[i].why);
	}
	http_close(wire.http);
}

static void
the_wire_has_heads_without_bodies_and_refusals_with_ids(void **state)
{
	static char answer[REPLY_MAX];
	struct wire wire;

	(void)state;
	wire_open(&wire);
	exchange_bytes(&wire,
	    "HEAD " STAGE_PATH " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", answer,
	    sizeof answer);
	assert_true(text_starts_with(answer, "HTTP/1.1 401 "));
	assert_non_null(strstr(answer, "WWW-Authenticate: Bearer\r\n"));
	assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");

	exchange_bytes(&wire,
	    "POST /v1/registration/email HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
	    "chunked\r\n\r\n0\r\n\r\n",
	    answer, sizeof answer);
	assert_true(text_starts_with(answer, "HTTP/1.1 411 Length Required\r\n"));
	assert_non_null(strstr(answer, "X-Request-Id: "));
	assert_non_null(strstr(answer, "\"code\":\"length_required\""));
	assert_non_null(strstr(answer, "Connection: close\r\n"));

	exchange_bytes(&wire,
	    "OPTIONS " STAGE_PATH " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", answer,
	    sizeof answer);
	assert_true(text_starts_with(answer, "HTTP/1.1 204 "));
	assert_non_null(strstr(answer, "Allow: GET, HEAD, OPTIONS\r\n"));
	http_close(wire.http);
}

int
main(void)
{
#define EACH(test) cmocka_unit_test_setup(test, reset)
	static const struct CMUnitTest tests[] = {
		EACH(what_is_not_served_is_told_first),
		EACH(a_token_must_be_borne_as_it_should),
		EACH(every_token_opens_its_own_doors_only),
		EACH(guards_come_in_their_order),
		EACH(other_media_types_are_refused),
		EACH(encoded_bodies_are_refused),
		EACH(only_configured_origins_are_let_in),
		EACH(refusals_are_for_the_page_as_well),
		EACH(a_preflight_is_answered_from_the_table),
		EACH(preflights_do_not_count_as_requests),
		EACH(a_source_has_so_many_preflights),
		EACH(beyond_the_bound_is_told_at_once),
		EACH(each_kind_of_load_has_a_bound_of_its_own),
		EACH(passwords_that_would_wait_too_long_are_rejected),
		EACH(a_source_has_so_many_requests_and_is_told),
		EACH(every_end_gives_its_place_back),
		EACH(a_database_that_is_away_is_told_in_time),
		EACH(an_answer_speaks_the_members_language),
		EACH(no_two_requests_have_one_id),
		EACH(head_gets_what_get_gets),
		EACH(a_refusal_from_below_is_a_problem_as_well),
		EACH(a_refusal_from_below_is_for_the_page_as_well),
		EACH(the_longest_answers_leave_room),
		EACH(success_of_three_may_be_kept),
		EACH(errors_and_all_else_may_not_be_kept),
		EACH(health_touches_nothing),
		EACH(ready_means_a_database),
		EACH(the_inside_has_its_guards),
		EACH(every_public_request_is_counted_once),
		EACH(a_code_is_one_series),
		EACH(bodies_are_judged_before_a_handler_sees_them),
		EACH(the_wire_has_heads_without_bodies_and_refusals_with_ids),
	};

	return cmocka_run_group_tests_name("gate", tests, set_up, tear_down);
}
