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
value_given_once(const struct http_headers *headers, enum http_header name)
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

/* RFC 9110 8.4: "identity" says nothing, nor does an empty list. */
static bool
body_is_encoded(const struct http_headers *headers)
{
	const char *coding = headers->value[HTTP_CONTENT_ENCODING];

	if (headers->times[HTTP_CONTENT_ENCODING] > 1)
		return true;
	return coding != NULL && coding[0] != '\0' && !text_equal_ignoring_case(coding, "identity");
}

void
http_request_fill_reader(struct http_request *request, const struct http_headers *headers)
{
	request->origin = value_given_once(headers, HTTP_ORIGIN);
	request->accept_language = value_given_once(headers, HTTP_ACCEPT_LANGUAGE);
}

void
http_request_fill(
    struct http_request *request, const struct http_head *head, const struct http_headers *headers)
{
	http_request_fill_reader(request, headers);
	request->method = head->method;
	request->path = head->path;
	request->query = head->query;
	request->authorization = value_given_once(headers, HTTP_AUTHORIZATION);
	request->authorization_twice = headers->times[HTTP_AUTHORIZATION] > 1;
	request->content_type = value_given_once(headers, HTTP_CONTENT_TYPE);
	request->encoded = body_is_encoded(headers);
	request->preflight_method = value_given_once(headers, HTTP_PREFLIGHT_METHOD);
	request->cookie = value_given_once(headers, HTTP_COOKIE);
	request->user_agent = value_given_once(headers, HTTP_USER_AGENT);
	request->if_none_match = value_given_once(headers, HTTP_IF_NONE_MATCH);
	request->forwarded_for = value_given_once(headers, HTTP_FORWARDED_FOR);
	request->keeps = client_keeps(headers, head->version);
}

/* Cookies */

/* What is behind "name=" if the pair at `pair` has that name, else NULL. */
static const char *
value_at(const char *pair, const char *name)
{
	const size_t length = strlen(name);

	pair += strspn(pair, " \t");
	return strncmp(pair, name, length) == 0 && pair[length] == '=' ? pair + length + 1 : NULL;
}

static const char *
next_pair(const char *pair)
{
	const char *const end = strchr(pair, ';');

	return end != NULL ? end + 1 : NULL;
}

/* Looks at all pairs: how often the name is there, and the last of its values. */
static unsigned
values_count(const char *cookie_header, const char *name, const char **ret_value)
{
	unsigned count = 0;

	for (const char *pair = cookie_header; pair != NULL; pair = next_pair(pair)) {
		const char *const value = value_at(pair, name);

		if (value == NULL)
			continue;
		*ret_value = value;
		count++;
	}
	return count;
}

/* RFC 6265 4.1.1, cookie-octet */
static size_t
octets_count(const char *value)
{
	size_t count = 0;

	while (value[count] > ' ' && value[count] < 0x7F && strchr("\",;\\", value[count]) == NULL)
		count++;
	return count;
}

bool
http_cookie_value(const char *cookie_header, const char *name, char *ret, size_t ret_size)
{
	const char *value = NULL;

	ret[0] = '\0';
	if (values_count(cookie_header, name, &value) != 1)
		return false;
	const size_t length = octets_count(value);
	if (length >= ret_size || (value[length] != '\0' && value[length] != ';'))
		return false;
	memcpy(ret, value, length);
	ret[length] = '\0';
	return true;
}
