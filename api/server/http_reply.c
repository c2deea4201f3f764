/* http_reply.c - one answer in memory: its lines, and the head that goes before its body. */

#include "http_reply.h"

#include "clock.h"
#include "pages.h"
#include "text.h"

#include <assert.h>
#include <string.h>
#include <time.h>

#define BODY_KEPT 16384 /* nearly all answers but sounds are shorter */

/* Of every answer (ASVS 3.4, 3.5.8). No Server header: it helps nobody but a scanner. */
#define FIXED_HEADERS                                                                              \
	"X-Content-Type-Options: nosniff\r\n"                                                      \
	"Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; base-uri 'none'\r\n" \
	"Referrer-Policy: no-referrer\r\n"                                                         \
	"Cross-Origin-Resource-Policy: same-site\r\n"

/* All but the big arrays, whose untouched pages stay untouched. */
void
http_reply_clear(struct http_reply *reply)
{
	memset(reply, 0, offsetof(struct http_reply, headers));
	reply->headers[0] = '\0';
	reply->body[0] = '\0';
}

/* The pages of the body that only an answer with a sound in it touches go back to the system: a
 * hundred workers would keep nine megabytes of them for one sound each. */
static void
release_pages(struct http_reply *reply)
{
	if (reply->body_size > BODY_KEPT)
		pages_release(reply->body + BODY_KEPT, sizeof reply->body - BODY_KEPT);
}

void
http_reply_wipe(struct http_reply *reply)
{
	explicit_bzero(reply->headers, reply->headers_size);
	explicit_bzero(reply->head, sizeof reply->head);
	explicit_bzero(reply->body, reply->body_size);
	release_pages(reply);
}

void
http_reply_add(struct http_reply *reply, const char *name, const char *value)
{
	char *line = reply->headers + reply->headers_size;
	const size_t room = sizeof reply->headers - reply->headers_size;

	assert(name[strcspn(name, "\r\n: ")] == '\0' && value[strcspn(value, "\r\n")] == '\0');
	const bool fits = text_format(line, room, "%s: %s\r\n", name, value);
	assert(fits);
	(void)fits;
	reply->headers_size += strlen(line);
}

/* RFC 9110 5.6.7 */
static void
date_text(char ret[static 30])
{
	const time_t now = (time_t)clock_now();
	struct tm tm;

	gmtime_r(&now, &tm);
	if (strftime(ret, 30, "%a, %d %b %Y %H:%M:%S GMT", &tm) == 0)
		ret[0] = '\0';
}

/* RFC 9110 8.6: a 204 has no length, a 304 none but that of what it does not bring; everything else
 * of ours has exactly one. */
static bool
content_lines(const struct http_reply *reply, char *ret, size_t ret_size)
{
	const size_t size = reply->document != NULL ? reply->document->size : reply->body_size;

	ret[0] = '\0';
	if (reply->status == 204 || reply->status == 304)
		return true;
	if (reply->media_type == NULL)
		return text_format(ret, ret_size, "Content-Length: 0\r\n");
	return text_format(
	    ret, ret_size, "Content-Type: %s\r\nContent-Length: %zu\r\n", reply->media_type, size);
}

/* RFC 9111 5.2.2 (ASVS 14.2.2, 14.3.2) */
static bool
cache_line(const struct http_reply *reply, char *ret, size_t ret_size)
{
	if (reply->max_age_s == 0)
		return text_copy(ret, ret_size, "Cache-Control: no-store\r\n");
	return text_format(
	    ret, ret_size, "Cache-Control: public, max-age=%lld\r\n", (long long)reply->max_age_s);
}

/* What HTTP calls the statuses of ours (RFC 9110 15, RFC 6585). */
static const char *
reason_of(int status)
{
	static const struct {
		int status;
		const char *text;
	} reasons[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 304, "Not Modified" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 410, "Gone" },
		{ 411, "Length Required" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" },
	};

	for (size_t i = 0; i < LENGTH(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return ""; /* RFC 9112 4: it may be empty */
}

const char *
http_reply_head(struct http_reply *reply, bool keep_alive)
{
	char date[30], content[160], caching[64];

	date_text(date);
	const bool fits = content_lines(reply, content, sizeof content) &&
			  cache_line(reply, caching, sizeof caching) &&
			  text_format(reply->head, sizeof reply->head,
			      "HTTP/1.1 %d %s\r\nDate: %s\r\nConnection: %s\r\n%s%s" FIXED_HEADERS
			      "%s\r\n",
			      reply->status, reason_of(reply->status), date,
			      keep_alive ? "keep-alive" : "close", content, caching,
			      reply->headers);
	assert(fits && reply->status >= 200 && reply->body_size <= REPLY_MAX);
	(void)fits;
	const size_t size = strlen(reply->head);
	char *start = (char *)reply + offsetof(struct http_reply, body) - size;
	return memmove(start, reply->head, size);
}
