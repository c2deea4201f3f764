/* problem.c - results as RFC 9457 problem documents, and the texts of field errors.
 *
 * The readers are members, often not young, so the texts are polite, call things as the screen
 * does, and end with what to do. They tell nothing that must not be told apart (ASVS 16.5.1). */

#include "problem.h"

#include "cleanup.h"
#include "json.h"
#include "text.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define TYPE_MAX 120

/* Shared with the last resort. */
#define UNAVAILABLE_TITLE_JA  "ただいまご利用いただけません"
#define UNAVAILABLE_DETAIL_JA "申し訳ありません。数分たってから、もう一度お試しください。"

/* Titles and details: Japanese, then English. */
/* clang-format off */
static const struct problem malformed = { 400,
	{ "送信内容を読み取れません", "Malformed request" },
	{ "画面を再読み込みするか、アプリを最新の状態にして、もう一度お試しください。",
	  "Please reload the page or update the app, then try again." },
};
static const struct problem bad_field = { 400,
	{ "入力内容をご確認ください", "Please check your input" },
	{ "入力に誤りがあります。項目ごとの説明に沿って、入力し直してください。",
	  "Some of the input is not right. Please correct it as explained for each field." },
};
static const struct problem token_missing = { 401,
	{ "リンクの情報がありません", "Token missing" },
	{ "メールのリンクをもう一度開いてください。"
	  "うまくいかないときは、お手続きをはじめからやり直してください（登録の場合は、"
	  "メールアドレスの入力からです）。",
	  "Please open the link in the mail again. If that does not help, please start again "
	  "from the beginning (for a registration: by entering your e-mail address)." },
};
static const struct problem token_invalid = { 401,
	{ "リンクが正しくありません", "Token not valid" },
	{ "メールのリンクを、途中で切れないようにそのまま開いてください。"
	  "うまくいかないときは、お手続きをはじめからやり直してください（登録の場合は、"
	  "メールアドレスの入力からです）。",
	  "Please open the whole link just as it is in the mail. If that does not help, please "
	  "start again from the beginning (for a registration: by entering your e-mail "
	  "address)." },
};
static const struct problem token_expired = { 401,
	{ "リンクの有効期限が切れています", "Link expired" },
	{ "リンクの有効期限が切れています。"
	  "お手数ですが、お手続きをはじめからやり直してください（登録の場合は、"
	  "メールアドレスの入力からです）。",
	  "The link has expired. Please start again from the beginning (for a registration: by "
	  "entering your e-mail address)." },
};
static const struct problem token_spent = { 401,
	{ "このリンクはもう使えません", "Link no longer usable" },
	{ "このリンクはすでに使われたか、新しいお手続きがあったため、使えません。"
	  "お手続きがお済みでしたら、ログインしてください。"
	  "お済みでないときは、お手続きをはじめからやり直してください（登録の場合は、"
	  "メールアドレスの入力からです）。",
	  "This link has already been used, or a later request has taken its place. If you "
	  "have finished, please log in. Otherwise please start again from the beginning (for "
	  "a registration: by entering your e-mail address)." },
};
static const struct problem login_required = { 401,
	{ "ログインが必要です", "Login required" },
	{ "ログインしていないか、しばらく使われなかったなどの理由で、ログアウトされています。"
	  "お手数ですが、もう一度ログインしてください。",
	  "You are not logged in, or have been logged out, for instance because the portal was "
	  "not used for a while. Please log in again." },
};
static const struct problem access_expired = { 401,
	{ "ログインの確認が必要です", "Access token expired" },
	{ "もう一度お試しください。"
	  "うまくいかないときは、画面を再読み込みするか、ログインし直してください。",
	  "Please try again. If that does not help, please reload the page or log in again." },
};
static const struct problem login_failed = { 401,
	{ "ログインできませんでした", "Login failed" },
	{ "ログインIDとパスワード（大文字と小文字、半角と全角も区別されます）をご確認ください。"
	  "失敗が続いたあとは、正しく入力しても15分ほどログインできません。"
	  "お忘れのときは、"
	  "「パスワードを忘れた方」または「ログインIDを忘れた方」からお手続きください。",
	  "Please check your login ID and your password, in which capital and small, half-width "
	  "and full-width letters differ. After several failures no login succeeds for up to "
	  "15 minutes. If you have forgotten them, please choose \"Forgot password\" or "
	  "\"Forgot login ID\"." },
};
static const struct problem password_wrong = { 403,
	{ "現在のパスワードが違います", "Wrong current password" },
	{ "今お使いのパスワードを、もう一度入力してください。"
	  "お忘れのときは、ログイン画面の「パスワードを忘れた方」からお手続きください。",
	  "Please enter again the password that you use now. If you have forgotten it, please "
	  "choose \"Forgot password\" on the login page." },
};
static const struct problem origin_refused = { 403,
	{ "このページからは操作できません", "Not allowed from this page" },
	{ "健康マイポータルのページを開き直して、もう一度お試しください。",
	  "Please open the member portal again and try once more." },
};
static const struct problem email_domain_refused = { 403,
	{ "このメールアドレスでは登録できません", "Address not accepted here" },
	{ "ご登録には、健康保険組合が指定するメールアドレス（会社のメールアドレスなど）をお使いください。"
	  "お持ちでないときは、健康保険組合にお問い合わせください。",
	  "Please use an address of the kind that your health insurance society accepts, such as "
	  "that of your company. If you have none, please ask your society." },
};
static const struct problem not_found = { 404,
	{ "見つかりません", "Not found" },
	{ "お探しのものはありません。画面を再読み込みするか、アドレスをご確認ください。",
	  "There is nothing here. Please reload the page, or check the address." },
};
static const struct problem method_not_allowed = { 405,
	{ "この操作はできません", "Method not allowed" },
	{ "画面を再読み込みするか、アプリを最新の状態にして、もう一度お試しください。",
	  "Please reload the page or update the app, then try again." },
};
static const struct problem timed_out = { 408,
	{ "通信が時間内に終わりませんでした", "Request timed out" },
	{ "電波の状態をご確認のうえ、もう一度お試しください。",
	  "Please check your connection and try again." },
};
static const struct problem taken = { 409,
	{ "このログインIDは使えません", "Login ID already in use" },
	{ "このログインIDはすでに使われています。"
	  "ログインIDには、別のメールアドレスを入力してください。"
	  "お知らせの送り先のメールアドレスは、そのままお使いいただけます。",
	  "This login ID is already in use. Please enter another e-mail address as your login ID. "
	  "Your notices can go to the same address as before." },
};
static const struct problem over = { 410,
	{ "この手続きは終了しました", "This procedure is over" },
	{ "この手続きは続けられません。"
	  "お手数ですが、お手続きをはじめからやり直してください（登録の場合は、"
	  "メールアドレスの入力からです）。",
	  "This procedure cannot go on. Please start again from the beginning (for a "
	  "registration: by entering your e-mail address)." },
};
static const struct problem length_required = { 411,
	{ "送信内容の長さが示されていません", "Length required" },
	{ "画面を再読み込みするか、アプリを最新の状態にして、もう一度お試しください。",
	  "Please reload the page or update the app, then try again. "
	  "Bodies have a Content-Length." },
};
static const struct problem too_large = { 413,
	{ "送信内容が大きすぎます", "Request too large" },
	{ "入力を短くして、もう一度お試しください。",
	  "Please shorten the input and try again." },
};
static const struct problem bad_media_type = { 415,
	{ "送信内容の形式に対応していません", "Unsupported media type" },
	{ "画面を再読み込みするか、アプリを最新の状態にして、もう一度お試しください。",
	  "Please reload the page or update the app, then try again. "
	  "Bodies are application/json." },
};
static const struct problem identity_mismatch = { 422,
	{ "ご本人の確認ができませんでした", "Identity not confirmed" },
	{ "「資格情報のお知らせ」または「資格確認書」をご覧になり、"
	  "番号、記号の順に続けて入力してください。"
	  "枝番は要りません。ほかの項目もお確かめください。登録できるのは被保険者ご本人です。",
	  "Please look at your eligibility notice or certificate and enter the number, then the "
	  "symbol, without the branch number. Check the other fields, too. Only the insured person "
	  "can register." },
};
static const struct problem captcha_wrong = { 422,
	{ "認証の答えが違います", "Wrong answer" },
	{ "新しい画像や音声で、もう一度お試しください。",
	  "Please try again with a new picture or sound." },
};
static const struct problem captcha_expired = { 422,
	{ "認証の有効期限が切れています", "Time is up" },
	{ "答えの入力に時間がかかったため、受け付けられません。"
	  "新しい画像や音声で、もう一度お試しください。",
	  "The answer came too late. Please try again with a new picture or sound." },
};
static const struct problem key_wrong = { 422,
	{ "認証キーが違います", "Wrong authentication key" },
	{ "番号と記号を入力したあとの画面に出た認証キーを、もう一度入力してください。",
	  "Please enter again the authentication key that the screen showed after you had entered "
	  "your number." },
};
static const struct problem too_many = { 429,
	{ "しばらくお待ちください", "Too many tries" },
	{ "何度も続けて試されたため、受け付けを一時的に止めています。"
	  "しばらくたってから、もう一度お試しください。",
	  "There have been too many tries. Please wait a while and try again." },
};
static const struct problem headers_too_large = { 431,
	{ "送信内容が大きすぎます", "Request headers too large" },
	{ "ブラウザのCookieを消してから、もう一度お試しください。",
	  "Please clear the cookies of your browser and try again." },
};
static const struct problem bad_http_version = { 505,
	{ "この通信方式には対応していません", "HTTP version not supported" },
	{ "ブラウザまたはアプリを最新の状態にして、もう一度お試しください。",
	  "Please update the browser or the app and try again." },
};
static const struct problem unavailable = { 503,
	{ UNAVAILABLE_TITLE_JA, "Temporarily unavailable" },
	{ UNAVAILABLE_DETAIL_JA, "We are sorry. Please try again in a few minutes." },
};
static const struct problem overloaded = { 503,
	{ "ただいま混み合っています", "Too busy at the moment" },
	{ "申し訳ありません。少し待ってから、もう一度お試しください。",
	  "We are sorry. Please wait a moment and try again." },
};
static const struct problem stopping = { 502,
	{ "ただいま再起動しています", "Restarting" },
	{ "申し訳ありません。少し待ってから、もう一度お試しください。",
	  "We are sorry. Please wait a moment and try again." },
};
static const struct problem internal = { 500,
	{ "システムエラーが発生しました", "Internal error" },
	{ "申し訳ありません。しばらくたってから、もう一度お試しください。",
	  "We are sorry. Please try again in a while." },
};
/* clang-format on */

