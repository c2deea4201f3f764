/* endpoints.h - THE table: every path, what it demands, who serves it.
 *
 * 404, 405, Allow, the CORS preflight and the metrics' routes come from it; openapi.yaml is tested
 * against it. */

#ifndef ENDPOINTS_H
#define ENDPOINTS_H

#include "body.h"
#include "faults.h"
#include "problem.h"
#include "result.h"
#include "stage.h"

#include <stdbool.h>
#include <stddef.h>

struct http_reply;
struct service;

/* One request as a handler sees it: what it brought is checked, what it answers is built here. */
struct call {
	struct service *service;
	const struct pass
	    *pass;        /* of the token that the endpoint demands; NULL where it demands none */
	const void *body; /* the struct its field table fills */
	enum problem_language language;
	int status;               /* of success; 200 unless the handler says otherwise */
	int attempts_left;        /* told with a refusal; -1: not told */
	struct json *json;        /* the answer's object */
	struct http_reply *reply; /* only for what is not JSON */
};

/* Which token an endpoint demands. */
enum demand { DEMAND_NOTHING, DEMAND_STAGE, DEMAND_ANY_STAGE };

/* What a body must be. */
struct body_rule {
	const struct field *fields;
	size_t size; /* of the struct they fill; at most BODY_STRUCT_MAX */
	/* What one field can not tell alone; NULL: nothing. Adds to the faults. */
	void (*judge)(const struct service *, const void *body, struct faults *);
};

struct endpoint {
	const char *method;
	const char *path;
	enum demand demand;
	enum stage stage;             /* with DEMAND_STAGE */
	const struct body_rule *body; /* NULL: none is allowed */
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

#define ALLOW_MAX 64

/* The methods of a path, "GET, HEAD, OPTIONS, POST"; empty for an unknown path. */
void endpoint_allow(
    const struct endpoint_table *, const char *path, char ret[static ALLOW_MAX + 1]);

/* Handlers: one file each, of the same name, beside the rule of its body. */
enum result get_healthz(struct call *);
enum result get_metrics(struct call *);
enum result get_readyz(struct call *);
enum result get_registration_stage(struct call *);
enum result post_captcha(struct call *);
enum result post_me_email_confirmation(struct call *);
enum result post_registration_account(struct call *);
enum result post_registration_authentication_key(struct call *);
enum result post_registration_email(struct call *);
enum result post_registration_identity(struct call *);

extern const struct body_rule account_body;
extern const struct body_rule authentication_key_body;
extern const struct body_rule captcha_body;
extern const struct body_rule email_body;
extern const struct body_rule identity_body;

#endif
