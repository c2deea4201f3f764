/* config_rules.c - what a setting must look like where its length does not tell. */

#include "config_rules.h"

#include "cleanup.h"
#include "json_scan.h"
#include "text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DIGITS       "0123456789"
#define SCHEME_MAX   8   /* "https://" */
#define HOST_MAX     255 /* a name of 253, or an address in brackets */
#define PORT_MAX     5
#define NAME_LENGTH  64 /* a longer name is none of ours */
#define CLOSE_EDITS  2
#define PREFIX_LEAST 5 /* so many equal letters are no chance */

/* scheme://host:port, cut into its parts. */
struct url_parts {
	char scheme[SCHEME_MAX + 1]; /* with "://" */
	char host[HOST_MAX + 1];     /* without the brackets of an IPv6 address */
	bool brackets;
	const char *port; /* NULL: none */
	const char *rest; /* behind all of them */
};

/* Copies `length` bytes of `from`, and sets *from behind them. */
static bool
take_part(char *to, size_t size, const char **from, size_t length)
{
	if (length >= size)
		return false;
	memcpy(to, *from, length);
	to[length] = '\0';
	*from += length;
	return true;
}

/* False: there is no scheme, or a part is too long to be right. */
static bool
cut_url(const char *url, struct url_parts *ret)
{
	const char *const mark = strstr(url, "://");

	memset(ret, 0, sizeof *ret);
	if (mark == NULL ||
	    !take_part(ret->scheme, sizeof ret->scheme, &url, (size_t)(mark + 3 - url)))
		return false;
	ret->brackets = url[0] == '[';
	url += ret->brackets;
	if (!take_part(
		ret->host, sizeof ret->host, &url, strcspn(url, ret->brackets ? "]/?#@" : ":/?#@")))
		return false;
	if (ret->brackets && url[0] == ']')
		url++;
	else if (ret->brackets)
		ret->host[0] = '\0';
	if (url[0] == ':') {
		ret->port = url + 1;
		url += 1 + strspn(url + 1, DIGITS);
	}
	ret->rest = url;
	return true;
}

/* A number from 1 to 65535 up to `end`, or to the end of the text. */
static bool
is_port(const char *text, const char *end)
{
	const size_t length = end != NULL ? (size_t)(end - text) : strlen(text);
	char digits[PORT_MAX + 1];
	int64_t port;

	return text[0] != '0' && take_part(digits, sizeof digits, &text, length) &&
	       text_number(digits, 1, UINT16_MAX, &port);
}

static bool
is_address(int family, const char *text)
{
	uint8_t bytes[sizeof(struct in6_addr)];

	return inet_pton(family, text, bytes) == 1;
}

/* Labels of letters, digits and hyphens with single dots between, or an IPv6 address. */
static bool
has_host(const struct url_parts *url)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS
				      "-_.";
	const size_t length = strlen(url->host);

	if (url->brackets)
		return is_address(AF_INET6, url->host);
	return length > 0 && strspn(url->host, letters) == length && url->host[0] != '.' &&
	       url->host[length - 1] != '.' && strstr(url->host, "..") == NULL;
}

static bool
has_capital(const char *text)
{
	return text[strcspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] != '\0';
}

/* Rules --------------------------------------------------------------------------------------- */

const char *
config_rule_listen(const char *listen)
{
	char address[INET_ADDRSTRLEN];
	const char *at = listen;

	if (!take_part(address, sizeof address, &at, strcspn(at, ":")) ||
	    !is_address(AF_INET, address) || at[0] != ':' || !is_port(at + 1, NULL))
		return "must be an IPv4 address and a port, as 127.0.0.1:8080";
	return NULL;
}

/* What origins and mail servers have in common. */
static const char *
host_and_port_rule(const struct url_parts *url)
{
	if (!has_host(url))
		return "must have the name of a host behind ://";
	if (url->port != NULL && !is_port(url->port, url->rest))
		return "must have a port from 1 to 65535 behind the host";
	if (url->rest[0] != '\0')
		return "must end behind host and port, without / and path";
	return NULL;
}

/* Browsers leave out the port that the scheme has anyway. */
static bool
has_own_port(const struct url_parts *url)
{
	return url->port != NULL &&
	       strcmp(url->port, strcmp(url->scheme, "https://") == 0 ? "443" : "80") == 0;
}

const char *
config_rule_origin(const char *origin)
{
	struct url_parts url;

	if (strcmp(origin, "*") == 0)
		return "must name each origin: * would be every page there is";
	if (!cut_url(origin, &url) ||
	    (strcmp(url.scheme, "https://") != 0 && strcmp(url.scheme, "http://") != 0))
		return "must begin with https:// or http://";
	const char *const wrong = host_and_port_rule(&url);
	if (wrong != NULL)
		return wrong;
	if (has_capital(origin))
		return "must be in small letters, as browsers write origins";
	if (has_own_port(&url))
		return "must be without the scheme's own port, as browsers write origins";
	return NULL;
}

const char *
config_rule_mail_url(const char *address)
{
	struct url_parts url;

	if (!cut_url(address, &url) ||
	    (strcmp(url.scheme, "smtp://") != 0 && strcmp(url.scheme, "smtps://") != 0))
		return "must begin with smtp:// or smtps://";
	if (strchr(address, '@') != NULL)
		return "must have no user in it: SMTP_USER and SMTP_PASSWORD are for that";
	return host_and_port_rule(&url);
}

const char *
config_rule_utf8(const char *text)
{
	for (size_t left = strlen(text), length; left > 0; text += length, left -= length) {
		length = json_scan_utf8(text, left);
		if (length == 0)
			return "must be UTF-8";
	}
	return NULL;
}

const char *
config_rule_file(const char *path)
{
	CLEANUP(cleanup_fclose) FILE *file = fopen(path, "re");

	return file != NULL && fgetc(file) != EOF ? NULL : "must name a file that can be read";
}

/* Hosts ---------------------------------------------------------------------------------------- */

bool
config_host_is_loopback(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
	       (text_starts_with(host, "127.") && is_address(AF_INET, host));
}

bool
config_url_is_loopback(const char *url)
{
	struct url_parts parts;

	return cut_url(url, &parts) && config_host_is_loopback(parts.host);
}

/* Names ---------------------------------------------------------------------------------------- */

static size_t
least_of(size_t a, size_t b, size_t c)
{
	const size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* How many letters to change, add or leave out make one of the other (Levenshtein), whatever their
 * case. row[j] is that number for the letters of `a` so far and the first j of `b`. */
static size_t
edits_between(const char *a, const char *b)
{
	size_t row[NAME_LENGTH + 1];
	const size_t length = strlen(b);

	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			const bool same = toupper((unsigned char)a[i - 1]) ==
					  toupper((unsigned char)b[j - 1]);
			const size_t above = row[j];

			row[j] = least_of(above + 1, row[j - 1] + 1, diagonal + !same);
			diagonal = above;
		}
	}
	return row[length];
}

bool
config_name_is_close(const char *name, const char *setting)
{
	const size_t name_length = strlen(name), length = strlen(setting);
	const size_t shorter = name_length < length ? name_length : length;
	const size_t more = name_length + length - 2 * shorter;

	if (name_length > NAME_LENGTH || length > NAME_LENGTH)
		return false;
	if (shorter >= PREFIX_LEAST && strncasecmp(name, setting, shorter) == 0)
		return true;
	return more <= CLOSE_EDITS && edits_between(name, setting) <= CLOSE_EDITS;
}
