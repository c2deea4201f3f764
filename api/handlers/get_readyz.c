/* get_readyz.c - GET /readyz (inside): may requests be sent here?
 *
 * Not while draining, and not while the database is away, has taken no changes for some seconds, or
 * has a schema that is older than this program: then 503, and the proxy turns to another replica.
 * Keys were checked at start. */

#include "endpoints.h"

#include "ready.h"
#include "service.h"

enum result
get_readyz(struct call *call)
{
	if (atomic_load(&call->service->draining))
		return UNAVAILABLE;
	TRY(ready_check(&call->service->ready, call->service->app.db));
	json_text(call->json, "status", "ready");
	return OK;
}
