/* mail_text_test.c - every mail says what a member must know, and nothing a stranger typed is
 * obeyed. */

#include "mail_text.h"

#include "bounds.h"
#include "text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LINK    "https://portal.example.jp/register/identity#token=eyJ0eXAi.eyJpc3Mi.c2ln"
#define PORTAL  "https://portal.example.jp/"
#define SOCIETY "さくら健康保険組合"
#define HOSTILE "{link} %s%n <b>&\"'"

static const char *const ids[] = { "taro.id@example.jp", "hanako.id@example.jp", NULL };

static struct mail_message mail; /* 45 KB: not for the stack */

static const struct mail_facts usual = {
	.to = "taro@example.jp",
	.language = "ja",
	.society_name = SOCIETY,
	.portal_url = PORTAL,
	.link = LINK,
	.link_ends_at = 1795351259, /* 2026-11-22 21:40:59 in Japan */
	.nickname = "はなこ",
	.login_ids = ids,
	.happened_at = 1795309323,
	.message_id = "0123456789abcdef@portal.example.jp",
	.date = 1795395723,
};

static struct mail_facts
facts_of(enum mail_kind kind, const char *language)
{
	struct mail_facts facts = usual;

	facts.kind = kind;
	facts.language = language;
	return facts;
}

/* Both parts must, as members see only one of them. */
static void
must_say(const char *why, const char *words)
{
	if (strstr(mail.text, words) == NULL)
		fail_msg("%s: \"%s\" is not in the text part:\n%s", why, words, mail.text);
	if (strstr(mail.html, words) == NULL)
		fail_msg("%s: \"%s\" is not in the HTML part:\n%s", why, words, mail.html);
}

/* The head of the HTML part says nothing. */
static void
must_not_say(const char *why, const char *words)
{
	if (strstr(mail.text, words) != NULL || strstr(strstr(mail.html, "<body"), words) != NULL)
		fail_msg("%s: \"%s\" is said:\n%s\n%s", why, words, mail.text, mail.html);
}

static void
must_say_only_if(bool wanted, const char *why, const char *words)
{
	if (wanted)
		must_say(why, words);
	else
		must_not_say(why, words);
}

static void
must_be_plain(const char *why, const char *text, const char *allowed)
{
	for (const char *at = text; *at != '\0'; at++)
		if (((unsigned char)*at < 0x20 || *at == 0x7F) && strchr(allowed, *at) == NULL)
			fail_msg("%s: control character %d in %s", why, *at, text);
}

/* `said` in the text part; NULL: not even what stands before a date. */
static void
must_date(const char *why, const char *said, const char *label)
{
	if (said == NULL)
		must_not_say(why, label);
	else if (strstr(mail.text, said) == NULL)
		fail_msg("%s: \"%s\" is not in\n%s", why, said, mail.text);
}

