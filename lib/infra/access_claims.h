/* access_claims.h - what an access token says (access_token.h). */

#ifndef ACCESS_CLAIMS_H
#define ACCESS_CLAIMS_H

#include "bounds.h"

#include <stdint.h>

#define ACCESS_TOKEN_LIFE_MAX_S 600 /* no access token lives longer; one that says so is not ours */

struct access_claims {
	uint8_t sub[ID_SIZE]; /* the account */
	uint8_t sid[ID_SIZE]; /* the session */
	int64_t auth_time;    /* when the password was given; not after issued_at */
	int64_t issued_at;
	int64_t expires_at; /* at most ACCESS_TOKEN_LIFE_MAX_S after */
};

#endif
