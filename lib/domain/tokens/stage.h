/* stage.h - the stages of a registration, and what the token of a stage says.
 *
 * The service keeps no state of a registration: the token that a client sends with a step carries
 * it, sealed (token.h). This is what stands in such a token. A confirmation link and a reset link
 * have tokens of the same form. */

#ifndef STAGE_H
#define STAGE_H

#include "bounds.h"
#include "ids.h"
#include "keyring.h"
#include "limit_id.h"
#include "result.h"
#include "stored_enums.h"

#include <stdint.h>

struct stage_rule {
	const char *name;        /* the token's use, and `stage` in answers; NULL: no such token */
	const char *portal_path; /* of the mailed link, below PORTAL_URL; NULL: never mailed */
	enum stage then;         /* the stage that follows; STAGE_NONE: logging in */
	enum limit_id tries;     /* the limit of wrong tries with one token; LIMIT_NONE: none */
};

/* The row of a stage. */
const struct stage_rule *stage_rule(enum stage);

/* Whom a token is about. A member that its stage does not have is zero. */
struct stage_subject {
	struct person_id
	    person_id; /* from the second link on; of the first, if it is bound to one */
	struct account_id account_id; /* of a confirmation or reset link */
	/* Of that account: any other one ends the link. From the second link on the issue of the
	 * posted code that brought it (posted_code.h); 0: none was asked for. */
	int64_t generation;
	struct jti invitation_jti; /* of a second link: its authentication key comes from it */
};

/* What a token says. Wiped by its owner (stage_claims_wipe()): it holds an address. */
struct stage_claims {
	enum stage stage;
	struct jti jti;
	int64_t issued_at;               /* seconds of the service's clock */
	int64_t expires_at;              /* the same */
	char email[EMAIL_MAX + 1];       /* the address that the link was mailed to */
	char language[LANGUAGE_MAX + 1]; /* of its mails */
	struct stage_subject subject;
};

/* Makes the token that says `claims`. INTERNAL: its stage has no token of this form, or its times
 * make no sense (token_seal()). */
enum result stage_seal(const struct keyring *, const struct stage_claims *,
    char ret_token[static TOKEN_MAX + 1]) MUST_USE;

/* Opens a token of any stage. TOKEN_INVALID: it is not ours, was changed, or is of another kind.
 * TOKEN_EXPIRED. Otherwise as token_open(). */
enum result stage_open(
    const struct keyring *, const char *token, int64_t now, struct stage_claims *ret) MUST_USE;

void stage_claims_wipe(struct stage_claims *);

#endif