/* clang-format off */
static const struct content {
	const char *why;
	enum mail_kind kind;
	const char *language;
	const char *subject;
	bool linked, greeted, timed;
	const char *says[3];
} contents[] = {
	{ "invitation, ja", MAIL_INVITATION, "ja",
	  "【" SOCIETY "】健康マイポータル 登録のご案内", true, false, false,
	  { "記号・番号", "お心当たりのない場合", "削除してください" } },
	{ "invitation by an operator, ja", MAIL_PERSON_INVITATION, "ja",
	  "【" SOCIETY "】健康マイポータル ご登録へのご招待", true, false, false,
	  { "ご招待したご本人だけ", "お手数ですが、" SOCIETY "までご連絡", "削除してください" } },
	{ "second link, ja", MAIL_SECOND_LINK, "ja",
	  "【" SOCIETY "】健康マイポータル 認証キー入力のご案内", true, false, false,
	  { "画面に表示された「認証キー」", "お心当たりのない場合", "までご連絡ください" } },
	{ "already registered, ja", MAIL_ALREADY_REGISTERED, "ja",
	  "【" SOCIETY "】健康マイポータル すでに登録があります", false, false, false,
	  { "ログインしてください", "登録した覚えのない方",
	    "「パスワードを忘れた方」の手続きはなさらずに" } },
	{ "completion, ja", MAIL_COMPLETION, "ja",
	  "【" SOCIETY "】健康マイポータル 登録完了のお知らせ", false, true, true,
	  { "登録が完了しました", "覚えがない場合", "までご連絡ください" } },
	{ "confirmation, ja", MAIL_EMAIL_CONFIRMATION, "ja",
	  "【" SOCIETY "】健康マイポータル メールアドレスの確認", true, false, false,
	  { "送り先は変わりません", "設定の画面でもう一度", "削除してください" } },
	{ "changed, ja", MAIL_EMAIL_CHANGED, "ja",
	  "【" SOCIETY "】健康マイポータル メールアドレス変更のお知らせ", false, true, true,
	  { "新しいメールアドレスに変わりました", "変更した覚えがない場合",
	    "ログインしてパスワードを変更し" } },
	{ "login IDs, ja", MAIL_LOGIN_IDS, "ja",
	  "【" SOCIETY "】健康マイポータル ログインIDのお知らせ", false, false, false,
	  { "次のとおりです", "パスワードを忘れた方", "お心当たりのない場合" } },
	{ "password reset, ja", MAIL_PASSWORD_RESET, "ja",
	  "【" SOCIETY "】健康マイポータル パスワード再設定のご案内", true, true, false,
	  { "一度だけ", "お心当たりのない場合", "削除してください" } },
	{ "account deletion, ja", MAIL_ACCOUNT_DELETION, "ja",
	  "【" SOCIETY "】健康マイポータル 退会手続きのご案内", true, true, false,
	  { "元に戻すことはできません", "お心当たりのない場合", "削除してください" } },
	{ "password changed, ja", MAIL_PASSWORD_CHANGED, "ja",
	  "【" SOCIETY "】健康マイポータル パスワード変更のお知らせ", false, true, true,
	  { "パスワードが変更されました", "「パスワードを忘れた方」から",
	    "までお電話などでご連絡" } },
	{ "login ID changed, ja", MAIL_LOGIN_ID_CHANGED, "ja",
	  "【" SOCIETY "】健康マイポータル ログインID変更のお知らせ", false, true, true,
	  { "ログインIDが変更されました", "「ログインIDを忘れた方」で",
	    "までお電話などでご連絡" } },
	{ "login after failures, ja", MAIL_LOGIN_AFTER_FAILURES, "ja",
	  "【" SOCIETY "】健康マイポータル ログインのお知らせ", false, true, true,
	  { "失敗が何度か続いたあと", "「パスワードを忘れた方」から", "までお電話などでご連絡" } },
	{ "left, ja", MAIL_LEFT, "ja",
	  "【" SOCIETY "】健康マイポータル 退会手続き完了のお知らせ", false, true, true,
	  { "約13か月", "あらためて登録", "までお電話などでご連絡" } },
	{ "change asked, ja", MAIL_EMAIL_CHANGE_ASKED, "ja",
	  "【" SOCIETY "】健康マイポータル メールアドレス変更の受け付け", false, true, true,
	  { "これまでどおり", "設定の画面で変更を取り消し", "設定の画面でパスワードを変更" } },
	{ "unproven login ID, ja", MAIL_UNPROVEN_LOGIN_ID, "ja",
	  "【" SOCIETY "】健康マイポータル ログインIDについてのお知らせ", false, false, true,
	  { "ログインIDに設定されました", "別のメールアドレスを入力", SOCIETY "までご連絡" } },
	{ "disabled, ja", MAIL_ACCOUNT_DISABLED, "ja",
	  "【" SOCIETY "】健康マイポータル ご登録について", false, false, false,
	  { "利用を停止しています", "画面からのお手続きでは", "までお電話などでご連絡" } },
	{ "ended, ja", MAIL_ENDED_BY_SOCIETY, "ja",
	  "【" SOCIETY "】健康マイポータル 登録取り消しのお知らせ", false, true, true,
	  { SOCIETY "で取り消しました", "約13か月", "あらためて登録" } },
	{ "login ID released, ja", MAIL_LOGIN_ID_RELEASED, "ja",
	  "【" SOCIETY "】健康マイポータル ログインID変更のお知らせ", false, true, true,
	  { SOCIETY "で変更しました", "「ログインIDを忘れた方」で", "パスワードは変わっていません" } },
	{ "invitation, en", MAIL_INVITATION, "en",
	  "[" SOCIETY "] Your registration for the member portal", true, false, false,
	  { "記号・番号", "If you did not ask for this message", "delete it" } },
	{ "invitation by an operator, en", MAIL_PERSON_INVITATION, "en",
	  "[" SOCIETY "] You are invited to the member portal", true, false, false,
	  { "Only the person whom we invite", "If it has expired, please contact " SOCIETY,
	    "delete it" } },
	{ "second link, en", MAIL_SECOND_LINK, "en",
	  "[" SOCIETY "] Enter your authentication key", true, false, false,
	  { "shown on your screen", "If you did not ask for this message", "contact " SOCIETY } },
	{ "already registered, en", MAIL_ALREADY_REGISTERED, "en",
	  "[" SOCIETY "] There is a registration already", false, false, false,
	  { "Please log in", "If you have never registered yourself",
	    "Please do not use" } },
	{ "completion, en", MAIL_COMPLETION, "en",
	  "[" SOCIETY "] Your registration is complete", false, true, true,
	  { "member portal is complete", "If you did not register", "contact " SOCIETY } },
	{ "confirmation, en", MAIL_EMAIL_CONFIRMATION, "en",
	  "[" SOCIETY "] Please confirm your e-mail address", true, false, false,
	  { "Until then", "in the settings once more", "delete it" } },
	{ "changed, en", MAIL_EMAIL_CHANGED, "en",
	  "[" SOCIETY "] Your e-mail address was changed", false, true, true,
	  { "a new e-mail address", "If you did not make this change", "change your password" } },
	{ "login IDs, en", MAIL_LOGIN_IDS, "en",
	  "[" SOCIETY "] Your login ID", false, false, false,
	  { "following login ID", "Please log in", "If you did not ask for this message" } },
	{ "password reset, en", MAIL_PASSWORD_RESET, "en",
	  "[" SOCIETY "] Choose a new password", true, true, false,
	  { "only once", "If you did not ask for this message", "delete it" } },
	{ "account deletion, en", MAIL_ACCOUNT_DELETION, "en",
	  "[" SOCIETY "] Close your account", true, true, false,
	  { "cannot be restored", "If you did not ask for this message", "delete it" } },
	{ "password changed, en", MAIL_PASSWORD_CHANGED, "en",
	  "[" SOCIETY "] Your password was changed", false, true, true,
	  { "portal was changed", "Forgot password", "contact " SOCIETY ", by telephone" } },
	{ "login ID changed, en", MAIL_LOGIN_ID_CHANGED, "en",
	  "[" SOCIETY "] Your login ID was changed", false, true, true,
	  { "portal was changed", "Forgot login ID", "contact " SOCIETY ", by telephone" } },
	{ "login after failures, en", MAIL_LOGIN_AFTER_FAILURES, "en",
	  "[" SOCIETY "] A login to your account", false, true, true,
	  { "After several failed tries", "Forgot password",
	    "contact " SOCIETY ", by telephone" } },
	{ "left, en", MAIL_LEFT, "en",
	  "[" SOCIETY "] Your account is closed", false, true, true,
	  { "about 13 months", "register again", "contact " SOCIETY " at once" } },
	{ "change asked, en", MAIL_EMAIL_CHANGE_ASKED, "en",
	  "[" SOCIETY "] A change of your e-mail address was requested", false, true, true,
	  { "as before", "withdraw the change in the settings",
	    "change your password in the settings" } },
	{ "unproven login ID, en", MAIL_UNPROVEN_LOGIN_ID, "en",
	  "[" SOCIETY "] Your e-mail address is now a login ID", false, false, true,
	  { "set as a login ID", "type another e-mail address", "contact " SOCIETY } },
	{ "disabled, en", MAIL_ACCOUNT_DISABLED, "en",
	  "[" SOCIETY "] About your registration", false, false, false,
	  { "was disabled by " SOCIETY, "No page of the portal",
	    "contact " SOCIETY ", by telephone" } },
	{ "ended, en", MAIL_ENDED_BY_SOCIETY, "en",
	  "[" SOCIETY "] Your registration was ended", false, true, true,
	  { SOCIETY " has ended this registration", "about 13 months", "register again" } },
	{ "login ID released, en", MAIL_LOGIN_ID_RELEASED, "en",
	  "[" SOCIETY "] Your login ID was changed", false, true, true,
	  { SOCIETY " has changed your login ID", "Forgot login ID", "password is the same" } },
};
/* clang-format on */

