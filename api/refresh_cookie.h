/* refresh_cookie.h - the refresh token of a single-page app, in a cookie that its scripts cannot
 * read.
 *
 * __Host- (RFC 6265bis 4.1.3.2), Secure, HttpOnly, SameSite=Strict (ASVS 3.3): only our host over
 * TLS gets it, and only from our pages. It is read by refresh and log-out alone, which also ask for
 * an Origin of ours: nothing else is ever allowed by a cookie. */

#ifndef REFRESH_COOKIE_H
#define REFRESH_COOKIE_H

#include "endpoints.h"

/* A refresh token as it came. Wiped by its owner. */
struct cookie_token {
	char text[REFRESH_TOKEN_LENGTH + 1];
};
void cookie_token_wipe(struct cookie_token *);

/* The token in the request's cookie. LOGIN_REQUIRED: there is none; ORIGIN_REJECTED: the page that
 * sent it is not ours. */
enum result refresh_cookie_read(const struct call *, struct cookie_token *ret) MUST_USE;

void refresh_cookie_set(const struct call *, const char *token, int64_t lives_s);
void refresh_cookie_clear(const struct call *);

#endif
