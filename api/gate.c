/* gate.c - the life of one request.
 *
 * serve_request() asks every guard in one place and one order before a handler runs. Whatever
 * happens, there is one answer and one log line. */

#include "gate.h"

#include "admission.h"
#include "cleanup.h"
#include "clock.h"
#include "json.h"
#include "log.h"
#include "metrics.h"
#include "origin.h"
#include "secret.h"
#include "service.h"
#include "text.h"

#include <stddef.h>
#include <string.h>

#define PREFLIGHT_AGE_S "600"

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

/* The stages of a registration, which DEMAND_ANY_STAGE accepts. */
static bool
is_registration_stage(enum stage stage)
{
	return stage == STAGE_IDENTITY || stage == STAGE_AUTHENTICATION_KEY ||
	       stage == STAGE_ACCOUNT;
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
	const bool fits = endpoint->demand == DEMAND_STAGE
			      ? ctx->claims.stage == endpoint->stage
			      : is_registration_stage(ctx->claims.stage);
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

/* application/json, with no charset or UTF-8 (RFC 8259 8.1). */
static bool
is_json(const char *content_type)
{
	static const char *const accepted[] = { "application/json",
		"application/json;charset=utf-8", "application/json;charset=\"utf-8\"" };
	char squeezed[48];
	size_t length = 0;

	for (; content_type != NULL && *content_type != '\0' && length < sizeof squeezed - 1;
	     content_type++)
		if (*content_type != ' ' && *content_type != '\t')
			squeezed[length++] = *content_type;
	squeezed[length] = '\0';
	for (size_t i = 0; i < LENGTH(accepted); i++)
		if (text_equal_ignoring_case(squeezed, accepted[i]))
			return true;
	return false;
}

/* Reads the body before anything else is done: a client that sends slowly holds no place among the
 * requests being worked on, and causes no database access. check_body() tells what is wrong with
 * it. */
static void
read_body(struct request_ctx *ctx)
{
	struct http_request *request = ctx->request;
	const bool wanted = ctx->endpoint->body != NULL && request->content_length > 0 &&
			    is_json(request->content_type);

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
	if (!is_json(request->content_type))
		return BAD_MEDIA_TYPE;
	TRY(ctx->body_read);
	ctx->call.body = body;
	const enum result parsed = json_read(
	    request->body, request->body_size, rule->fields, body, rule->size, &ctx->field_errors);
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

/* Answers OPTIONS: which methods the path has and, to a preflight of an allowed page, what the page
 * may send. */
static void
answer_options(const struct request_ctx *ctx, const char *allow)
{
	ctx->reply->status = 204;
	if (!ctx->allowed_origin || ctx->request->preflight_method == NULL)
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

static void
write_problem(const struct request_ctx *ctx, enum result result)
{
	struct http_reply *reply = ctx->reply;
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
		text_copy_cut(reply->body, sizeof reply->body, problem_last_resort());
		reply->body_size = strlen(reply->body);
	}
	if (reply->status == 401)
		http_reply_add(reply, "WWW-Authenticate", "Bearer"); /* RFC 9110 15.5.2 */
	if (reply->status == 503 || reply->status == 429)
		add_retry_after(reply, ctx->call.error_info.wait_s);
	http_reply_add(reply, "Content-Language", problem_language_code(ctx->call.language));
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

/* How often one source may ask, whatever it asks for. */
static enum result
check_source_limit(struct request_ctx *ctx)
{
	if (ctx->gate->inside)
		return OK;
	return admission_source(ctx->gate->service, LIMIT_SOURCE_REQUESTS, &ctx->client, ctx->reply,
	    &ctx->call.error_info);
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
		return admission_link(service, limit, ctx->claims.jti, error_info);
	case LIMIT_SOURCE_MAILS:
		return admission_source(service, limit, &ctx->client, ctx->reply, error_info);
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
	return write_answer(ctx);
}

/* The guards in their order, then the handler. The first that objects ends the request. */
static enum result
serve_request(struct request_ctx *ctx)
{
	ctx->allowed_origin = allow_origin(ctx);
	TRY(check_source_limit(ctx));
	TRY(find_endpoint(ctx));
	if (ctx->endpoint == NULL) /* OPTIONS has its answer */
		return OK;
	TRY(check_query(ctx));
	read_body(ctx);
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

	log_event("request", (const struct log_value[]){
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

	if (ctx->admitted)
		admission_leave(ctx->gate->service, ctx->endpoint->load);
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