/* What every mail, or every mail with a link, says in its language. */
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
	must_say(row->why, japanese ? "11月22日 21時40分まで" : "until 22 Nov 21:40 JST");
	if (strstr(mail.text, "\n\n" LINK "\n\n") == NULL)
		fail_msg("%s: the link does not stand alone in its line", row->why);
}

static void
every_mail_says_what_it_must(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(contents); i++) {
		const struct content *row = &contents[i];
		const struct mail_facts facts = facts_of(row->kind, row->language);

		assert_int_equal(mail_text_render(&facts, &mail), OK);
		if (strcmp(mail.subject, row->subject) != 0)
			fail_msg("%s: subject \"%s\"", row->why, mail.subject);
		for (size_t j = 0; j < LENGTH(row->says); j++)
			must_say(row->why, row->says[j]);
		must_say_the_usual(row);
		must_say_only_if(row->linked, row->why, LINK);
		must_say_only_if(row->greeted, row->why, "はなこ");
		must_say_only_if(row->timed, row->why,
		    strcmp(row->language, "ja") == 0 ? "日時：2026年11月22日 10:02"
						     : "Time: 22 Nov 2026 10:02 JST");
		for (size_t j = 0; ids[j] != NULL; j++)
			must_say_only_if(row->kind == MAIL_LOGIN_IDS, row->why, ids[j]);
		must_not_say(row->why, "{");
		must_not_say("the address is the envelope's", usual.to);
		if (!row->linked)
			must_not_say(row->why, "token");
	}
}

static void
every_kind_has_a_row_in_each_language(void **state)
{
	unsigned rows[MAIL_KIND__MAX] = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(contents); i++)
		rows[contents[i].kind] += strcmp(contents[i].language, "ja") == 0 ? 1 : 0x10;
	for (size_t kind = MAIL_NONE + 1; kind < MAIL_KIND__MAX; kind++)
		if (rows[kind] != 0x11)
			fail_msg("kind %zu is not tested in both languages", kind);
}

/* Numbers in rows of the outbox that an older version wrote. */
static void
kinds_keep_their_numbers(void **state)
{
	static const enum mail_kind kinds[] = { MAIL_NONE, MAIL_INVITATION, MAIL_SECOND_LINK,
		MAIL_ALREADY_REGISTERED, MAIL_COMPLETION, MAIL_EMAIL_CONFIRMATION,
		MAIL_EMAIL_CHANGED, MAIL_LOGIN_IDS, MAIL_PASSWORD_RESET, MAIL_PASSWORD_CHANGED,
		MAIL_LOGIN_ID_CHANGED, MAIL_LOGIN_AFTER_FAILURES, MAIL_LEFT,
		MAIL_EMAIL_CHANGE_ASKED, MAIL_UNPROVEN_LOGIN_ID, MAIL_ACCOUNT_DISABLED,
		MAIL_ENDED_BY_SOCIETY, MAIL_LOGIN_ID_RELEASED, MAIL_ACCOUNT_DELETION,
		MAIL_PERSON_INVITATION };

	(void)state;
	assert_int_equal(LENGTH(kinds), MAIL_KIND__MAX);
	for (size_t i = 0; i < LENGTH(kinds); i++)
		assert_int_equal(kinds[i], i);
}

