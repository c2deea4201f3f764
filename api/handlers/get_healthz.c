/* get_healthz.c - GET /healthz (inside): alive. Touches nothing. */

#include "endpoints.h"

enum result
get_healthz(struct call *call)
{
	json_text(call->json, "status", "alive");
	return OK;
}
