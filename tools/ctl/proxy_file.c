/* proxy_file.c - reads what the configuration of nginx or HAProxy says about connections to the
 * service. */

#include "proxy_file.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

#define WORD_MAX        300
#define WORDS_MAX       64 /* of a line */
#define NGINX_PROCESSES 3  /* that deploy/nginx/myportal.conf reckons with */
#define NGINX_IDLE_MS   60000
#define HAPROXY_PURGE   2 /* an idle connection is closed after one to two delays */

struct line {
	size_t count;
	char words[WORDS_MAX][WORD_MAX + 1];
};

/* What is being read. */
struct reader {
	unsigned port;
	bool origins; /* within the map of nginx that lists them */
	bool ours;    /* nginx: the section has a server of ours */
	/* Of the section, for the server lines behind them. */
	int64_t maxconn, pool, purge_ms;
	size_t servers, ours_before; /* HAProxy: of the section; of the sections before */
	struct proxy_file *ret;
};

/* A line's words, without comments and without the marks that end a statement. */
static void
read_words(const char *at, size_t length, struct line *ret)
{
	static const char blanks[] = " \t\r;{}";
	const char *const end = at + length;

	ret->count = 0;
	while (at < end && ret->count < WORDS_MAX) {
		at += strspn(at, blanks);
		if (at >= end || *at == '#' || *at == '\n')
			return;
		size_t size = strcspn(at, " \t\r\n;{}");
		text_copy_cut(ret->words[ret->count++], size < WORD_MAX ? size + 1 : WORD_MAX, at);
		at += size;
	}
}

static bool
is_word(const struct line *line, size_t i, const char *word)
{
	return i < line->count && strcmp(line->words[i], word) == 0;
}

/* "4s", "500ms", "1m", "4" (seconds in nginx, milliseconds in HAProxy). */
static int64_t
duration_ms(const char *text, int64_t plain_ms)
{
	char *end;
	const long number = strtol(text, &end, 10);

	if (number < 0 || number > 1000000)
		return 0;
	if (strcmp(end, "ms") == 0)
		return number;
	if (*end == '\0')
		return number * plain_ms;
	return number * (*end == 'm' ? 60000 : *end == 'h' ? 3600000 : 1000);
}

static int64_t
whole_number(const char *text)
{
	int64_t number = 0;

	return text_number(text, 0, 10000000, &number) ? number : 0;
}

/* Does "127.0.0.1:8080" end in the port? */
static bool
has_port(const char *address, unsigned port)
{
	const char *const colon = strrchr(address, ':');

	return colon != NULL && whole_number(colon + 1) == (int64_t)port;
}

/* Of several servers the one that has most, and 0, without a bound, is most of all. */
static void
note_server(struct proxy_file *ret, int64_t connections)
{
	if (ret->servers++ == 0 || connections == 0 ||
	    (ret->connections != 0 && connections > ret->connections))
		ret->connections = connections;
}

static void
add_origin(struct proxy_file *ret, const char *word)
{
	const size_t length = strlen(ret->origins);

	if ((text_starts_with(word, "https://") || text_starts_with(word, "http://")) &&
	    length + strlen(word) + 1 <= PROXY_ORIGINS_MAX) {
		text_copy_cut(ret->origins + length, PROXY_ORIGINS_MAX + 1 - length, word);
		text_copy_cut(ret->origins + length + strlen(word), 2, " ");
	}
}

/* nginx ---------------------------------------------------------------------------------------- */

static void
read_nginx_server(struct reader *reader, const struct line *line)
{
	int64_t connections = 0;

	if (!is_word(line, 0, "server") || line->count < 2 ||
	    !has_port(line->words[1], reader->port))
		return;
	for (size_t i = 2; i < line->count; i++)
		if (text_starts_with(line->words[i], "max_conns="))
			connections = whole_number(line->words[i] + strlen("max_conns="));
	note_server(reader->ret, connections);
	reader->ours = true;
}