/* Mail programs show a subject in one line, and a text as it is. */
static void
no_part_has_a_control_character(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(contents); i++) {
		struct mail_facts facts = facts_of(contents[i].kind, contents[i].language);

		facts.nickname = "a\r\n\t\x7F";
		facts.society_name = "b\r\n\x1B";
		assert_int_equal(mail_text_render(&facts, &mail), OK);
		must_be_plain(contents[i].why, mail.subject, "");
		must_be_plain(contents[i].why, mail.text, "\n");
		must_be_plain(contents[i].why, mail.html, "\n");
	}
}

static void
the_envelope_facts_are_kept(void **state)
{
	const struct mail_facts facts = facts_of(MAIL_INVITATION, "en");

	(void)state;
	assert_int_equal(mail_text_render(&facts, &mail), OK);
	assert_string_equal(mail.to, usual.to);
	assert_string_equal(mail.language, "en");
	assert_string_equal(mail.message_id, usual.message_id);
	assert_int_equal(mail.date, usual.date);
}

static void
any_other_language_is_japanese(void **state)
{
	static const char *const others[] = { "ja", "", "fr", "EN", "en-US", "\r\n" };

	(void)state;
	for (size_t i = 0; i < LENGTH(others); i++) {
		const struct mail_facts facts = facts_of(MAIL_INVITATION, others[i]);

		assert_int_equal(mail_text_render(&facts, &mail), OK);
		assert_string_equal(mail.language, "ja");
		must_say(others[i], "送信専用");
		assert_non_null(strstr(mail.html, "<html lang=\"ja\">"));
	}
}

/* As the token has it, by Japan's clock, and never later. */
static void
a_link_says_until_when_it_works(void **state)
{
	/* clang-format off */
	static const struct { int64_t ends_at; const char *ja, *en; } rows[] = {
		{ 1795351200, "リンクは、11月22日 21時40分まで", "works until 22 Nov 21:40 JST" },
		{ 1795351259, "リンクは、11月22日 21時40分まで", "works until 22 Nov 21:40 JST" },
		{ 1795351199, "リンクは、11月22日 21時39分まで", "works until 22 Nov 21:39 JST" },
		{ 1795359600, "リンクは、11月23日 0時00分まで",  "works until 23 Nov 00:00 JST" },
		{ 1798729199, "リンクは、12月31日 23時59分まで", "works until 31 Dec 23:59 JST" },
		{ 1798729200, "リンクは、1月1日 0時00分まで",    "works until 1 Jan 00:00 JST" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct mail_facts facts = facts_of(MAIL_SECOND_LINK, "ja");

		facts.link_ends_at = rows[i].ends_at;
		assert_int_equal(mail_text_render(&facts, &mail), OK);
		must_say("ja", rows[i].ja);
		facts.language = "en";
		assert_int_equal(mail_text_render(&facts, &mail), OK);
		must_say("en", rows[i].en);
	}
}

/* Whoever reads it learns nothing that the mail itself would not have told. */
static void
a_mail_whose_link_is_over_says_to_begin_again(void **state)
{
	/* clang-format off */
	static const struct { const char *language, *says[3]; } words[] = {
		{ "ja", { "有効期限が過ぎてしまいました", "お手数ですが", "お心当たりのない場合" } },
		{ "en", { "ran out before", "on this page", "If you did not ask" } },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < LENGTH(contents); i++) {
		const struct content *row = &contents[i];
		struct mail_facts facts = facts_of(row->kind, row->language);

		facts.link_is_over = true;
		facts.link = "";
		facts.link_ends_at = 0;
		if (!row->linked) {
			assert_int_equal(mail_text_render(&facts, &mail), INTERNAL);
			continue;
		}
		assert_int_equal(mail_text_render(&facts, &mail), OK);
		const size_t language = strcmp(row->language, "en") == 0 ? 1 : 0;
		for (size_t j = 0; j < LENGTH(words[language].says); j++)
			must_say(row->why, words[language].says[j]);
		must_say(row->why, PORTAL);
		must_say_only_if(row->greeted, row->why, "はなこ");
		must_not_say(row->why, "token");
		must_not_say(row->why, "{");
		must_not_say(row->why, "日時");
	}
}

static void
events_are_dated_as_clocks_in_japan_show(void **state)
{
	/* clang-format off */
	static const struct { const char *why; int64_t at; const char *ja, *en; } rows[] = {
		{ "the evening before in UTC", 1795301999,
		  "日時：2026年11月22日 07:59\n", "Time: 22 Nov 2026 07:59 JST\n" },
		{ "the next day in Japan",     1795274940,
		  "日時：2026年11月22日 00:29\n", "Time: 22 Nov 2026 00:29 JST\n" },
		{ "a minute before that day",  1795273199,
		  "日時：2026年11月21日 23:59\n", "Time: 21 Nov 2026 23:59 JST\n" },
		{ "one digit for the month",   1767193500,
		  "日時：2026年1月1日 00:05\n", "Time: 1 Jan 2026 00:05 JST\n" },
		{ "a leap day",                1835362800,
		  "日時：2028年2月29日 00:00\n", "Time: 29 Feb 2028 00:00 JST\n" },
		{ "the last of a year",        1798729199,
		  "日時：2026年12月31日 23:59\n", "Time: 31 Dec 2026 23:59 JST\n" },
		{ "the first second",          1,
		  "日時：1970年1月1日 09:00\n", "Time: 1 Jan 1970 09:00 JST\n" },
		{ "the last year",             253402268399,
		  "日時：9999年12月31日 23:59\n", "Time: 31 Dec 9999 23:59 JST\n" },
		{ "never told",                0,          NULL, NULL },
		{ "before the epoch",          -1,         NULL, NULL },
		{ "long before the epoch",     INT64_MIN,  NULL, NULL },
		{ "after the last year",       253402268400, NULL, NULL },
		{ "at the end of numbers",     INT64_MAX,  NULL, NULL },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct mail_facts facts = facts_of(MAIL_PASSWORD_CHANGED, "ja");

		facts.happened_at = rows[i].at;
		assert_int_equal(mail_text_render(&facts, &mail), OK);
		must_date(rows[i].why, rows[i].ja, "日時");
		facts.language = "en";
		assert_int_equal(mail_text_render(&facts, &mail), OK);
		must_date(rows[i].why, rows[i].en, "Time");
	}
}

/* asvs 1.3.7 1.3.10 */
static void
a_nickname_is_shown_and_never_obeyed(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(contents); i++) {
		struct mail_facts facts = facts_of(contents[i].kind, "ja");

		if (!contents[i].greeted)
			continue;
		facts.nickname = HOSTILE;
		facts.link = "https://p.example/#token=t";
		assert_int_equal(mail_text_render(&facts, &mail), OK);
		assert_true(text_starts_with(mail.text, HOSTILE " 様\n"));
		assert_non_null(
		    strstr(mail.html, "<p>{link} %s%n &lt;b&gt;&amp;&quot;&#39; 様</p>"));
		if (!contents[i].linked)
			must_not_say("a nickname cannot ask for the link", facts.link);

		facts.nickname = "a\r\nb\tc";
		assert_int_equal(mail_text_render(&facts, &mail), OK);
		must_say("a nickname is one line", "a  b c 様");
	}
}

