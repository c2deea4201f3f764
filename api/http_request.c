/* http_request.c - one request in memory: what of its head the edge looks at, and its body. */

#include "http_request.h"

#include "http_guard.h"
#include "text.h"

#include <string.h>

/* All but the big array, whose untouched pages stay untouched. */
void
http_request_clear(struct http_request *request)
{
	memset(request, 0, offsetof(struct http_request, body));
	request->content_length = -1;
	request->body[0] = '\0';
}

void
http_request_wipe(struct http_request *request)
{
	explicit_bzero(request->body, request->body_size);
}

static const char *
once(const struct http_headers *headers, enum http_header name)
{
	return headers->times[name] == 1 ? headers->value[name] : NULL;
}

/* RFC 9112 9.3, but nothing is understood beside "keep-alive": the rest closes. */
static bool
client_keeps(const struct http_headers *headers, const char *version)
{
	if (headers->times[HTTP_CONNECTION] == 0)
		return strcmp(version, "1.1") == 0;
	return headers->times[HTTP_CONNECTION] == 1 &&
	       text_equal_ignoring_case(headers->value[HTTP_CONNECTION], "keep-alive");
}

void
http_request_fill(
    struct http_request *request, const struct http_head *head, const struct http_headers *headers)
{
	request->method = head->method;
	request->path = head->path;
	request->query = head->query;
	request->authorization = once(headers, HTTP_AUTHORIZATION);
	request->authorization_twice = headers->times[HTTP_AUTHORIZATION] > 1;
	request->content_type = once(headers, HTTP_CONTENT_TYPE);
	request->accept_language = once(headers, HTTP_ACCEPT_LANGUAGE);
	request->origin = once(headers, HTTP_ORIGIN);
	request->preflight_method = once(headers, HTTP_PREFLIGHT_METHOD);
	request->keeps = client_keeps(headers, head->version);
}
