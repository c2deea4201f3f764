/* endpoints.h - THE table: every path, what it demands, who serves it.
 *
 * 404, 405, Allow, the CORS preflight and the metrics' routes come from it; openapi.yaml is tested
 * against it. */

#ifndef ENDPOINTS_H
#define ENDPOINTS_H

#include "json.h"
#include "field_errors.h"
#include "session.h"
#include "limit_table.h"
#include "problem.h"
#include "error_info.h"
#include "result.h"
#include "service.h"
#include "stage.h"
#include "client.h"

#include <stdbool.h>
#include <stddef.h>

struct http_reply;
struct http_request;

/* One request as a handler sees it: what it brought is checked, what it answers is built here. */
struct call {
	struct service *service;
	const struct http_request *request; /* only for the cookie */
	const struct client *client;
	const struct stage_claims
	    *claims;           /* of the stage token that the endpoint demands, or NULL */
	struct member *member; /* of the access token that it demands, or NULL */
	const struct session_id *path_id;  /* in the place of {id}, or NULL */
	const void *body;                  /* the struct its field table fills */
	struct field_errors *field_errors; /* to add to, for BAD_FIELD */
	enum problem_language language;
	int status;                   /* of success; 200 unless the handler says otherwise */
	struct error_info error_info; /* told with a refusal */
	struct json *json;            /* the answer's object */
	struct http_reply *reply;     /* only for what is not JSON */
};

/* Which token an endpoint demands. */
enum demand {
	DEMAND_NOTHING,
	DEMAND_STAGE,            /* of one stage */
	DEMAND_ANY_STAGE,        /* of a registration's */
	DEMAND_SESSION,          /* an access token */
	DEMAND_SESSION_OR_COOKIE /* an access token; without one the handler asks for the cookie */
};

/* The struct that bodies are read into: room for the widest. */
#define BODY_STRUCT_MAX 4096

/* What a body must be. */
struct body_rule {
	const struct field *fields;
	size_t size; /* of the struct they fill; at most BODY_STRUCT_MAX */
	/* What one field can not tell alone; NULL: nothing. Adds to the faults. */
	void (*judge)(const struct service *, const void *body, struct field_errors *);
};

struct endpoint {
	const char *method;
	const char *path; /* "{id}" at its end: an id as base64url */
	enum demand demand;
	enum stage stage;             /* with DEMAND_STAGE */
	const struct body_rule *body; /* NULL: none is allowed */
	enum load load;
	enum limit_id limit; /* how often, beside LIMIT_SOURCE_REQUESTS; LIMIT_NONE */
	enum result (*serve)(struct call *);
};

struct endpoint_table {
	const struct endpoint *rows;
	size_t count;
};

/* The public listener's, and the inside listener's. */
extern const struct endpoint_table endpoints_public;
extern const struct endpoint_table endpoints_inside;

/* The endpoint of a request; HEAD is served as GET. NOT_FOUND; METHOD_NOT_ALLOWED. */
enum result endpoint_find(const struct endpoint_table *, const char *method, const char *path,
    const struct endpoint **ret) MUST_USE;

/* The id at the end of a path that met an endpoint's {id}. False: it has none. */
bool endpoint_path_id(const struct endpoint *, const char *path, struct session_id *ret) MUST_USE;

#define ALLOW_MAX 64

/* The methods of a path, "GET, HEAD, OPTIONS, POST"; empty for an unknown path. */
void endpoint_allow(
    const struct endpoint_table *, const char *path, char ret[static ALLOW_MAX + 1]);

/* Handlers: one file each, of the same name, beside the rule of its body. */
enum result delete_me(struct call *);
enum result delete_me_pending_email(struct call *);
enum result delete_sessions(struct call *);
enum result delete_sessions_current(struct call *);
enum result delete_sessions_id(struct call *);
enum result get_healthz(struct call *);
enum result get_jwks(struct call *);
enum result get_me(struct call *);
enum result get_metrics(struct call *);
enum result get_readyz(struct call *);
enum result get_registration_stage(struct call *);
enum result get_sessions(struct call *);
enum result patch_me(struct call *);
enum result post_captcha(struct call *);
enum result post_me_email_confirmation(struct call *);
enum result post_recovery_login_id(struct call *);
enum result post_recovery_password(struct call *);
enum result post_recovery_password_reset(struct call *);
enum result post_registration_account(struct call *);
enum result post_registration_authentication_key(struct call *);
enum result post_registration_email(struct call *);
enum result post_registration_identity(struct call *);
enum result post_sessions(struct call *);
enum result post_sessions_refresh(struct call *);
enum result put_me_email(struct call *);
enum result put_me_login_id(struct call *);
enum result put_me_password(struct call *);

extern const struct body_rule account_body;
extern const struct body_rule authentication_key_body;
extern const struct body_rule captcha_body;
extern const struct body_rule email_body;
extern const struct body_rule identity_body;
extern const struct body_rule leave_body;
extern const struct body_rule login_body;
extern const struct body_rule new_email_body;
extern const struct body_rule new_login_id_body;
extern const struct body_rule new_password_body;
extern const struct body_rule recovery_login_id_body;
extern const struct body_rule recovery_password_body;
extern const struct body_rule refresh_body;
extern const struct body_rule reset_body;
extern const struct body_rule settings_body;

#endif
