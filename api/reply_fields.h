/* reply_fields.h - members that several answers have in common. */

#ifndef REPLY_FIELDS_H
#define REPLY_FIELDS_H

#include "session.h"
#include "stored_enums.h"

#include <stdbool.h>
#include <stdint.h>

struct call;
struct config;
struct json;

/* "email": the address with its local part masked. */
void reply_masked_email(struct json *, const char *email);

/* "expires_at", and "server_time" beside it: a device whose clock is wrong can tell how long is
 * left. */
void reply_expires_at(struct json *, int64_t expires_at);

/* "next": the call that spends the token of this stage; STAGE_NONE: logging in. */
void reply_next(struct json *, enum stage next);

/* "id": as it stands in paths. */
void reply_id(struct json *, struct session_id id);

/* "password_policy": the rules of a new password. */
void reply_password_policy(struct json *, const struct config *);

/* What GET and PATCH /v1/me answer: the member without what is secret. */
void reply_profile(struct json *, const struct member *);

/* The pair of tokens (RFC 6749 5.1); the refresh token in the cookie, if so wished. */
void reply_session_tokens(const struct call *, const struct session_tokens *, bool in_cookie);

#endif
