/* device_test.c - what members read in the list of their sessions, and that these are our words
 * alone. */

#include "device.h"

#include "bounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define GUARD   0x5A
#define MOZILLA "Mozilla/5.0 "
#define IPHONE                                                                                    \
	MOZILLA "(iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like " \
		"Gecko) "
#define IPAD                                                                          \
	MOZILLA "(iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like" \
		" Gecko) "
#define MAC     MOZILLA "(Macintosh; Intel Mac OS X 10_15_7) "
#define WEBKIT  "AppleWebKit/605.1.15 (KHTML, like Gecko) "
#define BLINK   "AppleWebKit/537.36 (KHTML, like Gecko) "
#define ANDROID MOZILLA "(Linux; Android 10; K) " BLINK
#define WEBVIEW MOZILLA "(Linux; Android 14; SO-51D Build/68.1.A.2.30; wv) " BLINK "Version/4.0 "
#define WINDOWS MOZILLA "(Windows NT 10.0; Win64; x64) " BLINK
#define CHROME  "Chrome/126.0.0.0 "

/* clang-format off */
static const struct {
	const char *why;
	const char *user_agent;
	const char *expected;
} rows[] = {
	{ "Safari on an iPhone",
	  IPHONE "Version/17.5 Mobile/15E148 Safari/604.1", "Safari, iPhone" },
	{ "Chrome on an iPhone",
	  IPHONE "CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1", "Chrome, iPhone" },
	{ "Firefox on an iPhone",
	  IPHONE "FxiOS/127.0 Mobile/15E148 Safari/605.1.15", "Firefox, iPhone" },
	{ "Edge on an iPhone",
	  IPHONE "Version/17.0 EdgiOS/125.0.2535.96 Mobile/15E148 Safari/605.1.15",
	      "Edge, iPhone" },
	{ "Opera on an iPhone",
	  IPHONE "Version/17.5 Mobile/15E148 Safari/604.1 OPT/4.8.0", "Opera, iPhone" },
	{ "DuckDuckGo on an iPhone",
	  IPHONE "Version/17.5 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15", "DuckDuckGo, iPhone" },
	{ "Google's app on an iPhone",
	  IPHONE "GSA/321.0.642804631 Mobile/15E148 Safari/604.1", "Google app, iPhone" },
	{ "LINE on an iPhone",
	  IPHONE "Mobile/15E148 Safari Line/14.9.0", "LINE, iPhone" },
	{ "Yahoo! Japan on an iPhone",
	  IPHONE "Mobile/15E148 YJApp-IOS jp.co.yahoo.ipn.appli/4.118.0",
	      "Yahoo! Japan app, iPhone" },
	{ "Facebook on an iPhone",
	  IPHONE "Mobile/15E148 [FBAN/FBIOS;FBAV/470.1.0.37.107;FBDV/iPhone15,2]",
	      "Facebook, iPhone" },
	{ "Instagram on an iPhone",
	  IPHONE "Mobile/21F90 Instagram 338.0.4.28.88 (iPhone15,4; iOS 17_5_1)",
	      "Instagram, iPhone" },
	{ "X on an iPhone",
	  IPHONE "Mobile/15E148 Twitter for iPhone/10.46",                          "X, iPhone" },
	{ "another app on an iPhone",
	  IPHONE "Mobile/15E148", "In-app browser, iPhone" },

	{ "Safari on an iPad as mobile",
	  IPAD "Version/17.5 Mobile/15E148 Safari/604.1",                 "Safari, iPad" },
	{ "Chrome on an iPad as mobile",
	  IPAD "CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1",          "Chrome, iPad" },
	{ "Safari on an iPad, as it comes: a Mac's",
	  MAC WEBKIT "Version/17.5 Safari/605.1.15",                      "Safari, Mac or iPad" },
	{ "Chrome on an iPad as desktop",
	  MAC WEBKIT "CriOS/126 Version/11.1.1 Safari/605.1.15",          "Chrome, iPad" },
	{ "Firefox on an iPad as desktop",
	  MAC WEBKIT "FxiOS/127.0 Safari/605.1.15",                       "Firefox, iPad" },
	{ "Edge on an iPad as desktop",
	  MAC WEBKIT "Version/17.0 EdgiOS/125.0.2535.96 Safari/605.1.15", "Edge, iPad" },
	{ "LINE on an iPad as desktop",
	  MAC WEBKIT "Mobile/15E148 Safari Line/14.9.0",                  "LINE, iPad" },

	{ "Chrome on a Mac",
	  MAC BLINK CHROME "Safari/537.36", "Chrome, Mac" },
	{ "Edge on a Mac",
	  MAC BLINK CHROME "Safari/537.36 Edg/126.0.0.0", "Edge, Mac" },
	{ "Firefox on a Mac",
	  MOZILLA "(Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0",
	      "Firefox, Mac" },
	{ "DuckDuckGo on a Mac",
	  MAC WEBKIT "Version/17.5 Safari/605.1.15 Ddg/17.5", "DuckDuckGo, Mac or iPad" },

	{ "Chrome on Android",
	  ANDROID CHROME "Mobile Safari/537.36", "Chrome, Android" },
	{ "Chrome on a tablet",
	  ANDROID CHROME "Safari/537.36", "Chrome, Android" },
	{ "Samsung Internet",
	  ANDROID "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
	      "Samsung Internet, Android" },
	{ "Firefox on Android",
	  MOZILLA "(Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0", "Firefox, Android" },
	{ "Edge on Android",
	  ANDROID CHROME "Mobile Safari/537.36 EdgA/126.0.0.0", "Edge, Android" },
	{ "Opera on Android",
	  ANDROID CHROME "Mobile Safari/537.36 OPR/83.0.0.0", "Opera, Android" },
	{ "Silk on a Fire",
	  MOZILLA "(Linux; Android 11; KFTRWI) "
	      BLINK "Silk/126.1.1 like Chrome/126.0.0.0 Safari/537.36", "Silk, Android" },
	{ "LINE on Android",
	  WEBVIEW CHROME "Mobile Safari/537.36 Line/14.9.1/IAB", "LINE, Android" },
	{ "Yahoo! Japan on Android",
	  WEBVIEW CHROME "Mobile Safari/537.36 YJApp-ANDROID jp.co.yahoo.android.yjtop/3.172.0",
	      "Yahoo! Japan app, Android" },
	{ "Facebook on Android",
	  WEBVIEW CHROME "Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/470.0.0.47.76;]",
	      "Facebook, Android" },
	{ "another app on Android",
	  WEBVIEW CHROME "Mobile Safari/537.36", "In-app browser, Android" },
	{ "a phone called CUBOT",
	  MOZILLA "(Linux; Android 11; CUBOT X50) " BLINK CHROME "Mobile Safari/537.36",
	      "Chrome, Android" },

	{ "Chrome on Windows",
	  WINDOWS CHROME "Safari/537.36", "Chrome, Windows" },
	{ "Edge on Windows",
	  WINDOWS CHROME "Safari/537.36 Edg/126.0.0.0", "Edge, Windows" },
	{ "old Edge on Windows",
	  WINDOWS "Chrome/70.0.3538.102 Safari/537.36 Edge/18.19042", "Edge, Windows" },
	{ "Firefox on Windows",
	  MOZILLA "(Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
	      "Firefox, Windows" },
	{ "Opera on Windows",
	  WINDOWS CHROME "Safari/537.36 OPR/112.0.0.0", "Opera, Windows" },
	{ "Vivaldi on Windows",
	  WINDOWS CHROME "Safari/537.36 Vivaldi/6.7.3329.41", "Vivaldi, Windows" },
	{ "Internet Explorer 11",
	  MOZILLA "(Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
	      "Internet Explorer, Windows" },
	{ "Chrome on a Chromebook",
	  MOZILLA "(X11; CrOS x86_64 14541.0.0) " BLINK CHROME "Safari/537.36",
	      "Chrome, ChromeOS" },
	{ "Chrome on Linux",
	  MOZILLA "(X11; Linux x86_64) " BLINK CHROME "Safari/537.36", "Chrome, Linux" },
	{ "Firefox on Linux",
	  MOZILLA "(X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox, Linux" },

	{ "our app on iOS",
	  "MyPortal/1.2 (iOS)", "MyPortal app, iPhone" },
	{ "our app, says the version",
	  "MyPortal/1.2 (iOS 17.5.1)", "MyPortal app, iPhone" },
	{ "our app, as Alamofire says",
	  "MyPortal/1.2 (jp.example.myportal; build:7; iOS 17.5.1) Alamofire/5.9.1",
	  "MyPortal app, iPhone" },
	{ "our app on an iPad",
	  "MyPortal/1.2 (iPadOS 17.5.1)", "MyPortal app, iPad" },
	{ "our app on Android",
	  "MyPortal/1.2 (Android 14)", "MyPortal app, Android" },
	{ "our app's own browser",
	  WEBVIEW CHROME "Mobile Safari/537.36 MyPortal/1.2", "MyPortal app, Android" },
	{ "our app, unnamed system",
	  "MyPortal/1.2", "MyPortal app" },
	{ "our app, as iOS says unasked",
	  "MyPortal/7 CFNetwork/1496.0.7 Darwin/23.5.0", "MyPortal app, Apple device" },
	{ "an app, as iOS says unasked",
	  "Reader/7 CFNetwork/1496.0.7 Darwin/23.5.0", "App, Apple device" },
	{ "okhttp",
	  "okhttp/4.12.0", "App, Android" },
	{ "Flutter",
	  "Dart/3.4 (dart:io)",                                                      "App" },

	{ "curl",                        "curl/8.8.0", "curl" },
	{ "Wget",                        "Wget/1.21.4", "Wget" },
	{ "Wget says its system",        "Wget/1.21.3 (linux-gnu)", "Wget" },
	{ "Postman",                     "PostmanRuntime/7.39.0", "Postman" },
	{ "HTTPie",                      "HTTPie/3.2.2", "HTTPie" },
	{ "Python's requests",           "python-requests/2.32.3", "Python" },
	{ "Python itself",               "Python-urllib/3.11", "Python" },
	{ "Go",                          "Go-http-client/1.1", "Go" },

	{ "Google's bot",
	  MOZILLA "(compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Bot" },
	{ "Google's bot as a phone",
	  MOZILLA "(Linux; Android 6.0.1; Nexus 5X Build/MMB29P) "
	      BLINK CHROME "Mobile Safari/537.36 (compatible; Googlebot/2.1)", "Bot, Android" },
	{ "LinkedIn's bot",
	  "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
	  "Bot" },
	{ "Slack's bot",
	  "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "Bot" },
	{ "Baidu's spider",
	  MOZILLA "(compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
	      "Bot" },
	{ "a crawler",
	  "ExampleCrawler/1.0", "Bot" },
	{ "a crawler in small letters",
	  "example-crawler/1.0", "Bot" },

	{ "a system alone",              "SomeApp/3 (Windows NT 10.0)", "Windows" },
	{ "none",                        NULL, "" },
	{ "empty",                       "", "" },
	{ "blank",                       "   ", "" },
	{ "unknown",                     "Something/1.0", "" },
	{ "Mozilla says nothing",        "Mozilla/5.0", "" },
	{ "a name, but no version",      "Chrome", "" },
	{ "in small letters",            "chrome/126 windows nt", "" },
	{ "Offline is not LINE",         "OffLine/1.0", "" },
	{ "an attack",                   "<script>alert(1)</script>", "" },
	{ "an attack beside known words",
	  "<script>Chrome/126</script> (Windows NT 10.0)", "Chrome, Windows" },
	{ "format characters",           "%s%n Chrome/%d", "Chrome" },
	{ "control characters",          "\033[31mcurl/8.8.0\r\n\177", "curl" },
	{ "control characters alone",    "\001\002\033\177", "" },
	{ "bytes that are no UTF-8",     "\377\376 curl/8 \200", "curl" },
	{ "UTF-8",                       "\343\201\202 Firefox/1", "Firefox" },
};
/* clang-format on */

/* A buffer with bytes behind it that nobody may touch. */
struct guarded {
	char text[DEVICE_MAX + 1];
	char guard[8];
};

static void
check_device(const char *why, const char *user_agent, const char *expected)
{
	struct guarded got;

	memset(&got, GUARD, sizeof got);
	device_of(user_agent, got.text);
	for (size_t i = 0; i < sizeof got.guard; i++)
		if (got.guard[i] != GUARD)
			fail_msg("%s: wrote behind the buffer", why);
	if (strcmp(got.text, expected) != 0)
		fail_msg("%s: got \"%s\"", why, got.text);
}

static void
clients_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		check_device(rows[i].why, rows[i].user_agent, rows[i].expected);
}

/* Nothing of a version, a model or a name that only the header has. */
static void
nothing_of_the_header_is_copied(void **state)
{
	char label[DEVICE_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		device_of(rows[i].user_agent, label);
		if (label[strspn(
			label, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz,-! ")])
			fail_msg("%s: \"%s\"", rows[i].why, label);
	}
}

static void
only_the_beginning_is_looked_at(void **state)
{
	static const char token[] = "curl/";
	static char text[8 * DEVICE_LOOKED_MAX];
	const size_t last = DEVICE_LOOKED_MAX - strlen(token);

	(void)state;
	memset(text, 'x', sizeof text - 1);
	check_device("long, and nothing in it", text, "");
	memcpy(text + last, token, sizeof token - 1);
	check_device("at the end of what is looked at", text, "curl");
	memset(text, 'x', DEVICE_LOOKED_MAX);
	memcpy(text + last + 1, token, sizeof token - 1);
	check_device("one byte behind it", text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_are_named),
		cmocka_unit_test(nothing_of_the_header_is_copied),
		cmocka_unit_test(only_the_beginning_is_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