const struct problem *
problem_of(enum result result)
{
	switch (result) {
	case MALFORMED:
		return &malformed;
	case BAD_FIELD:
		return &bad_field;
	case TOKEN_MISSING:
		return &token_missing;
	case TOKEN_INVALID:
		return &token_invalid;
	case TOKEN_EXPIRED:
		return &token_expired;
	case TOKEN_SPENT:
		return &token_spent;
	case LOGIN_REQUIRED:
		return &login_required;
	case ACCESS_EXPIRED:
		return &access_expired;
	case LOGIN_FAILED:
		return &login_failed;
	case PASSWORD_WRONG:
		return &password_wrong;
	case ORIGIN_REJECTED:
		return &origin_refused;
	case EMAIL_DOMAIN_REFUSED:
		return &email_domain_refused;
	case TOO_MANY:
		return &too_many;
	case NOT_FOUND:
		return &not_found;
	case METHOD_NOT_ALLOWED:
		return &method_not_allowed;
	case TIMED_OUT:
		return &timed_out;
	case TAKEN:
		return &taken;
	case LINK_EXHAUSTED:
	case ACCOUNT_EXISTS:
	case PERSON_NOT_ELIGIBLE:
		return &over;
	case LENGTH_REQUIRED:
		return &length_required;
	case TOO_LARGE:
		return &too_large;
	case BAD_MEDIA_TYPE:
		return &bad_media_type;
	case IDENTITY_MISMATCH:
		return &identity_mismatch;
	case CAPTCHA_WRONG:
		return &captcha_wrong;
	case CAPTCHA_EXPIRED:
		return &captcha_expired;
	case KEY_WRONG:
		return &key_wrong;
	case HEADERS_TOO_LARGE:
		return &headers_too_large;
	case BAD_HTTP_VERSION:
		return &bad_http_version;
	case UNAVAILABLE:
		return &unavailable;
	case OVERLOADED:
		return &overloaded;
	case STOPPING:
		return &stopping;
	case OK:
	case NO_ROW:
	case DUPLICATE:
	case INTERNAL:
	case RESULT__MAX:
		break;
	}
	return &internal;
}

