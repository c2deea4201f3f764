/* gate.c - the life of one request.
 *
 * serve_request() asks every guard in one place and one order before a handler runs. Whatever
 * happens, there is one answer and one log line. */

#include "gate.h"

#include "admission.h"
#include "caching.h"
#include "cleanup.h"
#include "clock.h"
#include "deadline.h"
#include "json.h"
#include "log.h"
#include "metrics.h"
#include "origin.h"
#include "secret.h"
#include "service.h"
#include "text.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define PREFLIGHT_AGE_S "600"

/* How long a request may wait for the database, from the last byte of its body on. A rollback, or a
 * try that is given back, may take half a second more (deadline.h). The rest of the five seconds
 * that docs/operating.md promises is for what is computed. */
#define REQUEST_MS 4000

/* The body struct of a call; aligned for any of them, on the worker's stack. */
union body_room {
	char bytes[BODY_STRUCT_MAX];
	max_align_t aligned;
};

/* What the guards know of the request that is being served. */
struct request_ctx {
	const struct gate *gate;
	struct http_request *request;
	struct http_reply *reply;
	char id[REQUEST_ID_TEXT + 1];
	bool allowed_origin;             /* a browser may show the answer to the page that asked */
	const struct endpoint *endpoint; /* NULL: none has been found */
	enum result body_read;           /* the outcome of reading the body */
	bool admitted;                   /* it holds a place among the requests being worked on */
	struct admission_counts counts;  /* what the endpoint's own limit counted */
	struct field_errors field_errors;
	struct client client;
	struct session_id path_id;
	struct stage_claims claims;
	struct member member;
	struct call call;
	union body_room *body;
};

/* Tokens -------------------------------------------------------------------------------------- */

/* "Bearer TOKEN" (RFC 6750 2.1); the scheme's case does not matter. */
static enum result
read_bearer_token(const struct http_request *request, const char **ret_token)
{
	static const char scheme[] = "bearer ";
	const char *value = request->authorization;
	char prefix[sizeof scheme];

	if (request->authorization_twice)
		return TOKEN_INVALID;
	if (value == NULL)
		return TOKEN_MISSING;
	text_copy_cut(prefix, sizeof prefix, value);
	if (!text_equal_ignoring_case(prefix, scheme))
		return TOKEN_INVALID;
	*ret_token = value + strlen(scheme);
	return OK;
}

static enum result
check_stage(struct request_ctx *ctx)
{
	const struct endpoint *endpoint = ctx->endpoint;
	const struct keyring *keyring = ctx->gate->service->app.keyring;
	const char *token = NULL;

	TRY(read_bearer_token(ctx->request, &token));
	TRY(stage_open(keyring, token, clock_now(), &ctx->claims));
	ctx->call.claims = &ctx->claims;
	const bool fits = endpoint->demand == DEMAND_ANY_STAGE ||
			  ctx->claims.stage == endpoint->stage;
	return fits ? OK : TOKEN_INVALID;
}

static enum result
check_session(struct request_ctx *ctx)
{
	const char *token = NULL;

	if (read_bearer_token(ctx->request, &token) != OK)
		return LOGIN_REQUIRED;
	TRY(session_member(&ctx->gate->service->app, token, &ctx->member));
	ctx->call.member = &ctx->member;
	return OK;
}

static enum result
check_token(struct request_ctx *ctx)
{
	const struct http_request *request = ctx->request;

	switch (ctx->endpoint->demand) {
	case DEMAND_NOTHING:
		return OK;
	case DEMAND_STAGE:
	case DEMAND_ANY_STAGE:
		return check_stage(ctx);
	case DEMAND_SESSION_OR_COOKIE:
		if (request->authorization == NULL && !request->authorization_twice)
			return OK;
		return check_session(ctx);
	case DEMAND_SESSION:
		return check_session(ctx);
	}
	return INTERNAL;
}

/* Bodies -------------------------------------------------------------------------------------- */

static const char *
skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

/* What is behind a parameter of application/json: the empty one, or a charset that is UTF-8 (RFC
 * 8259 8.1, 11). NULL: it is another. */
static const char *
skip_json_parameter(const char *at)
{
	static const char *const charsets[] = { "charset=utf-8", "charset=\"utf-8\"",
		"charset=utf8", "charset=\"utf8\"" };
	const size_t length = strcspn(at, "; \t");

	if (length == 0)
		return at;
	for (size_t i = 0; i < LENGTH(charsets); i++)
		if (length == strlen(charsets[i]) && strncasecmp(at, charsets[i], length) == 0)
			return at + length;
	return NULL;
}

