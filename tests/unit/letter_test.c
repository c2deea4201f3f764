/* letter_test.c - every letter says what a member must know, and nothing a stranger typed is
 * obeyed. */

#include "letter.h"

#include "bounds.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LINK    "https://portal.example.jp/register/identity#token=eyJ0eXAi.eyJpc3Mi.c2ln"
#define PORTAL  "https://portal.example.jp/"
#define SOCIETY "さくら健康保険組合"
#define HOSTILE "{link} %s%n <b>&\"'"

static struct letter letter; /* 19 KB: not for the stack */

static const struct letter_facts usual = {
	.to = "taro@example.jp",
	.language = "ja",
	.society_name = SOCIETY,
	.portal_url = PORTAL,
	.link = LINK,
	.link_lives_s = 10800,
	.nickname = "はなこ",
	.message_id = "0123456789abcdef@portal.example.jp",
	.date = 1795309323,
};

static struct letter_facts
facts_of(enum letter_kind kind, const char *language)
{
	struct letter_facts facts = usual;

	facts.kind = kind;
	facts.language = language;
	return facts;
}

/* Both parts must, as members see only one of them. */
static void
must_say(const char *why, const char *words)
{
	if (strstr(letter.text, words) == NULL)
		fail_msg("%s: \"%s\" is not in the text part:\n%s", why, words, letter.text);
	if (strstr(letter.html, words) == NULL)
		fail_msg("%s: \"%s\" is not in the HTML part:\n%s", why, words, letter.html);
}

static void
must_not_say(const char *why, const char *words)
{
	if (strstr(letter.text, words) != NULL || strstr(letter.html, words) != NULL)
		fail_msg("%s: \"%s\" is said:\n%s\n%s", why, words, letter.text, letter.html);
}

/* clang-format off */
static const struct content {
	const char *why;
	enum letter_kind kind;
	const char *language;
	const char *subject;
	bool linked, greeted;
	const char *says[3];
} contents[] = {
	{ "invitation, ja", LETTER_INVITATION, "ja",
	  "【" SOCIETY "】健康マイポータル 登録のご案内", true, false,
	  { "記号・番号", "お心当たりのない場合", "削除してください" } },
	{ "second link, ja", LETTER_SECOND_LINK, "ja",
	  "【" SOCIETY "】健康マイポータル 認証キー入力のご案内", true, false,
	  { "画面に表示された「認証キー」", "お心当たりのない場合", "までご連絡ください" } },
	{ "already registered, ja", LETTER_ALREADY_REGISTERED, "ja",
	  "【" SOCIETY "】健康マイポータル すでにご登録済みです", false, false,
	  { "ログインしてください", "ログインIDを忘れた方", "パスワードを忘れた方" } },
	{ "completion, ja", LETTER_COMPLETION, "ja",
	  "【" SOCIETY "】健康マイポータル 登録完了のお知らせ", false, true,
	  { "登録が完了しました", "覚えがない場合", "までご連絡ください" } },
	{ "confirmation, ja", LETTER_EMAIL_CONFIRMATION, "ja",
	  "【" SOCIETY "】健康マイポータル メールアドレスの確認", true, false,
	  { "送り先は変わりません", "お心当たりのない場合", "削除してください" } },
	{ "changed, ja", LETTER_EMAIL_CHANGED, "ja",
	  "【" SOCIETY "】健康マイポータル メールアドレス変更のお知らせ", false, true,
	  { "新しいメールアドレスに変わりました", "変更した覚えがない場合", "パスワードを変更し" } },
	{ "invitation, en", LETTER_INVITATION, "en",
	  "[" SOCIETY "] Your registration for the member portal", true, false,
	  { "記号・番号", "If you did not ask for this message", "delete it" } },
	{ "second link, en", LETTER_SECOND_LINK, "en",
	  "[" SOCIETY "] Enter your authentication key", true, false,
	  { "shown on your screen", "If you did not ask for this message", "contact " SOCIETY } },
	{ "already registered, en", LETTER_ALREADY_REGISTERED, "en",
	  "[" SOCIETY "] You are already registered", false, false,
	  { "Please log in", "Forgot login ID", "Forgot password" } },
	{ "completion, en", LETTER_COMPLETION, "en",
	  "[" SOCIETY "] Your registration is complete", false, true,
	  { "member portal is complete", "If you did not register", "contact " SOCIETY } },
	{ "confirmation, en", LETTER_EMAIL_CONFIRMATION, "en",
	  "[" SOCIETY "] Please confirm your e-mail address", true, false,
	  { "Until then", "If you did not ask for this message", "delete it" } },
	{ "changed, en", LETTER_EMAIL_CHANGED, "en",
	  "[" SOCIETY "] Your e-mail address was changed", false, true,
	  { "a new e-mail address", "If you did not make this change", "change your password" } },
};
/* clang-format on */

