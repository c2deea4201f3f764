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
struct visit {
	const struct gate *gate;
	struct http_request *request;
	struct http_reply *reply;
	char id[REQUEST_ID_TEXT + 1];
	const struct endpoint *endpoint; /* NULL: none met */
	struct faults faults;
	struct visitor visitor;
	uint8_t path_id[ID_SIZE];
	struct pass pass;
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
check_stage(struct visit *visit)
{
	const struct endpoint *endpoint = visit->endpoint;
	const struct keyring *keyring = visit->gate->service->portal.keyring;
	const char *token = NULL;

	TRY(bearer(visit->request, &token));
	TRY(stage_open(keyring, token, clock_now(), &visit->pass));
	visit->call.pass = &visit->pass;
	const bool fits = endpoint->demand == DEMAND_STAGE ? visit->pass.stage == endpoint->stage
							   : is_registration(visit->pass.stage);
	return fits ? OK : TOKEN_INVALID;
}

static enum result
check_login(struct visit *visit)
{
	const char *token = NULL;

	if (bearer(visit->request, &token) != OK)
		return LOGIN_REQUIRED;
	TRY(login_member(&visit->gate->service->portal, token, &visit->member));
	visit->call.member = &visit->member;
	return OK;
}

static enum result
check_token(struct visit *visit)
{
	const struct http_request *request = visit->request;

	switch (visit->endpoint->demand) {
	case DEMAND_NOTHING:
		return OK;
	case DEMAND_STAGE:
	case DEMAND_ANY_STAGE:
		return check_stage(visit);
	case DEMAND_LOGIN_OR_COOKIE:
		if (request->authorization == NULL && !request->authorization_twice)
			return OK;
		return check_login(visit);
	case DEMAND_LOGIN:
		return check_login(visit);
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
wait_for_body(struct visit *visit)
{
	struct http_request *request = visit->request;
	const bool comes = visit->endpoint->body != NULL && request->content_length > 0 &&
			   is_json(request->content_type);

	return comes ? http_read_body(request) : OK;
}

static enum result
check_body(struct visit *visit, enum result arrived, union body_room *room)
{
	struct http_request *request = visit->request;
	const struct body_rule *rule = visit->endpoint->body;

	if (rule == NULL)
		return request->content_length > 0 ? MALFORMED : OK;
	if (!is_json(request->content_type))
		return BAD_MEDIA_TYPE;
	TRY(arrived);
	visit->call.body = room->bytes;
	const enum result read = json_read(request->body, request->body_size, rule->fields,
	    room->bytes, rule->size, &visit->faults);
	if (read != OK && read != BAD_FIELD)
		return read;
	if (rule->judge != NULL)
		rule->judge(visit->gate->service, room->bytes, &visit->faults);
	return visit->faults.count == 0 ? OK : BAD_FIELD;
}

/* CORS ---------------------------------------------------------------------------------------- */

/* Tells whether a browser may show the answer to the page that asked. */
static bool
allow_origin(const struct visit *visit)
{
	const char *origins = visit->gate->service->config->cors_origins;
	const char *origin = visit->request->origin;

	if (origins[0] == '\0' || visit->gate->inside)
		return false;
	http_reply_add(visit->reply, "Vary", "Origin");
	if (origin == NULL || !origin_is_listed(origins, origin))
		return false;
	http_reply_add(visit->reply, "Access-Control-Allow-Origin", origin);
	http_reply_add(visit->reply, "Access-Control-Allow-Credentials", "true"); /* the cookie */
	http_reply_add(visit->reply, "Access-Control-Expose-Headers",
	    "RateLimit, RateLimit-Policy, Retry-After, X-Request-Id");
	return true;
}

/* OPTIONS: which methods there are, and for a preflight of ours what the page may send. */
static void
answer_options(const struct visit *visit, const char *allow, bool allowed_origin)
{
	http_reply_add(visit->reply, "Allow", allow);
	visit->reply->status = 204;
	if (!allowed_origin || visit->request->preflight_method == NULL)
		return;
	http_reply_add(visit->reply, "Access-Control-Allow-Methods", allow);
	http_reply_add(visit->reply, "Access-Control-Allow-Headers", "Authorization, Content-Type");
	http_reply_add(visit->reply, "Access-Control-Max-Age", PREFLIGHT_AGE_S);
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
write_problem(const struct visit *visit, enum result result)
{
	struct http_reply *reply = visit->reply;
	const struct problem_facts facts = {
		.result = result,
		.language = visit->call.language,
		.request_id = visit->id,
		.faults = &visit->faults,
		.attempts_left = visit->call.refusal.attempts_left,
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
		add_wait(reply, visit->call.refusal.wait_s);
	http_reply_add(reply, "Content-Language", problem_language_code(visit->call.language));
}

static enum result
write_answer(const struct visit *visit)
{
	struct http_reply *reply = visit->reply;

	reply->status = visit->call.status;
	if (reply->status == 204 || reply->media_type != NULL)
		return OK;
	TRY(json_finish(visit->call.json, reply->body, sizeof reply->body, &reply->body_size));
	reply->media_type = "application/json; charset=utf-8";
	return OK;
}

/* Serving ------------------------------------------------------------------------------------- */

/* How often this endpoint may be asked, beside what every source may ask. */
static enum result
check_limit(struct visit *visit)
{
	struct service *service = visit->gate->service;
	struct refusal *refusal = &visit->call.refusal;
	const enum policy_scope limit = visit->endpoint->limit;

	switch (limit) {
	case POLICY_LINK_CAPTCHAS:
		return admission_link(service, limit, visit->pass.jti, refusal);
	case POLICY_SOURCE_MAILS:
		return admission_source(service, limit, &visit->visitor, visit->reply, refusal);
	default:
		return OK;
	}
}

/* The guards in order, then the handler. */
static enum result
serve(struct visit *visit, enum result arrived, union body_room *room)
{
	CLEANUP(json_free) struct json *json = NULL;

	TRY(check_token(visit));
	TRY(check_body(visit, arrived, room));
	TRY(check_limit(visit));
	json = json_new();
	if (json == NULL)
		return UNAVAILABLE;
	visit->call.json = json;
	TRY(visit->endpoint->serve(&visit->call));
	return write_answer(visit);
}

static enum result
serve_and_wipe(struct visit *visit, enum result arrived)
{
	union body_room room;
	const enum result result = serve(visit, arrived, &room);

	secret_wipe_bytes(room.bytes, sizeof room.bytes);
	return result;
}

/* Takes a place among the requests that are worked on; beyond the bounds 503 at once. */
static enum result
enter_and_serve(struct visit *visit)
{
	struct service *service = visit->gate->service;
	const enum load load = visit->endpoint->load;

	if (visit->request->query != NULL) /* nothing is ever asked in a query (ASVS 15.3.7) */
		return MALFORMED;
	const enum result arrived = wait_for_body(visit);
	if (visit->gate->inside)
		return serve_and_wipe(visit, arrived);
	TRY(admission_enter(service, load));
	const enum result result = serve_and_wipe(visit, arrived);
	admission_leave(service, load);
	return result;
}

static enum result
find_and_serve(struct visit *visit)
{
	const struct http_request *request = visit->request;
	const struct endpoint_table *endpoints = visit->gate->endpoints;
	const bool allowed_origin = allow_origin(visit);
	char allow[ALLOW_MAX + 1];

	if (!visit->gate->inside)
		TRY(admission_source(visit->gate->service, POLICY_SOURCE_REQUESTS, &visit->visitor,
		    visit->reply, &visit->call.refusal));
	const enum result found = endpoint_find(
	    endpoints, request->method, request->path, &visit->endpoint);
	if (found == METHOD_NOT_ALLOWED) {
		endpoint_allow(endpoints, request->path, allow);
		if (strcmp(request->method, "OPTIONS") == 0) {
			answer_options(visit, allow, allowed_origin);
			return OK;
		}
		http_reply_add(visit->reply, "Allow", allow);
	}
	TRY(found);
	if (endpoint_path_id(visit->endpoint, request->path, visit->path_id))
		visit->call.path_id = visit->path_id;
	return enter_and_serve(visit);
}

static void
look_at_visitor(
    const struct service *service, const struct http_request *request, struct visitor *ret)
{
	char source[SOURCE_MAX + 1];

	secret_random(ret->request_id, sizeof ret->request_id);
	source_of(&service->proxies, request->source, request->forwarded_for, source);
	ret->crowd = source_networks_hold(&service->shared, source) ? CROWD : 1;
	source_key(source, ret->source);
	source_prefix(source, ret->prefix);
	source_truncate(source, ret->network);
	ret->user_agent = request->user_agent;
}

static void
begin(struct visit *visit, const struct gate *gate, struct http_exchange *exchange)
{
	memset(visit, 0, sizeof *visit);
	visit->gate = gate;
	visit->request = &exchange->request;
	visit->reply = &exchange->reply;
	look_at_visitor(gate->service, visit->request, &visit->visitor);
	text_hex(visit->visitor.request_id, REQUEST_ID_SIZE, visit->id);
	visit->call.request = visit->request;
	visit->call.visitor = &visit->visitor;
	visit->call.faults = &visit->faults;
	visit->call.service = gate->service;
	visit->call.reply = &exchange->reply;
	visit->call.language = problem_language(exchange->request.accept_language);
	visit->call.status = 200;
	visit->call.refusal.attempts_left = -1;
	http_reply_add(visit->reply, "X-Request-Id", visit->id);
}

/* Nobody is refused for what others do; the operator hears of it. */
static void
count_failure(const struct visit *visit)
{
	struct refusal nobody;
	const enum result counted = admission_service(
	    visit->gate->service, POLICY_SERVICE_FAILURES, &nobody);

	(void)counted;
}

static void
finish(struct visit *visit, enum result result, int64_t started_us)
{
	const int64_t duration_us = clock_monotonic_us() - started_us;
	const struct endpoint *endpoint = visit->endpoint;

	if (result != OK)
		write_problem(visit, result);
	pass_wipe(&visit->pass);
	member_wipe(&visit->member);
	if (visit->gate->inside)
		return;
	if (result == LOGIN_FAILED)
		count_failure(visit);
	metrics_count(visit->gate->service->metrics, endpoint, result, duration_us);
	log_event("request", (const struct log_value[]){
				 log_text("request", visit->id),
				 log_text("method", endpoint != NULL ? endpoint->method : "-"),
				 log_text("route", endpoint != NULL ? endpoint->path : "-"),
				 log_int("status", visit->reply->status),
				 log_text("code", result_code(result)),
				 log_int("us", duration_us),
				 { 0 },
			     });
}

void
gate_serve(void *context, struct http_exchange *exchange)
{
	const int64_t started_us = clock_monotonic_us();
	struct visit visit;

	begin(&visit, context, exchange);
	finish(&visit, find_and_serve(&visit), started_us);
}

void
gate_refuse(void *context, struct http_exchange *exchange, enum result why)
{
	const int64_t started_us = clock_monotonic_us();
	struct visit visit;

	begin(&visit, context, exchange);
	finish(&visit, why, started_us);
}