/* RFC 9110 5.6.6, 8.3: each parameter is behind a semicolon, and may be empty. */
static bool
is_json(const char *content_type)
{
	static const char type[] = "application/json";

	if (content_type == NULL || strncasecmp(content_type, type, strlen(type)) != 0)
		return false;
	const char *at = skip_blanks(content_type + strlen(type));
	while (at != NULL && *at == ';') {
		at = skip_json_parameter(skip_blanks(at + 1));
		if (at != NULL)
			at = skip_blanks(at);
	}
	return at != NULL && *at == '\0';
}

/* No coding is undone here: eight KiB can hold eight MiB (RFC 9110 15.5.16). */
static bool
is_plain_json(const struct http_request *request)
{
	return is_json(request->content_type) && !request->encoded;
}

/* Reads the body before anything else is done: a client that sends slowly holds no place among the
 * requests being worked on, and causes no database access. check_body() tells what is wrong with
 * it. */
static void
read_body(struct request_ctx *ctx)
{
	struct http_request *request = ctx->request;
	const bool wanted = ctx->endpoint->body != NULL && request->content_length > 0 &&
			    is_plain_json(request);

	ctx->body_read = wanted ? http_read_body(request) : OK;
}

static enum result
check_body(struct request_ctx *ctx)
{
	struct http_request *request = ctx->request;
	const struct body_rule *rule = ctx->endpoint->body;
	void *body = ctx->body->bytes;

	if (rule == NULL)
		return request->content_length > 0 ? MALFORMED : OK;
	if (request->encoded)
		http_reply_add(ctx->reply, "Accept-Encoding", "identity");
	if (!is_plain_json(request))
		return BAD_MEDIA_TYPE;
	TRY(ctx->body_read);
	ctx->call.body = body;
	const enum result parsed = json_read(request->body, request->body_size,
	    &(struct field_table){ rule->fields, rule->size }, body, &ctx->field_errors);
	if (parsed != OK && parsed != BAD_FIELD)
		return parsed;
	if (rule->validate != NULL)
		rule->validate(ctx->gate->service, body, &ctx->field_errors);
	return ctx->field_errors.count == 0 ? OK : BAD_FIELD;
}

/* CORS ---------------------------------------------------------------------------------------- */

/* May a browser show the answer to the page that asked? If so, the answer says it. */
static bool
allow_origin(const struct request_ctx *ctx)
{
	const char *origins = ctx->gate->service->config->cors_origins;
	const char *origin = ctx->request->origin;
	struct http_reply *reply = ctx->reply;

	if (origins[0] == '\0' || ctx->gate->inside)
		return false;
	http_reply_add(reply, "Vary", "Origin");
	if (origin == NULL || !origin_is_listed(origins, origin))
		return false;
	http_reply_add(reply, "Access-Control-Allow-Origin", origin);
	http_reply_add(reply, "Access-Control-Allow-Credentials", "true"); /* the cookie */
	http_reply_add(reply, "Access-Control-Expose-Headers",
	    "RateLimit, RateLimit-Policy, Retry-After, X-Request-Id");
	return true;
}

/* Does a browser ask, for an allowed page, what the page may send? */
static bool
is_preflight(const struct request_ctx *ctx)
{
	return ctx->allowed_origin && ctx->request->preflight_method != NULL &&
	       strcmp(ctx->request->method, "OPTIONS") == 0;
}

/* Answers OPTIONS: which methods the path has and, to a preflight, what the page may send. */
static void
answer_options(const struct request_ctx *ctx, const char *allow)
{
	ctx->reply->status = 204;
	if (!is_preflight(ctx))
		return;
	http_reply_add(ctx->reply, "Access-Control-Allow-Methods", allow);
	http_reply_add(ctx->reply, "Access-Control-Allow-Headers", "Authorization, Content-Type");
	http_reply_add(ctx->reply, "Access-Control-Max-Age", PREFLIGHT_AGE_S);
}

/* Answers ------------------------------------------------------------------------------------- */

/* RFC 9110 10.2.3; at least a second. */
static void
add_retry_after(struct http_reply *reply, int64_t wait_s)
{
	char seconds[24];

	if (text_format(seconds, sizeof seconds, "%lld", (long long)(wait_s > 1 ? wait_s : 1)))
		http_reply_add(reply, "Retry-After", seconds);
}

/* For a document that could not be written; in Japanese. */
static void
write_last_resort(struct http_reply *reply)
{
	text_copy_cut(reply->body, sizeof reply->body, problem_last_resort());
	reply->body_size = strlen(reply->body);
	reply->status = problem_of(UNAVAILABLE)->status;
}

