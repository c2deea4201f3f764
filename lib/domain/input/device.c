/* device.c - a coarse name of the client, by which a member recognizes a session in a list.
 *
 * User-Agents nest: Edge says Chrome and Safari too, Chrome says Safari, an iPad says Macintosh. So
 * the first row that fits counts, and what says most stands first. */

#include "device.h"

#include "bounds.h"
#include "text.h"

#include <stddef.h>
#include <string.h>

/* A row fits if its token is there, and the other one too where it has one. */
struct row {
	const char *token;
	const char *also;
	const char *word;
};

/* clang-format off */
static const struct row clients[] = {
	/* token                also     word */
	{ "MyPortal/",          NULL,    "MyPortal app" },
	/* bots that say so; a phone's name may hold the word elsewhere (CUBOT) */
	{ "bot/",               NULL,    "Bot" },
	{ "Bot/",               NULL,    "Bot" },
	{ "bot-",               NULL,    "Bot" },
	{ "spider/",            NULL,    "Bot" },
	{ "Crawler/",           NULL,    "Bot" },
	{ "crawler/",           NULL,    "Bot" },
	/* browsers inside apps; they all say Safari or Chrome too, or nothing of the kind */
	{ " Line/",             NULL,    "LINE" },
	{ "YJApp-",             NULL,    "Yahoo! Japan app" },
	{ "Instagram ",         NULL,    "Instagram" },
	{ "FBAV/",              NULL,    "Facebook" },
	{ "Twitter for ",       NULL,    "X" },
	{ "GSA/",               NULL,    "Google app" },
	{ "; wv)",              NULL,    "In-app browser" },
	/* browsers that say Chrome or Safari too */
	{ "Edg/",               NULL,    "Edge" },
	{ "EdgA/",              NULL,    "Edge" },
	{ "EdgiOS/",            NULL,    "Edge" },
	{ "Edge/",              NULL,    "Edge" },
	{ "OPR/",               NULL,    "Opera" },
	{ "OPT/",               NULL,    "Opera" },
	{ "SamsungBrowser/",    NULL,    "Samsung Internet" },
	{ "Vivaldi/",           NULL,    "Vivaldi" },
	{ "DuckDuckGo/",        NULL,    "DuckDuckGo" },
	{ "Ddg/",               NULL,    "DuckDuckGo" },
	{ "Silk/",              NULL,    "Silk" },
	{ "FxiOS/",             NULL,    "Firefox" },
	{ "Firefox/",           NULL,    "Firefox" },
	{ "CriOS/",             NULL,    "Chrome" },
	{ "Chrome/",            NULL,    "Chrome" },
	{ "Safari/",            NULL,    "Safari" },
	{ "AppleWebKit/",       NULL,    "In-app browser" }, /* iOS; Safari says its name */
	{ "Trident/",           NULL,    "Internet Explorer" },
	/* programs */
	{ "curl/",              NULL,    "curl" },
	{ "Wget/",              NULL,    "Wget" },
	{ "PostmanRuntime/",    NULL,    "Postman" },
	{ "HTTPie/",            NULL,    "HTTPie" },
	{ "python-requests/",   NULL,    "Python" },
	{ "Python-urllib/",     NULL,    "Python" },
	{ "Go-http-client/",    NULL,    "Go" },
	/* the defaults of HTTP libraries in apps */
	{ "okhttp/",            NULL,    "App" },
	{ "CFNetwork/",         NULL,    "App" },
	{ "Dart/",              NULL,    "App" },
};

static const struct row systems[] = {
	/* token                also        word */
	{ "iPad",               NULL,       "iPad" },
	{ "iPhone",             NULL,       "iPhone" },
	{ "Macintosh",          "Mobile/",  "iPad" }, /* which no Mac says */
	{ "Macintosh",          "CriOS/",   "iPad" },
	{ "Macintosh",          "FxiOS/",   "iPad" },
	{ "Macintosh",          "EdgiOS/",  "iPad" },
	{ "Macintosh",          "Version/", "Mac or iPad" }, /* Safari: since iPadOS 13 the same */
	{ "Macintosh",          NULL,       "Mac" },
	{ "Android",            NULL,       "Android" }, /* says Linux too */
	{ "Windows NT",         NULL,       "Windows" },
	{ "CrOS ",              NULL,       "ChromeOS" },
	{ "Linux",              NULL,       "Linux" },
	{ "(iOS",               NULL,       "iPhone" }, /* of apps; CriOS and FxiOS end so, too */
	{ " iOS ",              NULL,       "iPhone" },
	{ "okhttp/",            NULL,       "Android" },
	{ "Darwin/",            NULL,       "Apple device" },
};
/* clang-format on */

static const char *
word_of(const struct row *rows, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(text, rows[i].token) != NULL &&
		    (rows[i].also == NULL || strstr(text, rows[i].also) != NULL))
			return rows[i].word;
	return "";
}

void
device_of(const char *user_agent, char ret[static DEVICE_MAX + 1])
{
	char looked[DEVICE_LOOKED_MAX + 1];

	text_copy_cut(looked, sizeof looked, user_agent != NULL ? user_agent : "");
	const char *client = word_of(clients, LENGTH(clients), looked);
	const char *system = word_of(systems, LENGTH(systems), looked);
	const char *between = client[0] != '\0' && system[0] != '\0' ? ", " : "";

	/* Too long it cannot be: the longest words of both are half of it. */
	if (!text_format(ret, DEVICE_MAX + 1, "%s%s%s", client, between, system))
		ret[0] = '\0';
}
