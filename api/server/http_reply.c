/* http_reply.c - one answer in memory: its lines, and the head that goes before its body. */

#include "http_reply.h"

#include "clock.h"
#include "text.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define BODY_KEPT 16384 /* nearly all answers but sounds are shorter */

/* Of every answer (ASVS 3.4, 3.5.8). No Server header: it helps nobody but a scanner. */
#define FIXED_HEADERS                                                                              \
	"Cache-Control: no-store\r\n"                                                              \
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
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const uintptr_t from = ((uintptr_t)reply->body + BODY_KEPT + page - 1) / page * page;
	const uintptr_t to = ((uintptr_t)reply->body + sizeof reply->body) / page * page;

	if (reply->body_size > BODY_KEPT && from < to)
		(void)madvise((void *)from, to - from, MADV_DONTNEED);
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

/* RFC 9110 8.6: a 204 has no length, everything else of ours has exactly one. */
static bool
content_lines(const struct http_reply *reply, char *ret, size_t ret_size)
{
	ret[0] = '\0';
	if (reply->status == 204)
		return true;
	if (reply->media_type == NULL)
		return text_format(ret, ret_size, "Content-Length: 0\r\n");
	return text_format(ret, ret_size, "Content-Type: %s\r\nContent-Length: %zu\r\n",
	    reply->media_type, reply->body_size);
}

const char *
http_reply_head(struct http_reply *reply, const char *reason, bool keep_alive)
{
	char date[30], content[160];

	date_text(date);
	const bool fits = content_lines(reply, content, sizeof content) &&
			  text_format(reply->head, sizeof reply->head,
			      "HTTP/1.1 %d %s\r\nDate: %s\r\nConnection: %s\r\n%s" FIXED_HEADERS
			      "%s\r\n",
			      reply->status, reason, date, keep_alive ? "keep-alive" : "close",
			      content, reply->headers);
	assert(fits && reply->status >= 200 && reply->body_size <= REPLY_MAX);
	(void)fits;
	const size_t size = strlen(reply->head);
	char *start = (char *)reply + offsetof(struct http_reply, body) - size;
	return memmove(start, reply->head, size);
}