static void
login_ids_stand_one_a_line(void **state)
{
	static const char *const typed[] = { "{link}&'@example.jp", "<b>\"\n%s@example.jp", NULL };
	struct mail_facts facts = facts_of(MAIL_LOGIN_IDS, "ja");

	(void)state;
	assert_int_equal(mail_text_render(&facts, &mail), OK);
	assert_non_null(strstr(mail.text, "\n\ntaro.id@example.jp\nhanako.id@example.jp\n\n"));
	assert_non_null(strstr(mail.html, "<p>taro.id@example.jp<br>\nhanako.id@example.jp</p>\n"));

	facts.login_ids = ids + 1;
	assert_int_equal(mail_text_render(&facts, &mail), OK);
	assert_non_null(strstr(mail.text, "\n\nhanako.id@example.jp\n\n"));
	assert_non_null(strstr(mail.html, "<p>hanako.id@example.jp</p>\n"));

	facts.login_ids = typed;
	assert_int_equal(mail_text_render(&facts, &mail), OK);
	assert_non_null(strstr(mail.text, "\n\n{link}&'@example.jp\n<b>\" %s@example.jp\n\n"));
	assert_non_null(strstr(
	    mail.html, "<p>{link}&amp;&#39;@example.jp<br>\n&lt;b&gt;&quot; %s@example.jp</p>\n"));
}

