/* get_metrics.c - GET /metrics (inside): Prometheus text. */

#include "endpoints.h"

#include "http.h"
#include "metrics.h"

enum result
get_metrics(struct call *call)
{
	struct http_reply *reply = call->reply;

	TRY(metrics_write(call->service, reply->body, sizeof reply->body, &reply->body_size));
	reply->media_type = "text/plain; version=0.0.4; charset=utf-8";
	return OK;
}