static void
write_problem(const struct request_ctx *ctx, enum result result)
{
	struct http_reply *reply = ctx->reply;
	const char *language = problem_language_code(ctx->call.language);
	const struct problem_facts facts = {
		.result = result,
		.language = ctx->call.language,
		.request_id = ctx->id,
		.field_errors = &ctx->field_errors,
		.attempts_left = ctx->call.error_info.attempts_left,
	};

	reply->status = problem_of(result)->status;
	reply->media_type = PROBLEM_MEDIA_TYPE;
	if (problem_write(&facts, reply->body, sizeof reply->body, &reply->body_size) != OK) {
		write_last_resort(reply);
		language = problem_language_code(PROBLEM_JA);
	}
	if (reply->status == 401)
		http_reply_add(reply, "WWW-Authenticate", "Bearer"); /* RFC 9110 15.5.2 */
	if (reply->status == 502 || reply->status == 503 || reply->status == 429)
		add_retry_after(reply, ctx->call.error_info.wait_s);
	http_reply_add(reply, "Content-Language", language);
}

static enum result
write_answer(const struct request_ctx *ctx)
{
	struct http_reply *reply = ctx->reply;

	reply->status = ctx->call.status;
	if (reply->status == 204 || reply->media_type != NULL)
		return OK;
	TRY(json_finish(ctx->call.json, reply->body, sizeof reply->body, &reply->body_size));
	reply->media_type = "application/json; charset=utf-8";
	return OK;
}

/* Guards -------------------------------------------------------------------------------------- */

/* How often one source may ask, whatever it asks for. A preflight is no request of the page's, and
 * costs no more than its rejection would: it is counted apart. */
static enum result
check_source_limit(struct request_ctx *ctx)
{
	const enum limit_id limit = is_preflight(ctx) ? LIMIT_SOURCE_PREFLIGHTS
						      : LIMIT_SOURCE_REQUESTS;
	const struct admission_told told = { ctx->reply, &ctx->call.error_info };

	if (ctx->gate->inside)
		return OK;
	return admission_source(ctx->gate->service, limit, &ctx->client, &told, NULL);
}

/* Finds the endpoint. Answers OPTIONS itself: then OK, and there is no endpoint. */
static enum result
find_endpoint(struct request_ctx *ctx)
{
	const struct endpoint_table *endpoints = ctx->gate->endpoints;
	const char *path = ctx->request->path;
	char allow[ALLOW_MAX + 1];

	const enum result found = endpoint_find(
	    endpoints, ctx->request->method, path, &ctx->endpoint);
	if (found == OK && endpoint_path_id(ctx->endpoint, path, &ctx->path_id))
		ctx->call.path_id = &ctx->path_id;
	if (found != METHOD_NOT_ALLOWED)
		return found;
	endpoint_allow(endpoints, path, allow);
	http_reply_add(ctx->reply, "Allow", allow);
	if (strcmp(ctx->request->method, "OPTIONS") != 0)
		return METHOD_NOT_ALLOWED;
	answer_options(ctx, allow);
	return OK;
}

/* No endpoint takes a query (ASVS 15.3.7). */
static enum result
check_query(const struct request_ctx *ctx)
{
	return ctx->request->query == NULL ? OK : MALFORMED;
}

/* Takes a place among the requests being worked on, which end_request() gives back. */
static enum result
admit(struct request_ctx *ctx)
{
	if (ctx->gate->inside)
		return OK;
	TRY(admission_enter(ctx->gate->service, ctx->endpoint->load));
	ctx->admitted = true;
	return OK;
}

/* How often this endpoint may be asked, beside what every source may ask. */
static enum result
check_endpoint_limit(struct request_ctx *ctx)
{
	struct service *service = ctx->gate->service;
	struct error_info *error_info = &ctx->call.error_info;
	const enum limit_id limit = ctx->endpoint->limit;

	switch (limit) {
	case LIMIT_LINK_CAPTCHAS:
		return admission_link(service, limit, &ctx->claims.jti, error_info, &ctx->counts);
	case LIMIT_SOURCE_MAILS:
		return admission_source(service, limit, &ctx->client,
		    &(struct admission_told){ ctx->reply, error_info }, &ctx->counts);
	default:
		return OK;
	}
}

/* Serving ------------------------------------------------------------------------------------- */

static enum result
call_handler(struct request_ctx *ctx)
{
	CLEANUP(json_free) struct json *json = json_new();

	if (json == NULL)
		return UNAVAILABLE;
	ctx->call.json = json;
	TRY(ctx->endpoint->serve(&ctx->call));
	TRY(write_answer(ctx));
	if (ctx->endpoint->max_age_s > 0)
		caching_allow(ctx->reply, ctx->endpoint->max_age_s, ctx->request->if_none_match);
	return OK;
}