/* A stranger may read it: what the mail with login IDs says must not be there. */
static void
no_login_id_is_said_as_none(void **state)
{
	static const char *const none[] = { NULL };
	/* clang-format off */
	static const char *const none_ja[] = { "見つかりませんでした", "ログインIDを忘れた方",
		"登録をお申し込み", "お心当たりのない場合", "送信専用", NULL };
	static const char *const none_en[] = { "found no registration", "Forgot login ID",
		"have not registered yet", "If you did not ask", "not read by anyone", NULL };
	static const struct {
		const char *why, *language;
		const char *const *ids, *const *says;
		const char *not;
	} rows[] = {
		{ "NULL, ja",  "ja", NULL, none_ja, "次のとおり" },
		{ "empty, ja", "ja", none, none_ja, "次のとおり" },
		{ "NULL, en",  "en", NULL, none_en, "following" },
		{ "empty, en", "en", none, none_en, "following" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct mail_facts facts = facts_of(MAIL_LOGIN_IDS, rows[i].language);
		char subject[SUBJECT_MAX + 1];

		assert_int_equal(mail_text_render(&facts, &mail), OK);
		assert_true(text_copy(subject, sizeof subject, mail.subject));
		facts.login_ids = rows[i].ids;
		assert_int_equal(mail_text_render(&facts, &mail), OK);
		assert_string_equal(mail.subject, subject);
		for (size_t j = 0; rows[i].says[j] != NULL; j++)
			must_say(rows[i].why, rows[i].says[j]);
		must_say(rows[i].why, PORTAL);
		must_say(rows[i].why, SOCIETY);
		must_not_say(rows[i].why, rows[i].not );
		must_not_say(rows[i].why, LINK);
		must_not_say(rows[i].why, "はなこ");
		must_not_say(rows[i].why, "{");
	}
}

/* asvs 1.1.2 1.2.1 */
static void
every_value_is_escaped_in_html(void **state)
{
	struct mail_facts facts = facts_of(MAIL_INVITATION, "en");

	(void)state;
	facts.society_name = "<S&S>";
	facts.link = "https://p.example/#a=1&b='\"><script>";
	facts.portal_url = "https://p.example/?a&b";
	assert_int_equal(mail_text_render(&facts, &mail), OK);
	assert_string_equal(mail.subject, "[<S&S>] Your registration for the member portal");
	assert_non_null(strstr(mail.text, "\n\nhttps://p.example/#a=1&b='\"><script>\n\n"));
	assert_null(strstr(mail.html, "<script"));
	assert_null(strstr(mail.html, "<S&S>"));
	assert_non_null(strstr(mail.html, "&lt;S&amp;S&gt;"));
	assert_non_null(strstr(mail.html, "<a href=\"https://p.example/?a&amp;b\" "));
	assert_non_null(strstr(
	    mail.html, "<a href=\"https://p.example/#a=1&amp;b=&#39;&quot;&gt;&lt;script&gt;\""));
}

/* asvs 14.2.3 */
static void
html_loads_nothing(void **state)
{
	static const char *const loaders[] = { "src=", "<img", "<link", "url(", "@import",
		"<script" };

	(void)state;
	for (size_t i = 0; i < LENGTH(contents); i++) {
		const struct mail_facts facts = facts_of(contents[i].kind, contents[i].language);

		assert_int_equal(mail_text_render(&facts, &mail), OK);
		for (size_t j = 0; j < LENGTH(loaders); j++)
			if (strstr(mail.html, loaders[j]) != NULL)
				fail_msg("%s: %s", contents[i].why, loaders[j]);
	}
}

/* A browser that shows the HTML part runs and loads nothing, whatever came into it: the policy is
 * there before all that it is for, and is the only one. */
static void
html_has_a_policy_of_its_own(void **state)
{
	static const char policy[] =
	    "<head><meta charset=\"utf-8\">"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">";

	(void)state;
	for (size_t i = 0; i < LENGTH(contents); i++) {
		const struct mail_facts facts = facts_of(contents[i].kind, contents[i].language);

		assert_int_equal(mail_text_render(&facts, &mail), OK);
		const char *const head = strstr(mail.html, "<head");
		if (head == NULL || !text_starts_with(head, policy))
			fail_msg("%s: %.200s", contents[i].why, mail.html);
		if (strstr(head + strlen(policy), "http-equiv") != NULL)
			fail_msg("%s: another", contents[i].why);
	}
}

/* Relative luminance of "rrggbb" (WCAG 2.2), to a thousandth. */
static double
luminance_of(const char *hex)
{
	static const double weights[] = { 0.2126, 0.7152, 0.0722 };
	unsigned channels[3];
	double luminance = 0;

	assert_int_equal(sscanf(hex, "%2x%2x%2x", &channels[0], &channels[1], &channels[2]), 3);
	for (size_t i = 0; i < LENGTH(channels); i++) {
		const double part = channels[i] / 255.0;

		luminance += weights[i] *
			     (part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4));
	}
	return luminance;
}

static double
contrast_of(const char *one, const char *other)
{
	const double a = luminance_of(one), b = luminance_of(other);

	return a > b ? (a + 0.05) / (b + 0.05) : (b + 0.05) / (a + 0.05);
}

/* What these declarations say of a colour: its six digits, or NULL. */
static const char *
declared_colour(const char *declarations, const char *property)
{
	for (const char *at = declarations; at != NULL; at = strchr(at, ';')) {
		at += *at == ';';
		if (text_starts_with(at, property))
			return at + strlen(property);
	}
	return NULL;
}

/* A client may change one of two colours that do not stand together. 4.5 is what WCAG 1.4.3 asks
 * for. Returns whether there are colours. */
static bool
must_be_readable(const char *why, const char *from, const char *to)
{
	char declarations[256];

	assert_true((size_t)(to - from) < sizeof declarations);
	memcpy(declarations, from, (size_t)(to - from));
	declarations[to - from] = '\0';

	const char *const text = declared_colour(declarations, "color:#");
	const char *const ground = declared_colour(declarations, "background-color:#");

	if (strstr(declarations, "background:") != NULL || (text == NULL) != (ground == NULL))
		fail_msg("%s: one colour stands alone: %s", why, declarations);
	if (text != NULL && contrast_of(text, ground) < 4.5)
		fail_msg("%s: hard to read: %s", why, declarations);
	return text != NULL;
}

/* Its own style, and its class in the dark look, give the element both colours. */
static void
must_have_both_looks(const char *why, const char *element)
{
	const char *const end = strchr(element, '>');
	const char *const style = strstr(element, " style=\"");
	const char *const class = strstr(element, " class=\"");
	const char *const dark = strstr(mail.html, "@media (prefers-color-scheme:dark){");
	char rule[40];

	if (style == NULL || style > end || class == NULL || class > end || dark == NULL)
		fail_msg("%s: %.60s has not both looks", why, element);
	assert_true(must_be_readable(why, style + 8, strchr(style + 8, '"')));
	assert_true(
	    text_format(rule, sizeof rule, ".%.*s{", (int)strcspn(class + 8, "\""), class + 8));
	const char *const in_dark = strstr(dark, rule);
	if (in_dark == NULL || in_dark > strstr(dark, "</style>"))
		fail_msg("%s: the dark look has no %s", why, rule);
	const char *const declared = in_dark + strlen(rule);
	assert_true(must_be_readable(why, declared, strchr(declared, '}')));
}

/* The light look and the dark one, each with its own colours, in clients that know both and in
 * those that know neither. */
