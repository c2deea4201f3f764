/* get_me.c - GET /v1/me: the member's profile. */

#include "endpoints.h"

#include "reply_fields.h"

enum result
get_me(struct call *call)
{
	reply_profile(call->json, call->member);
	return OK;
}
