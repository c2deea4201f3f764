/* result.h - the outcome of everything that can fail.
 *
 * One list, never ignored. It tells apart what the caller did wrong, what failed outside, and bugs
 * of our own. api/problem.c alone turns results into HTTP. */

#ifndef RESULT_H
#define RESULT_H

#include <stdbool.h>

/* The compiler refuses a call whose result is dropped. */
#define MUST_USE __attribute__((warn_unused_result))

/* Passes anything but OK on to the caller. */
#define TRY(call)                                       \
	do {                                            \
		const enum result try_result_ = (call); \
		if (try_result_ != OK)                  \
			return try_result_;             \
	} while (0)

/* X(name, code): `code` is the stable word of the API's problem documents, of the log and of the
 * metrics. Why a registration is over (the tries of its link are used up, its person has an account
 * by now, or is not eligible any more) is told to nobody outside lib/domain: three results, one
 * code. */
#define RESULT_LIST(X)                                                           \
	X(OK, "ok")                                                              \
	/* something the caller did */                                           \
	X(MALFORMED, "malformed_request")                                        \
	X(BAD_FIELD, "invalid_fields")                                           \
	X(TOKEN_MISSING, "token_missing")                                        \
	X(TOKEN_INVALID, "token_invalid")                                        \
	X(TOKEN_EXPIRED, "token_expired")                                        \
	X(TOKEN_SPENT, "token_spent")                                            \
	X(LOGIN_REQUIRED, "login_required")                                      \
	X(ACCESS_EXPIRED, "access_token_expired")                                \
	X(LOGIN_FAILED, "login_failed")                                          \
	X(PASSWORD_WRONG, "current_password_wrong")                              \
	X(ORIGIN_REJECTED, "origin_refused")                                     \
	X(EMAIL_DOMAIN_REFUSED, "email_domain_refused")                          \
	X(TOO_MANY, "too_many_tries")                                            \
	X(NOT_FOUND, "not_found")                                                \
	X(METHOD_NOT_ALLOWED, "method_not_allowed")                              \
	X(TIMED_OUT, "request_timeout")                                          \
	X(TAKEN, "login_id_taken")                                               \
	X(LINK_EXHAUSTED, "registration_over")                                   \
	X(ACCOUNT_EXISTS, "registration_over")                                   \
	X(PERSON_NOT_ELIGIBLE, "registration_over")                              \
	X(LENGTH_REQUIRED, "length_required")                                    \
	X(TOO_LARGE, "body_too_large")                                           \
	X(BAD_MEDIA_TYPE, "unsupported_media_type")                              \
	X(IDENTITY_MISMATCH, "identity_mismatch")                                \
	X(CAPTCHA_WRONG, "captcha_wrong")                                        \
	X(CAPTCHA_EXPIRED, "captcha_expired")                                    \
	X(KEY_WRONG, "authentication_key_wrong")                                 \
	X(HEADERS_TOO_LARGE, "headers_too_large")                                \
	X(BAD_HTTP_VERSION, "http_version_not_supported")                        \
	/* something outside */                                                  \
	X(UNAVAILABLE, "unavailable")                                            \
	X(OVERLOADED, "overloaded")                                              \
	X(STOPPING, "stopping")                                                  \
	/* between layers only: what a statement met; never leaves lib/domain */ \
	X(NO_ROW, "no_row")                                                      \
	X(DUPLICATE, "duplicate")                                                \
	/* our own bug */                                                        \
	X(INTERNAL, "internal_error")

#define RESULT_ENUM_(name, code) name,
enum result { RESULT_LIST(RESULT_ENUM_) RESULT__MAX };
#undef RESULT_ENUM_

/* Did the call fail for a reason of ours, or of what we depend on? Then it says nothing about what
 * the client did, and what was counted is given back. */
bool result_is_ours(enum result);

/* The stable word of a result ("token_expired"); never NULL. */
const char *result_code(enum result);

/* The first result of the list that has the same word: results that are counted or described by
 * their word are counted or described once. */
enum result result_first_of_code(enum result);

#endif