static void
text_and_background_have_their_colours_together(void **state)
{
	static const char *const elements[] = { "<body", "<div", "<a " };

	(void)state;
	for (size_t i = 0; i < LENGTH(contents); i++) {
		const struct mail_facts facts = facts_of(contents[i].kind, contents[i].language);
		const char *const why = contents[i].why;

		assert_int_equal(mail_text_render(&facts, &mail), OK);
		assert_non_null(
		    strstr(mail.html, "<meta name=\"color-scheme\" content=\"light dark\">"));
		for (size_t j = 0; j < LENGTH(elements); j++) {
			size_t found = 0;

			for (const char *at = mail.html; (at = strstr(at, elements[j])) != NULL;
			     at++, found++)
				must_have_both_looks(why, at);
			if (found == 0)
				fail_msg("%s: no %s", why, elements[j]);
		}
		assert_null(strstr(mail.html, "<font"));
	}
}

/* Every mail says it behind whom to ask, in its own lines; the last of them is not empty. */
static void
every_mail_says_whom_to_ask(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(contents); i++) {
		const bool english = strcmp(contents[i].language, "en") == 0;
		struct mail_facts facts = facts_of(contents[i].kind, contents[i].language);

		facts.society_contact = "\n総務課 <健保>\n{link}\t03-0000-0000\n\n\n";
		assert_int_equal(mail_text_render(&facts, &mail), OK);
		if (strstr(mail.text, english ? SOCIETY ".\n\nContact:\n総務課 <健保>\n{link} "
							"03-0000-0000\n\n" SOCIETY "\nMember"
					      : "お問い合わせください。\n\nお問い合わせ先\n"
						"総務課 <健保>\n{link} 03-0000-0000\n\n" SOCIETY
						"\n健康") == NULL)
			fail_msg("%s: %s", contents[i].why, mail.text);
		if (strstr(mail.html, "<br>\n総務課 &lt;健保&gt;<br>\n{link} 03-0000-0000</p>") ==
		    NULL)
			fail_msg("%s: %s", contents[i].why, mail.html);
	}
}

static void
without_a_contact_nothing_is_said_of_it(void **state)
{
	static const char *const none[] = { NULL, "", "\n", " \n \n" };

	(void)state;
	for (size_t i = 0; i < LENGTH(contents) * LENGTH(none); i++) {
		const struct content *row = &contents[i / LENGTH(none)];
		struct mail_facts facts = facts_of(row->kind, row->language);

		facts.society_contact = none[i % LENGTH(none)];
		assert_int_equal(mail_text_render(&facts, &mail), OK);
		must_not_say(row->why, "お問い合わせ先");
		must_not_say(row->why, "Contact:");
		must_not_say(row->why, "{");
	}
}

/* It says nothing of a member, and has the footer of all mails. */
static void
a_test_mail_is_a_mail_like_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct mail_facts facts = facts_of(MAIL_NONE, i == 0 ? "ja" : "en");

		facts.is_test = true;
		assert_int_equal(mail_text_render(&facts, &mail), OK);
		must_say("test", i == 0 ? "テストメールです" : "whether the mails");
		must_say("test", i == 0 ? "日時：2026年11月22日 10:02" : "22 Nov 2026 10:02 JST");
		must_say("test", i == 0 ? "送信専用" : "not read by anyone");
		must_not_say("test", "はなこ");
		must_not_say("test", LINK);
		must_not_say("test", "{");
	}
}

static void
no_name_no_greeting(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(contents); i++) {
		struct mail_facts facts = facts_of(contents[i].kind, contents[i].language);

		facts.nickname = "";
		assert_int_equal(mail_text_render(&facts, &mail), OK);
		must_not_say(contents[i].why, "様");
		must_not_say(contents[i].why, "Dear");
		assert_true(text_starts_with(mail.text, SOCIETY "です。") ||
			    text_starts_with(mail.text, "This is a message from " SOCIETY));
	}
}

static char too_long[MAIL_HTML_MAX]; /* of x */

static void
filled(char *text, size_t length, char c)
{
	memset(text, c, length);
	text[length] = '\0';
}

/* The longest address, its local part of a character that grows most in HTML of those it may have.
 */
static const char *
longest_login_id(void)
{
	static char id[EMAIL_MAX + 1];

	filled(id, EMAIL_MAX, 'd');
	memset(id, '&', EMAIL_LOCAL_MAX);
	id[EMAIL_LOCAL_MAX] = '@';
	return id;
}

static void
the_longest_facts_fit(void **state)
{
	static char link[MAILED_LINK_MAX + 1], app[URL_MAX + 1], society[SOCIETY_NAME_MAX + 1],
	    contact[SOCIETY_CONTACT_MAX + 1], nickname[NICKNAME_MAX + 1];
	const char *login_ids[MAIL_LOGIN_IDS_MAX + 1] = { NULL };

	(void)state;
	filled(link, MAILED_LINK_MAX, 'l');
	filled(app, URL_MAX, 'p');
	filled(society, SOCIETY_NAME_MAX, '&');
	filled(contact, SOCIETY_CONTACT_MAX, '"');
	filled(nickname, NICKNAME_MAX, '"'); /* the one that grows most in HTML */
	for (size_t i = 0; i < MAIL_LOGIN_IDS_MAX; i++)
		login_ids[i] = longest_login_id();
	for (size_t i = 0; i < LENGTH(contents); i++) {
		struct mail_facts facts = facts_of(contents[i].kind, contents[i].language);

		facts.link = link;
		facts.portal_url = app;
		facts.society_name = society;
		facts.society_contact = contact;
		facts.nickname = nickname;
		facts.login_ids = login_ids;
		facts.happened_at = 253402268399;
		if (mail_text_render(&facts, &mail) != OK)
			fail_msg("%s: the longest facts do not fit", contents[i].why);
	}
}