static void
read_nginx_line(struct reader *reader, const struct line *line)
{
	if (is_word(line, 0, "upstream") || is_word(line, 0, "map") || is_word(line, 0, "server")) {
		if (line->count < 2 || !is_word(line, 0, "server"))
			reader->ours = false;
		reader->origins = is_word(line, 0, "map") && is_word(line, 1, "$http_origin");
	}
	read_nginx_server(reader, line);
	if (reader->ours && line->count > 1 && is_word(line, 0, "keepalive")) {
		reader->ret->idle = NGINX_PROCESSES * whole_number(line->words[1]);
		if (reader->ret->idle_ms == 0)
			reader->ret->idle_ms = NGINX_IDLE_MS;
	}
	if (reader->ours && line->count > 1 && is_word(line, 0, "keepalive_timeout"))
		reader->ret->idle_ms = duration_ms(line->words[1], 1000);
	if (reader->origins && line->count > 1)
		add_origin(reader->ret, line->words[0]);
}

/* HAProxy -------------------------------------------------------------------------------------- */

static void
read_haproxy_server(struct reader *reader, const struct line *line)
{
	int64_t maxconn = reader->maxconn, pool = reader->pool, purge_ms = reader->purge_ms;
	const bool defaults = is_word(line, 0, "default-server");

	for (size_t i = 1; i + 1 < line->count; i++) {
		if (is_word(line, i, "maxconn"))
			maxconn = whole_number(line->words[i + 1]);
		else if (is_word(line, i, "pool-max-conn"))
			pool = whole_number(line->words[i + 1]);
		else if (is_word(line, i, "pool-purge-delay"))
			purge_ms = duration_ms(line->words[i + 1], 1);
	}
	if (defaults) {
		reader->maxconn = maxconn;
		reader->pool = pool;
		reader->purge_ms = purge_ms;
	} else if (line->count > 2) {
		reader->servers++;
	}
	if (!defaults && line->count > 2 && has_port(line->words[2], reader->port)) {
		note_server(reader->ret, maxconn);
		reader->ret->idle = pool > reader->ret->idle ? pool : reader->ret->idle;
		if (HAPROXY_PURGE * purge_ms > reader->ret->idle_ms)
			reader->ret->idle_ms = HAPROXY_PURGE * purge_ms;
	}
}

static void
end_haproxy_section(struct reader *reader)
{
	if (reader->servers > 0 && reader->ret->servers == reader->ours_before)
		reader->ret->others++;
	reader->servers = 0;
	reader->ours_before = reader->ret->servers;
	reader->maxconn = reader->pool = reader->purge_ms = 0;
}

static void
read_haproxy_line(struct reader *reader, const struct line *line)
{
	static const char *const sections[] = { "global", "defaults", "frontend", "backend",
		"listen" };

	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
		if (is_word(line, 0, sections[i]))
			end_haproxy_section(reader);
	if (is_word(line, 0, "server") || is_word(line, 0, "default-server"))
		read_haproxy_server(reader, line);
	if (is_word(line, 0, "acl") && line->count > 3 &&
	    text_starts_with(line->words[2], "capture.req.hdr("))
		for (size_t i = 3; i < line->count; i++)
			add_origin(reader->ret, line->words[i]);
}

void
proxy_file_read(enum proxy_kind kind, const char *text, unsigned port, struct proxy_file *ret)
{
	static struct line line;
	struct reader reader = { .port = port, .ret = ret };

	*ret = (struct proxy_file){ 0 };
	for (size_t length; *text != '\0'; text += length + (text[length] != '\0')) {
		/* Statements of nginx may share a line; a comment takes the rest of one. */
		length = strcspn(text, kind == PROXY_NGINX ? "\n;{}#" : "\n");
		read_words(text, length, &line);
		if (kind == PROXY_NGINX)
			read_nginx_line(&reader, &line);
		else
			read_haproxy_line(&reader, &line);
		if (text[length] == '#')
			length += strcspn(text + length, "\n");
	}
	end_haproxy_section(&reader);
}