static const char *
text_in(enum problem_language language, const char *ja, const char *en)
{
	return language == PROBLEM_EN ? en : ja;
}

const char *
problem_field_text(enum field_error field_error, enum problem_language language)
{
	switch (field_error) {
	case FIELD_REQUIRED:
		return text_in(language, "入力してください。", "Please fill this in.");
	case FIELD_UNKNOWN_FIELD:
		return text_in(language, "この項目は使えません。", "There is no such field.");
	case FIELD_WRONG_TYPE:
		return text_in(language, "文字で入力してください。", "Please enter a text.");
	case FIELD_TOO_SHORT:
		return text_in(language, "文字数が足りません。ご確認のうえ、入力し直してください。",
		    "This is too short. Please check it and enter it again.");
	case FIELD_TOO_LONG:
		return text_in(language, "文字数が多すぎます。短くしてください。",
		    "This is too long. Please make it shorter.");
	case FIELD_BAD_FORMAT:
		return text_in(language,
		    "形式が正しくありません。打ち間違いがないかご確認ください。",
		    "This does not have the right form. Please check it for typing errors.");
	case FIELD_BAD_CHARACTER:
		return text_in(language, "使えない文字が含まれています。その文字を消してください。",
		    "It contains a character that cannot be used. Please remove it.");
	case FIELD_INVISIBLE_CHARACTER:
		return text_in(language,
		    "目に見えない文字が含まれています。"
		    "いったんすべて消して、キーボードから入力し直してください。",
		    "It contains a character that cannot be seen. "
		    "Please clear the field and type it again by hand.");
	case FIELD_NOT_OFFERED:
		return text_in(language, "表示された中から選んでください。",
		    "Please choose one of those that are offered.");
	case FIELD_NEEDS_LETTER_AND_DIGIT:
		return text_in(language,
		    "半角の英小文字と数字を、それぞれ1文字以上入れてください。",
		    "Please use at least one lower-case letter and one digit.");
	case FIELD_COMMON_PASSWORD:
		return text_in(language,
		    "よく使われるパスワードで、推測されやすいため使えません。別のものにしてください"
		    "。",
		    "This password is common and easy to guess. Please choose another.");
	case FIELD_CONTEXT_PASSWORD:
		return text_in(language,
		    "ログインIDやニックネームなどに近いパスワードは使えません。別のものにしてくださ"
		    "い。",
		    "A password like your login ID, nickname or our name cannot be used. Please "
		    "choose another.");
	case FIELD_NOT_EQUAL:
		return text_in(language,
		    "2回の入力が一致しません。もう一度同じものを入力してください。",
		    "The two entries differ. Please enter the same again.");
	case FIELD_OK:
	case FIELD_ERROR__MAX:
		break;
	}
	return "";
}

