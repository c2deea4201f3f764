/* gate.c - one request's life.
 *
 * Every guard is asked once, here, in this order, before a handler runs: did its sender ask too often,
 * does the path exist, did the body come, is there room, is the token right, is the body what it must
 * be, was this asked too often. Whatever happens, one answer and one log line. */

#include "gate.h"

#include "json.h"
#include "cleanup.h"
#include "clock.h"
#include "admission.h"
#include "log.h"
#include "metrics.h"
#include "origin.h"
#include "secret.h"
#include "service.h"
#include "text.h"

#include <stddef.h>
#include <string.h>

#define PREFLIGHT_AGE_S "600"

/* What is known about the request that is being served. */
struct request_ctx {
	const struct gate *gate;
	struct http_request *request;
	struct http_reply *reply;
	char id[REQUEST_ID_TEXT + 1];
	const struct endpoint *endpoint; /* NULL: none met */
	struct field_errors field_errors;
	struct client client;
	struct session_id path_id;
	struct stage_claims claims;
	struct member member;
	struct call call;
};

/* The body struct of a call; aligned for any of them, on the worker's stack. */
union body_room {
	char bytes[BODY_STRUCT_MAX];
	max_align_t aligned;
};

/* Tokens -------------------------------------------------------------------------------------- */

/* "Bearer TOKEN" (RFC 6750 2.1); the scheme's case does not matter. */
static enum result
bearer(const struct http_request *request, const char **ret_token)
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

/* The stages whose tokens may ask where they stand. */
static bool
is_registration(enum stage stage)
{
	return stage == STAGE_IDENTITY || stage == STAGE_AUTHENTICATION_KEY ||
	       stage == STAGE_ACCOUNT;
}

static enum result
check_stage(struct request_ctx *request_ctx)
{
	const struct endpoint *endpoint = request_ctx->endpoint;
	const struct keyring *keyring = request_ctx->gate->service->app.keyring;
	const char *token = NULL;

	TRY(bearer(request_ctx->request, &token));
	TRY(stage_open(keyring, token, clock_now(), &request_ctx->claims));
	request_ctx->call.claims = &request_ctx->claims;
	const bool fits = endpoint->demand == DEMAND_STAGE
			      ? request_ctx->claims.stage == endpoint->stage
			      : is_registration(request_ctx->claims.stage);
	return fits ? OK : TOKEN_INVALID;
}

static enum result
check_session(struct request_ctx *request_ctx)
{
	const char *token = NULL;

	if (bearer(request_ctx->request, &token) != OK)
		return LOGIN_REQUIRED;
	TRY(session_member(&request_ctx->gate->service->app, token, &request_ctx->member));
	request_ctx->call.member = &request_ctx->member;
	return OK;
}