/* Each spoils one fact of an invitation. */
static void
no_kind(struct mail_facts *facts)
{
	facts->kind = MAIL_NONE;
}

static void
no_such_kind(struct mail_facts *facts)
{
	facts->kind = MAIL_KIND__MAX;
}

static void
no_link(struct mail_facts *facts)
{
	facts->link = NULL;
}

static void
empty_link(struct mail_facts *facts)
{
	facts->link = "";
}

static void
no_end(struct mail_facts *facts)
{
	facts->link_ends_at = 0;
}

static void
impossible_end(struct mail_facts *facts)
{
	facts->link_ends_at = -3600;
}

static void
no_app(struct mail_facts *facts)
{
	facts->portal_url = "";
}

static void
no_society(struct mail_facts *facts)
{
	facts->society_name = "";
}

static void
long_address(struct mail_facts *facts)
{
	facts->to = too_long;
}

static void
long_society(struct mail_facts *facts)
{
	facts->society_name = too_long;
}

static void
long_link(struct mail_facts *facts)
{
	facts->link = too_long;
}

static void
long_message_id(struct mail_facts *facts)
{
	facts->message_id = too_long;
}

static void
too_many_login_ids(struct mail_facts *facts)
{
	static const char *const nine[] = { "1@a.jp", "2@a.jp", "3@a.jp", "4@a.jp", "5@a.jp",
		"6@a.jp", "7@a.jp", "8@a.jp", "9@a.jp", NULL };

	facts->kind = MAIL_LOGIN_IDS;
	facts->login_ids = nine;
}

static void
long_login_id(struct mail_facts *facts)
{
	static char id[EMAIL_MAX + 2];
	static const char *const one[] = { id, NULL };

	filled(id, EMAIL_MAX + 1, 'i');
	facts->kind = MAIL_LOGIN_IDS;
	facts->login_ids = one;
}

static void
empty_login_id(struct mail_facts *facts)
{
	static const char *const second_empty[] = { "1@a.jp", "", NULL };

	facts->kind = MAIL_LOGIN_IDS;
	facts->login_ids = second_empty;
}

static void
reset_without_link(struct mail_facts *facts)
{
	facts->kind = MAIL_PASSWORD_RESET;
	facts->link = "";
}

static void
what_cannot_be_a_mail_is_none(void **state)
{
	/* clang-format off */
	static const struct { const char *why; void (*spoil)(struct mail_facts *); } rows[] = {
		{ "a row written for nothing",  no_kind },
		{ "a kind that is none",        no_such_kind },
		{ "no link",                    no_link },
		{ "an empty link",              empty_link },
		{ "no end of its link",         no_end },
		{ "an end before all times",    impossible_end },
		{ "no portal",                  no_app },
		{ "no society",                 no_society },
		{ "an address too long",        long_address },
		{ "a society too long",         long_society },
		{ "a link too long",            long_link },
		{ "a Message-ID too long",      long_message_id },
		{ "nine login IDs",             too_many_login_ids },
		{ "a login ID too long",        long_login_id },
		{ "a login ID that is empty",   empty_login_id },
		{ "a reset without its link",   reset_without_link },
	};
	/* clang-format on */

	(void)state;
	filled(too_long, sizeof too_long - 1, 'x');
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct mail_facts facts = facts_of(MAIL_INVITATION, "ja");

		rows[i].spoil(&facts);
		memset(&mail, 'x', sizeof mail);
		if (mail_text_render(&facts, &mail) != INTERNAL)
			fail_msg("%s: rendered", rows[i].why);
		for (size_t at = 0; at < sizeof mail; at++)
			if (((const char *)&mail)[at] != 0)
				fail_msg("%s: something is left at %zu", rows[i].why, at);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mail_says_what_it_must),
		cmocka_unit_test(every_kind_has_a_row_in_each_language),
		cmocka_unit_test(kinds_keep_their_numbers),
		cmocka_unit_test(no_part_has_a_control_character),
		cmocka_unit_test(the_envelope_facts_are_kept),
		cmocka_unit_test(any_other_language_is_japanese),
		cmocka_unit_test(a_link_says_until_when_it_works),
		cmocka_unit_test(a_mail_whose_link_is_over_says_to_begin_again),
		cmocka_unit_test(events_are_dated_as_clocks_in_japan_show),
		cmocka_unit_test(a_nickname_is_shown_and_never_obeyed),
		cmocka_unit_test(login_ids_stand_one_a_line),
		cmocka_unit_test(no_login_id_is_said_as_none),
		cmocka_unit_test(every_value_is_escaped_in_html),
		cmocka_unit_test(html_loads_nothing),
		cmocka_unit_test(html_has_a_policy_of_its_own),
		cmocka_unit_test(text_and_background_have_their_colours_together),
		cmocka_unit_test(every_mail_says_whom_to_ask),
		cmocka_unit_test(without_a_contact_nothing_is_said_of_it),
		cmocka_unit_test(a_test_mail_is_a_mail_like_others),
		cmocka_unit_test(no_name_no_greeting),
		cmocka_unit_test(the_longest_facts_fit),
		cmocka_unit_test(what_cannot_be_a_mail_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