/* What every letter, or every letter with a link, says in its language. */
static void
must_say_the_usual(const struct content *row)
{
	const bool japanese = strcmp(row->language, "ja") == 0;

	must_say(row->why, SOCIETY);
	must_say(row->why, PORTAL);
	must_say(row->why, japanese ? "送信専用" : "not read by anyone");
	if (!row->linked)
		return;
	must_say(row->why, LINK);
	must_say(row->why, japanese ? "ご本人専用" : "for you alone");
	must_say(row->why, japanese ? "開いただけでは" : "changes nothing by itself");
	must_say(row->why, japanese ? "3時間" : "3 hours");
	if (strstr(letter.text, "\n\n" LINK "\n\n") == NULL)
		fail_msg("%s: the link does not stand alone in its line", row->why);
}

static void
every_letter_says_what_it_must(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(contents); i++) {
		const struct content *row = &contents[i];
		const struct letter_facts facts = facts_of(row->kind, row->language);

		assert_int_equal(letter_render(&facts, &letter), OK);
		if (strcmp(letter.subject, row->subject) != 0)
			fail_msg("%s: subject \"%s\"", row->why, letter.subject);
		for (size_t j = 0; j < LENGTH(row->says); j++)
			if (strstr(letter.text, row->says[j]) == NULL)
				fail_msg("%s: \"%s\" is not said", row->why, row->says[j]);
		must_say_the_usual(row);
		must_not_say(row->why, "{");
		if (!row->linked)
			must_not_say(row->why, LINK);
		if (row->greeted)
			must_say(row->why, "はなこ");
		else
			must_not_say(row->why, "はなこ");
	}
}

static void
the_envelope_facts_are_kept(void **state)
{
	const struct letter_facts facts = facts_of(LETTER_INVITATION, "en");

	(void)state;
	assert_int_equal(letter_render(&facts, &letter), OK);
	assert_string_equal(letter.to, usual.to);
	assert_string_equal(letter.language, "en");
	assert_string_equal(letter.message_id, usual.message_id);
	assert_int_equal(letter.date, usual.date);
}

static void
any_other_language_is_japanese(void **state)
{
	static const char *const others[] = { "ja", "", "fr", "EN", "en-US", "\r\n" };

	(void)state;
	for (size_t i = 0; i < LENGTH(others); i++) {
		const struct letter_facts facts = facts_of(LETTER_INVITATION, others[i]);

		assert_int_equal(letter_render(&facts, &letter), OK);
		assert_string_equal(letter.language, "ja");
		must_say(others[i], "送信専用");
		assert_non_null(strstr(letter.html, "<html lang=\"ja\">"));
	}
}