static enum result
check_token(struct request_ctx *request_ctx)
{
	const struct http_request *request = request_ctx->request;

	switch (request_ctx->endpoint->demand) {
	case DEMAND_NOTHING:
		return OK;
	case DEMAND_STAGE:
	case DEMAND_ANY_STAGE:
		return check_stage(request_ctx);
	case DEMAND_SESSION_OR_COOKIE:
		if (request->authorization == NULL && !request->authorization_twice)
			return OK;
		return check_session(request_ctx);
	case DEMAND_SESSION:
		return check_session(request_ctx);
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

/* A body is waited for before anything else: no place is held, and no look into the database made,
 * for one who sends slowly. What is wrong with it is told when its turn comes. */
static enum result
wait_for_body(struct request_ctx *request_ctx)
{
	struct http_request *request = request_ctx->request;
	const bool comes = request_ctx->endpoint->body != NULL && request->content_length > 0 &&
			   is_json(request->content_type);

	return comes ? http_read_body(request) : OK;
}

static enum result
check_body(struct request_ctx *request_ctx, enum result arrived, union body_room *room)
{
	struct http_request *request = request_ctx->request;
	const struct body_rule *rule = request_ctx->endpoint->body;

	if (rule == NULL)
		return request->content_length > 0 ? MALFORMED : OK;
	if (!is_json(request->content_type))
		return BAD_MEDIA_TYPE;
	TRY(arrived);
	request_ctx->call.body = room->bytes;
	const enum result read = json_read(request->body, request->body_size, rule->fields,
	    room->bytes, rule->size, &request_ctx->field_errors);
	if (read != OK && read != BAD_FIELD)
		return read;
	if (rule->judge != NULL)
		rule->judge(request_ctx->gate->service, room->bytes, &request_ctx->field_errors);
	return request_ctx->field_errors.count == 0 ? OK : BAD_FIELD;
}

/* CORS ---------------------------------------------------------------------------------------- */

/* Tells whether a browser may show the answer to the page that asked. */
static bool
allow_origin(const struct request_ctx *request_ctx)
{
	const char *origins = request_ctx->gate->service->config->cors_origins;
	const char *origin = request_ctx->request->origin;

	if (origins[0] == '\0' || request_ctx->gate->inside)
		return false;
	http_reply_add(request_ctx->reply, "Vary", "Origin");
	if (origin == NULL || !origin_is_listed(origins, origin))
		return false;
	http_reply_add(request_ctx->reply, "Access-Control-Allow-Origin", origin);
	http_reply_add(
	    request_ctx->reply, "Access-Control-Allow-Credentials", "true"); /* the cookie */
	http_reply_add(request_ctx->reply, "Access-Control-Expose-Headers",
	    "RateLimit, RateLimit-Policy, Retry-After, X-Request-Id");
	return true;
}

/* OPTIONS: which methods there are, and for a preflight of ours what the page may send. */
static void
answer_options(const struct request_ctx *request_ctx, const char *allow, bool allowed_origin)
{
	http_reply_add(request_ctx->reply, "Allow", allow);
	request_ctx->reply->status = 204;
	if (!allowed_origin || request_ctx->request->preflight_method == NULL)
		return;
	http_reply_add(request_ctx->reply, "Access-Control-Allow-Methods", allow);
	http_reply_add(
	    request_ctx->reply, "Access-Control-Allow-Headers", "Authorization, Content-Type");
	http_reply_add(request_ctx->reply, "Access-Control-Max-Age", PREFLIGHT_AGE_S);
}

/* Answers ------------------------------------------------------------------------------------- */

/* RFC 9110 10.2.3, at least a second. */
static void
add_wait(struct http_reply *reply, int64_t wait_s)
{
	char seconds[24];

	if (text_format(seconds, sizeof seconds, "%lld", (long long)(wait_s > 1 ? wait_s : 1)))
		http_reply_add(reply, "Retry-After", seconds);
}

static void
write_problem(const struct request_ctx *request_ctx, enum result result)
{
	struct http_reply *reply = request_ctx->reply;
	const struct problem_facts facts = {
		.result = result,
		.language = request_ctx->call.language,
		.request_id = request_ctx->id,
		.field_errors = &request_ctx->field_errors,
		.attempts_left = request_ctx->call.error_info.attempts_left,
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
		add_wait(reply, request_ctx->call.error_info.wait_s);
	http_reply_add(
	    reply, "Content-Language", problem_language_code(request_ctx->call.language));
}

static enum result
write_answer(const struct request_ctx *request_ctx)
{
	struct http_reply *reply = request_ctx->reply;

	reply->status = request_ctx->call.status;
	if (reply->status == 204 || reply->media_type != NULL)
		return OK;
	TRY(json_finish(
	    request_ctx->call.json, reply->body, sizeof reply->body, &reply->body_size));
	reply->media_type = "application/json; charset=utf-8";
	return OK;
}

/* Serving ------------------------------------------------------------------------------------- */

/* How often this endpoint may be asked, beside what every source may ask. */
static enum result
check_limit(struct request_ctx *request_ctx)
{
	struct service *service = request_ctx->gate->service;
	struct error_info *error_info = &request_ctx->call.error_info;
	const enum limit_id limit = request_ctx->endpoint->limit;

	switch (limit) {
	case LIMIT_LINK_CAPTCHAS:
		return admission_link(service, limit, request_ctx->claims.jti, error_info);
	case LIMIT_SOURCE_MAILS:
		return admission_source(
		    service, limit, &request_ctx->client, request_ctx->reply, error_info);
	default:
		return OK;
	}
}

/* The guards in order, then the handler. */
static enum result
serve(struct request_ctx *request_ctx, enum result arrived, union body_room *room)
{
	CLEANUP(json_free) struct json *json = NULL;

	TRY(check_token(request_ctx));
	TRY(check_body(request_ctx, arrived, room));
	TRY(check_limit(request_ctx));
	json = json_new();
	if (json == NULL)
		return UNAVAILABLE;
	request_ctx->call.json = json;
	TRY(request_ctx->endpoint->serve(&request_ctx->call));
	return write_answer(request_ctx);
}

static enum result
serve_and_wipe(struct request_ctx *request_ctx, enum result arrived)
{
	union body_room room;
	const enum result result = serve(request_ctx, arrived, &room);

	secret_wipe_bytes(room.bytes, sizeof room.bytes);
	return result;
}

/* Takes a place among the requests that are worked on; beyond the bounds 503 at once. */
static enum result
enter_and_serve(struct request_ctx *request_ctx)
{
	struct service *service = request_ctx->gate->service;
	const enum load load = request_ctx->endpoint->load;

	if (request_ctx->request->query !=
	    NULL) /* nothing is ever asked in a query (ASVS 15.3.7) */
		return MALFORMED;
	const enum result arrived = wait_for_body(request_ctx);
	if (request_ctx->gate->inside)
		return serve_and_wipe(request_ctx, arrived);
	TRY(admission_enter(service, load));
	const enum result result = serve_and_wipe(request_ctx, arrived);
	admission_leave(service, load);
	return result;
}

static enum result
find_and_serve(struct request_ctx *request_ctx)
{
	const struct http_request *request = request_ctx->request;
	const struct endpoint_table *endpoints = request_ctx->gate->endpoints;
	const bool allowed_origin = allow_origin(request_ctx);
	char allow[ALLOW_MAX + 1];

	if (!request_ctx->gate->inside)
		TRY(admission_source(request_ctx->gate->service, LIMIT_SOURCE_REQUESTS,
		    &request_ctx->client, request_ctx->reply, &request_ctx->call.error_info));
	const enum result found = endpoint_find(
	    endpoints, request->method, request->path, &request_ctx->endpoint);
	if (found == METHOD_NOT_ALLOWED) {
		endpoint_allow(endpoints, request->path, allow);
		if (strcmp(request->method, "OPTIONS") == 0) {
			answer_options(request_ctx, allow, allowed_origin);
			return OK;
		}
		http_reply_add(request_ctx->reply, "Allow", allow);
	}
	TRY(found);
	if (endpoint_path_id(request_ctx->endpoint, request->path, &request_ctx->path_id))
		request_ctx->call.path_id = &request_ctx->path_id;
	return enter_and_serve(request_ctx);
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
begin(struct request_ctx *request_ctx, const struct gate *gate, struct http_exchange *exchange)
{
	memset(request_ctx, 0, sizeof *request_ctx);
	request_ctx->gate = gate;
	request_ctx->request = &exchange->request;
	request_ctx->reply = &exchange->reply;
	fill_client(gate->service, request_ctx->request, &request_ctx->client);
	text_hex(request_ctx->client.request_id.bytes, sizeof request_ctx->client.request_id.bytes,
	    request_ctx->id);
	request_ctx->call.request = request_ctx->request;
	request_ctx->call.client = &request_ctx->client;
	request_ctx->call.field_errors = &request_ctx->field_errors;
	request_ctx->call.service = gate->service;
	request_ctx->call.reply = &exchange->reply;
	request_ctx->call.language = problem_language(exchange->request.accept_language);
	request_ctx->call.status = 200;
	request_ctx->call.error_info.attempts_left = -1;
	http_reply_add(request_ctx->reply, "X-Request-Id", request_ctx->id);
}

/* Nobody is refused for what others do; the operator hears of it. */
static void
count_failure(const struct request_ctx *request_ctx)
{
	struct error_info nobody;
	const enum result counted = admission_service(
	    request_ctx->gate->service, LIMIT_SERVICE_FAILURES, &nobody);

	(void)counted;
}

static void
finish(struct request_ctx *request_ctx, enum result result, int64_t started_us)
{
	const int64_t duration_us = clock_monotonic_us() - started_us;
	const struct endpoint *endpoint = request_ctx->endpoint;

	if (result != OK)
		write_problem(request_ctx, result);
	stage_claims_wipe(&request_ctx->claims);
	member_wipe(&request_ctx->member);
	if (request_ctx->gate->inside)
		return;
	if (result == LOGIN_FAILED)
		count_failure(request_ctx);
	metrics_count(request_ctx->gate->service->metrics, endpoint, result, duration_us);
	log_event("request", (const struct log_value[]){
				 log_text("request", request_ctx->id),
				 log_text("method", endpoint != NULL ? endpoint->method : "-"),
				 log_text("route", endpoint != NULL ? endpoint->path : "-"),
				 log_int("status", request_ctx->reply->status),
				 log_text("code", result_code(result)),
				 log_int("us", duration_us),
				 { 0 },
			     });
}

void
gate_serve(void *context, struct http_exchange *exchange)
{
	const int64_t started_us = clock_monotonic_us();
	struct request_ctx request_ctx;

	begin(&request_ctx, context, exchange);
	finish(&request_ctx, find_and_serve(&request_ctx), started_us);
}

void
gate_reject(void *context, struct http_exchange *exchange, enum result result)
{
	const int64_t started_us = clock_monotonic_us();
	struct request_ctx request_ctx;

	begin(&request_ctx, context, exchange);
	finish(&request_ctx, result, started_us);
}
