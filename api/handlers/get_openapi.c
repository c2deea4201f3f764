/* get_openapi.c - GET /v1/openapi.yaml: the contract of this service, as the program was built with
 * it. */

#include "endpoints.h"

#include "http_reply.h"
#include "openapi_document.h"

enum result
get_openapi(struct call *call)
{
	call->reply->document = &openapi_document;
	call->reply->media_type = openapi_document.media_type;
	return OK;
}
