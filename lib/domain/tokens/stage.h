/* stage.h - the stages of a registration, and what a token says about the one who holds it.
 *
 * The state of a registration travels in its token; this is the token's domain form. */

#ifndef STAGE_H
#define STAGE_H

#include "bounds.h"
#include "ids.h"
#include "keyring.h"
#include "limit_id.h"
#include "result.h"
#include "stored_enums.h"

#include <stdbool.h>
#include <stdint.h>

struct stage_rule {
	const char *name;   /* the token's use, and `stage` in answers */
	const char *method; /* the call that spends it */
	const char *path;
	const char
	    *portal_path;    /* where a mailed link points, below PORTAL_URL; NULL: never mailed */
	enum stage then;     /* what follows; STAGE_NONE: logging in */
	enum limit_id tries; /* what is counted at it; 0: nothing */
};

/* The row of a stage. */
const struct stage_rule *stage_rule(enum stage);

/* The call that follows when all stages are done. */
#define STAGE_LOGIN_METHOD "POST"
#define STAGE_LOGIN_PATH   "/v1/sessions"

/* Whom a token is about. What its stage has not is zero. */
struct stage_subject {
	struct person_id person_id;   /* from the second link on */
	struct account_id account_id; /* of a confirmation or reset link */
	int64_t generation;           /* of that account: any other one ends the link */
	struct jti invitation_jti;    /* of a second link: its authentication key comes from it */
};

/* Who holds the token, and for what. Wiped by its owner: it holds an address. */
struct stage_claims {
	enum stage stage;
	struct jti jti;
	int64_t issued_at;
	int64_t expires_at;
	char email[EMAIL_MAX + 1];       /* the address the link was mailed to */
	char language[LANGUAGE_MAX + 1]; /* of the letters */
	struct stage_subject subject;
};

/* Mints the token of a pass. INTERNAL: its stage has no token of this form, or its times are
 * none. */
enum result stage_seal(const struct keyring *, const struct stage_claims *,
    char ret_token[static TOKEN_MAX + 1]) MUST_USE;

/* Opens a token of any stage. TOKEN_INVALID, TOKEN_EXPIRED. */
enum result stage_open(
    const struct keyring *, const char *token, int64_t now, struct stage_claims *ret) MUST_USE;

void stage_claims_wipe(struct stage_claims *);

#endif
