/* get_me.c - GET /v1/me: what the portal knows of the member. */

#include "endpoints.h"

#include "reply_fields.h"

enum result
get_me(struct call *call)
{
	reply_profile(call->json, call->member);
	return OK;
}
