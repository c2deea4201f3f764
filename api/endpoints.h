/* endpoints.h - the table of endpoints: every path, what it demands, and its handler.
 *
 * 404, 405, Allow, the CORS preflight and the metrics' routes come from it; openapi.yaml is tested
 * against it. docs/cookbook.md says how to add a row. */

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
#include "stored_enums.h"
#include "client.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_reply;
struct http_request;

/* One API call as its handler sees it: the gate fills in what the request brought and has checked,
 * the handler fills in the answer. All pointers are good until the handler returns. */
struct call {
	struct service *service;
	const struct http_request *request; /* only for the cookie */
	const struct client *client;
	const struct stage_claims
	    *claims;           /* of the stage token that the endpoint demands; or NULL */
	struct member *member; /* of the access token that it demands; or NULL */
	const struct session_id *path_id; /* in the place of {id}; or NULL */
	const void *body;                 /* the struct that the body's field table fills */
	enum problem_language language;   /* of problem documents and mails */

	int status;                        /* of success; 200 unless the handler sets another */
	struct json *json;                 /* the answer's object */
	struct http_reply *reply;          /* only for what is not JSON made here */
	struct field_errors *field_errors; /* what the handler adds is told with BAD_FIELD */
	struct error_info error_info;      /* what is told with other results than OK */
};

/* Which token an endpoint demands. */
enum demand {
	DEMAND_NOTHING,
	DEMAND_STAGE,            /* a stage token of the one stage that the row names */
	DEMAND_ANY_STAGE,        /* a stage token of whatever stage */
	DEMAND_SESSION,          /* an access token */
	DEMAND_SESSION_OR_COOKIE /* an access token; without one the handler reads the cookie */
};

#define BODY_STRUCT_MAX 4096 /* bytes of the largest struct that a body is read into */

/* What the body of an endpoint must be. */
struct body_rule {
	const struct field *fields;
	size_t size; /* of the struct they fill; at most BODY_STRUCT_MAX */
	/* Checks what no field's own check can know, and adds to the field errors; NULL:
	 * nothing. */
	void (*validate)(const struct service *, const void *body, struct field_errors *);
};

struct endpoint {
	const char *method; /* "GET" serves HEAD, too */
	const char *path;   /* may end with "{id}": an id as base64url */
	enum demand demand;
	enum stage stage;                    /* with DEMAND_STAGE */
	const struct body_rule *body;        /* NULL: none is allowed */
	enum load load;                      /* what it costs most */
	enum limit_id limit;                 /* beside LIMIT_SOURCE_REQUESTS; or LIMIT_NONE */
	enum result (*serve)(struct call *); /* the handler: a file of its name in api/handlers/ */
	int64_t max_age_s; /* how long anybody may keep its success (caching.h); 0: nobody may */
	enum step step;    /* as which it is counted by the day (step_count.h); or STEP_NONE */
};

struct endpoint_table {
	const struct endpoint *rows;
	size_t count;
};

/* The public listener's, and the inside listener's. */
extern const struct endpoint_table endpoints_public;
extern const struct endpoint_table endpoints_inside;

/* Finds the endpoint of a request; HEAD is served as GET. NOT_FOUND: no endpoint has this path.
 * METHOD_NOT_ALLOWED: those that have it serve other methods. On failure *ret is untouched. */
enum result endpoint_find(const struct endpoint_table *, const char *method, const char *path,
    const struct endpoint **ret) MUST_USE;

/* The call that spends a token of this stage: of the rows that demand it the first; of STAGE_NONE,
 * when all stages are done, logging in. NULL: none, as of STAGE_CAPTCHA. */
const struct endpoint *endpoint_of_stage(enum stage);

/* Reads the id at the end of a path whose endpoint has {id} there. False: the endpoint has no {id},
 * or the path no id. */
bool endpoint_path_id(const struct endpoint *, const char *path, struct session_id *ret) MUST_USE;

#define ALLOW_MAX 64

/* Writes the methods of a path as Allow lists them ("GET, HEAD, OPTIONS"); empty for an unknown
 * path. */
void endpoint_allow(
    const struct endpoint_table *, const char *path, char ret[static ALLOW_MAX + 1]);

/* Handlers: one file each, of the same name, beside the rule of its body. */
enum result delete_me(struct call *);
enum result delete_me_pending_email(struct call *);
enum result delete_sessions(struct call *);
enum result delete_sessions_current(struct call *);
enum result delete_sessions_id(struct call *);
enum result get_config(struct call *);
enum result get_healthz(struct call *);
enum result get_jwks(struct call *);
enum result get_me(struct call *);
enum result get_metrics(struct call *);
enum result get_openapi(struct call *);
enum result get_readyz(struct call *);
enum result get_registration_stage(struct call *);
enum result get_sessions(struct call *);
enum result patch_me(struct call *);
enum result post_captcha(struct call *);
enum result post_me_email_confirmation(struct call *);
enum result post_recovery_login_id(struct call *);
enum result post_recovery_password(struct call *);
enum result post_recovery_password_reset(struct call *);
enum result post_account_deletion(struct call *);
enum result post_account_deletion_confirmation(struct call *);
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
extern const struct body_rule delete_account_body;
extern const struct body_rule email_body;
extern const struct body_rule identity_body;
extern const struct body_rule login_body;
extern const struct body_rule login_id_reminder_body;
extern const struct body_rule new_email_body;
extern const struct body_rule new_login_id_body;
extern const struct body_rule new_password_body;
extern const struct body_rule password_reset_body;
extern const struct body_rule account_deletion_body;
extern const struct body_rule password_reset_request_body;
extern const struct body_rule profile_body;
extern const struct body_rule refresh_body;

#endif