/* The guards in their order, then the handler. The first that objects ends the request. */
static enum result
serve_request(struct request_ctx *ctx)
{
	TRY(check_source_limit(ctx));
	TRY(find_endpoint(ctx));
	if (ctx->endpoint == NULL) /* OPTIONS has its answer */
		return OK;
	TRY(check_query(ctx));
	read_body(ctx);
	deadline_begin(REQUEST_MS);
	TRY(admit(ctx));
	TRY(check_token(ctx));
	TRY(check_body(ctx));
	TRY(check_endpoint_limit(ctx));
	return call_handler(ctx);
}

static void
fill_client(const struct service *service, const struct http_request *request, struct client *ret)
{
	char source[SOURCE_MAX + 1];

	secret_random(ret->request_id.bytes, sizeof ret->request_id.bytes);
	source_of(&service->proxies, request->source, request->forwarded_for, source);
	ret->shared_network_factor = source_networks_hold(&service->shared, source)
					 ? SHARED_NETWORK_FACTOR
					 : 1;
	source_key(source, ret->source);
	source_prefix(source, ret->prefix);
	source_truncate(source, ret->network);
	ret->user_agent = request->user_agent;
}

static void
begin_request(struct request_ctx *ctx, const struct gate *gate, struct http_exchange *exchange,
    union body_room *body)
{
	memset(ctx, 0, sizeof *ctx);
	ctx->gate = gate;
	ctx->request = &exchange->request;
	ctx->reply = &exchange->reply;
	ctx->body = body;
	fill_client(gate->service, ctx->request, &ctx->client);
	text_hex(ctx->client.request_id.bytes, sizeof ctx->client.request_id.bytes, ctx->id);
	ctx->call.service = gate->service;
	ctx->call.request = ctx->request;
	ctx->call.client = &ctx->client;
	ctx->call.field_errors = &ctx->field_errors;
	ctx->call.reply = ctx->reply;
	ctx->call.language = problem_language(ctx->request->accept_language);
	ctx->call.status = 200;
	ctx->call.error_info.attempts_left = -1;
	http_reply_add(ctx->reply, "X-Request-Id", ctx->id);
	ctx->allowed_origin = allow_origin(ctx);
}

/* Counts a failed login of anybody's. No request is rejected by this limit; its log line warns the
 * operator. */
static void
count_login_failure(const struct request_ctx *ctx)
{
	struct error_info ignored;
	const enum result counted = admission_service(
	    ctx->gate->service, LIMIT_SERVICE_FAILURES, &ignored);

	(void)counted;
}

static void
log_request(const struct request_ctx *ctx, enum result result, int64_t duration_us)
{
	const struct endpoint *endpoint = ctx->endpoint;

	log_event_at(result_is_ours(result) ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "request",
	    (const struct log_value[]){
		log_text("request", ctx->id),
		log_text("method", endpoint != NULL ? endpoint->method : "-"),
		log_text("route", endpoint != NULL ? endpoint->path : "-"),
		log_int("status", ctx->reply->status),
		log_text("code", result_code(result)),
		log_int("us", duration_us),
		{ 0 },
	    });
}

/* Gives back and wipes what the request held, and accounts for it. */
static void
end_request(struct request_ctx *ctx, enum result result, int64_t started_us)
{
	const int64_t duration_us = clock_monotonic_us() - started_us;

	deadline_end();
	if (ctx->admitted)
		admission_leave(ctx->gate->service, ctx->endpoint->load);
	if (result_is_ours(result))
		admission_give_back(ctx->gate->service, &ctx->counts);
	if (result != OK)
		write_problem(ctx, result);
	if (ctx->call.body != NULL)
		secret_wipe_bytes(ctx->body->bytes, sizeof ctx->body->bytes);
	stage_claims_wipe(&ctx->claims);
	member_wipe(&ctx->member);
	if (ctx->gate->inside)
		return;
	if (result == LOGIN_FAILED)
		count_login_failure(ctx);
	metrics_count(ctx->gate->service->metrics, ctx->endpoint, result, duration_us);
	log_request(ctx, result, duration_us);
}

void
gate_serve(void *context, struct http_exchange *exchange)
{
	const int64_t started_us = clock_monotonic_us();
	struct request_ctx ctx;
	union body_room body;

	begin_request(&ctx, context, exchange, &body);
	end_request(&ctx, serve_request(&ctx), started_us);
}

void
gate_reject(void *context, struct http_exchange *exchange, enum result result)
{
	const int64_t started_us = clock_monotonic_us();
	struct request_ctx ctx;

	begin_request(&ctx, context, exchange, NULL);
	end_request(&ctx, result, started_us);
}