static const char *const language_codes[PROBLEM_LANGUAGE__MAX] = {
	[PROBLEM_JA] = "ja",
	[PROBLEM_EN] = "en",
};

const char *
problem_language_code(enum problem_language language)
{
	return language_codes[language];
}

/* The highest quality, in thousandths, of each language and, behind them, of "*". */
#define ANY_LANGUAGE  PROBLEM_LANGUAGE__MAX
#define NOT_MENTIONED (-1)

struct language_qualities {
	int quality[PROBLEM_LANGUAGE__MAX + 1];
};

static const char *
skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

/* Reads qvalue = ( "0" [ "." *3DIGIT ] ) / ( "1" [ "." *3"0" ] ) in thousandths. */
static bool
read_quality(const char **at, int *ret_quality)
{
	if (**at != '0' && **at != '1')
		return false;
	int quality = (*(*at)++ - '0') * 1000;
	if (**at == '.') {
		(*at)++;
		for (int unit = 100; unit > 0 && **at >= '0' && **at <= '9'; unit /= 10)
			quality += (*(*at)++ - '0') * unit;
	}
	*ret_quality = quality;
	return quality <= 1000;
}

/* Reads the weight behind a language range, up to the next comma: nothing, or ";q=" and a quality.
 */
static bool
read_weight(const char *at, int *ret_quality)
{
	*ret_quality = 1000;
	at = skip_blanks(at);
	if (*at == ';') {
		at = skip_blanks(at + 1);
		if (strncasecmp(at, "q=", 2) != 0)
			return false;
		at += 2;
		if (!read_quality(&at, ret_quality))
			return false;
	}
	at = skip_blanks(at);
	return *at == ',' || *at == '\0';
}

/* "en", "EN" and "en-GB" are en (RFC 4647 3.3.1); "eng" is not. */
static bool
range_is(const char *range, size_t length, const char *code)
{
	return length >= 2 && strncasecmp(range, code, 2) == 0 && (length == 2 || range[2] == '-');
}