static void
lifetimes_are_said_as_people_say_them(void **state)
{
	/* clang-format off */
	static const struct { int64_t lives_s; const char *ja, *en; } rows[] = {
		{ 60,         "から1分です",    "for 1 minute after" },
		{ 119,        "から1分です",    "for 1 minute after" },
		{ 120,        "から2分です",    "for 2 minutes after" },
		{ 1800,       "から30分です",   "for 30 minutes after" },
		{ 3599,       "から59分です",   "for 59 minutes after" },
		{ 3600,       "から1時間です",  "for 1 hour after" },
		{ 5400,       "から90分です",   "for 90 minutes after" },
		{ 10800,      "から3時間です",  "for 3 hours after" },
		{ 10799,      "から179分です", "for 179 minutes after" },
		{ 86400,      "から24時間です", "for 24 hours after" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct letter_facts facts = facts_of(LETTER_SECOND_LINK, "ja");

		facts.link_lives_s = rows[i].lives_s;
		assert_int_equal(letter_render(&facts, &letter), OK);
		must_say("ja", rows[i].ja);
		facts.language = "en";
		assert_int_equal(letter_render(&facts, &letter), OK);
		must_say("en", rows[i].en);
	}
}

static void
a_nickname_is_shown_and_never_obeyed(void **state)
{
	struct letter_facts facts = facts_of(LETTER_COMPLETION, "ja");

	(void)state;
	facts.nickname = HOSTILE;
	assert_int_equal(letter_render(&facts, &letter), OK);
	assert_non_null(strstr(letter.text, HOSTILE " 様\n"));
	assert_non_null(strstr(letter.html, "<p>{link} %s%n &lt;b&gt;&amp;&quot;&#39; 様</p>"));
	must_not_say("a nickname cannot ask for the link", LINK);

	facts.nickname = "a\r\nb\tc";
	assert_int_equal(letter_render(&facts, &letter), OK);
	must_say("a nickname is one line", "a  b c 様");
}

static void
every_value_is_escaped_in_html(void **state)
{
	struct letter_facts facts = facts_of(LETTER_INVITATION, "en");

	(void)state;
	facts.society_name = "<S&S>";
	facts.link = "https://p.example/#a=1&b='\"><script>";
	facts.portal_url = "https://p.example/?a&b";
	assert_int_equal(letter_render(&facts, &letter), OK);
	assert_string_equal(letter.subject, "[<S&S>] Your registration for the member portal");
	assert_non_null(strstr(letter.text, "\n\nhttps://p.example/#a=1&b='\"><script>\n\n"));
	assert_null(strstr(letter.html, "<script"));
	assert_null(strstr(letter.html, "<S&S>"));
	assert_non_null(strstr(letter.html, "&lt;S&amp;S&gt;"));
	assert_non_null(strstr(letter.html, "<a href=\"https://p.example/?a&amp;b\">"));
	assert_non_null(strstr(
	    letter.html, "<a href=\"https://p.example/#a=1&amp;b=&#39;&quot;&gt;&lt;script&gt;\""));
}

static void
html_loads_nothing(void **state)
{
	static const char *const loaders[] = { "src=", "<img", "<link", "url(", "@import",
		"<script" };

	(void)state;
	for (size_t i = 0; i < LENGTH(contents); i++) {
		const struct letter_facts facts = facts_of(contents[i].kind, contents[i].language);

		assert_int_equal(letter_render(&facts, &letter), OK);
		for (size_t j = 0; j < LENGTH(loaders); j++)
			if (strstr(letter.html, loaders[j]) != NULL)
				fail_msg("%s: %s", contents[i].why, loaders[j]);
	}
}

static void
no_name_no_greeting(void **state)
{
	struct letter_facts facts = facts_of(LETTER_COMPLETION, "ja");

	(void)state;
	facts.nickname = "";
	assert_int_equal(letter_render(&facts, &letter), OK);
	must_not_say("an unknown nickname", "様");
	assert_true(text_starts_with(letter.text, SOCIETY "です。"));

	facts = facts_of(LETTER_COMPLETION, "en");
	facts.nickname = "";
	assert_int_equal(letter_render(&facts, &letter), OK);
	must_not_say("an unknown nickname", "Dear");
}

static char too_long[LETTER_HTML_MAX]; /* of x */

static void
filled(char *text, size_t length, char c)
{
	memset(text, c, length);
	text[length] = '\0';
}

static void
the_longest_facts_fit(void **state)
{
	static char link[LINK_MAX + 1], portal[URL_MAX + 1], society[SOCIETY_NAME_MAX + 1],
	    nickname[NICKNAME_MAX + 1];

	(void)state;
	filled(link, LINK_MAX, 'l');
	filled(portal, URL_MAX, 'p');
	filled(society, SOCIETY_NAME_MAX, 's');
	filled(nickname, NICKNAME_MAX, '"'); /* the one that grows most in HTML */
	for (size_t i = 0; i < LENGTH(contents); i++) {
		struct letter_facts facts = facts_of(contents[i].kind, contents[i].language);

		facts.link = link;
		facts.portal_url = portal;
		facts.society_name = society;
		facts.nickname = nickname;
		if (letter_render(&facts, &letter) != OK)
			fail_msg("%s: the longest facts do not fit", contents[i].why);
	}
}

/* Each spoils one fact of an invitation. */
static void
no_kind(struct letter_facts *facts)
{
	facts->kind = LETTER_NONE;
}

static void
no_such_kind(struct letter_facts *facts)
{
	facts->kind = LETTER_KIND__MAX;
}

static void
no_link(struct letter_facts *facts)
{
	facts->link = NULL;
}

static void
empty_link(struct letter_facts *facts)
{
	facts->link = "";
}

static void
no_life(struct letter_facts *facts)
{
	facts->link_lives_s = 59;
}

static void
past_life(struct letter_facts *facts)
{
	facts->link_lives_s = -3600;
}

static void
no_portal(struct letter_facts *facts)
{
	facts->portal_url = "";
}

static void
no_society(struct letter_facts *facts)
{
	facts->society_name = "";
}

static void
long_address(struct letter_facts *facts)
{
	facts->to = too_long;
}

static void
long_society(struct letter_facts *facts)
{
	facts->society_name = too_long;
}

static void
long_link(struct letter_facts *facts)
{
	facts->link = too_long;
}

static void
long_message_id(struct letter_facts *facts)
{
	facts->message_id = too_long;
}

static void
what_cannot_be_a_letter_is_none(void **state)
{
	/* clang-format off */
	static const struct { const char *why; void (*spoil)(struct letter_facts *); } rows[] = {
		{ "a row written for nothing",  no_kind },
		{ "a kind that is none",        no_such_kind },
		{ "no link",                    no_link },
		{ "an empty link",              empty_link },
		{ "less than a minute to live", no_life },
		{ "dead already",               past_life },
		{ "no portal",                  no_portal },
		{ "no society",                 no_society },
		{ "an address too long",        long_address },
		{ "a society too long",         long_society },
		{ "a link too long",            long_link },
		{ "a Message-ID too long",      long_message_id },
	};
	/* clang-format on */

	(void)state;
	filled(too_long, sizeof too_long - 1, 'x');
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct letter_facts facts = facts_of(LETTER_INVITATION, "ja");

		rows[i].spoil(&facts);
		memset(&letter, 'x', sizeof letter);
		if (letter_render(&facts, &letter) != INTERNAL)
			fail_msg("%s: rendered", rows[i].why);
		for (size_t at = 0; at < sizeof letter; at++)
			if (((const char *)&letter)[at] != 0)
				fail_msg("%s: something is left at %zu", rows[i].why, at);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_letter_says_what_it_must),
		cmocka_unit_test(the_envelope_facts_are_kept),
		cmocka_unit_test(any_other_language_is_japanese),
		cmocka_unit_test(lifetimes_are_said_as_people_say_them),
		cmocka_unit_test(a_nickname_is_shown_and_never_obeyed),
		cmocka_unit_test(every_value_is_escaped_in_html),
		cmocka_unit_test(html_loads_nothing),
		cmocka_unit_test(no_name_no_greeting),
		cmocka_unit_test(the_longest_facts_fit),
		cmocka_unit_test(what_cannot_be_a_letter_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
