/* say.h - members that several answers have in common. */

#ifndef SAY_H
#define SAY_H

#include "login.h"

#include <stdbool.h>

struct call;
struct json;
struct stage_rule;

/* "email": the address with its local part masked. */
void say_masked_email(struct json *, const char *email);

/* "next": the call that follows; NULL: logging in. */
void say_next(struct json *, const struct stage_rule *);

/* "id": as it stands in paths. */
void say_id(struct json *, const uint8_t id[static ID_SIZE]);

/* What GET and PATCH /v1/me answer: the member without what is secret. */
void say_profile(struct json *, const struct member *);

/* The pair of tokens (RFC 6749 5.1); the refresh token in the cookie, if so wished. */
void say_login_tokens(const struct call *, const struct login_tokens *, bool in_cookie);

#endif