static size_t
language_index(const char *range, size_t length)
{
	for (size_t i = 0; i < PROBLEM_LANGUAGE__MAX; i++)
		if (range_is(range, length, language_codes[i]))
			return i;
	return length == 1 && *range == '*' ? ANY_LANGUAGE : ANY_LANGUAGE + 1;
}

/* Reads one element of the header; malformed ones and other languages change nothing. */
static void
read_language_range(struct language_qualities *qualities, const char *element)
{
	const char *range = skip_blanks(element);
	const size_t length = strcspn(range, ";, \t");
	const size_t index = language_index(range, length);
	int quality;

	if (index > ANY_LANGUAGE || !read_weight(range + length, &quality))
		return;
	if (quality > qualities->quality[index])
		qualities->quality[index] = quality;
}

static int
quality_of(const struct language_qualities *qualities, enum problem_language language)
{
	const int named = qualities->quality[language];

	return named != NOT_MENTIONED ? named : qualities->quality[ANY_LANGUAGE];
}

enum problem_language
problem_language(const char *accept_language)
{
	struct language_qualities qualities = { { NOT_MENTIONED, NOT_MENTIONED, NOT_MENTIONED } };

	for (const char *at = accept_language; at != NULL; at = strchr(at, ',')) {
		at += *at == ',';
		read_language_range(&qualities, at);
	}
	const int en = quality_of(&qualities, PROBLEM_EN);
	return en > 0 && en > quality_of(&qualities, PROBLEM_JA) ? PROBLEM_EN : PROBLEM_JA;
}

/* A result that should never reach the edge is called internal_error, too. */
static const char *
code_of(enum result result)
{
	return result_code(problem_of(result) == &internal ? INTERNAL : result);
}

/* "token_expired" -> ".../problems/token-expired" */
static void
write_type(struct json *json, const char *code)
{
	char type[TYPE_MAX + 1];

	if (!text_format(type, sizeof type, "%s%s", PROBLEM_TYPE_PREFIX, code))
		return;
	for (char *at = type + strlen(PROBLEM_TYPE_PREFIX); *at != '\0'; at++)
		if (*at == '_')
			*at = '-';
	json_text(json, "type", type);
}

static void
write_bound(struct json *json, enum field_error field_error, const struct length_bounds *length)
{
	if (field_error == FIELD_TOO_SHORT && length->min > 0)
		json_number(json, "min", length->min);
	if (field_error == FIELD_TOO_LONG && length->max > 0)
		json_number(json, "max", length->max);
}

static void
write_errors(
    struct json *json, const struct field_errors *field_errors, enum problem_language language)
{
	json_array(json, "errors");
	for (size_t i = 0; i < field_errors->count; i++) {
		const enum field_error field_error = field_errors->list[i].field_error;

		json_item(json);
		json_text(json, "field", field_errors->list[i].field);
		json_text(json, "code", field_error_code(field_error));
		json_text(json, "detail", problem_field_text(field_error, language));
		write_bound(json, field_error, &field_errors->list[i].length);
		json_up(json);
	}
	json_up(json);
}

enum result
problem_write(const struct problem_facts *facts, char *ret, size_t ret_size, size_t *ret_length)
{
	CLEANUP(json_free) struct json *json = json_new();
	const struct problem *problem = problem_of(facts->result);
	const char *code = code_of(facts->result);

	write_type(json, code);
	json_text(json, "title", problem->title[facts->language]);
	json_number(json, "status", problem->status);
	json_text(json, "detail", problem->detail[facts->language]);
	json_text(json, "code", code);
	json_text(json, "request_id", facts->request_id);
	if (facts->attempts_left >= 0)
		json_number(json, "attempts_left", facts->attempts_left);
	if (facts->field_errors != NULL && facts->field_errors->count > 0)
		write_errors(json, facts->field_errors, facts->language);
	return json_finish(json, ret, ret_size, ret_length);
}

const char *
problem_last_resort(void)
{
	return "{\"type\":\"" PROBLEM_TYPE_PREFIX "unavailable\","
	       "\"title\":\"" UNAVAILABLE_TITLE_JA "\","
	       "\"status\":503,"
	       "\"detail\":\"" UNAVAILABLE_DETAIL_JA "\","
	       "\"code\":\"unavailable\"}";
}
